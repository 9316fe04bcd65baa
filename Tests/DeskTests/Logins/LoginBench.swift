import Accounts
import Conversation
import Desk
import Exchange
import Foundation
import Ledger
import Logging
import Secrets
import Testing
import Trading

@testable import Transcripts

/// A desk with the traders `ana` and `ben`, an operator beside it, and sessions from any address. Passwords are checked when
/// the test lets them be.
final class LoginBench {
    let folder: URL
    let desk: DeskCore
    let passwords = InlinePasswords()
    var now = Timestamp(seconds: 1_767_614_400)
    /// What each session has been told and not looked at, oldest first; `(closed 1008: ...)` at its end.
    private(set) var told: [SessionID: [String]] = [:]
    private(set) var closed: Set<SessionID> = []
    private var nextSession: UInt64 = 1

    var database: String { folder.appending(path: "desk.db").path }

    init(_ configuration: DeskConfiguration = DeskConfiguration()) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "outcry-logins-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        desk = try DeskCore.openPaper(
            database: folder.appending(path: "desk.db").path, configuration, passwords: passwords,
            masterKey: .given(try MasterKey.generate()),
            log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), now: now)
        for name in ["ana", "ben"] {
            let hash = try PasswordHash(hashing: Secret("\(name)-password"), cost: InlinePasswords.cost)
            _ = try desk.addAccount(
                try #require(AccountName(name)), role: .trader, passwordHash: hash, funds: [(1_000, "usd")], at: now)
        }
        _ = try desk.perform(.quote("btc_usd", bid: 230, ask: ExactDecimal("230.2") ?? 231), at: now)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func open(from address: String = "127.0.0.1", token: String? = nil, _ format: WireFormat = .text) -> SessionID {
        let id = SessionID(rawValue: nextSession)
        nextSession += 1
        process([.server(.opened(id, Peer(address: address, format: format, bearerToken: token)))])
        // The greeting is the same for everybody.
        if token == nil { told[id] = nil }
        return id
    }

    /// A session of somebody, logged in with the password.
    func logIn(_ name: String, from address: String = "127.0.0.1") -> SessionID {
        let id = open(from: address)
        #expect(type("login \(name) \(name)-password", id).hasPrefix("+ hello \(name)"))
        return id
    }

    /// Types a line, and gives back the first that is said to it; "nothing" where the session stays silent.
    @discardableResult
    func type(_ line: String, _ id: SessionID) -> String {
        told[id] = nil
        post(line, id)
        settle()
        return told[id]?.first ?? "nothing"
    }

    /// Types a line, and lets nothing be checked yet.
    func post(_ line: String, _ id: SessionID) {
        take(desk.process([.server(.lines(id, [IncomingLine(text: line)]))], at: now))
    }

    /// Ends a connection from its other side.
    func hangUp(_ id: SessionID) { take(desk.process([.server(.closed(id))], at: now)) }

    /// Lets passwords be checked until nothing is left to check.
    func settle() { process(passwords.takeAnswers()) }

    func wait(seconds: Int64) {
        now = now.advanced(bySeconds: seconds)
        process([.wake])
    }

    /// What a session has been told since it last typed, or this was last asked.
    func news(_ id: SessionID) -> [String] { told.removeValue(forKey: id) ?? [] }

    func token(_ name: String, _ words: String, of id: SessionID) -> String {
        let reply = type("token new \(name) \(words)", id)
        return String(reply.split(separator: "\n").dropFirst().first ?? "").trimmingCharacters(in: .whitespaces)
    }

    /// What the operator does from the command line; the desk looks once a second.
    func operate(_ body: (OperatorDesk) throws -> Void) throws {
        try body(OperatorDesk(database: database))
        wait(seconds: 2)
    }

    private func process(_ first: [DeskInput]) {
        var inputs = first
        repeat {
            take(desk.process(inputs, at: now))
            inputs = passwords.takeAnswers()
        } while !inputs.isEmpty
    }

    private func take(_ outputs: [DeskOutput]) {
        for output in outputs {
            switch output {
            case .send(let id, let message):
                guard !closed.contains(id), let payload = message.payload(as: .text) else { continue }
                told[id, default: []].append(String(decoding: payload, as: UTF8.self))
            case .close(let id, let code, let reason):
                told[id, default: []].append("(closed \(code): \(reason))")
                closed.insert(id)
            default: break
            }
        }
    }
}
