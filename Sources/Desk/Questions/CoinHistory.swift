import Conversation
import Ledger
import OrderEngine
import Trading

/// What an account's total of one coin did over time: each change, what it came from, and what there was after it.
struct CoinHistory {
    enum Source: Hashable {
        case fill(FillID, TradeRow.Origin)
        case transaction(Transaction.Source, FundsAdjustment.Reason)

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

    /// Where the exchange lists transactions, its list and all trades there make the history; else what was booked here does, in which
    /// trades that were not made here have their part.
    ///
    /// The newest changes, of which there is one for each fill and each transaction: at most `limit`. None is from before trades were
    /// pruned: what there was after it could not be told.
    init(
        of coin: Coin, _ account: AccountID, at exchange: ExchangeID, total: ExactDecimal, since: Timestamp?,
        lists: Bool, limit: Int,
        in ledger: some LedgerReading
    ) throws {
        let pruned = try ledger.prunedHistory(of: account).begins
        begins = pruned.flatMap { begins in since.map { $0 >= begins } ?? false ? nil : begins }
        let since = begins ?? since
        var found: [Found] = []
        let foreignPairs = lists ? try ledger.pairsOfForeignFills(account) : []
        for pair in Set(try ledger.pairsOfFills(account) + foreignPairs).sorted()
        where pair.base == coin || pair.quote == coin {
            let filter = FillFilter(exchange: exchange, pair: pair, since: since, limit: limit + 1)
            var trades = try ledger.fills(account, filter).map { TradeRow($0) }
            if lists { trades += try ledger.foreignFills(account, filter).map { TradeRow($0) } }
            found += trades.map { Found($0, of: coin) }
        }
        let rows = try CoinHistory.transactions(of: account, at: exchange, since: since, lists: lists, in: ledger)
        found += rows.filter { $0.coin == coin && !$0.effect.isZero }.map { Found($0) }
        // Of what happened at one moment a fill is taken for the later.
        found.sort { ($0.at, $0.rank) > ($1.at, $1.rank) }
        hasMore = found.count > limit || rows.count == CoinHistory.adjustmentsMax
        var after = total
        changes = found.prefix(limit).map { one in
            defer { after -= one.amount }
            return Change(at: one.at, amount: one.amount, totalAfter: after, source: one.source, text: one.text)
        }
    }

    /// Transactions of all coins that are looked through.
    private static let adjustmentsMax = 10_000

    /// A change before it is known what there was after it.
    private struct Found {
        let at: Timestamp
        let amount: ExactDecimal
        let source: Source
        let text: String
        let rank: Rank

        /// The order of those of one moment; within a kind names go up.
        enum Rank: Comparable {
            case transaction(UInt64)
            case fill(FillID)
        }

        init(_ row: TradeRow, of coin: Coin) {
            (at, amount, text) = (row.fill.at, row.effect(on: coin), row.words(for: coin))
            source = .fill(row.fill.id, row.origin)
            rank = .fill(row.fill.id)
        }

        init(_ row: Transaction) {
            (at, amount, source) = (row.at, row.effect, .transaction(row.source, row.kind))
            text = "\(row.kind.rawValue), transaction \(row.name)" + (row.note.map { ": \($0)" } ?? "")
            rank = .transaction(row.number)
        }
    }

    private static func transactions(
        of account: AccountID, at exchange: ExchangeID, since: Timestamp?, lists: Bool, in ledger: some LedgerReading
    ) throws -> [Transaction] {
        guard lists else {
            return try ledger.adjustments(
                account, AdjustmentFilter(exchange: exchange, since: since, limit: adjustmentsMax)
            ).map { Transaction($0) }
        }
        return try ledger.listedTransactions(
            account, ListedFilter(exchange: exchange, since: since, limit: adjustmentsMax)
        ).map { Transaction($0) }
    }

    /// What there was before the oldest change, or now where there was none.
    func totalBefore(_ total: ExactDecimal) -> ExactDecimal {
        changes.last.map { $0.totalAfter - $0.amount } ?? total
    }
}

extension TradeRow {
    /// What it does to the account's total of a coin.
    fileprivate func effect(on coin: Coin) -> ExactDecimal {
        var amount = ExactDecimal.zero
        if coin == pair.base { amount += side == .buy ? fill.quantity : -fill.quantity }
        if coin == pair.quote { amount += side == .buy ? -value : value }
        if coin == fill.feeCurrency { amount -= fill.fee }
        return amount
    }

    private var whose: String {
        switch origin {
        case .order(let id): "of \(id)"
        case .foreign(let id): id.map { "of foreign order \($0.printable)" } ?? "of a foreign order"
        }
    }

    fileprivate func words(for coin: Coin) -> String {
        let traded =
            "fill \(fill.id) \(whose): \(side == .buy ? "bought" : "sold") \(fill.quantity) \(pair.base) at \(fill.price) \(pair.quote)"
        return coin == fill.feeCurrency ? "\(traded), less the fee of \(fill.fee)" : traded
    }
}
