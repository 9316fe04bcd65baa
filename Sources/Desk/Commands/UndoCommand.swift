import Conversation
import OrderEngine
import Trading

/// What an account's last order command was.
enum LastOrderCommand: Hashable {
    case made(OrderID)
    case canceled
    case moved(OrderID)
    case undone
}

/// What an account's last order commands were, as far as is remembered since the start.
struct LastOrderCommands {
    /// Wherever it was.
    private(set) var newest: LastOrderCommand?
    /// At each exchange of a desk that has several.
    private var byExchange: [ExchangeID: LastOrderCommand] = [:]

    mutating func note(_ command: LastOrderCommand, at exchanges: [ExchangeID]) {
        newest = command
        for exchange in exchanges { byExchange[exchange] = command }
    }

    /// The last command at an exchange, or at any.
    func last(at exchange: ExchangeID?) -> LastOrderCommand? { exchange.map { byExchange[$0] } ?? newest }
}

/// `undo`: cancels what the last order command made and has not filled.
extension DeskCore {
    /// Remembers an order command, and at which exchanges it did something.
    func noteOrderCommand(_ command: LastOrderCommand, at places: [Seat], _ context: LineContext) {
        guard let login = context.login else { return }
        people.accounts[login.account]?.lastOrderCommands.note(command, at: seats.count > 1 ? places.map(\.id) : [])
    }

    func runUndo(_ context: LineContext) throws -> Reply? {
        let account = try context.account()
        let id = try lastMade(account, at: context.namedExchange)
        guard let order = try sight(of: account).orderEver(id) else {
            throw try nothingOrdered(account, at: context.namedExchange)
        }
        guard order.closedAt == nil else {
            let advice = [try takeBack(order)].compactMap(\.self)
            throw Refusal(
                .nothingToUndo,
                "\(id)\(reader(context).place(of: order)) is \(order.status.words): nothing of it is left to undo",
                details: advice)
        }
        let seat = seat(of: id) ?? context.seat
        let outcome = seat.process(.cancel([id], account: account))
        if let refusal = outcome.refusal { throw Refusal(refusal.code, refusal.message) }
        let affected = Set(outcome.touchedOrders).union([id])
        try seat.takeOutcome(outcome)
        noteOrderCommand(.undone, at: [seat], context)
        return try reply(whenAnswered: affected.sorted(), .undone(id), context)
    }

    /// What the last order command made, at an exchange or at any. After a restart that is the newest order there is.
    func lastMade(_ account: AccountID, at exchange: ExchangeID? = nil) throws -> OrderID {
        switch people.accounts[account]?.lastOrderCommands.last(at: exchange) {
        case .made(let id): return id
        case .canceled: throw nothingToUndo("a cancel cannot be undone: type the order again")
        case .moved(let id): throw nothingToUndo("a move is not undone: move \(id.rawValue) back, or cancel it")
        case .undone where exchange == nil && seats.count > 1:
            throw Refusal(
                .nothingToUndo, "the last order command was an undo already",
                details: [
                    "undo on EXCHANGE takes back the last one there", "orders shows what is open, cancel takes it off",
                ])
        case .undone: throw nothingToUndo("the last order has been undone already")
        case nil: break
        }
        let sight = sight(of: account)
        guard let newest = exchange.map({ sight.newestRoot(at: $0) }) ?? sight.newestRoot else {
            throw try nothingOrdered(account, at: exchange)
        }
        return newest
    }

    private func nothingOrdered(_ account: AccountID, at exchange: ExchangeID?) throws -> Refusal {
        let place = exchange.map { " on \($0)" } ?? ""
        let removed = try historyLines(of: account, since: nil)
        guard !removed.isEmpty else { return nothingToUndo("nothing has been ordered yet\(place)") }
        return Refusal(.nothingToUndo, "no order of this account\(place) is left to undo", details: removed)
    }

    private func nothingToUndo(_ why: String) -> Refusal {
        Refusal(.nothingToUndo, why, details: ["orders shows what is open, cancel takes it off"])
    }

    func undoneReply(_ order: Order, reader: Reader) throws -> Reply {
        let line = CanceledWords(family(of: order), reader: reader).line
        var lines = ["+ \(line)"]
        if let advice = try takeBack(order) { lines.append(advice) }
        return Reply(
            mark: .done, text: lines.joined(separator: "\n  "),
            fields: [
                "order": .object(order.json), "orders": [.object(order.json)],
                "not_undone": try leftToTradeBack(order).json,
            ])
    }

    /// What an order has changed of its base coin and has not changed back: what its fills came to after a fee that was taken out
    /// of it, less what the contra orders of a pair have traded back. In the base coin.
    private func leftToTradeBack(_ order: Order) throws -> ExactDecimal {
        guard order.plan.isRoundTrip else { return order.received }
        let contras = try order.children.compactMap(sight(of: order.account).orderEver)
        return max(.zero, contras.reduce(order.received) { $0 - $1.filled })
    }

    /// What cannot be undone, and the line that comes nearest to it; nil where nothing is left.
    func takeBack(_ order: Order) throws -> String? {
        let left = try leftToTradeBack(order)
        guard left.isPositive, let rules = seat(order.exchange)?.engine.rules[order.pair] else { return nil }
        let quantity = (try? left.rounded(toMultipleOf: rules.quantityStep, .down)) ?? .zero
        guard quantity >= rules.quantityMin else {
            return """
                what has filled cannot be undone: \(left) \(order.pair.base) is left of it, below the minimum order of \
                \(order.pair), \(rules.quantityMin) \(order.pair.base)
                """
        }
        // Typed as it stands it has to reach the exchange that the coins are at, whichever is in use then.
        let place = seats.count > 1 ? " on \(order.exchange)" : ""
        return """
            what has filled cannot be undone: \(order.side.opposite.rawValue) \(quantity) \(order.pair) at \
            market\(place) would trade it back
            """
    }
}
