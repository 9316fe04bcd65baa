import Conversation
import OrderEngine
import Trading

/// The lines that are answered when an exchange has said what became of their orders.
///
/// Found by their orders, never by looking through all of them: a line is looked at again when one of its orders has changed, or its
/// time is over.
struct PendingReplies {
    /// By the number of each, which grow: a later line has a higher one.
    private var replies: [UInt64: PendingReply] = [:]
    private var nextNumber: UInt64 = 1
    /// The lines that an order is of, by the order, in the order of their numbers.
    private var byOrder: [OrderID: [UInt64]] = [:]
    private var byAccount: [AccountID: [UInt64]] = [:]
    private var deadlines = Deadlines<UInt64>()
    /// The lines to be looked at again.
    private var touched: Set<UInt64> = []

    var isEmpty: Bool { replies.isEmpty }
    /// When the first of them is answered with what is known by then.
    var firstDue: Timestamp? { deadlines.next }
    /// In the order in which they came.
    var all: [PendingReply] { numbers.compactMap { replies[$0] } }
    private var numbers: [UInt64] { replies.keys.sorted() }

    mutating func add(_ pending: PendingReply) {
        let number = nextNumber
        nextNumber += 1
        replies[number] = pending
        for order in pending.ordersNamed { byOrder[order, default: []].append(number) }
        byAccount[pending.account, default: []].append(number)
        deadlines.set(number, to: pending.dueBy)
        touched.insert(number)
    }

    // MARK: What happens

    /// An order has changed.
    mutating func touch(_ order: OrderID) {
        guard !replies.isEmpty, let numbers = byOrder[order] else { return }
        touched.formUnion(numbers)
    }

    /// Something has been done for an account that may be what its lines wait for.
    mutating func touch(_ account: AccountID) {
        guard let numbers = byAccount[account] else { return }
        touched.formUnion(numbers)
    }

    /// A session's lines are answered with what is known now, and so is the same line that was sent again elsewhere.
    mutating func hurry(_ session: SessionID, at now: Timestamp) {
        let hurried = replies.values.filter { $0.context.session == session }
        guard !hurried.isEmpty else { return }
        for (number, pending) in replies {
            let isSame = hurried.contains { $0.account == pending.account && $0.context.tag == pending.context.tag }
            guard pending.context.session == session || (pending.context.tag != nil && isSame) else { continue }
            replies[number]?.dueBy = now
            deadlines.set(number, to: now)
        }
    }

    // MARK: Looking at them

    /// The first line of an account with a tag.
    func first(of account: AccountID, tagged tag: String) -> PendingReply? {
        byAccount[account]?.lazy.compactMap { replies[$0] }.first { $0.context.tag == tag }
    }

    /// The first line of the order's account whose reply will say what has happened, of those that a condition holds for.
    func first(covering event: OrderEvent, where isMeant: (PendingReply) -> Bool) -> UInt64? {
        guard !replies.isEmpty else { return nil }
        let own = byOrder[event.order.id] ?? []
        let family = event.order.parent.flatMap { byOrder[$0] } ?? []
        let found = (own + family).filter { number in
            guard let pending = replies[number] else { return false }
            return pending.account == event.order.account && pending.covered.covers(event) && isMeant(pending)
        }
        return found.min()
    }

    subscript(number: UInt64) -> PendingReply? { replies[number] }

    /// A number has happened that a line's reply will say.
    mutating func holdBack(_ notification: UInt64, for number: UInt64) {
        replies[number]?.heldBack.append(notification)
    }

    /// The lines that are due, and of those that were touched since the last look the ones to be looked at; in the order in which they
    /// came.
    mutating func takeTouched(dueBy now: Timestamp) -> (due: Set<UInt64>, all: [UInt64]) {
        guard !touched.isEmpty || deadlines.next.map({ $0 <= now }) ?? false else { return ([], []) }
        var due: Set<UInt64> = []
        while let number = deadlines.popDue(by: now) { due.insert(number) }
        let all = touched.union(due).sorted()
        touched.removeAll(keepingCapacity: true)
        return (due, all)
    }

    /// A line is answered now.
    mutating func remove(_ number: UInt64) -> PendingReply? {
        guard let pending = replies.removeValue(forKey: number) else { return nil }
        for order in pending.ordersNamed { byOrder[order].remove(number) }
        byAccount[pending.account].remove(number)
        deadlines.remove(number)
        touched.remove(number)
        return pending
    }

    mutating func removeAll() {
        let number = nextNumber
        self = PendingReplies()
        nextNumber = number
    }
}

extension PendingReply {
    /// Every order that its answer depends on, or that its reply is about.
    fileprivate var ordersNamed: Set<OrderID> { covered.orders.union(covered.parents).union(orders) }
}

extension [UInt64]? {
    /// Takes a number out; nil where none is left.
    fileprivate mutating func remove(_ number: UInt64) {
        guard let place = self?.firstIndex(of: number) else { return }
        if self?.count == 1 { self = nil } else { self?.remove(at: place) }
    }
}
