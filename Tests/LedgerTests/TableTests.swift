import GRDB
import OrderEngine
import Testing
import Trading

@testable import Ledger

@Suite struct TableTests {
    private let account = AccountID(1)

    @Test func `an order comes back whole, inside the transaction and after it`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        var order = Samples.full
        try ledger.transaction { transaction in
            try transaction.project(order)
            #expect(try transaction.order(order.id) == order)
        }
        order.filled = 2
        order.status = .filled
        try ledger.transaction { try $0.project(order) }
        #expect(try ledger.order(order.id) == order)
        #expect(try ledger.order(OrderID(999)) == nil)
        #expect(try ledger.children(of: OrderID(299)) == [order])
        let columns = try ledger.read { database in
            try Row.fetchOne(database, sql: "SELECT status, filled, price, quantity, is_root FROM orders")
        }
        #expect(
            columns == [
                "status": "filled", "filled": "2", "price": nil, "quantity": "0.000000000000000001", "is_root": 0,
            ])
    }

    @Test func `open orders by kind and pair, roots unless told`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        try ledger.transaction { transaction in
            try transaction.project(Samples.order(1))
            try transaction.project(Samples.order(2, pair: "ltc_usd"))
            try transaction.project(Samples.order(3, kind: .sliced))
            try transaction.project(Samples.order(4, parent: 3))
            try transaction.project(Samples.order(5, status: .filled, closedAt: 5))
            try transaction.project(Samples.order(6, account: 2))
        }
        func ids(_ orders: [Order]) -> [UInt64] { orders.map(\.id.rawValue) }
        #expect(ids(try ledger.openOrders(account)) == [1, 2, 3])
        #expect(ids(try ledger.openOrders(account, includingChildren: true)) == [1, 2, 3, 4])
        #expect(ids(try ledger.openOrders(account, kind: .sliced)) == [3])
        #expect(ids(try ledger.openOrders(account, pair: "ltc_usd")) == [2])
    }

    @Test func `finished orders come newest first, without children`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        try ledger.transaction { transaction in
            for id in 1...6 as ClosedRange<UInt64> {
                let kind: OrderKind = id % 2 == 0 ? .simple : .paired
                try transaction.project(
                    Samples.order(
                        id, pair: id == 6 ? "ltc_usd" : "btc_usd", kind: kind, status: .filled, closedAt: Int64(id * 10)
                    ))
            }
            try transaction.project(Samples.order(7, parent: 1, status: .filled, closedAt: 70))
            try transaction.project(Samples.order(8))
        }
        func ids(_ orders: [Order]) -> [UInt64] { orders.map(\.id.rawValue) }
        #expect(ids(try ledger.finishedRoots(account, limit: 10)) == [6, 5, 4, 3, 2, 1])
        #expect(ids(try ledger.finishedRoots(account, limit: 2)) == [6, 5])
        #expect(ids(try ledger.finishedRoots(account, kind: .paired, limit: 10)) == [5, 3, 1])
        #expect(ids(try ledger.finishedRoots(account, pair: "ltc_usd", limit: 10)) == [6])
        let between = try ledger.finishedRoots(
            account, since: Timestamp(nanoseconds: 20), until: Timestamp(nanoseconds: 50), limit: 10)
        #expect(ids(between) == [4, 3, 2])
    }

    @Test func `fills by time, by number, by pair`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        try ledger.transaction { transaction in
            for id in 1...5 as ClosedRange<UInt64> {
                let order = Samples.order(id, pair: id == 3 ? "ltc_usd" : "btc_usd")
                try transaction.project(fill: Samples.fill(id, at: Int64(id) * 10), of: order)
            }
        }
        func ids(_ rows: [FillRow]) -> [UInt64] { rows.compactMap(\.fill.id.number) }
        #expect(ids(try ledger.fills(account, FillFilter(limit: 2))) == [5, 4])
        #expect(ids(try ledger.fills(account, FillFilter(limit: 2, oldestFirst: true))) == [1, 2])
        #expect(ids(try ledger.fills(account, FillFilter(pair: "ltc_usd", limit: 9))) == [3])
        #expect(ids(try ledger.fills(account, FillFilter(fromID: FillID(2), toID: FillID(4), limit: 9))) == [4, 3, 2])
        let since = Timestamp(nanoseconds: 20)
        let until = Timestamp(nanoseconds: 40)
        #expect(ids(try ledger.fills(account, FillFilter(since: since, until: until, limit: 9))) == [3, 2])
        #expect(
            ids(try ledger.fills(account, FillFilter(pair: "btc_usd", fromID: FillID(2), limit: 9, oldestFirst: true)))
                == [2, 4, 5])
        let row = try #require(try ledger.fills(of: OrderID(3)).first)
        #expect(row.fill == Samples.fill(3, at: 30))
        #expect(row.value == 46 && row.pair == "ltc_usd" && row.side == .buy && row.account == account)
    }

    @Test func `fills with texts for names stand behind those with numbers`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        let ids = [FillID(10), FillID(9), Samples.fillName("a-2"), Samples.fillName("B"), Samples.fillName("09")]
        try ledger.transaction { transaction in
            for id in ids { try transaction.project(fill: Samples.fill(id, at: 5), of: Samples.order(1)) }
        }
        let sorted = ["9", "10", "09", "B", "a-2"]
        func found(_ filter: FillFilter) throws -> [String] {
            try ledger.fills(account, filter).map(\.fill.id.description)
        }
        #expect(ids.sorted().map(\.description) == sorted)
        #expect(try ledger.fills(of: OrderID(1)).map(\.fill.id.description) == sorted)
        #expect(try found(FillFilter(limit: 9, oldestFirst: true)) == sorted)
        #expect(try found(FillFilter(fromID: FillID(10), limit: 9, oldestFirst: true)) == ["10", "09", "B", "a-2"])
        #expect(try found(FillFilter(toID: FillID(10), limit: 9)) == ["10", "9"])
        for id in ids { #expect(try found(FillFilter(fromID: id, toID: id, limit: 9)) == [id.description]) }
        var pages: [String] = []
        var last: FillRow?
        repeat {
            last = try ledger.fills(account, behind: last, since: nil, limit: 2).last
            pages += last.map { [$0.fill.id.description] } ?? []
        } while last != nil
        #expect(pages == ["10", "B", "a-2"])
        #expect(throws: LedgerError.self) {
            try ledger.transaction { try $0.project(fill: Samples.fill(ids[2]), of: Samples.order(1)) }
        }
    }

    @Test func `funds, tags, books and the inbox come back`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        let reply = RememberedReply(text: "+ #1", json: "{}")
        try ledger.transaction { transaction in
            try transaction.project(account, "usd", at: .paper, funds: Funds(total: 10, reserved: 1))
            try transaction.project(account, "usd", at: .paper, funds: Funds(total: 20, reserved: 2))
            try transaction.project(account, "btc", at: .paper, funds: Funds(total: 1))
            try transaction.rememberTag(account, "k7", line: "buy", at: Samples.time)
            #expect(try transaction.tag(account, "k7")?.reply == nil)
            try transaction.completeTag(account, "k7", reply)
            try transaction.rememberTag(account, "k8", line: "", at: Samples.time.advanced(bySeconds: 1))
            try transaction.putBook("paper", key: [2], value: [])
            try transaction.putBook("paper", key: [1, 255], value: [7])
            try transaction.putBook("paper", key: [1], value: [1])
            try transaction.putBook("paper", key: [1], value: [3])
            try transaction.putBook("other", key: [], value: [9])
            try transaction.setInboxSeen(account, 4)
        }
        let funds = try ledger.funds(account)
        #expect(funds.map(\.coin) == ["btc", "usd"])
        #expect(funds.map(\.funds) == [Funds(total: 1), Funds(total: 20, reserved: 2)])
        #expect(try ledger.tag(account, "k7") == RememberedTag(line: "buy", at: Samples.time, reply: reply))
        #expect(try ledger.tag(AccountID(2), "k7") == nil)
        #expect(try ledger.books("paper").map(\.key) == [[1], [1, 255], [2]])
        #expect(try ledger.books("paper").map(\.value) == [[3], [7], []])
        #expect(try ledger.books("other") == [BookRow(key: [], value: [9])])
        #expect(try ledger.inboxSeen(account) == 4)
        #expect(try ledger.inboxSeen(AccountID(2)) == 0)
        try ledger.transaction { transaction in
            try transaction.forgetTags(before: Samples.time.advanced(bySeconds: 1), limit: 10)
            try transaction.deleteBook("paper", key: [1])
        }
        #expect(try ledger.tag(account, "k7") == nil)
        #expect(try ledger.tag(account, "k8") != nil)
        #expect(try ledger.books("paper").count == 2)
    }

    @Test func `notifications come from a number on, per account`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        try ledger.transaction { transaction in
            for number in 1...10 as ClosedRange<UInt64> {
                for account in [account, AccountID(2)] {
                    let seq = try transaction.appendNotification(
                        account, at: Samples.time, event: "filled", order: number == 1 ? nil : OrderID(number),
                        text: "* \(number)", json: "{\"seq\":\(number)}")
                    #expect(seq == number)
                }
            }
            #expect(try transaction.notificationHead(account) == 10)
        }
        #expect(try ledger.notificationHead(account) == 10)
        #expect(try ledger.notifications(account, from: 4, limit: 3).map(\.seq) == [4, 5, 6])
        #expect(try ledger.notifications(account, from: .max, limit: 3).isEmpty)
        let first = try #require(try ledger.notifications(account, from: 0, limit: 1).first)
        #expect(
            first
                == NotificationRow(
                    seq: 1, at: Samples.time, event: "filled", order: nil, text: "* 1", json: "{\"seq\":1}"))
    }

    @Test func `an order's history, all records, and the tables emptied for rebuilding`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        try ledger.transaction { transaction in
            for _ in 0..<60 {
                for (_, record) in Samples.records { try transaction.append(record, of: .paper, account: account) }
            }
            try transaction.project(Samples.simple)
            try transaction.project(fill: Samples.fill(1), of: Samples.simple)
            try transaction.project(account, "usd", at: .paper, funds: Funds(total: 1))
        }
        let history = try ledger.history(of: OrderID(37))
        #expect(history.count == 180 && history.allSatisfy { $0.record.orderID == OrderID(37) })
        var seen = 0
        try ledger.forEachRecord { numbered in
            #expect(numbered.record == Samples.records[seen % Samples.records.count].record)
            seen += 1
            #expect(numbered.number.rawValue == Int64(seen))
        }
        #expect(seen == 60 * Samples.records.count)
        #expect(seen > 2_000)
        try ledger.transaction { try $0.clearTables() }
        #expect(try ledger.order(Samples.simple.id) == nil)
        #expect(try ledger.fills(of: Samples.simple.id).isEmpty)
        #expect(try ledger.funds(account).isEmpty)
    }

    @Test func `a damaged or missing record is an error that names it`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        try ledger.transaction { transaction in
            for (_, record) in Samples.records.prefix(5) { try transaction.append(record, of: .paper) }
            try transaction.database.execute(
                sql: "UPDATE records SET body = CAST(x'01020304' || body AS BLOB) WHERE number = 4")
        }
        #expect(throws: LedgerError.badRecord(RecordNumber(4), .checksum)) { try ledger.forEachRecord { _ in } }
        try ledger.transaction { try $0.database.execute(sql: "DELETE FROM records WHERE number = 3") }
        #expect(throws: LedgerError.corrupt(detail: "record 3 is missing")) { try ledger.forEachRecord { _ in } }
    }

    @Test func `the last two snapshots are kept, and a damaged one is passed over`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        #expect(try ledger.load() == LoadedState(snapshots: [], number: .none, passedOver: []))
        try ledger.transaction { transaction in
            for (_, record) in Samples.records.prefix(9) { try transaction.append(record, of: .paper) }
        }
        for number in [3, 6, 9] as [Int64] { try ledger.saveSnapshots([Samples.snapshot], at: RecordNumber(number)) }
        let count = try ledger.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM snapshots") }
        #expect(count == 2)
        #expect(
            try ledger.load() == LoadedState(snapshots: [Samples.snapshot], number: RecordNumber(9), passedOver: []))
        for (number, expected) in [(9, 6), (6, 0)] as [(Int64, Int64)] {
            try ledger.transaction { transaction in
                try transaction.database.execute(
                    sql: "UPDATE snapshots SET body = x'00112233445566' WHERE record = ?", arguments: [number])
            }
            let loaded = try ledger.load()
            #expect(loaded.number == RecordNumber(expected))
            #expect((loaded.snapshots.isEmpty) == (expected == 0))
            #expect(loaded.passedOver.count == (expected == 6 ? 1 : 2))
        }
    }

    @Test func `a snapshot ahead of the records stops the start`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        try ledger.saveSnapshots([Samples.snapshot], at: RecordNumber(5))
        #expect(throws: LedgerError.self) { try ledger.load() }
    }

    @Test func `no statement scans a table`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        // Read whole on purpose, or walked from its end by key.
        let exempt: Set<LedgerStatement> = [
            .lastRecord, .lastSnapshots, .forgetSnapshots, .clearOrders, .clearFills, .clearFunds,
            .waitingAlerts, .lastFundsPoint, .forgetFundsPoints, .tradesLeft,
            .lastMoments, .prunedRuns, .clearSnapshots, .base, .baseRecord, .clearBase,
        ]
        for statement in LedgerStatement.allCases where !exempt.contains(statement) {
            let plan = try ledger.read { database in
                let explain = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + statement.sql)
                explain.setUncheckedArguments([])
                return try Row.fetchAll(explain).map { $0["detail"] as String }
            }
            for step in plan {
                // A constant row is of no table; a partial index of what has not been swept yet is mostly empty.
                let isSmall = step == "SCAN CONSTANT ROW" || step.hasSuffix("_unswept")
                #expect(!step.hasPrefix("SCAN") || isSmall, "\(statement): \(step)")
                #expect(!step.contains("TEMP B-TREE"), "\(statement): \(step)")
            }
        }
    }
}
