import Foundation
import GRDB
import OrderEngine
import Testing
import Trading

@testable import Ledger

/// A database of before exchanges had names in it opens, and all of it is the one exchange's that its desk had.
@Suite struct OldDatabaseTests {
    private static let account = AccountID(7)

    /// As version 0.1 left it: the tables up to `ledger-11-pruning`, with a row in each that has an exchange since.
    private func makeOld(at path: String, books: [String], isPruned: Bool) throws {
        let queue = try DatabaseQueue(path: path)
        var migrator = DatabaseMigrator()
        Schema.register(in: &migrator)
        try migrator.migrate(queue, upTo: "ledger-11-pruning")
        try queue.write { database in
            let order = Samples.simple
            let time = Samples.time.nanoseconds
            try database.execute(
                sql: "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    1, Int(RecordCoder.version), "order_placed", 41, 7, time,
                    Data(RecordCoder.encode(.orderPlaced(order))),
                ])
            try database.execute(
                sql:
                    "INSERT INTO orders VALUES (41, 7, 'btc_usd', 'buy', 'simple', NULL, 1, 'pending', '0.5', '230', '0', "
                    + "'0', '0', 'usd', 'gtc', NULL, ?, NULL, ?)",
                arguments: [time, Data(OrderCoder.encode(order))])
            try database.execute(
                sql:
                    "INSERT INTO fills VALUES (41, 9, 7, 'btc_usd', 'buy', '230', '0.1', '23', '0', 'usd', 'taker', ?)",
                arguments: [time])
            try database.execute(sql: "INSERT INTO funds VALUES (7, 'usd', '1000', '115.23')")
            try database.execute(
                sql: "INSERT INTO prices VALUES (0, 'btc_usd', ?, '229', '231', '230')", arguments: [time])
            try database.execute(
                sql: "INSERT INTO funds_points VALUES (0, 7, ?, 'usd', '1000', '1000', ?)", arguments: [time, time])
            try database.execute(
                sql: "INSERT INTO alerts VALUES (7, 1, 'btc_usd', 'above', '250', ?, NULL)", arguments: [time])
            try database.execute(
                sql: "INSERT INTO trades_left VALUES (3, 'btc_usd', '230', '1', NULL, ?)", arguments: [time])
            for book in books {
                try database.execute(sql: "INSERT INTO exchange_books VALUES (?, x'01', x'02')", arguments: [book])
            }
            for seq in 1...3 {
                try database.execute(
                    sql: "INSERT INTO notifications VALUES (7, ?, ?, 'filled', 41, '* #1 filled', '{}')",
                    arguments: [seq, time])
            }
            let snapshot = Data(SnapshotCoder.encode(Samples.snapshot))
            try database.execute(sql: "INSERT INTO snapshots VALUES (1, ?)", arguments: [snapshot])
            if isPruned {
                try database.execute(sql: "INSERT INTO base VALUES (1, 1, ?, ?)", arguments: [time, snapshot])
            }
        }
        try queue.close()
    }

    private static let exchanges: [(books: [String], exchange: ExchangeID)] = [
        (["paper"], "paper"), (["btce"], "btce"), ([], "paper"), (["lossy"], "lossy"),
    ]

    @Test(arguments: exchanges, [false, true])
    func `every row is of the exchange that the desk had`(
        of: (books: [String], exchange: ExchangeID), isPruned: Bool
    ) throws {
        let scratch = try Scratch()
        try makeOld(at: scratch.path, books: of.books, isPruned: isPruned)
        for _ in 1...2 {
            let ledger = try scratch.open()
            let account = OldDatabaseTests.account
            let order = try #require(try ledger.order(OrderID(41)))
            #expect(order.exchange == of.exchange && order.line == Samples.simple.line)
            #expect(try ledger.openOrders(account, exchange: of.exchange).map(\.id) == [OrderID(41)])
            #expect(try ledger.openOrders(account, exchange: "another").isEmpty)
            #expect(try ledger.history(of: OrderID(41)).map(\.exchange) == [of.exchange])
            #expect(try ledger.fills(account, FillFilter(limit: 5)).map(\.exchange) == [of.exchange])
            #expect(try ledger.funds(account).map(\.exchange) == [of.exchange])
            #expect(try ledger.funds(account).map(\.funds.total) == [1_000])
            let since = Samples.time.advanced(bySeconds: -1)
            let until = Samples.time.advanced(bySeconds: 1)
            #expect(try ledger.prices(of: "btc_usd", at: of.exchange, since: since, until: until).map(\.last) == [230])
            #expect(try ledger.fundsPoints(account, since: since, until: until).map(\.exchange) == [of.exchange])
            #expect(try ledger.waitingAlerts().map(\.exchange) == [of.exchange])
            #expect(try ledger.notifications(account, from: 2, limit: 9).map(\.seq) == [2, 3])
            #expect(try ledger.tradesLeft().map(\.exchange) == [of.exchange])
            let loaded = try ledger.load()
            #expect(loaded.snapshots.map(\.exchange) == [of.exchange] && loaded.number == RecordNumber(1))
            #expect(try ledger.base()?.snapshots.map(\.exchange) == (isPruned ? [of.exchange] : nil))
            try ledger.close()
        }
    }

    @Test(arguments: exchanges, [false, true])
    func `a damaged one is brought up to date as a whole one is`(
        of: (books: [String], exchange: ExchangeID), isPruned: Bool
    ) throws {
        let scratch = try Scratch()
        try makeOld(at: scratch.path, books: of.books, isPruned: isPruned)
        var rebuilt: [ExchangeID] = []
        let salvaged = try Ledger.salvage(
            path: scratch.path, registerMigrations: { _ in },
            rebuild: { rebuilt = try $0.history(of: OrderID(41)).map(\.exchange) })
        #expect(rebuilt == [of.exchange] && salvaged.leftOut == [])
        let ledger = try scratch.open()
        #expect(try ledger.history(of: OrderID(41)).map(\.exchange) == [of.exchange])
        #expect(try ledger.waitingAlerts().map(\.exchange) == [of.exchange])
        #expect(try ledger.tradesLeft().map(\.exchange) == [of.exchange])
        #expect(try ledger.base()?.snapshots.map(\.exchange) == (isPruned ? [of.exchange] : nil))
        try ledger.close()
    }

    @Test func `fills that had numbers only keep them`() throws {
        let scratch = try Scratch()
        let queue = try DatabaseQueue(path: scratch.path)
        var migrator = DatabaseMigrator()
        Schema.register(in: &migrator)
        try migrator.migrate(queue, upTo: "ledger-14-key-of-notifications")
        let foreign = Samples.foreign(12, exchange: "btce")
        try queue.write { database in
            try database.execute(
                sql: """
                    INSERT INTO foreign_fills
                        VALUES (1, 'btce', 'btc_usd', 12, '7', 'buy', '230', '0.2', '0.092', 'usd', 'maker', 1);
                    INSERT INTO fills VALUES
                        (1, 9, 1, 'btc_usd', 'buy', '230', '0.2', '46', '0.092', 'usd', 'maker', 1, 'btce'),
                        (1, 10, 1, 'btc_usd', 'buy', '230', '0.2', '46', '0.092', 'usd', 'maker', 1, 'btce');
                    """)
        }
        try queue.close()
        let ledger = try scratch.open()
        #expect(try ledger.fills(of: OrderID(1)).map(\.fill) == [Samples.fill(9), Samples.fill(10)])
        #expect(try ledger.foreignFills(AccountID(1), FillFilter(limit: 9)) == [foreign])
        #expect(try ledger.fills(AccountID(1), FillFilter(fromID: FillID(10), limit: 9)).map(\.fill.id) == [FillID(10)])
    }

    @Test func `a name that is none of an exchange is told, not taken for paper`() throws {
        let scratch = try Scratch()
        try makeOld(at: scratch.path, books: ["not a name"], isPruned: false)
        #expect(throws: LedgerError.self) { _ = try scratch.open() }
    }

    @Test func `every table has a primary key`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        let without = try ledger.read { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
                        AND NOT EXISTS (SELECT 1 FROM pragma_table_info(sqlite_master.name) WHERE pk > 0)
                    """)
        }
        #expect(without == [])
    }

    @Test func `a state of one moment counts only whole`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        _ = try ledger.transaction { try $0.append(.orderPlaced(Samples.simple), of: .paper) }
        let paper = Samples.snapshot
        var other = EngineSnapshot(exchange: "kraken", nextOrderID: OrderID(9), orders: [], finished: [], funds: [])
        other.funds = [.init(account: AccountID(7), coin: "btc", funds: Funds(total: 3))]
        try ledger.saveSnapshots([paper, other], at: RecordNumber(1))
        #expect(try ledger.load().snapshots == [other, paper])
        try ledger.transaction { transaction in
            try transaction.database.execute(sql: "DELETE FROM snapshots WHERE exchange = 'kraken'")
        }
        let loaded = try ledger.load()
        #expect(loaded.snapshots.isEmpty && loaded.number == .none)
        #expect(loaded.passedOver == ["the snapshot after record 1 cannot be read: of its 2 parts 1 are there"])
    }
}
