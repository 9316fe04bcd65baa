import Testing
import Trading

@testable import Exchange

/// How orders fill, line by line of the documentation of `PaperExchange`.
@Suite struct `Paper fills` {
    @Test(arguments: [
        // resting side, its price, print, taker, quantity filled of 1 by a print of 0.4
        (Side.buy, "230", "229.999", Side.buy, "0.4"), (.buy, "230", "229.999", .sell, "0.4"),
        (.buy, "230", "230", .sell, "0.4"), (.buy, "230", "230", .buy, "0"), (.buy, "230", "230.001", .sell, "0"),
        (.sell, "230", "230.001", .sell, "0.4"), (.sell, "230", "230", .buy, "0.4"), (.sell, "230", "230", .sell, "0"),
        (.sell, "230", "229.999", .buy, "0"),
    ])
    func `a print through an order fills it, one at its price only from the other side`(
        side: Side, price: String, print: String, taker: Side, filled: String
    ) throws {
        var bench = try PaperBench()
        _ = try bench.place(PaperBench.ada, side, "1", at: price)
        let words = try bench.print(print, "0.4", taker)
        let fill = filled == "0" ? [] : ["1-1 maker \(filled) at \(price)"]
        #expect(words == fill + ["print 0.4 at \(print) \(taker.rawValue)"])
    }

    @Test(arguments: [Side.buy, .sell])
    func `a print without a side fills what rests at its price`(side: Side) throws {
        var bench = try PaperBench()
        _ = try bench.place(PaperBench.ada, side, "1", at: "230")
        #expect(try bench.print("230", "2") == ["1-1 maker 1 at 230", "print 2 at 230 -"])
    }

    @Test func `a print is shared by price, then time, and fills no more than itself`() throws {
        var bench = try PaperBench()
        _ = try bench.place(PaperBench.ada, .buy, "1", at: "229")
        _ = try bench.place(PaperBench.bob, .buy, "1", at: "230")
        _ = try bench.place(PaperBench.cyd, .buy, "1", at: "230")
        #expect(
            try bench.print("228", "1.5", .sell) == [
                "2-1 maker 1 at 230", "3-1 maker 0.5 at 230", "print 1.5 at 228 sell",
            ])
    }

    @Test func `a print finer than the amount step fills whole steps`() throws {
        let rules = try PairRules(
            pair: "btc_usd", priceTick: .step(decimals: 2), quantityStep: 1, quantityMin: 1,
            feeRate: PairRules.paperFeeRate)
        var bench = try PaperBench(PaperExchange(pairs: [rules] + PairRules.paperDefaults))
        _ = try bench.place(PaperBench.ada, .buy, "3", at: "230")
        #expect(try bench.print("229", "1.7", .sell) == ["1-1 maker 1 at 230", "print 1.7 at 229 sell"])
    }

    @Test func `a quote by hand fills whole what it crosses, at the orders' own prices`() throws {
        var bench = try PaperBench()
        _ = try bench.place(PaperBench.ada, .buy, "5000", at: "0.5")
        _ = try bench.place(PaperBench.bob, .buy, "2", at: "231")
        _ = try bench.place(PaperBench.cyd, .sell, "3", at: "240")
        #expect(try bench.quote("229", "230") == ["2-1 maker 2 at 231", "print 2 at 231 sell"])
        #expect(try bench.quote("241", "242") == ["3-1 maker 3 at 240", "print 3 at 240 buy"])
        #expect(bench.touch == "241 242 240")
    }

    @Test func `prints move the quote as far as they say`() throws {
        var bench = try PaperBench()
        var touches: [String] = []
        for (price, side) in [
            ("230", nil), ("230.5", Side.buy), ("229.5", .sell), ("229", .buy), ("231", .sell), ("228", nil),
        ] {
            _ = try bench.print(price, "1", side)
            touches.append(bench.touch)
        }
        #expect(
            touches == [
                "230 230 230", "230 230.5 230.5", "229.5 230.5 229.5", "229 229 229", "231 231 231", "228 228 228",
            ])
    }

    @Test func `a quote finer than the tick is rounded against the taker, and last keeps its digits`() throws {
        var bench = try PaperBench()
        _ = try bench.quote("13.51001", "13.55999")
        #expect(bench.touch == "13.51 13.56 -")
        _ = try bench.print("13.55999", "1", .buy)
        #expect(bench.touch == "13.51 13.56 13.55999")
        #expect(
            try bench.place(PaperBench.ada, .buy, "1", at: "14") == [
                "1-1 accepted", "1-1 taker 1 at 13.56", "print 1 at 13.56 buy",
            ])
    }

    @Test func `while an order waits at the touch, nobody buys cheaper than it bids`() throws {
        var bench = try PaperBench()
        _ = try bench.place(PaperBench.ada, .buy, "2", at: "231")
        _ = try bench.print("230", "0.5", .buy)
        #expect(bench.touch == "231 231.001 230")
        #expect(try bench.place(PaperBench.bob, .buy, "1", at: "231") == ["2-1 accepted"])
        #expect(
            try bench.place(PaperBench.cyd, .buy, "1", at: "232") == [
                "3-1 accepted", "3-1 taker 1 at 231.001", "print 1 at 231.001 buy",
            ])
    }

    @Test func `accounts' orders come before the outside at the same price, and better ones before both`() throws {
        var bench = try PaperBench()
        _ = try bench.quote("229", "230")
        _ = try bench.place(PaperBench.ada, .sell, "1", at: "230")
        _ = try bench.place(PaperBench.bob, .sell, "1", at: "229.5")
        #expect(
            try bench.place(PaperBench.cyd, .buy, "3", at: "230") == [
                "3-1 accepted", "2-1 maker 1 at 229.5", "3-1 taker 1 at 229.5", "1-1 maker 1 at 230",
                "3-1 taker 1 at 230", "3-1 taker 1 at 230", "print 1 at 229.5 buy", "print 1 at 230 buy",
                "print 1 at 230 buy",
            ])
    }

    @Test func `an order that meets its own account after others keeps what it got and loses the rest`() throws {
        var bench = try PaperBench()
        _ = try bench.place(PaperBench.bob, .sell, "1", at: "230")
        _ = try bench.place(PaperBench.ada, .sell, "1", at: "231")
        #expect(
            try bench.place(PaperBench.ada, .buy, "3", at: "232") == [
                "3-1 accepted", "1-1 maker 1 at 230", "3-1 taker 1 at 230", "3-1 canceled self_trade",
                "print 1 at 230 buy",
            ])
        #expect(try bench.place(PaperBench.ada, .buy, "1", at: "231") == ["4-1 rejected self_trade"])
        _ = try bench.place(PaperBench.bob, .sell, "1", at: "230.5")
        #expect(try bench.place(PaperBench.ada, .buy, "2", at: "232", .fillOrKill) == ["6-1 rejected self_trade"])
    }

    @Test func `a market order trades within its protection and rests nothing`() throws {
        var bench = try PaperBench()
        _ = try bench.place(PaperBench.bob, .sell, "1", at: "230")
        let order = NewOrder(
            clientOrderID: ClientOrderID(order: OrderID(9), attempt: 1), account: PaperBench.ada, pair: "btc_usd",
            side: .buy, quantity: 2, price: .market(protection: 235), lifetime: .rest)
        #expect(
            PaperBench.words(bench.paper.submit(.place(order), at: bench.now())) == [
                "9-1 accepted", "1-1 maker 1 at 230", "9-1 taker 1 at 230", "9-1 canceled", "print 1 at 230 buy",
            ])
        #expect(bench.balance(PaperBench.ada, "usd")?.held == 0)
    }

    /// The thesis's round trips, entry and exit as makers: the benefit is what the balance gained.
    @Test(arguments: [
        ("0.05", "224.65", "227.68", "0.106267"), ("0.01", "218.07", "220.3", "0.0135326"),
        ("0.1", "218.23", "222.18", "0.306918"),
    ])
    func `a round trip leaves the benefit of the thesis`(
        quantity: String, entry: String, exit: String, benefit: String
    ) throws {
        var bench = try PaperBench()
        _ = try bench.place(PaperBench.ada, .buy, quantity, at: entry)
        _ = try bench.print("218", "1", .sell)
        _ = try bench.place(PaperBench.ada, .sell, quantity, at: exit)
        _ = try bench.print("228", "1", .buy)
        let after = try #require(bench.balance(PaperBench.ada, "usd"))
        #expect(try after.free - 10_000 == ExactDecimal(parsing: benefit))
        #expect(after.held == 0)
    }

    @Test func `a new fee is for new orders`() throws {
        var bench = try PaperBench()
        _ = try bench.place(PaperBench.ada, .buy, "1", at: "200")
        #expect(
            PaperBench.words(try bench.paper.setFee("btc_usd", rate: ExactDecimal(parsing: "0.01"))) == [
                "rules of btc_usd"
            ])
        _ = try bench.place(PaperBench.bob, .buy, "1", at: "100")
        #expect(bench.balance(PaperBench.bob, "usd")?.held == 101)
        _ = try bench.print("99", "5", .sell)
        #expect(bench.paper.fills(of: PaperBench.ada).map(\.fill.fee.description) == ["0.4"])
        #expect(bench.paper.fills(of: PaperBench.bob).map(\.fill.fee.description) == ["1"])
    }

    @Test func `what cannot be set by hand is refused`() throws {
        let paper = PaperExchange()
        let now = Timestamp(seconds: 1)
        #expect(refusal { try paper.quote("xxx_yyy", bid: 1, ask: 2, at: now) } == .unknownPair)
        #expect(refusal { try paper.quote("btc_usd", bid: 3, ask: 2, at: now) } == .outOfRange)
        #expect(refusal { try paper.quote("btc_usd", bid: 0, ask: 2, at: now) } == .outOfRange)
        #expect(refusal { try paper.deposit(1, "zzz", to: PaperBench.ada) } == .unknownCoin)
        #expect(refusal { try paper.deposit(0, "btc", to: PaperBench.ada) } == .outOfRange)
        #expect(refusal { try paper.deposit(ExactDecimal(units: .max), "btc", to: PaperBench.ada) } == .outOfRange)
        #expect(refusal { try paper.setFee("btc_usd", rate: 1) } == .outOfRange)
        #expect(refusal { try paper.setFee("btc_usd", rate: ExactDecimal(units: -1)) } == .outOfRange)
        #expect(!paper.bookEntries().contains { $0.key.hasPrefix("balance/") })
    }

    private func refusal(_ body: () throws -> [ExchangeReport]) -> RefusalCode? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? Refusal)?.code
        }
    }

    @Test func `a tape with a new pair brings it, with rules of its digits`() throws {
        let paper = PaperExchange()
        let trade = MarketTrade(
            pair: "doge_usd", price: try ExactDecimal(parsing: "0.0731"), quantity: 1_000, takerSide: .buy,
            at: Timestamp(seconds: 1))
        #expect(PaperBench.words(paper.play(trade)) == ["rules of doge_usd", "print 1000 at 0.0731 buy"])
        #expect(paper.rules(of: "doge_usd")?.priceTick == .step(decimals: 4))
    }

    @Test func `the pairs of a new exchange have the ticks and minimums of btc-e`() throws {
        let paper = PaperExchange()
        let rules = try #require(paper.rules(of: "eur_usd"))
        #expect([rules.priceTick, rules.quantityMin].map(\.description) == ["0.001", "0.1"])
        #expect(paper.rules.count == 15)
    }
}
