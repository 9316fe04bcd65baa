import Accounts
import Conversation
import Foundation
import Ledger
import Logging
import Secrets
import Testing
import Threads
import Trading

@testable import Desk
@testable import Transcripts

/// Two-factor codes over the whole desk: switched on, asked for, used once.
@Suite struct TwoFactorTests {
    /// A desk with one trader, whose passwords are checked at once.
    private final class Fixture {
        let folder: URL
        let desk: DeskCore
        let passwords = InlinePasswords()
        var now = Timestamp(seconds: 1_767_614_400)
        /// What the machine's clock shows beside the desk's time, in seconds.
        private let wallShift = Monitor<Int64>(0)
        private let deskTime = Monitor(Timestamp(seconds: 0))
        private var nextSession: UInt64 = 1

        init() throws {
            var configuration = DeskConfiguration()
            configuration.wallTime = { [wallShift, deskTime] in
                deskTime.withLock { $0 }.advanced(bySeconds: wallShift.withLock { $0 })
            }
            folder = FileManager.default.temporaryDirectory.appending(path: "outcry-totp-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            desk = try DeskCore.openPaper(
                database: folder.appending(path: "desk.db").path, configuration, passwords: passwords,
                masterKey: .given(try MasterKey.generate()), log: Logger(label: "test"), now: now)
            let name = try #require(AccountName("ana"))
            let hash = try PasswordHash(hashing: Secret("ana-password"), cost: InlinePasswords.cost)
            _ = try desk.addAccount(name, role: .trader, passwordHash: hash, funds: [(1_000, "usd")], at: now)
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        /// Sets the machine's clock so far from the desk's time, which goes on.
        func setClock(secondsAhead seconds: Int64) { wallShift.withLock { $0 = seconds } }

        func open() -> SessionID {
            let id = SessionID(rawValue: nextSession)
            nextSession += 1
            _ = desk.process([.server(.opened(id, Peer(address: "127.0.0.1", format: .text)))], at: now)
            return id
        }

        /// Types a line, and gives its reply.
        func type(_ line: String, _ id: SessionID) -> Reply? {
            deskTime.withLock { $0 = now }
            var replies: [Reply] = []
            var inputs: [DeskInput] = [.server(.lines(id, [IncomingLine(text: line)]))]
            repeat {
                for output in desk.process(inputs, at: now) {
                    if case .send(id, .reply(let reply)) = output { replies.append(reply) }
                }
                inputs = passwords.takeAnswers()
            } while !inputs.isEmpty
            return replies.last
        }

        func login(_ id: SessionID) -> Reply? { type("login ana ana-password", id) }

        func wait(seconds: Int64) { now = now.advanced(bySeconds: seconds) }

        func turnOn(_ id: SessionID) throws -> OneTimeSecret {
            guard case .string(let text)? = type("totp on", id)?.fields["secret"] else {
                throw TestFailure("no secret was shown")
            }
            let secret = try #require(OneTimeSecret(base32: text))
            let reply = type(try code(secret), id)
            #expect(reply?.mark == .done, "\(reply?.text ?? "")")
            wait(seconds: OneTimeSecret.stepSeconds)
            return secret
        }

        /// The code of the desk's time, or of so many seconds later.
        func code(_ secret: OneTimeSecret, later seconds: Int64 = 0) throws -> String {
            try secret.code(ofStep: OneTimeSecret.step(at: now.advanced(bySeconds: seconds)))
        }
    }

    @Test
    func `where the machine's clock was set back a code is right by that clock or by the desk's time, and each once`()
        throws
    {
        let fixture = try Fixture()
        let first = fixture.open()
        #expect(fixture.login(first)?.mark == .done)
        let secret = try fixture.turnOn(first)
        /// Logs in anew, and shows a code.
        func show(_ code: String) -> ReplyMark? {
            let id = fixture.open()
            #expect(fixture.login(id)?.mark == .question)
            return fixture.type(code, id)?.mark
        }
        let early = try fixture.code(secret)
        #expect(show(early) == .done)
        // An hour, which nobody logged in for, passes; then the clock is set back by half of it.
        fixture.wait(seconds: 3_600)
        #expect(show(try fixture.code(secret)) == .done)
        fixture.setClock(secondsAhead: -1_800)
        fixture.wait(seconds: 60)
        #expect(show(try fixture.code(secret)) == .done)
        let byTheClock = try fixture.code(secret, later: -1_800)
        #expect(show(byTheClock) == .done)
        #expect(show(byTheClock) == .refused)
        #expect(show(try fixture.code(secret)) == .refused)
        #expect(show(try fixture.code(secret, later: -900)) == .refused)
        // Back so far that a code which was used comes again.
        fixture.setClock(secondsAhead: -3_660)
        #expect(show(early) == .refused)
        fixture.setClock(secondsAhead: 0)
        fixture.wait(seconds: 60)
        #expect(show(try fixture.code(secret)) == .done)
    }

    @Test func `of many used codes the newest are remembered, and none before them is taken`() {
        var used = UsedSteps("1000")
        #expect(used.newest(upTo: 999) == nil && used.newest(upTo: 2_000) == 1_000)
        for step in 2_000..<2_100 { used.insert(Int64(step)) }
        #expect(used.steps.count == UsedSteps.countMax && used.steps.first == 2_099)
        #expect(UsedSteps(used.text) == used)
        #expect(used.isForgotten(1_000) && !used.isForgotten(2_100))
        #expect(!UsedSteps("5").isForgotten(4))
    }

    private struct TestFailure: Error {
        let message: String

        init(_ message: String) { self.message = message }
    }

    @Test func `once it is on, a password alone does not log in, and a code works once`() throws {
        let desk = try Fixture()
        let first = desk.open()
        #expect(desk.login(first)?.mark == .done)
        let secret = try desk.turnOn(first)

        let second = desk.open()
        #expect(desk.login(second)?.mark == .question)
        #expect(desk.type("funds", second)?.error?.code == .wrongCode)
        #expect(desk.type("funds", second)?.error?.code == .notLoggedIn)
        #expect(desk.login(second)?.mark == .question)
        let code = try desk.code(secret)
        #expect(desk.type(code, second)?.mark == .done)
        #expect(desk.type("whoami", second)?.mark == .answer)

        let third = desk.open()
        #expect(desk.login(third)?.mark == .question)
        #expect(desk.type(code, third)?.error?.code == .wrongCode)
    }

    @Test func `a wrong first code changes nothing`() throws {
        let desk = try Fixture()
        let id = desk.open()
        _ = desk.login(id)
        #expect(desk.type("totp on", id)?.mark == .question)
        #expect(desk.type("000000x", id)?.error?.code == .wrongCode)
        #expect(desk.type("totp", id)?.fields["totp"] == false)
        #expect(desk.login(desk.open())?.mark == .done)
    }

    @Test(arguments: ["set daily 100", "password", "token new bot trade", "totp off"])
    func `what could lock the trader out asks for a code`(line: String) throws {
        let desk = try Fixture()
        let id = desk.open()
        _ = desk.login(id)
        let secret = try desk.turnOn(id)
        #expect(desk.type(line, id)?.text == "? code of your authenticator")
        #expect(desk.type("123", id)?.error?.code == .wrongCode)
        #expect(desk.type(line, id)?.mark == .question)
        let reply = desk.type(try desk.code(secret), id)
        #expect(reply?.error == nil && reply?.text != "? code of your authenticator", "\(reply?.text ?? "")")
    }

    @Test func `what could not lock anybody out does not, and off is off`() throws {
        let desk = try Fixture()
        let id = desk.open()
        _ = desk.login(id)
        let secret = try desk.turnOn(id)
        #expect(desk.type("set guard 5%", id)?.mark == .done)
        #expect(desk.type("totp on", id)?.error?.code == .twoFactorUnchanged)
        _ = desk.type("totp off", id)
        #expect(desk.type(try desk.code(secret), id)?.mark == .done)
        #expect(desk.type("totp off", id)?.error?.code == .twoFactorUnchanged)
        #expect(desk.login(desk.open())?.mark == .done)
    }

    @Test func `codes cannot be guessed without end`() throws {
        let desk = try Fixture()
        let id = desk.open()
        _ = desk.login(id)
        let secret = try desk.turnOn(id)
        var refusals: [RefusalCode?] = []
        for _ in 0..<8 {
            _ = desk.type("totp off", id)
            refusals.append(desk.type("1", id)?.error?.code)
        }
        #expect(refusals.contains(.wrongCode) && refusals.last == .loginWait, "\(refusals)")
        // The right one has to wait as well, and is taken then.
        _ = desk.type("totp off", id)
        let refused = desk.type(try desk.code(secret), id)?.error
        #expect(refused?.code == .loginWait && refused?.message.hasPrefix("too many wrong codes; wait ") == true)
        desk.wait(seconds: 3_600)
        _ = desk.type("totp off", id)
        #expect(desk.type(try desk.code(secret), id)?.mark == .done)
    }
}
