public import Exchange
public import Trading

/// An exchange with books of its own, that misbehaves as told.
///
/// It knows nothing of the desk, shares no code with the engine or the paper exchange, and answers by messages only:
/// `receive` takes a request, `drainPushes` gives what it says by itself. All else here is for who runs the simulation,
/// and for who holds the desk's books against these. It draws its chance from one seed and takes the time as it is given;
/// the same calls give the same venue.
///
/// Every call of an account carries a nonce, and one that is not above the last accepted of that account does nothing. So
/// a message that the network repeats is done once, and one that is overtaken by a later call never.
public final class SimulatedVenue {
    /// What the venue is like.
    public internal(set) var traits: VenueTraits
    var chance: VenueChance
    var ledger = VenueLedger()
    var markets: [Pair: VenueMarket] = [:]
    /// Every order ever accepted, by number: number `n` stands at `n - 1`.
    var orders: [VenueOrder] = []
    var fillList: [VenueFill] = []
    var accountFills: [AccountID: [Int]] = [:]
    var openOrderNumbers: [AccountID: Set<UInt64>] = [:]
    var named: [VenueOrderName: UInt64] = [:]
    /// How many orders came of a client order id, by account.
    var acceptedCounts: [VenueOrderName: Int] = [:]
    var nonces: [AccountID: Int64] = [:]
    var recentCalls: [AccountID: [Timestamp]] = [:]
    var transactions: [VenueTransaction] = []
    var lastFill: UInt64 = 0
    var printList: [MarketTrade] = []
    var pushes: [VenuePush] = []
    var plans: [VenuePlan] = []
    var planCount: UInt64 = 0
    var downUntil: Timestamp?
    var hangsWhileDown = false
    var hasFaults = true
    var marketMoves = true
    /// What it did, by name: `answered garbage`.
    public internal(set) var counts: [String: Int] = [:]

    /// A venue with these pairs, whose market opens at these prices; a pair without one has no quotes until `quote`.
    public init(
        pairs: [PairRules], openingPrices: [Pair: ExactDecimal] = [:], traits: VenueTraits = VenueTraits(),
        seed: UInt64, startedAt: Timestamp
    ) {
        self.traits = traits
        chance = VenueChance(seed: seed)
        for rules in pairs {
            markets[rules.pair] = VenueMarket(rules: rules, at: startedAt)
            for coin in [rules.pair.base, rules.pair.quote] where ledger[.free(.strangers), coin] == 0 {
                ledger.move(VenueLedger.strangersFunds, coin, from: .outside, to: .free(.strangers))
            }
        }
        for pair in openingPrices.keys.sorted() {
            markets[pair]?.middle = openingPrices[pair]?.units
            requote(pair, at: startedAt)
        }
        pushes = []
        makePlans(from: startedAt)
    }

    // MARK: Time

    /// When it next does something by itself; nil for never.
    public var nextDue: Timestamp? { plans.map(\.due).min() }

    /// Lets it do all that it does by itself up to a moment.
    public func advance(to now: Timestamp) {
        while let next = plans.indices.min(by: { plans[$0].order < plans[$1].order }), plans[next].due <= now {
            carryOut(plans.remove(at: next))
        }
    }

    /// The venue's own clock.
    func clock(_ now: Timestamp) -> Timestamp { now.advanced(byNanoseconds: traits.clockSkewNanoseconds) }

    /// What it has said by itself since the last call, in the order in which it happened.
    public func drainPushes() -> [VenuePush] {
        defer { pushes = [] }
        return pushes
    }

    /// Ends all faults: what it is by nature stays.
    public func stopFaults() {
        hasFaults = false
        downUntil = nil
        for order in orders { order.cancelRefusedUntil = nil }
        plans.removeAll { $0.kind.isFault }
    }

    /// Ends what strangers do: prices stand still, and only the desk trades.
    public func stopMarket() {
        marketMoves = false
        plans.removeAll { !$0.kind.isFault }
    }

    func count(_ what: String) { counts[what, default: 0] += 1 }

    // MARK: From outside

    /// Money comes in. Negative amounts are a mistake of the caller.
    public func deposit(_ amount: ExactDecimal, _ coin: Coin, to account: AccountID) {
        ledger.move(amount.units, coin, from: .outside, to: .free(.account(account)))
        book(account, coin, amount, .deposit)
    }

    /// Money goes, as far as it is free; how much went.
    @discardableResult
    public func withdraw(_ amount: ExactDecimal, _ coin: Coin, from account: AccountID) -> ExactDecimal {
        let taken = min(amount.units, ledger[.free(.account(account)), coin])
        guard taken > 0 else { return .zero }
        ledger.move(taken, coin, from: .free(.account(account)), to: .outside)
        book(account, coin, ExactDecimal(units: -taken), .withdrawal)
        return ExactDecimal(units: taken)
    }

    private func book(_ account: AccountID, _ coin: Coin, _ amount: ExactDecimal, _ reason: BalanceChangeReason) {
        let number = UInt64(transactions.count + 1)
        transactions.append(
            VenueTransaction(number: number, account: account, coin: coin, amount: amount, reason: reason))
        pushes.append(.money(account, transaction: number, coin, by: amount, reason))
    }

    /// Takes another fee of orders that are accepted from now on; those that rest keep theirs.
    public func changeFee(of pair: Pair, to rate: ExactDecimal) {
        guard let rules = try? markets[pair]?.rules.with(feeRate: rate), rules != markets[pair]?.rules else { return }
        markets[pair]?.rules = rules
        markets[pair]?.feeRates.append(rate)
        pushes.append(.rules(rules))
        count("changed a fee")
    }

    /// Is down until a moment: every call fails, or hangs.
    public func goDown(until end: Timestamp, hangs: Bool) {
        downUntil = end
        hangsWhileDown = hangs
        count(hangs ? "went down hanging" : "went down refusing")
    }
}

/// What an account calls one of its orders.
struct VenueOrderName: Hashable {
    let account: AccountID
    let client: ClientOrderID
}

/// A pair as it trades now.
struct VenueMarket {
    var rules: PairRules
    /// Every fee rate that it had, the newest last.
    var feeRates: [ExactDecimal]
    var book = VenueBook()
    var ticker: Ticker
    /// Around what strangers quote, in units.
    var middle: Int128?

    init(rules: PairRules, at now: Timestamp) {
        self.rules = rules
        feeRates = [rules.feeRate]
        ticker = Ticker(at: now)
    }
}

struct VenueFill {
    let order: UInt64
    let account: AccountID
    let pair: Pair
    let side: Side
    let fill: Fill
}

/// Money that came or went other than by a trade.
public struct VenueTransaction: Hashable, Sendable {
    public let number: UInt64
    public let account: AccountID
    public let coin: Coin
    /// Negative where it went.
    public let amount: ExactDecimal
    public let reason: BalanceChangeReason
}

extension VenueLedger {
    /// What strangers begin with of each coin: 10^12.
    static let strangersFunds = Int128(1_000_000_000_000) * 1_000_000_000_000_000_000
}
