import Exchange
import Trading

/// What the desk asks an exchange about one account, and what it still waits for before it trades for it again.
struct AccountWatch {
    /// The orders of before the start that the exchange has not said everything about.
    var awaited: Set<OrderID>
    /// Whether all fills have been read since the start.
    var hasSwept = false
    var balances: BalanceCheck
    var sweep: FillSweep
    /// What was there before the desk, and what it explains of the funds.
    var trades: TradeReading
    var transactions: TransactionReading

    /// When its open orders and fills are asked for next; nil while they are being asked for, or nothing of it is there.
    var openOrdersDueAt: Timestamp?
    var sweepDueAt: Timestamp?
    /// Whether they are being asked for.
    var isListing = false
    var isSweeping = false
    /// Questions that came to nothing, one after the other.
    var failures = 0
    /// Counts what has happened to its orders and fills.
    var activity: UInt64 = 0
    /// What has been told of orders and fills of others' making.
    var toldOrders: Set<String> = []
    var toldFills: Set<FillID> = []
    /// When fills that are nobody's yet were first seen, by the desk's clock.
    private var firstSights: [FillID: Timestamp] = [:]
    /// What had been seen when each order was sent, by pair.
    var seen: [Pair: SeenMarks] = [:]
    /// Marks of a pair of which there are none.
    var freshMarks: SeenMarks
    var missing = MissingOrders()
    /// Times in a row that the funds could not be compared, and that a difference of them was booked.
    var balanceFailures = 0
    var adjustments = 0
    /// What the exchange itself has said of money that came or went: a hint for the words, not for the figures.
    var reasons: [Coin: BalanceChangeReason] = [:]
    /// Its orders that were not made here.
    var foreign = ForeignOrders()
    /// How old what is known of its money is.
    var age = FundsAge()

    /// `highestSent` is the highest order that may have been sent before.
    init(
        awaited: Set<OrderID>, sweep: FillSweep, trades: TradeReading, transactions: TransactionReading,
        seen: [Pair: SeenMarks], highestSent: OrderID, at now: Timestamp
    ) {
        self.awaited = awaited
        self.seen = seen
        freshMarks = SeenMarks(highestSent: highestSent)
        self.sweep = sweep
        self.trades = trades
        self.transactions = transactions
        balances = BalanceCheck(dueAt: now)
        openOrdersDueAt = now
        sweepDueAt = now
    }

    /// Whether the exchange has said all that the desk has to know before it trades for the account.
    ///
    /// The open orders are among it: what those hold that were made elsewhere must not be spent.
    var isReconciled: Bool { awaited.isEmpty && hasSwept && balances.isKnown && age.ordersAt != nil }

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
        if !balances.isKnown { parts.append("the funds") }
        if age.ordersAt == nil { parts.append("the open orders") }
        return parts.joined(separator: ", ")
    }

    /// When a fill that is nobody's yet was first seen: now, where it is new. Of more than `most` the others count as
    /// seen long ago.
    mutating func firstSight(of fill: FillID, at now: Timestamp, most: Int) -> Timestamp? {
        if let known = firstSights[fill] { return known }
        guard firstSights.count < most else { return nil }
        firstSights[fill] = now
        return now
    }

    /// Fills that are somebody's, or are not read again.
    mutating func forgetFirstSights(through fill: FillID) {
        firstSights = firstSights.filter { $0.key > fill }
    }

    mutating func forgetFirstSight(of fill: FillID) { firstSights[fill] = nil }

    /// Nothing came of a comparison of the funds.
    mutating func abandonFunds(askAgainAt time: Timestamp) {
        age.comparisonsLost += 1
        balances.abandon(askAgainAt: time)
    }

    private static let ordersNamed = 5

    /// When something is to be asked.
    var next: Timestamp? {
        [openOrdersDueAt, sweepDueAt, balances.dueAt, trades.dueAt, transactions.dueAt].compactMap(\.self).min()
    }
}

extension Seat {
    /// Whether what the account has here is known, so that it may be traded with.
    func isReconciled(_ account: AccountID) -> Bool {
        guard wire != nil, !lacksKey(account) else { return wire == nil }
        return wire?.accounts[account]?.isReconciled ?? false
    }
}
