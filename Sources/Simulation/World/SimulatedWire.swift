import Desk
import Exchange
import Trading
import Venue

/// The other end of the wire: a venue that outlives the desk's processes, the network to it, and the adapter of the process that
/// runs now.
final class SimulatedWire: ExchangeWire {
    let venue: SimulatedVenue
    let network: SimulatedNetwork
    private let settings: GatewaySettings
    private let faults: NetworkFaults
    private(set) var gateway: SimulatedGateway?
    /// What the adapters that died have met.
    private(set) var pastCounts: [String: Int] = [:]
    private(set) var pastContradictions = 0
    private var knownPrints: Set<MarketTrade> = []
    private var printsSeen = 0

    init(_ plan: SimulationPlan, markets: [SimulatedMarket], _ chance: inout SplitMix64) {
        var traits = VenueTraits.drawn(seed: chance.next())
        // The market is moved from here, in steps that reach what traders type.
        traits.marketMovesEveryMilliseconds = nil
        var rules: [PairRules] = []
        var prices: [Pair: ExactDecimal] = [:]
        for market in markets {
            prices[market.pair] = market.price(market.middle)
            let basis: FeeBasis = chance.permille(300) ? .received : .quote
            let known = PairRules.paperDefaults.first { $0.pair == market.pair }
            if let known,
                let drawn = try? PairRules(
                    pair: known.pair, priceTick: known.priceTick, quantityStep: known.quantityStep,
                    quantityMin: known.quantityMin, valueMin: known.valueMin, feeRate: known.feeRate, feeBasis: basis)
            {
                rules.append(drawn)
            }
        }
        settings = GatewaySettings(clientOrderIDs: traits.clientOrderIDs)
        venue = SimulatedVenue(
            pairs: rules, openingPrices: prices, traits: traits, seed: chance.next(), startedAt: plan.start)
        faults = chance.permille(200) ? NetworkFaults.none : NetworkFaults.drawn(seed: chance.next())
        // Calm until the accounts are known: what comes then is more interesting than how they become so.
        network = SimulatedNetwork(venue, faults: .none, seed: chance.next())
    }

    /// A new process listens; what was meant for the last one is lost.
    func connect(at now: Timestamp) -> any Exchange {
        disconnect()
        let gateway = SimulatedGateway(network, settings: settings, startedAt: now)
        self.gateway = gateway
        return gateway
    }

    func disconnect() {
        guard let gateway else { return }
        for (name, count) in gateway.counts { pastCounts[name, default: 0] += count }
        pastContradictions += gateway.contradictions
        network.disconnect()
        self.gateway = nil
    }

    var nextDue: Timestamp? { gateway?.nextDue ?? network.nextDue }

    /// Lets messages travel and the venue do what it does, up to a moment; what the desk hears of it.
    func advance(to now: Timestamp) -> [ExchangeReport] {
        guard let gateway else {
            network.advance(to: now)
            return []
        }
        return gateway.advance(to: now)
    }

    func beginFaults() { network.faults = faults }

    /// Ends all faults and all that strangers do.
    func calmDown() {
        network.faults = .none
        venue.stopFaults()
        venue.stopMarket()
    }

    /// What adapters have met in all, by name.
    var counts: [String: Int] {
        (gateway?.counts ?? [:]).merging(pastCounts, uniquingKeysWith: +)
    }

    var contradictions: Int { pastContradictions + (gateway?.contradictions ?? 0) }

    // MARK: What is outside

    var adapter: (any Exchange)? { gateway }
    var broken: Violation? { nil }
    var moneyMoved: [(account: AccountID, amount: ExactDecimal)] {
        venue.moneyMoved.map { ($0.account, $0.amount) }
    }

    func admit(_ account: AccountID, funds: [(amount: ExactDecimal, coin: Coin)], at now: Timestamp) {
        for one in funds { deposit(one.amount, one.coin, to: account, at: now) }
    }

    func deposit(_ amount: ExactDecimal, _ coin: Coin, to account: AccountID, at now: Timestamp) {
        venue.deposit(amount, coin, to: account, at: now)
    }

    func quote(_ pair: Pair, bid: ExactDecimal, ask: ExactDecimal, quantity: ExactDecimal, at now: Timestamp) {
        venue.quote(pair, bid: bid, ask: ask, quantity: quantity, at: now)
    }

    func print(_ pair: Pair, price: ExactDecimal, quantity: ExactDecimal, takerSide: Side, at now: Timestamp) {
        venue.print(pair, price: price, quantity: quantity, takerSide: takerSide, at: now)
    }

    // MARK: What its books say

    func rules(of pair: Pair) -> PairRules? { venue.rules(of: pair) }

    func collectPrints() {
        let prints = venue.prints
        for print in prints[printsSeen...] { knownPrints.insert(print) }
        printsSeen = prints.count
    }

    func hasPrinted(_ trade: MarketTrade) -> Bool { knownPrints.contains(trade) }

    func hasPrinted(_ pair: Pair, at price: ExactDecimal, by time: Timestamp) -> Bool {
        venue.prints.contains { $0.pair == pair && $0.price == price && $0.at <= time }
    }

    func fills(of account: AccountID, mayBeOf order: OrderID) -> [Fill] {
        venue.bookedFills(of: account).filter { $0.clientOrderID?.order == order }.map(\.fill)
    }
}
