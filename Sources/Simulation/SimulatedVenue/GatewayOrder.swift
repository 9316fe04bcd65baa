import Exchange
import Trading

/// What the gateway knows of one order.
final class GatewayOrder {
    /// Where it stands, as far as is known.
    enum Fate: Hashable {
        /// Waits in here; nothing has been sent.
        case unsent
        /// Sent; the answer may still come in time.
        case inFlight
        /// It may be there, or come to be, or not.
        case inDoubt
        /// The venue has it, under `number`, and it may be on the book.
        case open
        /// It is off the book, under `number`.
        case closed
        /// The venue has not got it and never will: refused, or never sent, or lost on the way.
        case neverThere
    }

    let order: NewOrder
    /// No later than the moment at which it was sent.
    var sentAt: Timestamp
    var fate: Fate
    var number: UInt64?
    /// Whether the venue is known to have it, filled whole, under a number that it kept back.
    var filledAtOnce = false
    /// Whether all fills are known: it is off the book, and the history was read afterwards.
    var isComplete = false
    /// Whether the desk has shown in this run that it wants to hear of it.
    var isWatched: Bool
    /// Whether it was said to be lost, or may have been in an earlier run: it is settled by a status.
    var owesStatus = false
    /// Whether the desk waits for its status.
    var wantsStatus = false
    /// Whether it is to be canceled once it is known where it is.
    var wantsCancel = false
    var questions: [QueryID] = []
    var toldFills: Set<FillID> = []
    var wasToldAccepted = false
    var wasToldCanceled = false
    /// By when it has to be sent.
    var sendBy: Timestamp?
    /// Whether the desk has written down where it stands, or need not be told.
    var isNoted = false

    init(_ order: NewOrder, sentAt: Timestamp, fate: Fate, isWatched: Bool) {
        self.order = order
        self.sentAt = sentAt
        self.fate = fate
        self.isWatched = isWatched
    }

    var id: ClientOrderID { order.clientOrderID }

    /// What two orders must not have in common while the fate of one is open: nothing else tells them apart in a
    /// history that shows trades and no limits.
    var likeness: Likeness { Likeness(pair: order.pair, side: order.side, quantity: order.quantity) }

    struct Likeness: Hashable {
        let pair: Pair
        let side: Side
        let quantity: ExactDecimal
    }

    var isSettled: Bool { fate == .open || fate == .closed || fate == .neverThere }

    /// Earlier sent first, so that what is found is given to the one that it must be.
    static func isEarlier(_ left: GatewayOrder, _ right: GatewayOrder) -> Bool {
        (left.sentAt, left.id) < (right.sentAt, right.id)
    }
}
