import Accounts
import Conversation
import Desk
import Exchange
import GRDB
import Ledger
import Logging
import Secrets
import Threads
import Trading

/// A desk on a real file, without sockets: so many sessions, each of an account of its own, type a limit order a batch.
public final class DeskBench {
    private let ledger: Ledger
    private let desk: DeskCore
    private let sessions: [SessionID]
    private var orders = 0

    public init(sessions count: Int, folder: String) throws {
        let path = folder + "/desk.db"
        let traders = try Traders(count, database: path)
        ledger = try Ledger(path: path) { AccountStore.registerMigrations(in: &$0) }
        var log = Logger(label: "measure")
        log.logLevel = .critical
        desk = try DeskCore(
            Traders.configuration, ledger: ledger,
            exchanges: [DeskCore.ExchangeSetup(id: .paper, exchange: PaperExchange())], passwords: NoPasswords(),
            log: log, now: MachineClock.wall)
        let sessions = (1...count).map { SessionID(rawValue: UInt64($0)) }
        self.sessions = sessions
        _ = desk.process(
            zip(sessions, traders.tokens).map { session, token in
                .server(.opened(session, Peer(address: "127.0.0.1", format: .text, bearerToken: token)))
            }, at: MachineClock.wall)
    }

    /// One order of each session, in one transaction, or in a few where the desk gives others a turn between them.
    public func batch() throws {
        var inputs = sessions.map { session -> DeskInput in
            orders += 1
            return .server(.lines(session, [IncomingLine(text: Traders.line(orders))]))
        }
        var done = 0
        for _ in 0..<sessions.count where done < sessions.count {
            for case .send(_, .reply(let reply)) in desk.process(inputs, at: MachineClock.wall) {
                guard reply.mark == .done else { throw MeasureError(reply.text) }
                done += 1
            }
            inputs = []
        }
        guard done == sessions.count else { throw MeasureError("\(done) of \(sessions.count) orders answered") }
    }

    /// Rows inserted, updated or deleted through this connection so far.
    public func rowsChanged() throws -> Int { try ledger.read { $0.totalChangesCount } }

    /// Records that the desk has written so far.
    public func records() throws -> Int {
        try ledger.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM records") ?? 0 }
    }
}

/// All sessions come with tokens.
private struct NoPasswords: PasswordChecking {
    func check(_ password: Secret, against stored: PasswordHash?, as job: PasswordJobID) {}
    func hash(_ password: Secret, as job: PasswordJobID) {}
}
