import Exchange
import Foundation
import TestSupport
import Testing
import Trading

@testable import BtceExchange

/// A long story of one account from a seed: orders, cancels, strangers, lost answers, crashes; and at its end the books of both sides.
private final class RandomStory {
    let bench: GatewayBench
    private var chance: SplitMix64
    private var lastOrder: UInt64 = 0
    private let isFaulty: Bool

    init(seed: UInt64, isFaulty: Bool) throws {
        chance = SplitMix64(seed: seed)
        self.isFaulty = isFaulty
        let venue = TestVenue(usd: 100_000, btc: 1_000)
        venue.hidesNumbers = Bool.random(using: &chance)
        bench = try GatewayBench(venue: venue)
        if isFaulty { bench.chooseFate = { [self] _ in fate() } }
    }

    private func fate() -> Fate {
        Int.random(in: 0..<10, using: &chance) > 0
            ? .answered : Fate.allCases.randomElement(using: &chance) ?? .answered
    }

    /// A price in steps of one around 100, a quantity in steps of a half.
    private func makeOrder() -> NewOrder {
        lastOrder += 1
        let side: Side = Bool.random(using: &chance) ? .buy : .sell
        let price = side == .buy ? Int.random(in: 95...102, using: &chance) : Int.random(in: 98...105, using: &chance)
        let lifetime: NewOrder.Lifetime = Int.random(in: 0..<6, using: &chance) == 0 ? .immediateOrCancel : .rest
        let halves = ExactDecimal(Int.random(in: 1...3, using: &chance))
        return NewOrder(
            clientOrderID: ClientOrderID(order: OrderID(lastOrder), attempt: 1), account: GatewayBench.account,
            pair: "btc_usd", side: side, quantity: halves.times(.of("0.5")), price: .limit(ExactDecimal(price)),
            lifetime: lifetime, selfTrade: Int.random(in: 0..<4, using: &chance) == 0 ? .cancelResting : .cancelIncoming
        )
    }

    private func step() throws {
        let half = TestVenue.unit / 2
        switch Int.random(in: 0..<20, using: &chance) {
        case 0..<7: bench.place(makeOrder())
        case 7..<10:
            let open = bench.known.values.filter { !$0.isFinal }.map(\.order.clientOrderID).sorted()
            if let one = open.randomElement(using: &chance) { bench.cancel(one) }
        case 10..<13:
            let amount = Int64.random(in: 1...4, using: &chance) * half
            let side: Side = Bool.random(using: &chance) ? .buy : .sell
            bench.venue.hit(side, upTo: (side == .buy ? 103 : 97) * TestVenue.unit, amount)
        case 13..<16:
            let unit = TestVenue.unit
            bench.venue.asks = (0..<3).map {
                ((100 + Int64($0)) * unit, Int64.random(in: 1...3, using: &chance) * half)
            }
            bench.venue.bids = (0..<3).map { ((99 - Int64($0)) * unit, Int64.random(in: 1...3, using: &chance) * half) }
        case 16: _ = bench.ask(.openOrders(GatewayBench.account, pair: nil))
        case 17: _ = bench.ask(.fills(GatewayBench.account, after: nil, limit: 1_000))
        case 18: bench.run(seconds: Int64.random(in: 0...5, using: &chance))
        case _ where isFaulty && Int.random(in: 0..<3, using: &chance) == 0: try bench.restart()
        default: break
        }
        let moments = Int.random(in: 0...3, using: &chance)
        for _ in 0..<moments { bench.run(nanoseconds: Int64.random(in: 1...40_000_000, using: &chance)) }
    }

    func play(steps: Int) throws {
        for _ in 0..<steps { try step() }
        bench.chooseFate = nil
        // What is behind the market settles by itself; what is not final is asked about, as the desk does for ever.
        for _ in 0..<6 {
            bench.run(seconds: 30)
            for order in bench.known.values where !order.isFinal && order.isUnknown {
                bench.status(order.order.clientOrderID)
            }
        }
        _ = try bench.ask(.fills(GatewayBench.account, after: nil, limit: 1_000_000), within: 60)
    }

    /// The exchange's orders and the desk's, by their figures and by what of each has filled: equal orders cannot be told apart,
    /// and need not be.
    func judge() {
        let there = bench.venue.truth.map { "\($0.side) \($0.rate) \($0.amount): \($0.filled)" }.sorted()
        let unit = ExactDecimal(units: ExactDecimal.one.units / Int128(TestVenue.unit))
        func units(_ value: ExactDecimal) -> Int64 { Int64(value.units / unit.units) }
        let here = bench.known.values.filter { !$0.isRejected }.map {
            "\($0.order.side) \(units($0.order.price.bound)) \(units($0.order.quantity)): \(units($0.filled))"
        }.sorted()
        #expect(here == there)
        #expect(bench.gateway.contradictions == 0)
        for order in bench.known.values {
            #expect(!order.isUnknown, "\(order.order.clientOrderID): \(order.said)")
            #expect(order.filled <= order.order.quantity)
        }
        let rows = Set(bench.known.values.flatMap { $0.fills.keys.compactMap(\.number) })
        #expect(rows.count == bench.known.values.reduce(0) { $0 + $1.fills.count }, "a fill was counted for two orders")
        #expect(rows == Set((0..<bench.venue.rows.count).map { UInt64($0 + 1) }))
    }
}

@Suite struct `A gateway at random` {
    /// A seed that is given is played alone.
    private static let seeds = (0..<(isSeedGiven ? 1 : TestExtent.isWhole ? 16 : 8)).map { testSeed &+ UInt64($0) }
    private static let isSeedGiven = ProcessInfo.processInfo.environment["OUTCRY_SEED"] != nil

    @Test(arguments: seeds)
    func `the books of both sides are equal, whatever is lost and whoever crashes`(seed: UInt64) throws {
        let story = try RandomStory(seed: seed, isFaulty: true)
        try story.play(steps: 250)
        story.judge()
    }

    @Test(arguments: seeds.prefix(4))
    func `the books of both sides are equal where nothing is lost`(seed: UInt64) throws {
        let story = try RandomStory(seed: seed, isFaulty: false)
        try story.play(steps: 250)
        story.judge()
    }
}
