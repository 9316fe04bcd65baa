import Threads
import Trading

/// Which requests an exchange has not answered yet, and when it is taken to have said nothing.
///
/// A place and a cancel are waited for once: what follows a lost answer is the engine's to decide. A question about an order is
/// asked again for ever, after twice as long each time, up to a limit.
struct AnswerWatch {
    /// What an order's exchange owes an answer to.
    enum Kind: Int, Comparable {
        case place
        case cancel
        case status

        static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
    }

    struct Key: Hashable, Comparable {
        let order: OrderID
        let kind: Kind

        static func < (left: Key, right: Key) -> Bool {
            (left.order, left.kind) < (right.order, right.kind)
        }
    }

    let answerSeconds: Int64
    let askAgainSeconds: Int64
    /// The longest wait where it answers, and not with what has to be true in the end.
    let contradictionSeconds: Int64

    private var deadlines = Deadlines<Key>()
    /// How often each question has been asked without an answer.
    private var asked: [OrderID: Int] = [:]
    /// How often it was answered with something else than what is waited for.
    private var early: [OrderID: Int] = [:]

    init(answerSeconds: Int, askAgainSeconds: Int, contradictionSeconds: Int = 600) {
        self.contradictionSeconds = Int64(contradictionSeconds)
        self.answerSeconds = Int64(answerSeconds)
        self.askAgainSeconds = Int64(askAgainSeconds)
    }

    var next: Timestamp? { deadlines.next }

    func isAwaiting(_ kind: Kind, of order: OrderID) -> Bool {
        deadlines.time(of: Key(order: order, kind: kind)) != nil
    }

    /// A request goes out.
    mutating func sent(_ request: OrderRequest, at now: Timestamp) {
        let order = request.clientOrderID.order
        switch request {
        case .place: wait(.place, of: order, until: now.advanced(bySeconds: answerSeconds))
        case .cancel: wait(.cancel, of: order, until: now.advanced(bySeconds: answerSeconds))
        case .status:
            let times = asked[order, default: 0]
            asked[order] = times + 1
            wait(.status, of: order, until: now.advanced(bySeconds: delay(after: times, from: answerSeconds)))
        }
    }

    /// The exchange has answered.
    mutating func answered(_ kind: Kind, of order: OrderID) {
        deadlines.remove(Key(order: order, kind: kind))
        if kind == .status { asked[order] = nil }
    }

    /// The question about the order came to nothing; when it is asked again. Sooner than by waiting in silence.
    mutating func statusLost(of order: OrderID, at now: Timestamp) {
        guard let due = deadlines.time(of: Key(order: order, kind: .status)) else { return }
        let soon = now.advanced(bySeconds: delay(after: max(0, asked[order, default: 0] - 1), from: 1))
        wait(.status, of: order, until: min(due, soon))
    }

    /// The question has been answered, but not with what is waited for: it is asked again, later each time.
    mutating func statusIsEarly(of order: OrderID, at now: Timestamp) {
        let times = early[order, default: 0] + 1
        early[order] = times
        let waits = Backoff(first: 1, longest: max(contradictionSeconds, 1))
        wait(.status, of: order, until: now.advanced(bySeconds: waits.wait(failures: times)))
    }

    /// The question has been answered with what had to be true.
    mutating func statusIsSettled(of order: OrderID) { early[order] = nil }

    /// Nothing can be said of the order any more that matters.
    mutating func forget(_ order: OrderID) {
        for kind in [Kind.place, .cancel, .status] { deadlines.remove(Key(order: order, kind: kind)) }
        asked[order] = nil
        early[order] = nil
    }

    /// The next request that has not been answered in time.
    mutating func popDue(by now: Timestamp) -> Key? { deadlines.popDue(by: now) }

    private mutating func wait(_ kind: Kind, of order: OrderID, until time: Timestamp) {
        deadlines.set(Key(order: order, kind: kind), to: time)
    }

    private func delay(after times: Int, from first: Int64) -> Int64 {
        Backoff(first: first, longest: max(askAgainSeconds, first)).wait(failures: times + 1)
    }
}
