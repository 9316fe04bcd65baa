import Accounts
import Conversation
import Exchange
import Foundation
import Ledger
import Logging
import OrderEngine
import Testing
import Trading

@testable import Desk

/// `outcry prune` on a desk with everything that a trader may have: what goes, what stays, and that what stays is as it was.
@Suite struct PruneTests {
    /// What a trader can ask about everything that was not over, and what the account has.
    private func answers(_ bench: SightBench, orders: [UInt64]) -> [String] {
        var all: [String] = []
        for format in [WireFormat.text, .json] {
            let session = bench.login("ann", format)
            var lines = ["funds", "orders", "transactions", "alerts", "settings", "summary", "chart equity 1d"]
            for id in orders { lines += ["order \(id)", "why \(id)"] }
            for line in lines { all.append("\(line): \(bench.type(line, session))") }
            bench.process([.server(.closed(session))])
        }
        return all
    }

    /// The orders of the ledger that have to go by the rule, read another way than the program does: whole families that are over and
    /// that no record as young as the cut names.
    private func old(_ ledger: Ledger, upTo last: UInt64, before cut: Timestamp) throws -> Set<UInt64> {
        var orders: [OrderID: Order] = [:]
        for id in 1...last { orders[OrderID(id)] = try ledger.order(OrderID(id)) }
        func root(_ order: Order) -> OrderID { order.parent.flatMap { orders[$0] }.map(root) ?? order.id }
        var old: Set<UInt64> = []
        for family in Dictionary(grouping: orders.values, by: root).values {
            let isOld = try family.allSatisfy { order in
                try order.closedAt != nil && ledger.history(of: order.id).allSatisfy { $0.record.decidedAt < cut }
            }
            if isOld { old.formUnion(family.map(\.id.rawValue)) }
        }
        return old
    }

    private func prune(_ bench: SightBench, days: Int64) throws -> Pruned {
        let cut = bench.now.advanced(bySeconds: -days * 86_400)
        return try bench.restart { try OperatorDesk.prune(database: $0, before: cut, at: bench.now) }
    }

    /// The tables are what `outcry rebuild` makes of what is left.
    private func expectRebuilt(_ bench: SightBench) throws {
        let rows = try bench.desk.ledger.projectedRows()
        try bench.restart { _ = try OperatorDesk.rebuildTables(database: $0) }
        #expect(try bench.desk.ledger.projectedRows() == rows)
    }

    private func expectPruned(_ bench: SightBench, days: Int64, upTo last: UInt64, _ comment: String = "") throws {
        let cut = bench.now.advanced(bySeconds: -days * 86_400)
        let gone = try old(bench.desk.ledger, upTo: last, before: cut)
        let kept = try (1...last).filter { try !gone.contains($0) && bench.desk.ledger.order(OrderID($0)) != nil }
        let heads = (
            try bench.desk.ledger.recordHead(), try bench.desk.ledger.notificationHead(bench.account),
            bench.desk.engineState.nextOrderID
        )
        try bench.restart()
        let before = answers(bench, orders: kept)
        let paper = bench.desk.firstSeat.paper?.balances(of: bench.account)
        let fills = try bench.desk.ledger.fills(bench.account, FillFilter(since: cut, limit: 10_000))
        let pruned = try prune(bench, days: days)
        #expect(pruned.rows.orders == gone.count, "\(comment)")
        let after = answers(bench, orders: kept)
        for (one, other) in zip(before, after) { #expect(one == other, "\(comment)") }
        #expect(before.count == after.count)
        #expect(bench.desk.firstSeat.paper?.balances(of: bench.account) == paper)
        #expect(
            try bench.desk.ledger.fills(bench.account, FillFilter(since: cut, limit: 10_000)) == fills, "\(comment)")
        #expect(try bench.desk.ledger.recordHead() == heads.0)
        #expect(bench.desk.engineState.nextOrderID == heads.2)
        #expect(try bench.desk.ledger.notificationHead(bench.account) >= heads.1)
        let ann = bench.login("ann")
        let ben = bench.login("ben")
        for id in gone.sorted() {
            for line in ["order \(id)", "why \(id)", "cancel \(id)"] {
                #expect(bench.type(line, ann).hasPrefix("! #\(id) was over long ago"), "\(comment): \(line)")
                #expect(!bench.type(line, ben).contains("long ago"), "\(comment): another's")
            }
        }
        try expectRebuilt(bench)
        let again = answers(bench, orders: kept)
        for (one, other) in zip(before, again) { #expect(one == other, "\(comment), rebuilt") }
    }

    @Test func `what was over for long goes, and whatever is open answers as before`() throws {
        let bench = try SightBench()
        bench.wait(seconds: 100 * 86_400)
        _ = bench.type(
            ["buy 0.1 btc at 225", "contra 15 at 260", "cancel 10", "sell 0.1 btc at market"], bench.login("ann"))
        try expectPruned(bench, days: 90, upTo: 32)
        let ann = bench.login("ann")
        let last = bench.desk.engineState.nextOrderID.rawValue
        #expect(bench.type("buy 0.1 btc at 210", ann).hasPrefix("+ #\(last) "))
        #expect(bench.type("summary", ann).contains("finished      "))
        // What still belongs together does what it did.
        #expect(bench.type("cancel all", ann).hasPrefix("+ "))
        #expect(try bench.desk.ledger.openOrders(bench.account).isEmpty)
        #expect(bench.desk.engineState.funds.allSatisfy { $0.funds.reserved.isZero })
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `a random history answers for what is left as it did before, pruned once, twice, and rebuilt`(seed: UInt64)
        throws
    {
        var chance = SplitMix64(seed: seed)
        let bench = try SightBench(isBusy: false)
        for round in 1...3 {
            var ann = bench.login("ann")
            for _ in 1...25 {
                let amount = "0.\(chance.below(4) + 1)"
                let price = 200 + chance.below(60)
                let last = bench.desk.engineState.nextOrderID.rawValue
                let lines = [
                    "buy \(amount) btc_usd at \(price)", "sell \(amount) btc_usd at \(price)",
                    "buy \(amount) btc at market",
                    "slice buy \(amount) btc \(price - 5)..\(price) x\(2 + chance.below(5))",
                    "pair buy \(amount) btc_usd at \(price) then \(price + 9)", "pair buy \(amount) btc at market",
                    "stop sell \(amount) btc at \(price)", "sell \(amount) btc_usd at \(price + 20) stop \(price - 20)",
                    "trail sell \(amount) btc by 5%", "buy \(amount) btc_usd at \(price) for 3d",
                    "cancel \(1 + chance.below(Int(last)))", "move \(1 + chance.below(Int(last))) to \(price)",
                    "contra \(1 + chance.below(Int(last))) at \(price)", "panic", "resume", "inbox", "undo",
                ]
                _ = bench.type(chance.pick(lines), ann)
                if chance.percent(40) {
                    try bench.move(
                        .trade(
                            MarketTrade(
                                pair: "btc_usd", price: ExactDecimal(200 + chance.below(60)), quantity: 1,
                                takerSide: chance.percent(50) ? .sell : .buy, at: bench.now)))
                }
                if chance.percent(20) { bench.wait(seconds: Int64(chance.below(20)) * 86_400) }
                if chance.percent(3) {
                    try bench.restart()
                    ann = bench.login("ann")
                }
            }
            _ = bench.type("resume", ann)
            let last = max(1, bench.desk.engineState.nextOrderID.rawValue - 1)
            try expectPruned(bench, days: Int64(2 + chance.below(90)), upTo: last, "seed \(seed), round \(round)")
        }
    }

    @Test func `when everything was over, every number goes on, and each answer says what is gone`() throws {
        let bench = try SightBench(isBusy: false)
        var ann = bench.login("ann")
        for _ in 1...3 { _ = bench.type("buy 0.1 btc at market", ann) }
        bench.wait(seconds: 100 * 86_400)
        let heads = (try bench.desk.ledger.recordHead(), try bench.desk.ledger.notificationHead(bench.account))
        let fill = try #require(bench.desk.ledger.fills(bench.account, FillFilter(limit: 1)).first).fill.id
        let pruned = try prune(bench, days: 90)
        #expect(pruned.rows.orders == 3 && pruned.rows.fills == 3 && pruned.ordersKept == 0)
        #expect(pruned.notifications == Int(heads.1))
        #expect(try bench.desk.ledger.recordHead() == heads.0)
        ann = bench.login("ann", .json)
        let gone = bench.type("resume 1", ann)
        #expect(
            gone.contains("\"code\":\"notifications_pruned\"")
                && gone.contains("\"pruned_to\":\(heads.1),\"next\":\(heads.1 + 1)"), "\(gone)")
        #expect(bench.type("resume \(heads.1 + 1)", ann).contains("\"ok\":true"))
        #expect(bench.type("trades", ann).contains("\"pruned_before\":\""))
        let placed = bench.type("buy 0.1 btc at market", ann)
        #expect(
            placed.contains("\"order\":{\"id\":4,") && placed.contains("\"fill\":{\"id\":\((fill.number ?? 0) + 1),"),
            "\(placed)")
        let text = bench.login("ann")
        #expect(bench.type("order 1", text).hasPrefix("! #1 was over long ago, and this desk has removed it\n"))
        #expect(bench.type("order 9", text).hasPrefix("! there is no order #9"))
        #expect(bench.type("report", text).contains("trades and finished orders from before"))
        #expect(bench.type("summary", text).contains("finished      4: 4 simple"))
        #expect(bench.type("inbox 200", text).contains("; those up to \(heads.1) were removed"))
    }

    @Test func `what nobody has been shown is said to be gone, once`() throws {
        let bench = try SightBench(isBusy: false)
        let ann = bench.login("ann")
        _ = bench.type(["buy 0.1 btc at 220", "buy 0.1 btc at 219"], ann)
        for session in [bench.ann, ann] { bench.process([.server(.closed(session))]) }
        let before = try bench.desk.ledger.notificationHead(bench.account)
        for price in [220, 219] as [ExactDecimal] {
            try bench.move(
                .trade(MarketTrade(pair: "btc_usd", price: price, quantity: 1, takerSide: .sell, at: bench.now)))
        }
        bench.wait(seconds: 100 * 86_400)
        _ = try prune(bench, days: 90)
        let session = bench.open(.text)
        let hello = bench.type("login ann ann-password", session)
        #expect(hello.hasPrefix("+ hello ann (trader); what you missed was removed since: inbox"), "\(hello)")
        #expect(
            bench.type("inbox", session)
                == "= no notifications missed\n  \(before + 1) to \(before + 2) were missed too, and removed since")
        #expect(bench.type("inbox", session) == "= no notifications missed")
    }

    @Test func `a prune that is cut off is finished by the next one, by the desk, or by a rebuild`() throws {
        func bench() throws -> SightBench {
            let bench = try SightBench()
            bench.wait(seconds: 100 * 86_400)
            return bench
        }
        let whole = try bench()
        let cut = whole.now.advanced(bySeconds: -90 * 86_400)
        _ = try prune(whole, days: 90)
        for _ in 1...20 { whole.wait(seconds: 1) }
        let expected = try whole.desk.ledger.projectedRows()
        for (place, finish) in [0, 1, 2].enumerated() {
            let bench = try bench()
            try bench.restart { path in
                // Marked, and a part of it deleted: then it is killed.
                let ledger = try Ledger(path: path, options: .serve) { AccountStore.registerMigrations(in: &$0) }
                let pruned = try OperatorDesk.prune(ledger, before: cut, at: bench.now, isTrial: false)
                #expect(pruned.rows.orders > 3)
                _ = try ledger.transaction { try $0.sweepPruned(limit: 3 + place * 4) }
                try ledger.close()
                switch finish {
                case 0: _ = try OperatorDesk.prune(database: path, before: cut, at: bench.now)
                case 1: _ = try OperatorDesk.rebuildTables(database: path)
                default: break
                }
            }
            for _ in 1...20 { bench.wait(seconds: 1) }
            #expect(try bench.desk.ledger.projectedRows() == expected)
            #expect(bench.type("order 21", bench.login("ann")).hasPrefix("! #21 was over long ago"))
            #expect(bench.type("summary", bench.login("ann")) == whole.type("summary", whole.login("ann")))
        }
    }

    @Test func `a trial changes nothing, and says what would go`() throws {
        let bench = try SightBench()
        bench.wait(seconds: 100 * 86_400)
        let cut = bench.now.advanced(bySeconds: -90 * 86_400)
        let rows = try bench.desk.ledger.projectedRows()
        let trial = try bench.restart {
            try OperatorDesk.prune(database: $0, before: cut, at: bench.now, isTrial: true)
        }
        #expect(try bench.desk.ledger.projectedRows() == rows)
        let pruned = try prune(bench, days: 90)
        #expect(trial.rows == pruned.rows && trial.notifications == pruned.notifications)
        #expect(!trial.isEmpty && trial.space == nil)
        #expect(pruned.space == .done && pruned.bytesAfter < pruned.bytesBefore)
        let words = PrunedWords(trial, before: cut, isTrial: true).lines
        #expect(words.first?.hasPrefix("would remove what was over before ") == true, "\(words)")
        #expect(words.last?.hasSuffix("; nothing was changed") == true, "\(words)")
    }

    @Test(
        arguments: [
            ("90d", 90 * 86_400), ("12w", 84 * 86_400), ("48h", 2 * 86_400), ("2d", 2 * 86_400), ("1d", nil),
            ("0d", nil),
            ("47h", nil), ("-90d", nil), ("90", nil), ("d", nil), ("", nil), ("9.5d", nil), ("90 d", nil), ("90D", nil),
            ("1000001d", nil), ("+90d", nil), ("99999999999999999999d", nil),
        ] as [(String, Int64?)])
    func `an age is a number and a unit, of two days or more`(text: String, seconds: Int64?) throws {
        let now = Timestamp(seconds: 1_767_614_400)
        guard let seconds else {
            let refusal = #expect(throws: Refusal.self) { try OperatorDesk.pruneCut(text, before: now) }
            #expect(refusal?.code == .badDuration)
            return
        }
        #expect(try OperatorDesk.pruneCut(text, before: now) == now.advanced(bySeconds: -seconds))
    }
}
