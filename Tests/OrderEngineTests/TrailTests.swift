import OrderEngine
import Testing
import Trading

/// `trail sell 1 btc_usd by 5`: a trigger that follows the market.
@Suite struct TrailTests {
    private func trail(
        _ pit: inout Pit, _ side: Side = .sell, by distance: TrailingStop.Distance, from price: String
    ) -> OrderID {
        pit.quote(price, price, last: price)
        do {
            let trailing = try TrailingStop(distance, behind: d(price), at: pit.now, side: side, step: d("0.001"))
            return pit.place(side, "1", plan: .trail(trailing))
        } catch {
            Issue.record("\(error)")
            return OrderID(0)
        }
    }

    private func trigger(_ pit: Pit, _ id: OrderID) -> ExactDecimal? {
        guard case .trail(let trailing)? = pit.engine.order(id)?.plan else { return nil }
        return trailing.trigger
    }

    @Test func `it follows the market by whole steps, and never back`() {
        var pit = Pit()
        let id = trail(&pit, by: .absolute(5), from: "100")
        #expect(trigger(pit, id) == 95 && pit.status(id) == .armed && pit.funds("btc").reserved == 0)
        pit.trade(at: "110")
        #expect(trigger(pit, id) == 105 && pit.last.records.count == 1 && pit.told == [])
        pit.trade(at: "110.0009")
        #expect(pit.last.records.isEmpty)
        pit.trade(at: "110.001")
        #expect(trigger(pit, id) == d("105.001"))
        pit.trade(at: "106")
        #expect(pit.last.records.isEmpty)
        pit.trade(at: "105.001")
        #expect(pit.told == ["#1 triggered"] && pit.asked == ["place #2"])
        #expect(pit.engine.order(OrderID(2))?.price.limit == nil)
    }

    @Test func `a share of the price is rounded away from the market`() {
        var pit = Pit()
        let sale = trail(&pit, by: .percent(2), from: "100.001")
        #expect(trigger(pit, sale) == d("98"))
        let purchase = trail(&pit, .buy, by: .percent(2), from: "100.001")
        #expect(trigger(pit, purchase) == d("102.002"))
        pit.trade(at: "99")
        #expect(trigger(pit, purchase) == d("100.98") && trigger(pit, sale) == 98)
        pit.trade(at: "101")
        #expect(pit.told == ["#2 triggered"])
    }

    @Test func `every trigger is what the best price alone makes it, whatever was traded on the way`() throws {
        var chance = SplitMix64(seed: 20_151_126)
        for _ in 0..<200 {
            let side = chance.pick(Side.allCases)
            let distance: TrailingStop.Distance =
                chance.percent(50)
                ? .percent(ExactDecimal(1 + chance.below(40))) : .absolute(ExactDecimal(1 + chance.below(40)))
            var pit = Pit()
            let id = trail(&pit, side, by: distance, from: "100")
            var best = d("100")
            for _ in 0..<60 {
                let price = ExactDecimal(units: Int128(60_000 + chance.below(80_000)) * d("0.001").units)
                guard let before = trigger(pit, id) else { break }
                pit.trade(at: price.description)
                if side == .sell ? price <= before : price >= before {
                    #expect(pit.engine.order(id)?.triggeredAt != nil)
                    break
                }
                best = side == .sell ? max(best, price) : min(best, price)
                let expected = try TrailingStop(
                    distance, behind: best, at: pit.now, side: side, step: d("0.001"))
                #expect(trigger(pit, id) == expected.trigger, "\(side) \(distance) best \(best)")
                // What a restart knows is what the records say.
                pit.engine = {
                    var again = OrderEngine(restoring: pit.engine.snapshot())
                    again.observe(rules("btc_usd"))
                    again.observe(Ticker(bid: price, ask: price, last: price, at: pit.now), of: pit.pair)
                    return again
                }()
            }
        }
    }

    @Test func `a trade of before the one that it stands behind neither moves nor fires it`() {
        var pit = Pit()
        let id = trail(&pit, by: .absolute(5), from: "100")
        pit.wait(seconds: 10)
        let before = pit.now
        pit.wait(seconds: 10)
        pit.trade(at: "120")
        #expect(trigger(pit, id) == 115)
        for price in [ExactDecimal(100), 130] {
            pit.process(
                .marketTrade(MarketTrade(pair: pit.pair, price: price, quantity: 1, takerSide: nil, at: before)))
            #expect(pit.last.records.isEmpty)
        }
    }

    @Test func `its amount can be moved, and a cancel ends it`() {
        var pit = Pit()
        let id = trail(&pit, by: .absolute(5), from: "100")
        pit.move(id, .quantity(2))
        #expect(pit.refusal(of: .move(id, account: pit.trader, to: .price(90), line: "")) == .cannotMove)
        pit.cancel(id)
        #expect(pit.status(id) == .canceled)
        pit.trade(at: "200")
        #expect(pit.last.records.isEmpty)
    }
}
