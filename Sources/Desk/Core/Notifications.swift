import Accounts
import Conversation
import Ledger
import OrderEngine
import Trading

/// What the reply to a line has told its session already, so that it is not told again.
struct Covered {
    let session: SessionID
    /// What the reply was about.
    let orders: Set<OrderID>
    /// Orders whose children it was about, also those that are still to come.
    var parents: Set<OrderID> = []
    let kind: Kind

    enum Kind {
        case placed
        case refused
        case canceled
        case moved
        /// Of a panic: that it has begun, or is lifted.
        case panic
    }

    func covers(_ event: OrderEvent) -> Bool {
        guard orders.contains(event.order.id) || event.order.parent.map(parents.contains) ?? false else { return false }
        switch (event.kind, kind) {
        case (.opened, .placed), (.contraPlaced, .placed), (.canceled, .canceled), (.moved, .moved): return true
        case (.opened, .refused), (.canceled, .refused), (.rejected, .refused): return true
        default: return false
        }
    }
}

extension Covered {
    /// What a reply will be about that waits for its orders, if it says that all is done.
    init(session: SessionID, orders: [OrderID], _ subject: PendingReply.Subject) {
        switch subject {
        case .placed(let root, _):
            self.init(session: session, orders: Set(orders), parents: [root], kind: .placed)
        case .canceled(let ids, _):
            self.init(session: session, orders: Set(orders).union(ids), parents: Set(ids), kind: .canceled)
        case .undone(let id): self.init(session: session, orders: Set(orders), parents: [id], kind: .canceled)
        case .moved: self.init(session: session, orders: Set(orders), kind: .moved)
        }
    }

    /// The same of a reply that refuses.
    var refused: Covered { Covered(session: session, orders: orders, parents: parents, kind: .refused) }
}

/// Notifications: numbered, stored, then sent.
extension DeskCore {
    /// Stores and sends what has happened, in the order in which it did.
    ///
    /// A reply that says "#41 is open" is enough for the person who reads it: a session in text is not told `opened`,
    /// `canceled` or `rejected` of what its own reply covers, or will cover when it comes: of a ladder of a thousand one reply is
    /// enough. A program in JSON mode gets every event, so that it can follow the numbers.
    func flushEvents(covering covered: [Covered] = []) throws {
        guard !batch.events.isEmpty || !batch.panicEvents.isEmpty || !batch.alertsFired.isEmpty else { return }
        let panics = told(batch.panicEvents)
        batch.panicEvents.removeAll()
        for panic in panics where panic.event.kind != .cleared { try tell(panic, covering: covered) }
        let happened = batch.events
        batch.events.removeAll(keepingCapacity: true)
        for event in happened {
            let account = event.order.account
            let words = EventWords(event, reader: try reader(of: account), family: family(of: event.order))
            let covering = covered.first { $0.covers(event) }
            let replying =
                covering == nil
                ? waiting.replies.first(covering: event) { isInText($0.covered.session) } : nil
            let number = try notify(
                account, event: event.kind.name, order: event.order.id, text: words.text, fields: words.fields,
                at: event.at, exceptInText: covering?.session, isSparedInText: isOfPanic(event),
                heldBackFrom: replying.flatMap { waiting.replies[$0]?.covered.session })
            if let replying, let number { waiting.replies.holdBack(number, for: replying) }
        }
        // The last line of a panic comes after all that it is about.
        for panic in panics where panic.event.kind == .cleared { try tell(panic, covering: covered) }
        try tellAlerts()
    }

    /// A panic tells in two lines what it takes off, the first and the last: in text its orders are not told one by one.
    private func isOfPanic(_ event: OrderEvent) -> Bool {
        guard event.kind == .canceled else { return false }
        let order = event.order
        return order.cancelReason == .panic
            || order.parent.flatMap { orderInMemory($0) }?.cancelReason == .panic && order.cancelReason == .parent
    }

    private func isInText(_ id: SessionID) -> Bool { people.sessions[id]?.peer.format == .text }

    /// The reply is sent, and has shown what was held back for it.
    func show(_ numbers: [UInt64], on id: SessionID, of account: AccountID) throws {
        guard !numbers.isEmpty, let session = people.sessions[id], !session.isCatchingUp, !session.isGone else {
            return
        }
        for number in numbers { people.sessions[id]?.loggedIn?.sent.insert(number) }
        try see(numbers, of: account)
    }

    /// Numbers a notification, stores it, and sends it to every session of the account. The number; nil where nothing was kept.
    @discardableResult
    func notify(
        _ account: AccountID, event: String, order: OrderID?, text: String, fields: JSONObject, at moment: Timestamp,
        exceptInText silent: SessionID? = nil, isSparedInText: Bool = false, exceptTo excluded: SessionID? = nil,
        heldBackFrom waiting: SessionID? = nil
    ) throws -> UInt64? {
        // Its number would be another's later.
        guard !isReadOnly else { return nil }
        let transaction = try ledgerTransaction()
        let sequence = try transaction.notificationHead(account) + 1
        let notice = Notice(sequence: sequence, at: moment, event: event, text: text, fields: fields)
        let payload = OutgoingMessage.notice(notice).payload(as: .json) ?? []
        let json = String(decoding: payload, as: UTF8.self)
        _ = try transaction.appendNotification(account, at: moment, event: event, order: order, text: text, json: json)
        try charge(text.utf8.count + json.utf8.count + WrittenBytes.rowOverhead, to: account)
        let listeners = people.accounts[account]?.sessions ?? []
        var isSeen = false
        // What is not critical waits in the inbox.
        if try isQuiet(account, at: moment), !QuietHours.criticalEvents.contains(event) { return nil }
        for id in listeners where id != excluded && id != waiting {
            switch people.sessions[id]?.hear(sequence, isSpared: isSparedInText || id == silent) {
            case nil: continue
            case .said?: isSeen = true
            case .toBeTold?:
                isSeen = true
                send(.written(text: text, json: json), to: id)
            }
        }
        chargeSending(to: listeners.count)
        if isSeen { try see([sequence], of: account) }
        return sequence
    }

    // MARK: The inbox

    func inboxMark(of account: AccountID) throws -> InboxMark {
        if let mark = people.figures.inboxMarks[account] { return mark }
        let mark = InboxMark(mark: try ledgerTransaction().inboxSeen(account))
        people.figures.inboxMarks[account] = mark
        return mark
    }

    /// Somebody of the account has been shown these.
    func see(_ numbers: some Sequence<UInt64>, of account: AccountID) throws {
        var mark = try inboxMark(of: account)
        let before = mark.mark
        for number in numbers { mark.see(number) }
        people.figures.inboxMarks[account] = mark
        if mark.mark != before { people.figures.touchedMarks.insert(account) }
    }

    /// Writes the marks that have moved, once a batch however often they did.
    func flushMarks() throws {
        for account in people.figures.touchedMarks.sorted() {
            try ledgerTransaction().setInboxSeen(account, try inboxMark(of: account).mark)
        }
        people.figures.touchedMarks.removeAll(keepingCapacity: true)
    }

    /// Orders in memory that cost as much to look at as one row.
    static let ordersPerRow = 10

    /// The order that it is a child of, with all children, where that matters for the words.
    func family(of order: Order) -> OrderFamily {
        if let root = order.parent.flatMap({ orderInMemory($0) }) {
            return OrderFamily(order: order, parent: root, children: [])
        }
        addCost(order.children.count / DeskCore.ordersPerRow)
        return OrderFamily(order: order, parent: nil, children: order.children.compactMap { orderInMemory($0) })
    }

    func zone(of account: AccountID) throws -> TimeZoneRules {
        if let place = people.accounts[account] { return place.zone }
        let name = try accountStore().setting("timezone", of: account)
        return name.flatMap { TimeZoneRules(named: $0) } ?? configuration.timeZone
    }
}

/// An order with those that it belongs with.
struct OrderFamily {
    let order: Order
    let parent: Order?
    let children: [Order]
}
