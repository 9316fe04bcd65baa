import Accounts
import ChatServer
import Desk
import Foundation
import Ledger
import Logging
import Testing
import Trading

@testable import OutcryTesting

/// Two-factor codes over the whole desk: switched on, asked for, used once.
@Suite struct TwoFactorTests {
    /// A desk with one trader, whose passwords are checked at once.
    private final class Fixture {
        let folder: URL
        let desk: DeskCore
        let passwords = InlinePasswords()
        var now = Timestamp(seconds: 1_767_614_400)
        private var nextSession: UInt64 = 1

        init() throws {
            folder = FileManager.default.temporaryDirectory.appending(path: "outcry-totp-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            desk = try DeskCore.openPaper(
                database: folder.appending(path: "desk.db").path, DeskConfiguration(), passwords: passwords,
                masterKey: .given(try MasterKey.generate()), log: Logger(label: "test"), now: now)
            let name = try #require(AccountName("ana"))
            let hash = try PasswordHash(hashing: Secret("ana-password"), cost: InlinePasswords.cost)
            _ = try desk.addAccount(name, role: .trader, passwordHash: hash, funds: [(1_000, "usd")], at: now)
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        func open() -> SessionID {
            let id = SessionID(rawValue: nextSession)
            nextSession += 1
            _ = desk.process([.server(.opened(id, Peer(address: "127.0.0.1", format: .text)))], at: now)
            return id
        }

        /// Types a line, and gives its reply.
        func type(_ line: String, _ id: SessionID) -> Reply? {
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

        func code(_ secret: OneTimeSecret) throws -> String {
            try secret.code(ofStep: OneTimeSecret.step(at: now))
        }
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
