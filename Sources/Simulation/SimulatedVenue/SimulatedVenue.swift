import Exchange
public import Trading
import Venue

/// An exchange with books of its own, that misbehaves as told.
///
/// It knows nothing of the desk and answers by messages only: `receive` takes a request, `drainPushes` gives what it says
/// by itself. Its books are those of the room Venue, which share no code with the engine or the paper exchange. All else
/// here is for who runs the simulation, and for who holds the desk's books against these. It draws its chance from one seed and takes the time as it is given;
/// the same calls give the same venue.
///
/// Every call of an account carries a nonce, and one that is not above the last accepted of that account does nothing. So
/// a message that the network repeats is done once, and one that is overtaken by a later call never.
public final class SimulatedVenue {
    /// What the venue is like.
    public internal(set) var traits: VenueTraits
    var chance: SplitMix64
    let books = VenueBooks()
    /// Around what strangers quote, in units.
    var middles: [Pair: Int128] = [:]
    var named: [VenueOrderName: UInt64] = [:]
    /// The client order id of each order, by its number.
    var names: [UInt64: String] = [:]
    /// How many orders came of one of the desk's.
    var acceptedCounts: [ClientOrderID: Int] = [:]
    var nonces: [AccountID: Int64] = [:]
    var recentCalls: [AccountID: [Timestamp]] = [:]
    /// Orders that may not be canceled until then, by number.
    var cancelsRefusedUntil: [UInt64: Timestamp] = [:]
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
        chance = SplitMix64(seed: seed)
        for rules in pairs { books.setRules(rules, at: startedAt) }
        for pair in openingPrices.keys.sorted() where books.markets[pair] != nil {
            middles[pair] = openingPrices[pair]?.units
            requote(pair, at: startedAt)
        }
        collectEvents()
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
        collectEvents()
        defer { pushes = [] }
        return pushes
    }

    /// Makes of what happened in the books what the venue says of it. An order that is accepted or fills is open at that
    /// moment, and one that is canceled is not: that decides whether the venue knows its client order id.
    func collectEvents() {
        for event in books.drainEvents() {
            switch event {
            case .accepted(let order):
                guard let account = order.account else { continue }
                pushes.append(.accepted(account, number: order.number, named: told(order, isOpen: true)))
            case .filled(let index):
                let fill = books.fills[index]
                pushes.append(.filled(fill.account, row(fill, isOpen: true)))
            case .canceled(let order):
                guard let account = order.account else { continue }
                pushes.append(.canceled(account, number: order.number, named: told(order, isOpen: false)))
            case .trade(let print):
                printList.append(print)
                pushes.append(.trade(print))
            case .ticker(let pair, let ticker): pushes.append(.ticker(pair, ticker))
            case .rules(let rules): pushes.append(.rules(rules))
            case .money(let one):
                pushes.append(.money(one.account, transaction: one.number, one.coin, by: one.amount, one.reason))
            }
        }
    }

    /// Ends all faults: what it is by nature stays.
    public func stopFaults() {
        hasFaults = false
        downUntil = nil
        cancelsRefusedUntil = [:]
        plans.removeAll { $0.kind.isFault }
    }

    /// Ends what strangers do: prices stand still, and only the desk trades.
    public func stopMarket() {
        marketMoves = false
        plans.removeAll { !$0.kind.isFault }
    }

    func count(_ what: String) { counts[what, default: 0] += 1 }

    // MARK: From outside

    /// Money comes in. Amounts that are not above zero are a mistake of the caller.
    public func deposit(_ amount: ExactDecimal, _ coin: Coin, to account: AccountID, at now: Timestamp) {
        books.move(amount, coin, .deposit, of: account, at: clock(now))
    }

    /// Money goes, as far as it is free; how much went.
    @discardableResult
    public func withdraw(
        _ amount: ExactDecimal, _ coin: Coin, from account: AccountID, at now: Timestamp
    ) -> ExactDecimal {
        -books.move(amount, coin, .withdrawal, of: account, at: clock(now))
    }

    /// Takes another fee of orders that are accepted from now on; those that rest keep theirs.
    public func changeFee(of pair: Pair, to rate: ExactDecimal, at now: Timestamp) {
        guard let old = books.markets[pair]?.rules, let rules = try? old.with(feeRate: rate), rules != old else {
            return
        }
        books.setRules(rules, at: clock(now))
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
    let text: String
}
