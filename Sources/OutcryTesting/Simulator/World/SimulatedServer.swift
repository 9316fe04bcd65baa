import Accounts
import Desk
import Exchange
import Foundation
import Ledger
import OrderEngine
import Trading

/// The process that dies and comes back: a desk on a ledger on a disk, and the paper exchange in it.
final class SimulatedServer {
    let configuration: DeskConfiguration
    let passwords = SimulatedPasswords()
    let log = ErrorLog()
    private let home: URL
    private var lives = 0
    private(set) var ledger: Ledger?
    private(set) var paper: PaperExchange?
    private(set) var desk: DeskCore?

    init(_ configuration: DeskConfiguration) throws {
        self.configuration = configuration
        home = FileManager.default.temporaryDirectory.appending(path: "outcry-simulate-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    }

    deinit {
        desk = nil
        ledger = nil
        try? FileManager.default.removeItem(at: home)
    }

    var isUp: Bool { desk != nil }

    private var database: URL { home.appending(path: "desk-\(lives).db") }

    /// Starts the process on what the disk holds.
    func start(at now: Timestamp) throws {
        let ledger = try Ledger(path: database.path, options: .serve) { AccountStore.registerMigrations(in: &$0) }
        self.ledger = ledger
        let books = try ledger.books("paper").map {
            BookEntry(key: String(decoding: $0.key, as: UTF8.self), value: $0.value)
        }
        let paper = try PaperExchange(restoring: books)
        self.paper = paper
        desk = try DeskCore(
            configuration, ledger: ledger, exchange: paper, passwords: passwords, log: log.logger, now: now)
    }

    /// The power goes. What the process still held is gone with it.
    func crash() throws {
        let old = database
        lives += 1
        // Whatever the end of the old connection still writes goes to the old file.
        for suffix in ["", "-wal"] {
            let file = old.path + suffix
            guard FileManager.default.fileExists(atPath: file) else { continue }
            try FileManager.default.copyItem(atPath: file, toPath: database.path + suffix)
        }
        letGo()
        for suffix in ["", "-wal", "-shm", ".lock"] { try? FileManager.default.removeItem(atPath: old.path + suffix) }
    }

    /// The process ends as it should.
    func stop() {
        letGo()
    }

    private func letGo() {
        _ = passwords.takeAnswers()
        desk = nil
        paper = nil
        ledger = nil
    }
}
