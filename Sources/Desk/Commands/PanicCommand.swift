import Accounts
import Conversation
import OrderEngine
import Trading

/// `panic`, and `resume` alone.
extension DeskCore {
    /// Answers at once; what the exchange confirms gone is told as it does, and at last that nothing is left.
    func runPanic(_ context: LineContext) throws -> Reply? {
        let account = try context.account()
        let before = engine.panic(of: account)
        let outcome = engine.process(.panic(account), at: now)
        try takeOutcome(outcome)
        try audit(AuditEvent(.panic), of: context)
        noteOrderCommand(.canceled, context)
        let going = engine.panic(of: account)?.orders ?? 0
        let orders = before.map { _ in engine.openOrderCount(of: account) } ?? going
        let text: String
        if let before {
            let left =
                orders == 0 ? "nothing is open" : "\(DeskCore.count(orders, "order")) still being canceled"
            text = "+ panic since \(zone(context).text(of: before.since)): \(left); resume takes orders again"
        } else {
            let what = going == 0 ? "nothing is open" : "\(DeskCore.count(going, "order")) being canceled"
            text = "+ panic: \(what), and new orders are refused; resume takes them again"
        }
        let reply = Reply(
            mark: .done, text: text,
            fields: ["panic": .object(panicFields(engine.panic(of: account))), "count": .int(Int64(orders))])
        try answer(reply, context, covering: Covered(session: context.session, orders: [], kind: .panic))
        return nil
    }

    func runLiftPanic(_ context: LineContext) throws -> Reply? {
        let account = try context.account()
        guard engine.panic(of: account) != nil else {
            return Reply(
                mark: .done, text: "+ there is no panic: orders are taken", fields: ["panic": .null, "still_open": 0])
        }
        try takeOutcome(engine.process(.liftPanic(account), at: now))
        try audit(AuditEvent(.panicLifted), of: context)
        let going = sight(of: account).openOrders.count { $0.cancelReason == .panic }
        let more = going == 0 ? "" : "; \(DeskCore.count(going, "order")) still being canceled"
        let reply = Reply(
            mark: .done, text: "+ panic lifted: orders are taken again\(more)",
            fields: ["panic": .null, "still_open": .int(Int64(going))])
        try answer(reply, context, covering: Covered(session: context.session, orders: [], kind: .panic))
        return nil
    }

    /// Refuses what would make an order before anything else of the line is looked at.
    func requireNoPanic(_ context: LineContext) throws {
        guard let panic = engine.panic(of: try context.account()) else { return }
        throw Refusal(
            .inPanic,
            "trading is stopped since the panic of \(zone(context).text(of: panic.since)); nothing was done",
            details: ["resume takes orders again"])
    }

    /// `1 order`, `3 orders`.
    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    // MARK: What is told

    func tell(_ event: PanicEvent, covering covered: [Covered]) throws {
        let orders = DeskCore.count(event.panic.orders, "order")
        let text: String
        switch event.kind {
        case .declared:
            let what = event.panic.orders == 0 ? "nothing is open" : "\(orders) being canceled"
            text = "* panic: \(what), and new orders are refused; resume takes them again"
        case .cleared:
            text =
                event.panic.orders == 0
                ? "* panic done: nothing is open"
                : "* panic done: \(orders) gone by the exchange's word, nothing is open"
        case .lifted: text = "* panic lifted: orders are taken again"
        }
        var fields = panicFields(event.panic)
        fields["state"] = .string(event.kind.rawValue)
        let covering = event.kind == .cleared ? nil : covered.first { $0.kind == .panic }
        try notify(
            event.panic.account, event: "panic", order: nil, text: text, fields: fields, at: event.at,
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
