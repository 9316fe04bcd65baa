import Conversation
import Ledger
import Logging
import OrderEngine
import Trading

/// What was pruned: by `outcry prune` while the desk was down, or because an account has more finished orders than
/// `account_finished_orders`. The desk goes on deleting what is marked, a part at a time, and says what is gone.
extension DeskCore {
    /// Forgets finished orders that are pruned: the snapshot, or the records after it, may have them still.
    static func forgetPruned(_ engine: inout OrderEngine, in ledger: Ledger) throws {
        var gone: Set<OrderID> = []
        for family in engine.finishedFamilies() {
            for id in family {
                guard let order = engine.order(id), try ledger.isPruned(id, of: order.account) else { continue }
                gone.insert(id)
            }
        }
        engine.forget(gone)
    }

    /// Counts an order that is over and that no other is the whole of, for the next look at its account.
    func noteFinished(_ order: Order) {
        guard order.closedAt != nil, order.parent == nil else { return }
        upkeep.pruning.finishedSinceLook[order.account, default: 0] += 1
    }

    /// Deletes what is marked; else marks the oldest finished orders of an account that has too many. True where more is left.
    func pruneFinished() throws -> Bool {
        if upkeep.pruning.mayHaveMarks {
            upkeep.pruning.mayHaveMarks = try ledgerTransaction().sweepPruned(limit: configuration.limits.prunedRows)
            return upkeep.pruning.mayHaveMarks
        }
        let limit = configuration.limits.accountFinishedOrders
        // A look reads as many entries of an index as the limit is high, so it is not made for each order.
        let worthwhile = max(1, limit / 100)
        for (account, count) in upkeep.pruning.finishedSinceLook.sorted(by: { $0.key < $1.key }) {
            guard count >= worthwhile || !upkeep.pruning.lookedAt.contains(account) else { continue }
            upkeep.pruning.lookedAt.insert(account)
            guard try markFinished(of: account, beyond: limit) else {
                upkeep.pruning.finishedSinceLook[account] = nil
                continue
            }
            upkeep.pruning.mayHaveMarks = true
            return true
        }
        return false
    }

    /// Orders that are no other's children that one look marks.
    private static let markedAtATime = 100

    /// Marks the oldest finished orders of an account beyond a limit, with all that belongs to each. None that was over in the last
    /// two days: the desk still counts with those. False where there are none.
    private func markFinished(of account: AccountID, beyond limit: Int) throws -> Bool {
        try flushTables()
        let transaction = try ledgerTransaction()
        let latest = now.advanced(bySeconds: -OperatorDesk.prunedSecondsMin)
        guard let newest = try transaction.finished(behindNewest: limit, of: account) else { return false }
        let roots = try transaction.finishedRoots(
            account, behind: nil, since: nil, limit: DeskCore.markedAtATime
        ).filter { order in
            // All of a "cancel all" were closed in one moment.
            order.closedAt.map { $0 < latest && ($0, order.id) <= (newest.closedAt, newest.id) } ?? false
        }
        var gone: Set<OrderID> = []
        var begins: Timestamp?
        for root in roots {
            var left = [root]
            while let order = left.popLast() {
                gone.insert(order.id)
                try transaction.markPruned(
                    PrunedRun(account, order.id.rawValue...order.id.rawValue, remains: .rows))
                begins = [begins, order.closedAt?.advanced(byNanoseconds: 1)].compactMap(\.self).max()
                if !order.children.isEmpty { left += try transaction.children(of: order.id) }
            }
        }
        guard !gone.isEmpty else { return false }
        try transaction.notePruned(PrunedHistory(begins: begins), of: account)
        for seat in seats { seat.engine.forget(gone) }
        log.notice(
            "\(account) has more than \(limit) finished orders (account_finished_orders): the oldest \(roots.count) go")
        return true
    }

    /// Deletes the oldest trades that were not made here of an account that has too many, a part at a time. True where more is left.
    func pruneForeignTrades() throws -> Bool {
        let limits = configuration.limits
        for seat in seats {
            for (account, count) in (seat.wire?.foreignSinceLook ?? [:]).sorted(by: { $0.key < $1.key })
            where count >= limits.foreignLookRows {
                let transaction = try ledgerTransaction()
                let last = try transaction.foreignFill(behindNewest: limits.accountForeignTrades, of: account)
                guard let last else {
                    seat.wire?.foreignSinceLook[account] = 0
                    continue
                }
                try transaction.forgetForeignFills(account, through: last, limit: limits.prunedRows)
                try transaction.notePruned(PrunedHistory(begins: last.at.advanced(byNanoseconds: 1)), of: account)
                return true
            }
        }
        return false
    }

    // MARK: Saying so

    /// An order that was typed and is there no more. Nil where it never was the account's.
    func prunedRefusal(_ id: OrderID, of account: AccountID, at span: Span?) throws -> Refusal? {
        guard try ledgerTransaction().isPruned(id, of: account) else { return nil }
        return Refusal(
            .orderPruned, "\(id) was over long ago, and this desk has removed it", at: span,
            details: try historyLines(of: account, since: nil))
    }

    /// A line that says how far back trades and finished orders go, where an answer about what has been since a moment may have less
    /// in it for that; none where nothing is missing.
    func historyLines(of account: AccountID, since: Timestamp?) throws -> [String] {
        guard let begins = try ledgerTransaction().prunedHistory(of: account).begins, since.map({ $0 < begins }) ?? true
        else { return [] }
        return ["trades and finished orders from before \(try zone(of: account).text(of: begins)) were removed"]
    }

    /// The same for programs: the moment as `pruned_before`, where there is one.
    func withHistory(_ fields: JSONObject, of account: AccountID) throws -> JSONObject {
        guard let begins = try ledgerTransaction().prunedHistory(of: account).begins else { return fields }
        var fields = fields
        fields.append("pruned_before", begins.json)
        return fields
    }
}
