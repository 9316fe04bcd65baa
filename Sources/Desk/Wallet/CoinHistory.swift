import Conversation
import Ledger
import OrderEngine
import Trading

/// What an account's total of one coin did over time: each change, what it came from, and what there was after it.
struct CoinHistory {
    enum Source: Hashable {
        case fill(FillID, OrderID)
        case transaction(UInt64, FundsAdjustment.Reason)

        var name: String {
            switch self {
            case .fill: "fill"
            case .transaction(_, let reason): reason.rawValue
            }
        }
    }

    struct Change: Hashable {
        let at: Timestamp
        let amount: ExactDecimal
        /// Of the coin, in orders or not.
        let totalAfter: ExactDecimal
        let source: Source
        let text: String
    }

    /// Newest first.
    let changes: [Change]
    /// Whether there were more changes in the time than are kept here.
    let hasMore: Bool
    /// Since when the changes are known, where that is later than was asked for: trades of before were pruned.
    let begins: Timestamp?

    /// The newest changes, of which there is one for each fill and each transaction: at most `limit`. None is from before trades were
    /// pruned: what there was after it could not be told.
    init(
        of coin: Coin, _ account: AccountID, at exchange: ExchangeID, total: ExactDecimal, since: Timestamp?,
        limit: Int,
        in ledger: some LedgerReading
    ) throws {
        let pruned = try ledger.prunedHistory(of: account).begins
        begins = pruned.flatMap { begins in since.map { $0 >= begins } ?? false ? nil : begins }
        let since = begins ?? since
        var found: [(at: Timestamp, amount: ExactDecimal, source: Source, text: String)] = []
        for pair in try ledger.pairsOfFills(account) where pair.base == coin || pair.quote == coin {
            let filter = FillFilter(exchange: exchange, pair: pair, since: since, limit: limit + 1)
            for row in try ledger.fills(account, filter) {
                found.append((row.fill.at, row.effect(on: coin), .fill(row.fill.id, row.order), row.words(for: coin)))
            }
        }
        let rows = try ledger.adjustments(
            account, AdjustmentFilter(exchange: exchange, since: since, limit: CoinHistory.adjustmentsMax))
        for row in rows where row.adjustment.coin == coin {
            let transaction = Transaction(row)
            found.append(
                (
                    transaction.at, row.adjustment.amount, .transaction(transaction.number, transaction.kind),
                    "\(transaction.kind.rawValue), transaction \(transaction.number)"
                ))
        }
        // Of what happened at one moment a fill is taken for the later.
        found.sort {
            let (one, other) = ($0.source.rank, $1.source.rank)
            return ($0.at, one.kind, one.number) > ($1.at, other.kind, other.number)
        }
        hasMore = found.count > limit || rows.count == CoinHistory.adjustmentsMax
        var after = total
        changes = found.prefix(limit).map { one in
            defer { after -= one.amount }
            return Change(at: one.at, amount: one.amount, totalAfter: after, source: one.source, text: one.text)
        }
    }

    /// Transactions of all coins that are looked through.
    private static let adjustmentsMax = 10_000

    /// What there was before the oldest change, or now where there was none.
    func totalBefore(_ total: ExactDecimal) -> ExactDecimal {
        changes.last.map { $0.totalAfter - $0.amount } ?? total
    }
}

extension CoinHistory.Source {
    /// Orders those of one moment; numbers within a kind go up.
    fileprivate var rank: (kind: Int, number: UInt64) {
        switch self {
        case .transaction(let number, _): (0, number)
        case .fill(let id, _): (1, id.rawValue)
        }
    }
}

extension FillRow {
    /// What it does to the account's total of a coin.
    fileprivate func effect(on coin: Coin) -> ExactDecimal {
        var amount = ExactDecimal.zero
        if coin == pair.base { amount += side == .buy ? fill.quantity : -fill.quantity }
        if coin == pair.quote { amount += side == .buy ? -value : value }
        if coin == fill.feeCurrency { amount -= fill.fee }
        return amount
    }

    fileprivate func words(for coin: Coin) -> String {
        let traded =
            "fill \(fill.id) of \(order): \(side == .buy ? "bought" : "sold") \(fill.quantity) \(pair.base) at \(fill.price) \(pair.quote)"
        return coin == fill.feeCurrency ? "\(traded), less the fee of \(fill.fee)" : traded
    }
}
