import Exchange
import Trading

/// What the desk asks an exchange about one account, and what it still waits for before it trades for it again.
struct AccountWatch {
    /// The orders of before the start that the exchange has not said everything about.
    var awaited: Set<OrderID>
    /// Whether all fills have been read since the start.
    var hasSwept = false
    var sweep: FillSweep
    /// What was there before the desk, and what it explains of the funds.
    var trades: TradeReading
    var transactions: TransactionReading
    var funds: FundsWatch
    /// When its open orders and fills are asked for.
    var asking: AccountAsking
    /// Counts what has happened to its orders and fills.
    var activity: UInt64 = 0
    var marks: PlacementMarks
    var missing = MissingOrders()
    /// Its orders that were not made here.
    var foreign = ForeignOrders()
    /// What has been told of orders and fills of others' making.
    var told = ForeignTold()

    /// `highestSent` is the highest order that may have been sent before.
    init(
        awaited: Set<OrderID>, sweep: FillSweep, trades: TradeReading, transactions: TransactionReading,
        seen: [Pair: SeenMarks], highestSent: OrderID, at now: Timestamp
    ) {
        self.awaited = awaited
        marks = PlacementMarks(byPair: seen, fresh: SeenMarks(highestSent: highestSent))
        self.sweep = sweep
        self.trades = trades
        self.transactions = transactions
        funds = FundsWatch(check: BalanceCheck(dueAt: now))
        asking = AccountAsking(openOrdersDueAt: now, sweepDueAt: now)
    }

    /// Whether the exchange has said all that the desk has to know before it trades for the account.
    ///
    /// The open orders are among it: what those hold that were made elsewhere must not be spent.
    var isReconciled: Bool { awaited.isEmpty && hasSwept && funds.check.isKnown && funds.age.ordersAt != nil }

    /// What is still to be heard, for the trader who is kept waiting.
    var awaitedWords: String {
        var parts: [String] = []
        if !awaited.isEmpty {
            let shown = awaited.sorted().prefix(AccountWatch.ordersNamed).map(\.description).joined(separator: " ")
            let more =
                awaited.count > AccountWatch.ordersNamed ? " and \(awaited.count - AccountWatch.ordersNamed) more" : ""
            parts.append("what became of \(shown)\(more)")
        }
        if !hasSwept { parts.append("the fills") }
        if !funds.check.isKnown { parts.append("the funds") }
        if funds.age.ordersAt == nil { parts.append("the open orders") }
        return parts.joined(separator: ", ")
    }

    /// Nothing came of a comparison of the funds.
    mutating func abandonFunds(askAgainAt time: Timestamp) {
        funds.age.comparisonsLost += 1
        funds.check.abandon(askAgainAt: time)
    }

    private static let ordersNamed = 5

    /// When something is to be asked.
    var next: Timestamp? {
        [
            asking.openOrdersDueAt, asking.sweepDueAt, funds.check.dueAt, trades.dueAt, transactions.dueAt,
        ].compactMap(\.self).min()
    }
}

extension Seat {
    /// Whether what the account has here is known, so that it may be traded with.
    func isReconciled(_ account: AccountID) -> Bool {
        guard wire != nil, !lacksKey(account) else { return wire == nil }
        return wire?.accounts[account]?.isReconciled ?? false
    }
}
