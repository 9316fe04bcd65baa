import BtceExchange
import Exchange
import Trading

/// One of the exchanges at which the desk of a world trades: what is behind it, its market, and what was seen of it from outside.
final class SimulatedSeat {
    /// The desk's name of it.
    let id: ExchangeID
    /// Nil on paper, which is of the desk's own transactions.
    let wire: (any ExchangeWire)?
    var markets: [SimulatedMarket]
    /// When the wire moves next. What stands in the queue for another time has been overtaken.
    var wireDueAt: Timestamp?

    // MARK: What was seen of it

    /// Every print, in the order in which the desk could know it.
    var prints: [Pair: [MarketTrade]] = [:]
    /// How many there were before the newest turn of the desk. Within a turn nobody outside knows what came first, so an order
    /// that was placed in a turn may have seen all prints of it.
    var printsBeforeTurn: [Pair: Int] = [:]
    /// What orders filled at on paper: prints too, also those of a process that died before anybody looked.
    var fillPrices: [Pair: [ExactDecimal]] = [:]
    /// How much money had moved there at the last look.
    var moneySeen = 0

    init(_ id: ExchangeID, wire: (any ExchangeWire)?, markets: [SimulatedMarket]) {
        self.id = id
        self.wire = wire
        self.markets = markets
    }

    /// The world of one exchange, with what a plan says of it.
    convenience init(_ world: SimulationPlan.World, _ plan: SimulationPlan, _ chance: inout SplitMix64) {
        let markets = Array(SimulatedMarket.all.prefix(plan.marketCount))
        let wire: (any ExchangeWire)? =
            switch world {
            case .paper: nil
            case .wire: SimulatedWire(plan, markets: markets, &chance)
            case .btce: SimulatedBtce(plan, .btce, markets: markets, &chance)
            case .yobit: SimulatedBtce(plan, .yobit, markets: markets, &chance)
            }
        self.init(world.exchange, wire: wire, markets: markets)
    }

    /// Whether the figures of a pair there are multiples of this; nil for a pair that it has not.
    func quantityStep(of pair: Pair) -> ExactDecimal? {
        if let wire { return wire.rules(of: pair)?.quantityStep }
        return markets.contains { $0.pair == pair } ? SimulatedMarket.quantity(1) : nil
    }

    /// Turns that are left trades by those before them are one with those: what waits may fire in any of them.
    func notePrintsBeforeTurn() { printsBeforeTurn = prints.mapValues(\.count) }
}

extension [SimulatedSeat] {
    /// All that a plan has, drawn one after the other.
    init(_ plan: SimulationPlan, _ chance: inout SplitMix64) {
        self = []
        for world in plan.worlds { append(SimulatedSeat(world, plan, &chance)) }
    }
}
