import ChatServer
import OrderEngine
import Trading

/// What an account's last order command was.
enum LastOrderCommand: Hashable {
    case made(OrderID)
    case canceled
    case moved(OrderID)
    case undone
}

/// `undo`: cancels what the last order command made and has not filled.
extension DeskCore {
    func noteOrderCommand(_ command: LastOrderCommand, _ context: LineContext) {
        guard let login = context.login else { return }
        accounts[login.account]?.lastOrderCommand = command
    }

    func runUndo(_ context: LineContext) throws -> Reply? {
        let account = try context.account()
        let id = try lastMade(account)
        guard let order = try sight(of: account).orderEver(id) else {
            throw nothingToUndo("nothing has been ordered yet")
        }
        guard order.closedAt == nil else {
            let advice = order.filled.isPositive ? [takeBack(order)] : []
            throw Refusal(
                .nothingToUndo, "\(id) is \(order.status.words): nothing of it is left to undo", details: advice)
        }
        let outcome = engine.process(.cancel([id], account: account), at: now)
        if let refusal = outcome.refusal { throw Refusal(refusal.code, refusal.message) }
        let affected = Set(outcome.touchedOrders).union([id])
        try takeOutcome(outcome)
        noteOrderCommand(.undone, context)
        return try reply(whenAnswered: affected.sorted(), .undone(id), context)
    }

    /// What the last order command made. After a restart that is the newest order there is.
    func lastMade(_ account: AccountID) throws -> OrderID {
        switch accounts[account]?.lastOrderCommand {
        case .made(let id): return id
        case .canceled: throw nothingToUndo("a cancel cannot be undone: type the order again")
        case .moved(let id): throw nothingToUndo("a move is not undone: move \(id.rawValue) back, or cancel it")
        case .undone: throw nothingToUndo("the last order has been undone already")
        case nil: break
        }
        guard let newest = sight(of: account).newestRoot else {
            throw nothingToUndo("nothing has been ordered yet")
        }
        return newest
    }

    private func nothingToUndo(_ why: String) -> Refusal {
        Refusal(.nothingToUndo, why, details: ["orders shows what is open, cancel takes it off"])
    }

    func undoneReply(_ order: Order, zone: TimeZoneRules) -> Reply {
        let line = CanceledWords(family(of: order), zone: zone).line
        var lines = ["+ \(line)"]
        if order.filled.isPositive { lines.append(takeBack(order)) }
        return Reply(
            mark: .done, text: lines.joined(separator: "\n  "),
            fields: ["order": .object(order.json), "orders": [.object(order.json)], "not_undone": order.filled.json])
    }

    /// What cannot be undone, and the line that comes nearest to it.
    private func takeBack(_ order: Order) -> String {
        """
        what has filled cannot be undone: \(order.side.opposite.rawValue) \(order.filled) \(order.pair) at market \
        would trade it back
        """
    }
}
