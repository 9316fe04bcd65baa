import Accounts
import Desk
import Exchange
import Ledger
import OrderEngine
import SimulatedDisk
import Trading
import Transcripts

/// The process that dies and comes back: a desk on a ledger on a disk that fails.
final class SimulatedServer {
    let configuration: DeskConfiguration
    let passwords = SimulatedPasswords()
    let log = ErrorLog()
    let disk: SimulatedDisk
    let checkpointPages: Int
    private(set) var ledger: Ledger?
    private(set) var paper: PaperExchange?
    private(set) var desk: DeskCore?

    init(_ plan: SimulationPlan, diskSeed: UInt64) {
        configuration = plan.configuration
        checkpointPages = plan.checkpointPages
        disk = SimulatedDisk(seed: diskSeed, plan.disk)
    }

    var isUp: Bool { desk != nil }

    static let database = "/outcry.db"

    var ledgerOptions: LedgerOptions {
        LedgerOptions(
            use: .serve, busyMillisecondsMax: 0, checkpointPages: checkpointPages, logBytesKept: 65_536, vfs: disk.name)
    }

    /// Starts the process on what the disk holds. Where there is no exchange over the wire it is paper.
    func start(at seats: [(id: ExchangeID, exchange: (any Exchange)?)], _ now: Timestamp) throws {
        do {
            let ledger = try Ledger(path: SimulatedServer.database, options: ledgerOptions) {
                AccountStore.registerMigrations(in: &$0)
            }
            let exchanges = try seats.map {
                DeskCore.ExchangeSetup(id: $0.id, exchange: try $0.exchange ?? paperExchange(of: ledger))
            }
            let desk = try DeskCore(
                configuration, ledger: ledger, exchanges: exchanges,
                passwords: passwords, log: log.logger, now: now)
            self.ledger = ledger
            self.paper = exchanges.lazy.compactMap { $0.exchange as? PaperExchange }.first
            self.desk = desk
        } catch {
            letGo()
            throw error
        }
    }

    private func paperExchange(of ledger: Ledger) throws -> PaperExchange {
        let books = try ledger.books("paper").map {
            BookEntry(key: String(decoding: $0.key, as: UTF8.self), value: $0.value)
        }
        return try PaperExchange(restoring: books)
    }

    /// The process is gone, and with it all that it had not written.
    func letGo() {
        _ = passwords.takeAnswers()
        desk = nil
        paper = nil
        ledger = nil
    }
}
