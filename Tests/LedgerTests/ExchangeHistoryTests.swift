import GRDB
import OrderEngine
import Testing
import Trading

@testable import Ledger

/// What exchanges list of an account: its transactions, and trades that were not made here.
@Suite struct ExchangeHistoryTests {
    private let account = AccountID(1)

    private func filled() throws -> (Scratch, Ledger) {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        try ledger.transaction { transaction in
            for number in 1...9 as ClosedRange<UInt64> {
                // Two of each moment; each third books an order.
                try transaction.keep(
                    Samples.listed(
                        number, "row \(number)", status: number == 8 ? .waiting : .successful,
                        order: number % 3 == 0 ? "70" : nil, at: Int64(number + 1) / 2 * 10))
                try transaction.keep(
                    Samples.foreign(
                        500 + number, at: Int64(number + 1) / 2 * 10, pair: number == 4 ? "ltc_usd" : "btc_usd"))
            }
        }
        return (scratch, ledger)
    }

    @Test func `transactions by time and number, from either end, without what books an order`() throws {
        let (scratch, ledger) = try filled()
        func ids(_ filter: ListedFilter) throws -> [String] {
            try ledger.listedTransactions(account, filter).map(\.id)
        }
        #expect(try ids(ListedFilter(limit: 3)) == ["8", "7", "5"])
        #expect(try ids(ListedFilter(limit: 9, oldestFirst: true)) == ["1", "2", "4", "5", "7", "8"])
        let (since, until) = (Timestamp(nanoseconds: 20), Timestamp(nanoseconds: 40))
        #expect(try ids(ListedFilter(since: since, until: until, limit: 9)) == ["5", "4"])
        #expect(try ids(ListedFilter(from: 2, to: 5, limit: 9)) == ["5", "4", "2"])
        #expect(try ids(ListedFilter(from: 2, limit: 2, oldestFirst: true)) == ["2", "4"])
        #expect(try ids(ListedFilter(exchange: ExchangeID("btce"), limit: 9)) == [])
        #expect(try ledger.listedTransactions(AccountID(2), ListedFilter(limit: 9)).isEmpty)
        withExtendedLifetime(scratch) {}
    }

    @Test func `all rows in pages leave none out and bring none twice, also of one moment`() throws {
        let (scratch, ledger) = try filled()
        var found: [String] = []
        var last: ListedTransaction?
        repeat {
            let page = try ledger.listedTransactions(account, behind: last, since: nil, limit: 2)
            found += page.map(\.id)
            last = page.last
        } while last != nil
        #expect(found == (1...9).map { "\($0)" })
        let since = Timestamp(nanoseconds: 40)
        #expect(
            try ledger.listedTransactions(account, behind: nil, since: since, limit: 9).map(\.id) == ["7", "8", "9"])
        var fills: [UInt64] = []
        var lastFill: ForeignFill?
        repeat {
            let page = try ledger.foreignFills(account, behind: lastFill, since: nil, limit: 2)
            fills += page.compactMap(\.fill.id.number)
            lastFill = page.last
        } while lastFill != nil
        #expect(fills == Array(501...509))
        #expect(try ledger.foreignFills(account, behind: nil, since: since, limit: 9).count == 3)
        withExtendedLifetime(scratch) {}
    }

    @Test func `a row that is told again changes its status, and stays one`() throws {
        let (scratch, ledger) = try filled()
        #expect(try ledger.unsettledTransactions(account, at: .paper, limit: 9).map(\.id) == ["8"])
        #expect(try ledger.unsettledTransactions(account, at: .paper, behind: "8", limit: 9).isEmpty)
        try ledger.transaction { try $0.keep(Samples.listed(8, "it came", status: .successful, at: 40)) }
        let row = try #require(try ledger.listedTransactions(account, ListedFilter(from: 8, to: 8, limit: 9)).first)
        #expect(row == Samples.listed(8, "it came", status: .successful, at: 40))
        #expect(try ledger.unsettledTransactions(account, at: .paper, limit: 9).isEmpty)
        #expect(try ledger.listedTransactions(account, behind: nil, since: nil, limit: 99).count == 9)
        withExtendedLifetime(scratch) {}
    }

    @Test func `an id that is no number is kept, and found by its time`() throws {
        let (scratch, ledger) = try filled()
        let row = ListedTransaction(
            account: account, exchange: .paper, id: "LTMAEN-07", kind: .withdrawal, status: .canceled, coin: "btc",
            amount: 1, description: "", exchangeOrderID: nil, at: Timestamp(nanoseconds: 99), place: "x y")
        try ledger.transaction { try $0.keep(row) }
        #expect(try ledger.listedTransactions(account, ListedFilter(limit: 1)) == [row])
        #expect(try ledger.listedTransactions(account, ListedFilter(from: 1, limit: 99)).contains(row) == false)
        withExtendedLifetime(scratch) {}
    }

    @Test func `foreign fills by time, number and pair, once each`() throws {
        let (scratch, ledger) = try filled()
        func ids(_ filter: FillFilter) throws -> [UInt64] {
            try ledger.foreignFills(account, filter).compactMap(\.fill.id.number)
        }
        #expect(try ids(FillFilter(limit: 2)) == [509, 508])
        #expect(try ids(FillFilter(limit: 2, oldestFirst: true)) == [501, 502])
        #expect(try ids(FillFilter(pair: "ltc_usd", limit: 9)) == [504])
        #expect(try ids(FillFilter(fromID: FillID(503), toID: FillID(505), limit: 9)) == [505, 504, 503])
        #expect(try ids(FillFilter(exchange: ExchangeID("btce"), limit: 9)) == [])
        #expect(try ledger.pairsOfForeignFills(account) == ["btc_usd", "ltc_usd"])
        try ledger.transaction { try $0.keep(Samples.foreign(501, at: 77)) }
        #expect(
            try ledger.foreignFills(account, FillFilter(toID: FillID(501), limit: 9)) == [Samples.foreign(501, at: 10)])
        withExtendedLifetime(scratch) {}
    }

    @Test func `foreign fills with texts for names are kept once, found and forgotten`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        let ids = [FillID(8), Samples.fillName("T-1"), Samples.fillName("T-2")]
        for id in ids + ids {
            try ledger.transaction { try $0.keep(Samples.foreign(id, at: 20, exchange: "btce")) }
        }
        #expect(try ledger.foreignFills(account, FillFilter(limit: 9, oldestFirst: true)).map(\.fill.id) == ids)
        #expect(try ledger.foreignFills(account, behind: nil, since: nil, limit: 9).map(\.fill.id) == ids)
        #expect(try ledger.foreignFill(behindNewest: 1, of: account)?.id == ids[1])
        try ledger.transaction {
            try $0.project(fill: Samples.fill(ids[1], at: 20), of: Samples.order(1, exchange: "btce"))
        }
        #expect(try ledger.foreignFills(account, FillFilter(limit: 9)).map(\.fill.id) == [ids[2], ids[0]])
        let end = (at: Timestamp(nanoseconds: 20), id: nil as FillID?)
        #expect(try ledger.transaction { try $0.forgetForeignFills(account, through: end, limit: 9) } == 2)
    }

    @Test func `and does not come back as foreign once its order is pruned`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        try ledger.transaction { transaction in
            for number in [7, 8] as [UInt64] { try transaction.keep(Samples.foreign(number, at: 20, exchange: "btce")) }
            try transaction.project(fill: Samples.fill(7, at: 20), of: Samples.order(1, exchange: "btce"))
            try transaction.project(fill: Samples.fill(8, at: 20), of: Samples.order(2, exchange: "yobit"))
            try transaction.database.execute(sql: "DELETE FROM fills")
        }
        #expect(try ledger.foreignFills(account, FillFilter(limit: 9)).map(\.fill.id) == [FillID(8)])
    }

    @Test func `a fill that is an order's after all is not foreign any more`() throws {
        let (scratch, ledger) = try filled()
        try ledger.transaction { try $0.project(fill: Samples.fill(503, at: 20), of: Samples.order(1)) }
        #expect(
            try ledger.foreignFills(account, FillFilter(limit: 99)).compactMap(\.fill.id.number).contains(503) == false)
        #expect(try ledger.foreignFills(account, behind: nil, since: nil, limit: 99).count == 8)
        // The same number on another pair, or elsewhere, is another fill.
        try ledger.transaction { try $0.project(fill: Samples.fill(504, at: 20), of: Samples.order(2)) }
        #expect(try ledger.foreignFills(account, FillFilter(limit: 99)).count == 8)
        withExtendedLifetime(scratch) {}
    }

    @Test func `the oldest foreign fills go first, a part at a time`() throws {
        let (scratch, ledger) = try filled()
        let last = try #require(try ledger.foreignFill(behindNewest: 4, of: account))
        #expect(last.id == FillID(505) && last.at == Timestamp(nanoseconds: 30))
        #expect(try ledger.foreignFill(behindNewest: 9, of: account) == nil)
        #expect(try ledger.transaction { try $0.forgetForeignFills(account, through: last, limit: 3) } == 3)
        #expect(try ledger.transaction { try $0.forgetForeignFills(account, through: last, limit: 3) } == 2)
        #expect(
            try ledger.foreignFills(account, FillFilter(limit: 99)).compactMap(\.fill.id.number) == [
                509, 508, 507, 506,
            ])
        #expect(try ledger.foreignFills(before: Timestamp(nanoseconds: 41)).map(\.count) == [3])
        withExtendedLifetime(scratch) {}
    }

    @Test func `a day's figures are stored with a price, each where it is known`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        let day = TickerDay(high: 240, low: nil, average: 230, volume: Samples.decimal("0.5"), value: nil)
        let points = [
            PricePoint(at: Timestamp(seconds: 240), bid: 229, ask: nil, last: 230, day: day),
            PricePoint(at: Timestamp(seconds: 480), bid: 229, ask: nil, last: 230),
        ]
        try ledger.transaction { for point in points { try $0.store(point, of: "btc_usd", at: .paper) } }
        let (since, until) = (Timestamp(seconds: 0), Timestamp(seconds: 7_200))
        #expect(try ledger.prices(of: "btc_usd", at: .paper, since: since, until: until) == points)
        // The last of an hour brings its figures with it, also none.
        try ledger.transaction { try $0.forgetPrices(.point, before: until) }
        #expect(try ledger.prices(of: "btc_usd", at: .paper, since: since, until: until).map(\.day) == [nil])
    }

    @Test func `changes of funds leave out the exchanges that list them`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        let names = ["paper", "btce", "btc"].compactMap { ExchangeID($0) }
        try ledger.transaction { transaction in
            for name in names {
                let adjustment = FundsAdjustment(
                    account: account, coin: "usd", amount: 1, reason: .deposit, at: Timestamp(seconds: 1))
                try transaction.append(.fundsAdjusted(adjustment), of: name)
            }
        }
        func exchanges(_ except: [String]) throws -> [String] {
            let filter = AdjustmentFilter(except: except.compactMap { ExchangeID($0) }, limit: 9, oldestFirst: true)
            return try ledger.adjustments(account, filter).map(\.exchange.description)
        }
        #expect(try exchanges([]) == ["paper", "btce", "btc"])
        #expect(try exchanges(["btc"]) == ["paper", "btce"])
        #expect(try exchanges(["btce", "paper"]) == ["btc"])
    }

    @Test func `a database of before has its prices, and room for what exchanges list`() throws {
        let scratch = try Scratch()
        var migrator = DatabaseMigrator()
        Schema.register(in: &migrator)
        let queue = try DatabaseQueue(path: scratch.path)
        try migrator.migrate(queue, upTo: "ledger-12-exchanges")
        try queue.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    PRAGMA journal_mode = WAL;
                    INSERT INTO prices VALUES (0, 'paper', 'btc_usd', 5, '229', NULL, '230');
                    INSERT INTO exchange_books VALUES ('btce', CAST('fills of account 1' AS BLOB), CAST('77' AS BLOB));
                    """)
        }
        try queue.close()
        let ledger = try scratch.open()
        let (since, until) = (Timestamp(nanoseconds: 0), Timestamp(nanoseconds: 9))
        #expect(
            try ledger.prices(of: "btc_usd", at: .paper, since: since, until: until)
                == [PricePoint(at: Timestamp(nanoseconds: 5), bid: 229, ask: nil, last: 230)])
        #expect(try ledger.books("btce").count == 1)
        #expect(try ledger.foreignFills(account, FillFilter(limit: 9)).isEmpty)
        try ledger.transaction { transaction in
            try transaction.keep(Samples.listed(1, ""))
            try transaction.keep(Samples.foreign(1))
        }
        #expect(try ledger.listedTransactions(account, ListedFilter(limit: 9)).count == 1)
        #expect(try ledger.foreignFills(account, FillFilter(limit: 9)).count == 1)
    }

    @Test(arguments: [("exchange_transactions", "paper11"), ("foreign_fills", "7buy2300.2")])
    func `a table that cannot be read is left out, and read from the exchanges again`(table: String, text: String)
        throws
    {
        let scratch = try Scratch()
        func withNumbers(_ migrator: inout DatabaseMigrator) {
            migrator.registerMigration("numbers") { database in
                try database.execute(sql: "CREATE TABLE numbered (id INTEGER PRIMARY KEY AUTOINCREMENT)")
            }
        }
        let ledger = try Ledger(path: scratch.path, options: .serve, registerMigrations: withNumbers)
        try SmallLedger.fill(ledger)
        try ledger.transaction { transaction in
            for key in ["transactions of account 1", "trades of account 1", "fills of account 1"] {
                try transaction.putBook("btce", key: Array(key.utf8), value: [1])
            }
        }
        try ledger.close()
        var files = try DatabaseFiles(of: scratch.path)
        let row = try #require(SmallLedger.rows.first { $0.table == table }).bytes
        let bytes = try #require(files.bytes[""])
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: row) })
        files.bytes["", default: []][place] ^= 1
        try files.lay(at: scratch.path)
        let salvaged = try Ledger.salvage(path: scratch.path, registerMigrations: withNumbers, rebuild: { _ in })
        #expect(
            salvaged.leftOut.count == 1 && salvaged.leftOut[0].contains("the table \(table)"), "\(salvaged.leftOut)")
        #expect(salvaged.leftOut[0].contains("read from the exchanges again"))
        let again = try Ledger(path: scratch.path, options: .serve, registerMigrations: withNumbers)
        #expect(try again.books("btce").map { String(decoding: $0.key, as: UTF8.self) } == ["fills of account 1"])
        #expect(try again.books("paper").count == 1)
    }
}
