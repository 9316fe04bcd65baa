import Exchange
import Trading

/// What is known of one order that the exchange was sent, or is to be sent.
final class PlacedOrder {
    /// Where it stands.
    enum Fate: Hashable {
        /// Waits in here.
        case unsent
        /// Stands in line for a nonce.
        case queued
        /// Sent; the answer may still come.
        case inFlight
        /// It may be there, or come to be, or not.
        case inDoubt
        /// The exchange has it, and it may be on the book.
        case open
        /// It is off the book.
        case closed
        /// The exchange has not got it and never will: refused, or never sent, or lost on the way.
        case neverThere

        /// Whether the exchange is known to have it, or to have it never.
        var isKnown: Bool { self == .open || self == .closed || self == .neverThere }
    }

    let order: NewOrder
    /// The limit as it was sent, in the quote coin: a market order's is kept inside what the exchange takes.
    let rate: ExactDecimal
    /// No later than the moment at which it was sent.
    var sentAt: Timestamp
    var fate: Fate
    /// The exchange's number; nil where it is not known, or there is none.
    var number: UInt64?
    /// Whether the exchange is known to have filled it whole at once, without a number.
    var hasNoNumber = false
    /// What of it traded when it arrived and has not been found in the history yet. Nil where that is not known.
    var takerMissing: ExactDecimal?
    /// What those trades brought, net of the fee, as the answer said; nil where no answer said it.
    var received: ExactDecimal?
    /// Its fills as they are found, by their numbers.
    var fills: [UInt64: Fill] = [:]
    /// Fills that an earlier run has counted, and what they add up to.
    let countedFills: Set<UInt64>
    let countedQuantity: ExactDecimal
    /// What had been seen when it was sent: no fill of it has the number of that fill or a lower one, nor has the order
    /// the number of that order or a lower one.
    var seenBefore: SeenBefore
    /// When its answer was lost, or the run began in which nothing is known of it.
    var doubtfulSince: Timestamp
    /// When it was seen to be off the book.
    var closedAt: Timestamp?
    /// Whether all its fills are known: it is off the book, and the history was read afterwards.
    var isComplete = false
    /// Whether the desk has shown in this run that it wants to hear of it.
    var isWatched: Bool
    /// Whether it was said to be lost, or may have been in an earlier run: it is settled by a status.
    var owesStatus = false
    var wantsStatus = false
    /// Whether it is to be canceled once it is known where it is.
    var wantsCancel = false
    /// Whether a cancel stands in line or is under way.
    var isCanceling = false
    /// Whether that cancel is the adapter's own, for an order that is not to rest.
    var cancelsUnasked = false
    var questions: [QueryID] = []
    /// What the exchange's answers about it differ in, while they do.
    var dispute: Dispute?
    /// How often a cancel was answered as done, or as too late, and before when none is sent again: nil while it may be.
    var cancelsAnswered = 0
    var cancelNotBefore: Timestamp?
    /// Whether the desk has written down that it is there, or is not.
    var isNoted = false
    var toldFills: Set<FillID> = []
    var wasToldAccepted = false
    var wasToldCanceled = false
    /// By when it has to be sent.
    var sendBy: Timestamp

    init(_ order: NewOrder, rate: ExactDecimal, sentAt: Timestamp, sendBy: Timestamp) {
        self.order = order
        self.rate = rate
        self.sentAt = sentAt
        self.sendBy = sendBy
        fate = .unsent
        isWatched = true
        doubtfulSince = sentAt
        countedFills = []
        countedQuantity = .zero
        seenBefore = SeenBefore()
    }

    /// One that an earlier run sent, or may have.
    init(recalled sent: SentOrder, number: UInt64?, isWatched: Bool, at now: Timestamp) {
        order = sent.order
        rate = sent.order.price.bound
        sentAt = sent.sentAt
        sendBy = now
        fate = number == nil ? .inDoubt : .open
        isNoted = number != nil
        self.number = number
        self.isWatched = isWatched
        doubtfulSince = now
        countedFills = Set(sent.countedFills.compactMap(\.number))
        countedQuantity = sent.countedQuantity
        seenBefore = sent.seenBefore
        // A cursor is the number of the last fill that was read.
        if let cursor = sent.seenBefore.fillsRead, let read = BtceGateway.number(of: cursor) {
            seenBefore.fillNumber = max(seenBefore.fillNumber ?? read, read)
        }
        owesStatus = true
    }

    var id: ClientOrderID { order.clientOrderID }

    /// What the exchange calls it; 0 for one that it filled at once.
    var exchangeOrderID: String { String(number ?? 0) }

    /// What is known to have filled of it, in the base coin.
    var filled: ExactDecimal {
        fills.reduce(countedQuantity) { countedFills.contains($1.key) ? $0 : $0 + $1.value.quantity }
    }

    /// Its fills as far as they are known, lowest number first.
    var fillsByNumber: [Fill] { fills.values.sorted { $0.id < $1.id } }

    /// Only one order of a class is sent while another's fate is open: the exchange's answers could be told apart by
    /// nothing else.
    var kind: Kind { Kind(pair: order.pair, side: order.side) }

    struct Kind: Hashable {
        let pair: Pair
        let side: Side
    }

    /// Whether nothing that the exchange shows is known to be this order.
    var isUnmatched: Bool { fate == .inDoubt && number == nil && !hasNoNumber }

    /// Whether a look would tell more of it.
    var isToBeLookedFor: Bool {
        guard isWatched || !questions.isEmpty else { return false }
        return fate == .inDoubt || fate == .open || (fate == .closed && !isComplete)
    }

    /// Whether an order there may be this one, by its number.
    func mayHave(number: UInt64) -> Bool { seenBefore.orderNumber.map { number > $0 } ?? true }

    /// Whether a fill there may be of it, by its number.
    func mayHave(fill: UInt64) -> Bool { seenBefore.fillNumber.map { fill > $0 } ?? true }

    /// Whether it may trade with an order of the other side at that rate.
    func crosses(_ other: PlacedOrder) -> Bool {
        guard order.pair == other.order.pair, order.side != other.order.side else { return false }
        return order.side == .buy ? rate >= other.rate : rate <= other.rate
    }

    /// Whether a row of the history may be a fill of it: no more can fill than was ordered.
    func fits(_ row: WireFill) -> Bool {
        guard row.pair == order.pair, row.side == order.side else { return false }
        return countedFills.contains(row.id) || filled + row.amount <= order.quantity
    }

    /// Whether a trade at a price keeps to its limit.
    func allows(_ price: ExactDecimal) -> Bool { order.side == .buy ? price <= rate : price >= rate }

    /// Earlier sent first, so that what is found is given to the one that it must be.
    static func isEarlier(_ left: PlacedOrder, _ right: PlacedOrder) -> Bool {
        (left.sentAt, left.id) < (right.sentAt, right.id)
    }
}
