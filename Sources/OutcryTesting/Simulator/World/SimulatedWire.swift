import Desk
import Exchange
import Trading

/// The other end of the wire: a venue that outlives the desk's processes, the network to it, and the adapter of the process that
/// runs now.
final class SimulatedWire {
    let venue: SimulatedVenue
    let network: SimulatedNetwork
    private let settings: GatewaySettings
    private let faults: NetworkFaults
    private(set) var gateway: SimulatedGateway?
    /// What the adapters that died have met.
    private(set) var pastCounts: [String: Int] = [:]
    private(set) var pastContradictions = 0

    init(_ plan: SimulationPlan, markets: [SimulatedMarket], _ chance: inout Chance) {
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
    func connect(at now: Timestamp) -> SimulatedGateway {
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
}
