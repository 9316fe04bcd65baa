import Conversation
import Exchange
import Ledger
import Logging
import OrderEngine
import Trading

/// What an exchange over the wire says of orders. Reports may come late, twice, in any order, or never.
extension Seat {
    func takeWireExecution(_ account: AccountID, _ report: ExecutionReport) throws {
        let id = report.clientOrderID.order
        guard let order = engine.order(id) else { return try takeForgotten(account, report) }
        guard order.account == account else {
            log.error("\(id) is of \(order.account), and \(account) is told of it: \(report)")
            return
        }
        noteSeen(report, of: order)
        switch report {
        case .canceled, .canceledByExchange:
            // What filled before it came off may be told later, or never: its end counts once all its fills are known.
            guard order.isAtExchangeItself, report.clientOrderID == order.clientOrderID else { return }
            wire?.answers.answered(.cancel, of: id)
            guard wire?.leaving.insert(id).inserted == true else { return }
            return try askStatus(id)
        case .accepted, .filled:
            if report.clientOrderID == order.clientOrderID { wire?.answers.answered(.place, of: id) }
        case .rejected(_, .insufficientFunds, _):
            // Somebody has spent it elsewhere: an order that holds it may be on the book.
            _ = wire?.change(account) { watch in
                watch.funds.check.want(at: now)
                if !watch.asking.isListing { watch.asking.openOrdersDueAt = now }
            }
        case .rejected: break
        case .cancelRejected: wire?.answers.answered(.cancel, of: id)
        case .lost:
            wire?.answers.answered(.cancel, of: id)
            wire?.answers.statusLost(of: id, at: now)
        case .status:
            guard report.clientOrderID == order.clientOrderID else { break }
            wire?.answers.answered(.status, of: id)
            jobs.ended(.orderChecks, at: now, tookNanoseconds: 0)
            _ = wire?.change(account) { $0.awaited.remove(id) }
        }
        try takeOutcome(process(.report(report)))
        if let attempt = engine.order(id)?.attempt, attempt != order.attempt { return hasBegunAgain(id) }
        followUp(report, id)
    }

    private func noteSeen(_ report: ExecutionReport, of order: Order) {
        switch report {
        case .accepted(_, let number): noteSeen(order.account, order.pair, exchangeOrderID: number)
        case .filled(_, let fill): noteSeen(order.account, order.pair, fills: [fill.id])
        case .status(_, .open(let number, let fills)), .status(_, .closed(let number, let fills)):
            noteSeen(order.account, order.pair, fills: fills.map(\.id), exchangeOrderID: number)
        default: break
        }
    }

    /// What was asked of the attempt before matters no more; the answer to the place of this one is awaited.
    private func hasBegunAgain(_ id: OrderID) {
        wire?.leaving.remove(id)
        wire?.answers.answered(.cancel, of: id)
        wire?.answers.answered(.status, of: id)
    }

    /// What is still to be asked of an order after a report of it.
    private func followUp(_ report: ExecutionReport, _ id: OrderID) {
        guard let order = engine.order(id), order.isAtExchangeItself else {
            wire?.answers.forget(id)
            wire?.leaving.remove(id)
            wire?.disputes[id] = nil
            if let account = engine.order(id)?.account { _ = wire?.change(account) { $0.awaited.remove(id) } }
            return
        }
        // The answer was older than the cancel, or the exchange has not caught up with itself.
        guard case .status = report else { return }
        guard wire?.leaving.contains(id) == true || order.status == .unknown else {
            wire?.answers.statusIsSettled(of: id)
            return
        }
        if wire?.answers.isAwaiting(.status, of: id) == false { wire?.answers.statusIsEarly(of: id, at: now) }
    }

    /// A report of an order that is no longer in memory, or never was. Money that moved is not passed over.
    private func takeForgotten(_ account: AccountID, _ report: ExecutionReport) throws {
        guard case .filled(let client, let fill) = report else { return }
        try flushTables()
        let transaction = try ledgerTransaction()
        if try transaction.isPruned(client.order, of: account),
            let begins = try transaction.prunedHistory(of: account).begins, fill.at < begins
        {
            // Counted in its time.
            return
        }
        guard let order = try transaction.order(client.order), order.account == account, order.exchange == id else {
            log.error("a fill of an order that is not known: \(report)")
            return try tellForeign(account, fill, exchangeOrderID: client.description)
        }
        guard try !transaction.fills(of: order.id).contains(where: { $0.fill.id == fill.id }) else { return }
        let known = name(of: fill.id, on: order.pair)
        guard wire?.accounts[account]?.told.fills.contains(known) == false else { return }
        rememberTold(known, account)
        log.error("\(order.id) has filled \(fill.quantity) at \(fill.price) long after its end; the funds are compared")
        try desk.notify(
            account, event: "late_fill", order: order.id,
            text: """
                * \(order.id) filled \(fill.quantity) \(order.pair.base) at \(fill.price) long after it was \
                \(order.status.words); the funds are being compared with \(name)
                """,
            fields: ["order": .object(order.json), "fill": .object(fill.json)], at: now)
    }

    /// Money has moved that the records do not know of: the funds are compared, and not by an answer of before.
    func rememberTold(_ fill: FillName, _ account: AccountID) {
        let most = limits.foreignKept
        _ = wire?.change(account) { watch in
            watch.activity += 1
            watch.funds.check.want(at: now)
            watch.told.fills.insert(fill, most: most)
        }
    }
}
