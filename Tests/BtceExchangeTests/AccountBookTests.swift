import Exchange
import Secrets
import Testing
import Trading

@testable import BtceExchange

/// What an account has at the exchange that this desk did not do: orders and trades of others, and what its key may do.
@Suite struct `The account's book is the exchange's` {
    private let unit = TestVenue.unit
    private let account = GatewayBench.account

    // MARK: Fills of before the desk

    /// All fills from the first on, as a desk asks for them.
    private func fills(_ bench: GatewayBench, after: UInt64? = nil, limit: Int) throws -> [AccountFill] {
        var (all, last): ([AccountFill], HistoryCursor?) = ([], after.map { HistoryCursor(number: $0) })
        while true {
            guard case .fills(let page) = try bench.ask(.fills(account, after: last, limit: limit), within: 20) else {
                Issue.record("no fills")
                return all
            }
            all += page.fills
            guard page.hasMore else { return all }
            last = page.end
        }
    }

    /// A history of trades that somebody made with the key before there was a desk.
    private func bench(trades: Int, pageRows: Int, rowsKept: Int = 20_000) throws -> GatewayBench {
        let bench = try GatewayBench()
        for number in 1...trades {
            bench.venue.showTrade(of: UInt64(number), number.isMultiple(of: 2) ? .buy : .sell, 100 * unit, unit)
        }
        bench.settings.historyRows = pageRows
        bench.settings.historyRowsKept = rowsKept
        try bench.restart()
        return bench
    }

    @Test(arguments: [(3, 3), (3, 2), (3, 7), (4, 100), (1_000, 5)])
    func `fills of before the desk are paged from the very first, each once`(pageRows: Int, limit: Int) throws {
        let bench = try bench(trades: 20, pageRows: pageRows, rowsKept: 6)
        let all = try fills(bench, limit: min(limit, 6))
        #expect(all.map(\.fill.id) == (1...20).map { FillID($0) })
        #expect(all.map(\.exchangeOrderID) == (1...20).map(String.init))
        #expect(all.map(\.side) == (1...20).map { $0.isMultiple(of: 2) ? .buy : .sell })
        #expect(all.allSatisfy { $0.clientOrderID == nil && $0.fill.liquidity == .maker && $0.pair == "btc_usd" })
        #expect(all.map(\.fill.fee) == (1...20).map { $0.isMultiple(of: 2) ? .of("0.002") : .of("0.2") })
    }

    /// A question that read a whole history to answer its first page took longer than it may the longer the history was, and was
    /// never answered.
    @Test func `a page of a long history costs the requests of a page`() throws {
        let bench = try bench(trades: 300, pageRows: 10)
        let before = bench.venue.requests.count
        guard case .fills(let page) = try bench.ask(.fills(account, after: nil, limit: 10), within: 20) else {
            Issue.record("no fills")
            return
        }
        #expect(page.fills.map(\.fill.id) == (1...10).map { FillID($0) })
        #expect(bench.venue.requests.count - before <= 2)
        #expect(try fills(bench, after: 10, limit: 10).count == 290)
        #expect(bench.venue.requests.count - before <= 35)
    }

    @Test func `while an old history is read, orders are placed and their fills told`() throws {
        let bench = try bench(trades: 40, pageRows: 4, rowsKept: 8)
        bench.venue.asks = [(104 * unit, 10 * unit)]
        let old = bench.ask(.fills(account, after: nil, limit: 4))
        bench.place(bench.order(1, .buy, "1", at: "104"))
        let new = bench.ask(.fills(account, after: HistoryCursor(number: 40), limit: 4))
        bench.run(seconds: 20)
        #expect(bench.said(1) == ["accepted", "filled 1 at 104"])
        guard case .fills(let first)? = bench.answers[old], case .fills(let last)? = bench.answers[new] else {
            Issue.record("no fills: \(bench.answers)")
            return
        }
        #expect(first.fills.map(\.fill.id) == (1...4).map { FillID($0) })
        #expect(last.fills.allSatisfy { $0.fill.id == FillID(41) })
        let all = try fills(bench, limit: 4)
        #expect(all.map(\.fill.id) == (1...41).map { FillID($0) })
        #expect(all.last?.clientOrderID == ClientOrderID(order: OrderID(1), attempt: 1))
        #expect(bench.gateway.contradictions == 0)
    }

    @Test func `a trade of before the desk that cannot be read holds up no order`() throws {
        let bench = try GatewayBench()
        bench.venue.showTrade(of: 5, .buy, .max, .max)
        for number in 6...20 as ClosedRange<UInt64> { bench.venue.showTrade(of: number, .buy, 100 * unit, unit) }
        bench.settings.historyRows = 4
        try bench.restart()
        bench.venue.asks = [(104 * unit, 10 * unit)]
        let old = bench.ask(.fills(account, after: nil, limit: 4))
        bench.place(bench.order(1, .buy, "1", at: "104"))
        bench.run(seconds: 20)
        #expect(bench.said(1) == ["accepted", "filled 1 at 104"])
        #expect(bench.answers[old] == .lost)
        // What is behind it can be read.
        guard
            case .fills(let page) = try bench.ask(
                .fills(account, after: HistoryCursor(number: 1), limit: 4), within: 20)
        else {
            Issue.record("no fills")
            return
        }
        #expect(page.fills.map(\.fill.id) == (2...5).map { FillID($0) })
    }

    @Test func `where a pair has to be named, fills, orders and funds of every pair are told`() throws {
        let bench = try GatewayBench()
        bench.venue.showTrade(of: 7, .buy, 100 * unit, unit)
        bench.venue.byHand(.sell, "0.5", at: "110")
        bench.settings.dialect = .yobit
        try bench.restart()
        #expect(try fills(bench, limit: 10).map(\.exchangeOrderID) == ["7"])
        guard case .openOrders(let open) = try bench.ask(.openOrders(account, pair: nil), within: 20),
            case .balances(let balances) = try bench.ask(.balances(account), within: 20)
        else {
            Issue.record("no answers")
            return
        }
        #expect(open.map(\.exchangeOrderID) == ["1001"])
        #expect(balances.first == CoinBalance(coin: "btc", free: .of("9.5"), held: .of("0.5")))
    }

    // MARK: Orders of others

    @Test func `what orders placed elsewhere hold is held, of sales and of buys`() throws {
        let bench = try GatewayBench()
        bench.venue.byHand(.sell, "0.5", at: "110")
        bench.venue.byHand(.buy, "2", at: "90")
        bench.place(bench.order(1, .sell, "1", at: "120"))
        bench.run(seconds: 1)
        #expect(
            try bench.ask(.balances(account), within: 20)
                == .balances([
                    CoinBalance(coin: "btc", free: .of("8.5"), held: .of("1.5")),
                    CoinBalance(coin: "usd", free: 820, held: 180),
                ]))
    }

    /// Between the two answers of getInfo somebody places an order, or takes one off.
    @Test(arguments: [("getInfo", 1), ("ActiveOrders", 1), ("TransHistory", 1), ("getInfo", 2), ("ActiveOrders", 2)])
    func `an order that comes while the funds are read is in none of them or in all`(method: String, after: Int) throws
    {
        let bench = try GatewayBench()
        bench.venue.byHand(.sell, "0.25", at: "115")
        var seen = 0
        bench.chooseFate = { [unowned bench] called in
            if called == method {
                seen += 1
                if seen == after { bench.venue.byHand(.sell, "0.5", at: "110") }
            }
            return .answered
        }
        guard case .balances(let balances) = try bench.ask(.balances(account), within: 20) else {
            Issue.record("no balances")
            return
        }
        let btc = try #require(balances.first)
        #expect(btc.total == 10)
        #expect(btc.held == .of("0.75") || (btc.held == .of("0.25") && seen < after))
    }

    private func cancelForeign(_ bench: GatewayBench, _ number: String, pair: Pair? = "btc_usd") -> ExchangeAnswer? {
        let id = bench.cancelForeign(number, pair: pair)
        bench.run(seconds: 20) { bench.answers[id] != nil }
        return bench.answers[id]
    }

    @Test func `an order that was not made here is canceled, once`() throws {
        let bench = try GatewayBench()
        bench.venue.byHand(.sell, "0.5", at: "110")
        #expect(cancelForeign(bench, "1001") == .foreignCanceled(exchangeOrderID: "1001"))
        #expect(bench.venue.orders[1_001]?.isCanceled == true)
        #expect(
            cancelForeign(bench, "1001") == .refused(.orderFinished, reason: "1001 is filled or canceled already"))
        #expect(
            cancelForeign(bench, "77")
                == .refused(.unknownOrder, reason: "the exchange knows no order 77 of this account"))
    }

    @Test func `who asks twice is answered twice, and the exchange is asked once`() throws {
        let bench = try GatewayBench()
        bench.venue.byHand(.sell, "0.5", at: "110")
        let ids = [bench.cancelForeign("1001", pair: nil), bench.cancelForeign("1001", pair: "btc_usd")]
        bench.run(seconds: 5)
        #expect(
            ids.map { bench.answers[$0] } == [
                .foreignCanceled(exchangeOrderID: "1001"), .foreignCanceled(exchangeOrderID: "1001"),
            ])
        #expect(bench.venue.requests.count { $0 == "CancelOrder" } == 1)
    }

    @Test(arguments: ["", "x", "0", "-5", "007", "1.5", "99999999999999999999", "1001 "])
    func `what is no number of an order is refused, and nothing is sent`(text: String) throws {
        let bench = try GatewayBench()
        guard case .refused(.badNumber, _) = cancelForeign(bench, text) else {
            Issue.record("not refused: \(text)")
            return
        }
        #expect(!bench.venue.requests.contains("CancelOrder"))
    }

    @Test func `an order of the desk's own is not canceled as somebody else's`() throws {
        let bench = try GatewayBench()
        bench.place(bench.order(1, .buy, "1", at: "90"))
        bench.run(seconds: 2)
        let number = try #require(bench.known(1)?.number)
        #expect(
            cancelForeign(bench, number)
                == .refused(.unknownOrder, reason: "\(number) is #1, an order of this desk: cancel it by that number"))
        #expect(!bench.venue.requests.contains("CancelOrder"))
    }

    @Test func `an order that may be the desk's own, whose answer was lost, is left alone until that is known`() throws
    {
        let bench = try GatewayBench()
        bench.venue.byHand(.sell, "0.5", at: "110")
        bench.run(seconds: 1)
        bench.fates = [("Trade", .answerLost)]
        bench.chooseFate = { $0 == "ActiveOrders" && bench.said(1) == ["lost"] ? .requestLost : .answered }
        bench.place(bench.order(1, .buy, "1", at: "90"))
        bench.run(seconds: 1) { bench.said(1) == ["lost"] }
        guard case .refused(.reconciling, _) = cancelForeign(bench, "1002") else {
            Issue.record("not refused")
            return
        }
        // One that was there before cannot be it.
        #expect(cancelForeign(bench, "1001") == .foreignCanceled(exchangeOrderID: "1001"))
        bench.chooseFate = nil
        bench.run(seconds: 60)
        #expect(bench.said(1).last == "open")
        #expect(bench.venue.orders[1_002]?.isActive == true)
    }

    @Test(arguments: [Fate.answerLost, .requestLost, .html, .cut, .copyRefused])
    func `a cancel whose answer is lost is said to be lost`(fate: Fate) throws {
        let bench = try GatewayBench()
        bench.venue.byHand(.sell, "0.5", at: "110")
        bench.fates = [("CancelOrder", fate)]
        #expect(cancelForeign(bench, "1001") == .lost)
    }

    @Test func `without a key, or without the right, a cancel is refused`() throws {
        let bench = try GatewayBench()
        bench.venue.byHand(.sell, "0.5", at: "110")
        bench.venue.rights.trade = false
        #expect(
            cancelForeign(bench, "1001")
                == .refused(
                    .notAllowed,
                    reason: "this key has no trade right at the exchange: api key dont have trade permission"))
        try bench.gateway.setKey(nil, for: account, at: bench.now)
        #expect(
            cancelForeign(bench, "1001") == .refused(.notAllowed, reason: "no key of this account is known here"))
    }

    // MARK: Rights

    private func rights(_ bench: GatewayBench) -> [ExchangeKeyRights] {
        bench.reports.compactMap { if case .keyRights(account, let rights) = $0 { rights } else { nil } }
    }

    @Test func `rights are told when they are other than were told last`() throws {
        let bench = try GatewayBench()
        let whole = ExchangeKeyRights(info: true, trade: true, withdraw: false)
        for _ in 0..<3 { _ = try bench.ask(.balances(account), within: 20) }
        #expect(rights(bench) == [whole])
        bench.venue.rights.trade = false
        for _ in 0..<2 { _ = try bench.ask(.balances(account), within: 20) }
        let less = ExchangeKeyRights(info: true, trade: false, withdraw: false)
        #expect(rights(bench) == [whole, less])
        bench.venue.rights.trade = true
        _ = try bench.ask(.balances(account), within: 20)
        #expect(rights(bench) == [whole, less, whole])
        // Another key is told anew.
        try bench.gateway.setKey(TapiKey(key: "other", secret: Array("s".utf8)), for: account, at: bench.now)
        _ = try bench.ask(.balances(account), within: 20)
        #expect(rights(bench) == [whole, less, whole, whole])
        // What was asked under the key of before says nothing of this one.
        bench.venue.rights.trade = false
        let asked = bench.ask(.balances(account))
        bench.run(seconds: 1) { bench.venue.requests.last == "getInfo" }
        bench.venue.rights.trade = true
        try bench.gateway.setKey(TapiKey(key: "third", secret: Array("t".utf8)), for: account, at: bench.now)
        bench.run(seconds: 20) { bench.answers[asked] != nil }
        #expect(bench.answers[asked] == .lost)
        _ = try bench.ask(.balances(account), within: 20)
        #expect(rights(bench) == [whole, less, whole, whole, whole])
    }

    @Test func `an order that is refused for want of a right names it, and the right is gone`() throws {
        let bench = try GatewayBench()
        _ = try bench.ask(.balances(account), within: 20)
        bench.venue.rights.trade = false
        bench.place(bench.order(1, .buy, "1", at: "90"))
        bench.run(seconds: 2)
        #expect(bench.said(1) == ["rejected not_allowed"])
        let reasons = bench.reports.compactMap { report -> String? in
            if case .execution(_, .rejected(_, .notAllowed, let reason)) = report { reason } else { nil }
        }
        #expect(reasons == ["this key has no trade right at the exchange: api key dont have trade permission"])
        #expect(rights(bench).last == ExchangeKeyRights(info: true, trade: false, withdraw: false))
    }

    @Test func `without the right to read, questions are refused and name it`() throws {
        let bench = try GatewayBench()
        _ = try bench.ask(.balances(account), within: 20)
        bench.venue.rights.info = false
        let refused = ExchangeAnswer.refused(
            .notAllowed, reason: "this key has no info right at the exchange: api key dont have info permission")
        for query: ExchangeQuery in [
            .balances(account), .transactions(account, after: nil, limit: 10), .openOrders(account, pair: nil),
            .fills(account, after: nil, limit: 10),
        ] {
            #expect(try bench.ask(query, within: 20) == refused)
        }
        #expect(rights(bench).last == ExchangeKeyRights(info: false, trade: true, withdraw: false))
    }
}
