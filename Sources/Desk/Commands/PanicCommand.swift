import Accounts
import Conversation
import OrderEngine
import Trading

/// `panic`, and `resume` alone.
extension DeskCore {
    /// Answers at once; what the exchange confirms gone is told as it does, and at last that nothing is left.
    func runPanic(_ context: LineContext) throws -> Reply? {
        let account = try context.account()
        let before = panic(of: account)
        for seat in seats { try seat.takeOutcome(seat.process(.panic(account))) }
        try audit(AuditEvent(.panic), of: context)
        noteOrderCommand(.canceled, at: seats, context)
        let going = panicking(account).reduce(0) { $0 + $1.panic.orders }
        let open = seats.reduce(0) { $0 + $1.engine.openOrderCount(of: account) }
        let orders = before == nil ? going : open
        let text: String
        if let before {
            let left =
                orders == 0 ? "nothing is open" : "\(Words.count(orders, "order")) still being canceled"
            text = "+ panic since \(zone(context).text(of: before.since)): \(left); resume takes orders again"
        } else {
            text = "+ panic: \(panicWords(account)), and new orders are refused; resume takes them again"
        }
        let reply = Reply(
            mark: .done, text: ([text] + notOfOneExchange(context)).joined(separator: "\n  "),
            fields: ["panic": .object(panicFields(panic(of: account))), "count": .int(Int64(orders))])
        try answer(reply, context, covering: Covered(session: context.session, orders: [], kind: .panic))
        return nil
    }

    func runLiftPanic(_ context: LineContext) throws -> Reply? {
        let account = try context.account()
        guard panic(of: account) != nil else {
            return Reply(
                mark: .done, text: "+ there is no panic: orders are taken", fields: ["panic": .null, "still_open": 0])
        }
        for seat in seats where seat.engine.panic(of: account) != nil {
            try seat.takeOutcome(seat.process(.liftPanic(account)))
        }
        try audit(AuditEvent(.panicLifted), of: context)
        let going = sight(of: account).openOrders.count { $0.cancelReason == .panic }
        let more = going == 0 ? "" : "; \(Words.count(going, "order")) still being canceled"
        let reply = Reply(
            mark: .done, text: "+ panic lifted: orders are taken again\(more)",
            fields: ["panic": .null, "still_open": .int(Int64(going))])
        try answer(reply, context, covering: Covered(session: context.session, orders: [], kind: .panic))
        return nil
    }

    /// An account's panic at each exchange where it has one.
    private func panicking(_ account: AccountID) -> [(seat: Seat, panic: Panic)] {
        seats.compactMap { seat in seat.engine.panic(of: account).map { (seat, $0) } }
    }

    /// The whole of an account's panic: over all exchanges, cleared where it is so everywhere. Nil where there is none.
    func panic(of account: AccountID) -> Panic? {
        let all = panicking(account).map(\.panic)
        guard let first = all.first else { return nil }
        return Panic(
            account: account, since: all.map(\.since).min() ?? first.since,
            orders: all.reduce(0) { $0 + $1.orders }, isCleared: all.allSatisfy(\.isCleared))
    }

    /// What is said to whoever has named one exchange with `panic`, which stops all.
    func notOfOneExchange(_ context: LineContext) -> [String] {
        context.isSeatNamed && seats.count > 1
            ? ["panic is for all exchanges: whatever is typed behind it is ignored"] : []
    }

    /// `3 orders being canceled`, and of several exchanges how many at each.
    private func panicWords(_ account: AccountID) -> String {
        let all = panicking(account).filter { $0.panic.orders > 0 }
        let orders = all.reduce(0) { $0 + $1.panic.orders }
        guard orders > 0 else { return "nothing is open" }
        let parts = all.map { "\($0.panic.orders) on \($0.seat.name)" }
        let places = namesExchange(account) ? " (\(parts.joined(separator: ", ")))" : ""
        return "\(Words.count(orders, "order")) being canceled\(places)"
    }

    /// Refuses what would make an order before anything else of the line is looked at.
    func requireNoPanic(_ context: LineContext) throws {
        guard let panic = panic(of: try context.account()) else { return }
        throw Refusal(
            .inPanic,
            "trading is stopped since the panic of \(zone(context).text(of: panic.since)); nothing was done",
            details: ["resume takes orders again"])
    }

    // MARK: What is told

    /// What is told of the panics of a batch: one line that it has begun, or is lifted, however many exchanges there are; and one line for
    /// each exchange when what was open there is gone.
    func told(_ panics: [SeatPanic]) -> [SeatPanic] {
        guard seats.count > 1 else { return panics }
        var isTold: Set<String> = []
        return panics.filter { one in
            let account = one.event.panic.account
            if one.event.kind == .cleared {
                if one.event.panic.orders > 0 { return true }
                guard panicking(account).allSatisfy({ $0.panic.orders == 0 }) else { return false }
            }
            return isTold.insert("\(account) \(one.event.kind.rawValue)").inserted
        }
    }

    func tell(_ told: SeatPanic, covering covered: [Covered]) throws {
        let event = told.event
        let account = event.panic.account
        let orders = Words.count(event.panic.orders, "order")
        let place = namesExchange(account) ? " on \(told.seat)" : ""
        let text: String
        switch event.kind {
        case .declared:
            text = "* panic: \(panicWords(account)), and new orders are refused; resume takes them again"
        case .cleared:
            text =
                event.panic.orders == 0
                ? "* panic done: nothing is open"
                : "* panic done\(place): \(orders) gone by the exchange's word, nothing is open\(place.isEmpty ? "" : " there")"
        case .lifted: text = "* panic lifted: orders are taken again"
        }
        var fields = panicFields(event.kind == .cleared ? event.panic : panic(of: account) ?? event.panic)
        fields["state"] = .string(event.kind.rawValue)
        if event.kind == .cleared { fields["exchange"] = .string(told.seat.description) }
        let covering = event.kind == .cleared ? nil : covered.first { $0.kind == .panic }
        try notify(
            account, event: "panic", order: nil, text: text, fields: fields, at: event.at,
            exceptInText: covering?.session)
    }

    private func panicFields(_ panic: Panic?) -> JSONObject {
        guard let panic else { return [:] }
        return [
            "state": .string(panic.isCleared ? "cleared" : "declared"), "orders": .int(Int64(panic.orders)),
            "since": panic.since.json,
        ]
    }
}

/// What an account as a whole has come to at one exchange.
struct SeatPanic {
    let seat: ExchangeID
    let event: PanicEvent
}
