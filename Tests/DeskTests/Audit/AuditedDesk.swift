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

/// A desk on paper in a folder of its own, with what it keeps and says of who did what.
final class AuditedDesk {
    let folder: URL
    let passwords = InlinePasswords()
    var configuration = DeskConfiguration()
    var desk: DeskCore?
    var now = Timestamp(seconds: 1_767_614_400)
    /// What it has said in its log, and of the audit in that.
    let said = Monitor<[String]>([])
    let told = Monitor<[String]>([])
    private var nextSession: UInt64 = 1

    var database: String { folder.appending(path: "desk.db").path }

    init(_ masterKey: MasterKeySource, people: [(String, Role)] = [("ana", .trader)]) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "outcry-audit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let told = told
        configuration.auditLog = Logger(label: "audit") { _ in LinesLog(lines: told) }
        try open(masterKey)
        for (text, role) in people {
            let name = try #require(AccountName(text))
            let hash = try PasswordHash(hashing: Secret("\(text)-password"), cost: InlinePasswords.cost)
            _ = try desk?.addAccount(name, role: role, passwordHash: hash, funds: [(1_000, "usd")], at: now)
        }
    }

    deinit {
        desk = nil
        try? FileManager.default.removeItem(at: folder)
    }

    /// The process goes, and another comes.
    func open(_ masterKey: MasterKeySource, keys: KeyCustody? = nil) throws {
        desk = nil
        let said = said
        desk = try DeskCore.openPaper(
            database: database, configuration, passwords: passwords, keys: keys, masterKey: masterKey,
            log: Logger(label: "test") { _ in LinesLog(lines: said) }, now: now)
    }

    func process(_ first: [DeskInput]) -> [DeskOutput] {
        var outputs: [DeskOutput] = []
        var inputs = first
        repeat {
            outputs += desk?.process(inputs, at: now) ?? []
            inputs = passwords.takeAnswers()
        } while !inputs.isEmpty
        return outputs
    }

    func connect(_ address: String = "10.0.0.1", agent: String? = nil, bearer: String? = nil) -> SessionID {
        let id = SessionID(rawValue: nextSession)
        nextSession += 1
        let peer = Peer(address: address, format: .text, bearerToken: bearer, userAgent: agent)
        _ = process([.server(.opened(id, peer))])
        return id
    }

    /// Types a line, and gives its reply.
    @discardableResult
    func type(_ line: String, _ id: SessionID, tag: String? = nil) -> Reply? {
        process([.server(.lines(id, [IncomingLine(tag: tag, text: line)]))]).compactMap { output in
            if case .send(id, .reply(let reply)) = output { reply } else { nil }
        }.last
    }

    func logIn(_ name: String = "ana", _ address: String = "10.0.0.1") -> SessionID {
        let id = connect(address)
        type("login \(name) \(name)-password", id)
        return id
    }

    func wait(seconds: Int64) {
        now = now.advanced(bySeconds: seconds)
        _ = process([.wake])
    }

    /// Switches two-factor codes on, and gives their secret.
    func turnOn(_ id: SessionID) throws -> OneTimeSecret {
        guard case .string(let text)? = type("totp on", id)?.fields["secret"] else { throw NoSecret() }
        let secret = try #require(OneTimeSecret(base32: text))
        #expect(type(try code(secret), id)?.mark == .done)
        wait(seconds: OneTimeSecret.stepSeconds)
        return secret
    }

    struct NoSecret: Error {}

    func code(_ secret: OneTimeSecret) throws -> String { try secret.code(ofStep: OneTimeSecret.step(at: now)) }

    /// The lines of the audit log without their times and numbers.
    func lines(after number: Int64 = 0) throws -> [String] {
        try desk?.ledger.read { try AccountStore($0).auditEntries(last: 100_000) }.filter { $0.number > number }
            .map { $0.event.description + ($0.count > 1 ? " count=\($0.count)" : "") } ?? []
    }

    func lastNumber() throws -> Int64 { try desk?.ledger.read { try AccountStore($0).lastAuditNumber() } ?? 0 }

    /// All bytes of the database, its log and its index.
    func bytes() throws -> Data {
        try ["", "-wal", "-shm"].reduce(into: Data()) { all, suffix in
            if FileManager.default.fileExists(atPath: database + suffix) {
                all += try Data(contentsOf: URL(fileURLWithPath: database + suffix))
            }
        }
    }
}

/// Keeps what is logged.
struct LinesLog: LogHandler {
    let lines: Monitor<[String]>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.notice

    init(lines: Monitor<[String]>) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.withLock { $0.append("\(event.message)") } }
}
