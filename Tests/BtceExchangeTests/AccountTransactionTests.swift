import Exchange
import Testing
import Trading

@testable import BtceExchange

/// Money that came and went other than by trades, as the exchange lists it.
@Suite struct `The account's transactions are the exchange's` {
    private let unit = TestVenue.unit
    private let account = GatewayBench.account

    private func transactions(
        _ bench: GatewayBench, after: HistoryCursor? = nil, limit: Int = 1_000
    ) throws -> (rows: [ExchangeTransaction], next: HistoryCursor?)? {
        guard
            case .transactions(let rows, let next) = try bench.ask(
                .transactions(account, after: after, limit: limit), within: 20)
        else { return nil }
        return (rows, next)
    }

    @Test func `transactions are told with the exchange's ids, words, times and statuses`() throws {
        let bench = try GatewayBench()
        bench.venue.transactions = [
            .init(1, 5 * unit, "USD", "wire of \u{1B}[31m10%"), .init(2, unit, "BTC", "to 1abc", status: 1),
            .init(4, unit / 2, "btc", "", status: 3), .init(5, 1, "USD", "fee", status: 0),
        ]
        let told = try #require(try transactions(bench))
        #expect(told.next == nil)
        #expect(told.rows.map(\.id) == ["1", "2", "3", "4"])
        #expect(told.rows.map(\.kind) == [.deposit, .withdrawal, .credit, .debit])
        #expect(told.rows.map(\.status) == [.successful, .waiting, .unconfirmed, .canceled])
        #expect(told.rows.map(\.amount) == [5, 1, .of("0.5"), .of("0.00000001")])
        #expect(told.rows.map(\.coin) == ["usd", "btc", "btc", "usd"])
        #expect(told.rows.map(\.description) == ["wire of \u{1B}[31m10%", "to 1abc", "", "fee"])
        #expect(told.rows.allSatisfy { $0.at == Timestamp(seconds: 1_795_000_000) && $0.exchangeOrderID == nil })
    }

    @Test(arguments: [1, 2, 3, 6, 7, 8, 1_000])
    func `they are paged from the first, each row once, over any number of pages`(limit: Int) throws {
        let bench = try GatewayBench()
        bench.venue.transactions = (1...7).map { .init(1, Int64($0) * unit, "USD", "\($0)") }
        var (ids, cursor): ([String], HistoryCursor?) = ([], nil)
        repeat {
            let told = try #require(try transactions(bench, after: cursor, limit: limit))
            #expect(told.rows.count <= limit)
            ids += told.rows.map(\.id)
            cursor = told.next
        } while cursor != nil
        #expect(ids == (1...7).map(String.init))
        #expect(bench.venue.requests.count { $0 == "TransHistory" } == 7 / limit + 1)
    }

    @Test func `a row of a coin that nobody can name is left out, and what is behind it is told`() throws {
        let bench = try GatewayBench()
        bench.venue.transactions = [.init(1, unit, "a coin"), .init(1, unit, "a coin"), .init(1, unit, "USD")]
        let first = try #require(try transactions(bench, limit: 2))
        #expect(first.rows.isEmpty && first.next == HistoryCursor(number: 3))
        let second = try #require(try transactions(bench, after: first.next, limit: 2))
        #expect(second.rows.map(\.id) == ["3"] && second.next == nil)
    }

    @Test func `a row of an unknown type is left out and counted, one of an unknown status may still change`() throws {
        let bench = try GatewayBench()
        bench.venue.transactions = [
            .init(3, unit, "USD"), .init(3, unit, "USD"), .init(1, unit, "USD", "a", status: 9),
            .init(1, unit, "USD", "b"),
        ]
        let first = try #require(try transactions(bench, limit: 2))
        #expect(first.rows.isEmpty && first.next == HistoryCursor(number: 3))
        #expect(bench.gateway.counts["transaction left out"] == 2)
        let second = try #require(try transactions(bench, after: first.next, limit: 3))
        #expect(second.rows.map(\.status) == [.unconfirmed, .successful])
        #expect(second.rows.map(\.description) == ["a", "b"])
        // Nor does it hide what came behind it from whoever looks for the reasons of a change of the funds.
        _ = try bench.ask(.balances(account), within: 20)
        let changes = bench.reports.count { if case .balanceChanged = $0 { true } else { false } }
        #expect(changes == 1)
    }

    @Test func `rows behind a full page after one that stays unsettled are reached`() throws {
        let bench = try GatewayBench()
        bench.settings.historyRows = 3
        try bench.restart()
        bench.venue.transactions = [.init(2, unit, "BTC", "", status: 1)]
        bench.venue.transactions += (1...4).map { .init(5, unit, "USD", "for :order:\($0):") }
        _ = try bench.ask(.balances(account), within: 20)
        bench.venue.transactions.append(.init(1, unit, "USD", "new"))
        for _ in 0..<3 { _ = try bench.ask(.balances(account), within: 20) }
        let reasons = bench.reports.compactMap { report -> BalanceChangeReason? in
            if case .balanceChanged(_, _, _, let reason) = report { reason } else { nil }
        }
        #expect(reasons == [.deposit])
    }

    @Test func `new rows and changed ones are found by their places`() throws {
        let bench = try GatewayBench()
        bench.venue.transactions = [.init(1, unit, "USD", "a", status: 1), .init(1, unit, "USD", "b")]
        let first = try #require(try transactions(bench)).rows
        bench.venue.transactions[0].status = 2
        bench.venue.transactions.append(.init(2, unit, "BTC", "c"))
        let new = try #require(try transactions(bench, after: first.last?.place)).rows
        #expect(new.map(\.description) == ["b", "c"])
        let changed = try #require(try transactions(bench, after: first[0].place, limit: 1)).rows
        #expect(changed.map(\.id) == ["1"] && changed.map(\.status) == [.successful])
        // A cursor is kept as a text, over restarts.
        let kept = try #require(HistoryCursor(first[1].place.text))
        try bench.restart()
        #expect(try transactions(bench, after: kept)?.rows.map(\.description) == ["b", "c"])
    }

    /// btc-e books an order's money among the transactions.
    @Test(
        arguments: [
            (5, "In payment for a warrant :order:927468408:", "927468408"),
            (4, "Cancel order :order:927468408:", "927468408"),
            (4, "Buy 62.2 LTC (-0.2%) from your order :order:7040565: by price 4.703 USD", "7040565"),
            (4, "Sell 0.1 LTC from order :order:92: by price 3.6 USD total 0.36 USD (-0.2%)", "92"),
            // A note of the operator's, of a sender, or a number that is none.
            (4, "bonus for order 7040565", nil), (1, "LTC payment :order:7:", nil), (4, ":order::", nil),
            (4, ":order:-7:", nil),
            (4, ":order:7", nil), (5, ":order:99999999999999999999999:", nil),
        ] as [(Int, String, String?)])
    func `a row about an order names it, and moves no funds by itself`(type: Int, text: String, order: String?) throws {
        let bench = try GatewayBench()
        bench.venue.transactions = [.init(type, unit, "USD", text)]
        #expect(try transactions(bench)?.rows.map(\.exchangeOrderID) == [order])
        _ = try bench.ask(.balances(account), within: 20)
        let changes = bench.reports.count { if case .balanceChanged = $0 { true } else { false } }
        #expect(changes == (order == nil ? 1 : 0))
    }

    @Test(arguments: ["x", "01", "-1", "1.5", "99999999999999999999"])
    func `a cursor of somebody else's is refused, and nothing is asked`(text: String) throws {
        let bench = try GatewayBench()
        let before = bench.venue.requests.count
        let answer = try bench.ask(.transactions(account, after: HistoryCursor(text), limit: 10), within: 5)
        #expect(answer == .refused(.unknownSequence, reason: "no place in a list of transactions: \(text)"))
        #expect(bench.venue.requests.count == before)
    }

    @Test func `an exchange without the list says so in words, and an answer that is lost is lost`() throws {
        let bench = try GatewayBench()
        bench.venue.unknownMethods = ["TransHistory"]
        #expect(
            try bench.ask(.transactions(account, after: nil, limit: 10), within: 20)
                == .refused(.exchangeRejected, reason: "this exchange lists no transactions: invalid method"))
        bench.fates = [("TransHistory", .requestLost)]
        #expect(try bench.ask(.transactions(account, after: nil, limit: 10), within: 20) == .lost)
    }

    @Test func `a description is cut at a whole character`() {
        func described(_ text: String) -> String {
            ExchangeTransaction(
                id: "1", kind: .credit, status: .successful, coin: "usd", amount: 1, description: text,
                at: Timestamp(seconds: 0), place: HistoryCursor(number: 1)
            ).description
        }
        #expect(described(String(repeating: "x", count: 512)).utf8.count == 512)
        #expect(described(String(repeating: "x", count: 513)).utf8.count == 512)
        #expect(described("x" + String(repeating: "ü", count: 400)) == "x" + String(repeating: "ü", count: 255))
        #expect(HistoryCursor("") == nil && HistoryCursor(String(repeating: "1", count: 129)) == nil)
    }
}
