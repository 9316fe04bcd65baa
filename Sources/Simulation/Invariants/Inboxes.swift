import Ledger
import Trading

/// What came while nobody of an account was there to be shown it.
extension Simulation {
    /// Everybody asks for it, before anything is asked for by its number.
    func readInboxes() throws {
        guard let ledger = server.ledger else { return }
        for trader in traders {
            guard let id = trader.connections.last?.id else { continue }
            repeat {
                send([TypedLine("inbox", .question)], on: id, of: trader)
                try settle()
            } while trader.inboxCount > 0
            for row in try ledger.notifications(trader.account, from: 1, limit: .max)
            where trader.books.told[row.seq] == nil && !mayHaveBeenShown(row, to: trader, ledger) {
                throw Violation(.inboxIsWhole, "\(trader.name) was never shown \(row.seq): \(row.text)")
            }
        }
    }

    private func mayHaveBeenShown(_ row: NotificationRow, to trader: SimulatedTrader, _ ledger: Ledger) -> Bool {
        if trader.missed.numbers.contains(row.seq) { return true }
        if row.isSaidInReply { return true }
        guard let id = row.order, Simulation.eventsSparedInText.contains(row.event) else { return false }
        if isOfPanic(row, ledger) { return true }
        let mentioned = trader.missed.mentionedInText
        if mentioned.contains(id) { return true }
        return (try? ledger.order(id))?.parent.map { mentioned.contains($0) } ?? false
    }

    /// What a panic has taken off is told in text by the two lines of the panic.
    func isOfPanic(_ row: NotificationRow, _ ledger: Ledger) -> Bool {
        guard row.event == "canceled", let id = row.order, let order = try? ledger.order(id) else { return false }
        let parent = order.parent.flatMap { try? ledger.order($0) }
        return order.cancelReason == .panic || (order.cancelReason == .parent && parent?.cancelReason == .panic)
    }

    /// What a session in text is not told where its own reply has said it.
    static let eventsSparedInText: Set<String> = ["opened", "canceled", "rejected", "contra_placed", "moved"]
}

extension NotificationRow {
    /// That a panic has begun or is over, and that a token was made or a password changed, stands in the reply to the line that
    /// did it.
    var isSaidInReply: Bool {
        switch event {
        case "panic": !text.hasPrefix("* panic done")
        case "login": !text.hasPrefix("* login: another session")
        default: false
        }
    }
}
