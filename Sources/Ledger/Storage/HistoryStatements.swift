/// Statements on what exchanges say of their accounts' histories.
extension LedgerStatement {
    private static let transactionColumns =
        "exchange, id, kind, status, coin, amount, description, exchange_order, at, place"
    private static let foreignColumns =
        "exchange, pair, fill, exchange_order, side, price, quantity, fee, fee_currency, liquidity, at"

    /// A fill that turned out to be an order's is not foreign any more, whatever the table still has.
    private static let isForeign = """
        NOT EXISTS (SELECT 1 FROM fills INDEXED BY fills_by_id WHERE fills.account = foreign_fills.account
            AND fills.fill_id = foreign_fills.fill AND fills.pair = foreign_fills.pair
            AND fills.exchange = foreign_fills.exchange)
        """

    var historySQL: String {
        switch self {
        // What is told again as it was is not written again.
        case .upsertTransaction:
            """
            INSERT INTO exchange_transactions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (account, exchange, id) DO UPDATE SET
                kind = excluded.kind, status = excluded.status, coin = excluded.coin, amount = excluded.amount,
                description = excluded.description, exchange_order = excluded.exchange_order, at = excluded.at,
                place = excluded.place
            WHERE (kind, status, coin, amount, description, exchange_order, at, place) IS NOT
                (excluded.kind, excluded.status, excluded.coin, excluded.amount, excluded.description,
                excluded.exchange_order, excluded.at, excluded.place)
            """
        case .transactions: Self.transactions("exchange_money_by_time", "at, exchange, number, id")
        case .transactionsDescending:
            Self.transactions("exchange_money_by_time", "at DESC, exchange DESC, number DESC, id DESC")
        case .transactionsByNumber: Self.transactions("exchange_money_by_number", "number, exchange, id")
        case .transactionsByNumberDescending:
            Self.transactions("exchange_money_by_number", "number DESC, exchange DESC, id DESC")
        case .transactionsBehind:
            """
            SELECT \(Self.transactionColumns) FROM exchange_transactions INDEXED BY exchange_transactions_by_time
            WHERE account = ?1 AND (at, exchange, number, id) > (?2, ?3, ?4, ?5)
            ORDER BY at, exchange, number, id LIMIT ?6
            """
        case .unsettledTransactions:
            """
            SELECT \(Self.transactionColumns) FROM exchange_transactions INDEXED BY exchange_transactions_unsettled
            WHERE account = ? AND exchange = ? AND status IN (1, 3) AND id > ? ORDER BY id LIMIT ?
            """

        case .insertForeignFill:
            """
            INSERT INTO foreign_fills VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (account, exchange, pair, fill) DO NOTHING
            """
        case .deleteForeignFill:
            "DELETE FROM foreign_fills WHERE account = ? AND exchange = ? AND pair = ? AND fill = ?"
        case .foreignFills: Self.foreign("foreign_fills_by_time", "at, fill, exchange, pair")
        case .foreignFillsDescending:
            Self.foreign("foreign_fills_by_time", "at DESC, fill DESC, exchange DESC, pair DESC")
        case .foreignFillsOfPair: Self.foreign("foreign_fills_by_pair", "at, fill, exchange", ofPair: true)
        case .foreignFillsOfPairDescending:
            Self.foreign("foreign_fills_by_pair", "at DESC, fill DESC, exchange DESC", ofPair: true)
        case .foreignFillsByNumber: Self.foreign("foreign_fills_by_number", "fill, exchange, pair")
        case .foreignFillsByNumberDescending:
            Self.foreign("foreign_fills_by_number", "fill DESC, exchange DESC, pair DESC")
        case .foreignFillsBehind:
            """
            SELECT \(Self.foreignColumns) FROM foreign_fills INDEXED BY foreign_fills_by_time
            WHERE account = ?1 AND (at, fill, exchange, pair) > (?2, ?3, ?4, ?5) AND \(Self.isForeign)
            ORDER BY at, fill, exchange, pair LIMIT ?6
            """
        case .pairsOfForeignFills: "SELECT DISTINCT pair FROM foreign_fills WHERE account = ? ORDER BY pair"
        case .foreignFillBehindNewest:
            """
            SELECT at, fill FROM foreign_fills WHERE account = ? ORDER BY at DESC, fill DESC LIMIT 1 OFFSET ?
            """
        case .forgetForeignFills:
            """
            DELETE FROM foreign_fills WHERE (account, exchange, pair, fill) IN
                (SELECT account, exchange, pair, fill FROM foreign_fills INDEXED BY foreign_fills_by_time
                WHERE account = ?1 AND (at, fill) <= (?2, ?3) ORDER BY at, fill, exchange, pair LIMIT ?4)
            """
        default: preconditionFailure("\(self) has no SQL")
        }
    }

    private static func transactions(_ index: String, _ order: String) -> String {
        """
        SELECT \(transactionColumns) FROM exchange_transactions INDEXED BY \(index)
        WHERE account = ?1 AND exchange_order IS NULL AND at >= ?2 AND at < ?3 AND number >= ?4 AND number <= ?5
            AND (?7 IS NULL OR exchange = ?7)
        ORDER BY \(order) LIMIT ?6
        """
    }

    private static func foreign(_ index: String, _ order: String, ofPair: Bool = false) -> String {
        """
        SELECT \(foreignColumns) FROM foreign_fills INDEXED BY \(index)
        WHERE account = ?1 AND at >= ?2 AND at < ?3 AND fill >= ?4 AND fill <= ?5
            AND \(ofPair ? "pair = ?6" : "(?6 IS NULL OR pair = ?6)") AND (?8 IS NULL OR exchange = ?8)
            AND \(isForeign)
        ORDER BY \(order) LIMIT ?7
        """
    }
}
