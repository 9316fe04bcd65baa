import BtceExchange
import Exchange
import Trading
import Venue

/// An exchange of the btc-e family as the desk's own adapter meets it: the product's gateway, which writes and reads the bytes of
/// HTTP, the product's venue with its books, and between them a network on the simulation's clock.
///
/// The gateway dies with the desk's process; the venue, what travels and the reserved nonces live on.
final class SimulatedBtce: ExchangeWire {
    enum Message {
        case request(BtceTraveler)
        case outcome(life: Int, number: UInt64, HTTPOutcome)
    }

    let venue: TapiVenue
    let nonces = ReservedNonces()
    var chance: SplitMix64
    var faults = BtceNetworkFaults.none
    private let drawn: BtceNetworkFaults
    private let venueFaults: VenueFaults
    let markets: [SimulatedMarket]
    var messages = EventQueue<Message>()
    var clock: Timestamp
    /// Counts the adapter's processes.
    var life = 0
    /// Requests of this process that have not come to an end, by their numbers.
    var underWay: Set<UInt64> = []
    private(set) var link: BtceLink?
    /// The desk's accounts, in the order in which they came; account `n` of the venue stands at `n - 1`.
    private(set) var accounts: [AccountID] = []
    /// What was ever sent, to see that it is sent once.
    var sent = SentToBtce()
    var broken: Violation?
    /// What adapters and network have met, by name.
    var counts: [String: Int] = [:]
    var knownPrints: [Pair: [MarketTrade]] = [:]

    /// Which relative of btc-e both ends speak.
    let dialect: Dialect

    init(_ plan: SimulationPlan, _ dialect: Dialect, markets: [SimulatedMarket], _ chance: inout SplitMix64) {
        self.chance = chance.fork()
        self.dialect = dialect
        self.markets = markets
        clock = plan.start
        let pairs = markets.compactMap { market in
            PairRules.paperDefaults.first { $0.pair == market.pair }.map { VenuePair(tradedBy: $0) }
        }
        let funds = plan.funds.map { (amount: ExactDecimal($0.amount), coin: $0.coin) }
        venue = TapiVenue(
            TapiVenue.Settings(
                dialect: dialect == .btce ? .btce : .yobit,
                accounts: (1...plan.traderCount).compactMap {
                    VenueAccount(key: SimulatedBtce.key($0), secret: SimulatedBtce.secret, funds: funds)
                }, pairs: pairs, seed: chance.next()))
        drawn = self.chance.permille(200) ? .none : BtceNetworkFaults.drawn(&self.chance)
        venueFaults = self.chance.permille(200) ? .none : VenueFaults.drawn(&self.chance)
        venue.start(at: plan.start)
        for market in markets {
            let price = market.price(market.middle)
            venue.commit(
                .print(market.pair, .buy, price: price, quantity: SimulatedMarket.quantity(market.quantityMin)),
                at: plan.start)
        }
        _ = venue.drainRecords()
    }

    static let secret = "a secret of the simulation"

    static func key(_ number: Int) -> String { "simulated-key-\(number)" }

    /// The venue's own name of a desk's account.
    func venueAccount(_ account: AccountID) -> AccountID? {
        accounts.firstIndex(of: account).map { AccountID(Int64($0 + 1)) }
    }

    // MARK: The desk's process

    var adapter: (any Exchange)? { link }

    func connect(at now: Timestamp) -> any Exchange {
        disconnect()
        clock = max(clock, now)
        let link = BtceLink(
            BtceSettings(baseURL: "http://btce.test", dialect: dialect), nonces, startedAt: now, seed: chance.next())
        self.link = link
        for account in accounts { giveKey(account) }
        return link
    }

    func disconnect() {
        life += 1
        underWay = []
        guard let link else { return }
        for (name, times) in link.gateway.counts { counts["adapter: \(name)", default: 0] += times }
        if link.gateway.contradictions > 0 { count("adapter: contradictions") }
        self.link = nil
    }

    func admit(_ account: AccountID, funds: [(amount: ExactDecimal, coin: Coin)], at now: Timestamp) {
        accounts.append(account)
        giveKey(account)
    }

    private func giveKey(_ account: AccountID) {
        guard let link, let number = venueAccount(account)?.rawValue else { return }
        let key = TapiKey(key: SimulatedBtce.key(Int(number)), secret: Array(SimulatedBtce.secret.utf8))
        do {
            try link.gateway.setKey(key, for: account, at: clock)
        } catch {
            broken = Violation(.opens, "no key for \(account): \(error)")
        }
    }

    // MARK: Faults

    func beginFaults() {
        faults = drawn
        venue.faults = venueFaults
        nonces.failsPermille = drawn.nonceStoreFailsPermille
    }

    func calmDown() {
        faults = .none
        venue.faults = .none
        nonces.failsPermille = 0
    }

    func count(_ what: String) { counts[what, default: 0] += 1 }
}

/// The adapter as the desk's process has it: what is put down is worked on when the wire moves next.
final class BtceLink: Exchange {
    let name = "btce"
    let settlement = Settlement.overTheWire
    let traits = ExchangeTraits(
        news: .polled, keepsClientOrderIDs: false, fillNumbering: .perAccount, feeBasis: .received,
        listsTransactions: true, cancelsForeignOrders: true, needsKeys: false)
    let gateway: BtceGateway
    /// Places that the desk has asked for in this process.
    private(set) var places: [(account: AccountID, order: ClientOrderID)] = []

    init(_ settings: BtceSettings, _ nonces: ReservedNonces, startedAt: Timestamp, seed: UInt64) {
        gateway = BtceGateway(settings, nonceStore: nonces, startedAt: startedAt, seed: seed)
    }

    func recall(_ orders: [SentOrder]) { gateway.recall(orders) }

    func submit(_ request: OrderRequest, at now: Timestamp) -> [ExchangeReport] {
        if case .place(let order) = request { places.append((order.account, order.clientOrderID)) }
        gateway.submit(request, at: now)
        return []
    }

    func noted(_ order: ClientOrderID, of account: AccountID, at now: Timestamp) {
        gateway.noted(order, of: account, at: now)
    }

    func ask(_ query: ExchangeQuery, id: QueryID, at now: Timestamp) -> [ExchangeReport] {
        gateway.ask(query, id: id, at: now)
        return []
    }

    func takePlaces() -> [(account: AccountID, order: ClientOrderID)] {
        defer { places = [] }
        return places
    }
}

/// How far the nonces of each key are spoken for: on disk when `reserve` returns, and there after every crash.
final class ReservedNonces: NonceStore {
    struct DiskFailed: Error {}

    var failsPermille = 0
    private var reserved: [String: UInt64] = [:]
    private var chance = SplitMix64(seed: 1)

    func reserved(key: String) throws -> UInt64? { reserved[key] }

    /// A write that fails may have been kept or not.
    func reserve(through last: UInt64, key: String) throws {
        let fails = failsPermille > 0 && chance.permille(failsPermille)
        if !fails || chance.permille(500) { reserved[key] = last }
        if fails { throw DiskFailed() }
    }
}
