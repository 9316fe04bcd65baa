import Exchange
import ExchangeConformance
import Simulation
import Trading
import Venue

/// A venue, a network and a gateway as the conformance suite sees them.
final class SimulatedHarness: ExchangeHarness {
    let rules: PairRules
    let venue: SimulatedVenue
    let network: SimulatedNetwork
    let gateway: SimulatedGateway
    let capabilities = SimulatedHarness.abilities
    /// The simulated gateway has no list of transactions, cancels nobody else's orders and needs no keys.
    static let abilities = Set(ExchangeCapability.allCases).subtracting([.foreignOrders, .transactions, .keyRights])
    private(set) var now = Timestamp(seconds: 1_000)
    private var accountCount: Int64 = 0

    init(
        feeBasis: FeeBasis, traits: VenueTraits = VenueTraits(), faults: NetworkFaults = .none, seed: UInt64 = 1
    ) throws {
        rules = try PairRules(
            pair: "btc_usd", priceTick: .step(decimals: 3), quantityStep: .step(decimals: 8),
            quantityMin: .step(decimals: 2), feeRate: ExactDecimal(parsing: "0.002"), feeBasis: feeBasis)
        venue = SimulatedVenue(pairs: [rules], traits: traits, seed: seed, startedAt: now)
        network = SimulatedNetwork(venue, faults: faults, seed: seed)
        gateway = SimulatedGateway(
            network, settings: GatewaySettings(clientOrderIDs: traits.clientOrderIDs), startedAt: now)
        now = now.advanced(byNanoseconds: 1)
    }

    var exchange: any Exchange { gateway }

    func openAccount(_ funds: [Coin: ExactDecimal]) throws -> AccountID {
        accountCount += 1
        let account = AccountID(accountCount)
        for coin in funds.keys.sorted() { venue.deposit(funds[coin] ?? .zero, coin, to: account, at: now) }
        return account
    }

    func quote(bid: ExactDecimal, ask: ExactDecimal) throws -> [ExchangeReport] {
        venue.quote(rules.pair, bid: bid, ask: ask, quantity: 1_000, at: now)
        return gateway.advance(to: now)
    }

    func print(price: ExactDecimal, quantity: ExactDecimal, takerSide: Side?) throws -> [ExchangeReport] {
        venue.print(rules.pair, price: price, quantity: quantity, takerSide: takerSide ?? .buy, at: now)
        return gateway.advance(to: now)
    }

    /// A minute of patience.
    func nextReports() -> [ExchangeReport] {
        let end = now.advanced(bySeconds: 60)
        while let due = gateway.nextDue, due <= end {
            now = max(now, due)
            let reports = gateway.advance(to: now)
            if !reports.isEmpty { return reports }
        }
        return []
    }
}
