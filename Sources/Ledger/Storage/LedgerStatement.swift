/// Every statement that the ledger runs on its tables, so that a test can ask SQLite how it means to run each.
enum LedgerStatement: Int, CaseIterable {
    case insertRecord, lastRecord, recordsAfter, recordsOfOrder
    case upsertOrder, order, children, openOrders, finishedRoots, finishedRootsOfKind
    case insertFill, fillsOfOrder
    case fillsByTime, fillsByTimeDescending, fillsOfPair, fillsOfPairDescending, fillsByID, fillsByIDDescending
    case upsertFunds, funds
    case insertNotification, lastNotification, notifications
    case upsertInboxSeen, inboxSeen
    case insertTag, completeTag, noteTag, tag, forgetTags
    case upsertBook, deleteBook, books
    case insertSnapshot, lastSnapshots, forgetSnapshots
    case upsertPrice, prices, forgetPrices
    case clearOrders, clearFills, clearFunds

    private static let fillColumns =
        "fill_id, order_id, account, pair, side, price, quantity, value, fee, fee_currency, liquidity, at"

    private static let finished = "closed_at IS NOT NULL AND is_root = 1 AND closed_at >= ?2 AND closed_at < ?3"

    var sql: String {
        switch self {
        case .insertRecord: "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)"
        case .lastRecord: "SELECT number FROM records ORDER BY number DESC LIMIT 1"
        case .recordsAfter: "SELECT number, body FROM records WHERE number > ? ORDER BY number LIMIT ?"
        case .recordsOfOrder: "SELECT number, body FROM records WHERE order_id = ? ORDER BY number"

        case .upsertOrder:
            """
            INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET
                status = excluded.status, quantity = excluded.quantity, price = excluded.price,
                filled = excluded.filled, filled_value = excluded.filled_value, fee = excluded.fee,
                fee_currency = excluded.fee_currency, expire_at = excluded.expire_at, closed_at = excluded.closed_at,
                body = excluded.body
            """
        case .order: "SELECT body FROM orders WHERE id = ?"
        case .children: "SELECT body FROM orders WHERE parent = ? ORDER BY id"
        case .openOrders:
            """
            SELECT body FROM orders WHERE account = ?1 AND closed_at IS NULL
                AND (is_root = 1 OR ?2) AND (?3 IS NULL OR kind = ?3) AND (?4 IS NULL OR pair = ?4)
            ORDER BY id
            """
        case .finishedRoots:
            """
            SELECT body FROM orders WHERE account = ?1 AND \(Self.finished) AND (?4 IS NULL OR pair = ?4)
            ORDER BY closed_at DESC, id DESC LIMIT ?5
            """
        case .finishedRootsOfKind:
            """
            SELECT body FROM orders WHERE account = ?1 AND \(Self.finished) AND (?4 IS NULL OR pair = ?4)
                AND kind = ?6
            ORDER BY closed_at DESC, id DESC LIMIT ?5
            """

        case .insertFill: "INSERT INTO fills VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        case .fillsOfOrder: "SELECT \(Self.fillColumns) FROM fills WHERE order_id = ? ORDER BY fill_id"
        case .fillsByTime: fills(order: "at, fill_id")
        case .fillsByTimeDescending: fills(order: "at DESC, fill_id DESC")
        case .fillsOfPair: fills(order: "at, fill_id", ofPair: true)
        case .fillsOfPairDescending: fills(order: "at DESC, fill_id DESC", ofPair: true)
        case .fillsByID: fills(order: "fill_id")
        case .fillsByIDDescending: fills(order: "fill_id DESC")

        case .upsertFunds:
            """
            INSERT INTO funds VALUES (?, ?, ?, ?)
            ON CONFLICT (account, coin) DO UPDATE SET total = excluded.total, reserved = excluded.reserved
            """
        case .funds: "SELECT coin, total, reserved FROM funds WHERE account = ? ORDER BY coin"

        case .insertNotification: "INSERT INTO notifications VALUES (?, ?, ?, ?, ?, ?, ?)"
        case .lastNotification: "SELECT seq FROM notifications WHERE account = ? ORDER BY seq DESC LIMIT 1"
        case .notifications:
            """
            SELECT seq, at, event, order_id, text, json FROM notifications
            WHERE account = ? AND seq >= ? ORDER BY seq LIMIT ?
            """
        case .upsertInboxSeen:
            "INSERT INTO inbox_seen VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET seq = excluded.seq"
        case .inboxSeen: "SELECT seq FROM inbox_seen WHERE account = ?"

        case .insertTag: "INSERT INTO tags (account, tag, line, at) VALUES (?, ?, ?, ?)"
        case .completeTag: "UPDATE tags SET reply_text = ?3, reply_json = ?4 WHERE account = ?1 AND tag = ?2"
        case .noteTag: "UPDATE tags SET work = ?3 WHERE account = ?1 AND tag = ?2"
        case .tag: "SELECT line, at, reply_text, reply_json, work FROM tags WHERE account = ? AND tag = ?"
        case .forgetTags: "DELETE FROM tags WHERE at < ?"

        case .upsertBook:
            "INSERT INTO exchange_books VALUES (?, ?, ?) ON CONFLICT (exchange, key) DO UPDATE SET value = excluded.value"
        case .deleteBook: "DELETE FROM exchange_books WHERE exchange = ? AND key = ?"
        case .books: "SELECT key, value FROM exchange_books WHERE exchange = ? ORDER BY key"

        case .insertSnapshot: "INSERT OR REPLACE INTO snapshots VALUES (?, ?)"
        case .lastSnapshots: "SELECT record, body FROM snapshots ORDER BY record DESC LIMIT 2"
        case .forgetSnapshots:
            """
            DELETE FROM snapshots WHERE record <
                (SELECT min(record) FROM (SELECT record FROM snapshots ORDER BY record DESC LIMIT 2))
            """

        case .upsertPrice:
            """
            INSERT INTO prices VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (grain, pair, at) DO UPDATE SET
                bid = excluded.bid, ask = excluded.ask, last = excluded.last
            """
        case .prices:
            """
            SELECT at, bid, ask, last FROM prices WHERE grain = ? AND pair = ? AND at >= ? AND at < ? ORDER BY at
            """
        // Once an hour: it looks at every row of the grain.
        case .forgetPrices: "DELETE FROM prices WHERE grain = ? AND at < ?"

        // A DELETE without WHERE empties the table's tree without visiting rows.
        case .clearOrders: "DELETE FROM orders"
        case .clearFills: "DELETE FROM fills"
        case .clearFunds: "DELETE FROM funds"
        }
    }

    private func fills(order: String, ofPair: Bool = false) -> String {
        """
        SELECT \(Self.fillColumns) FROM fills
        WHERE account = ?1 AND at >= ?2 AND at < ?3 AND fill_id >= ?4 AND fill_id <= ?5
            AND \(ofPair ? "pair = ?6" : "(?6 IS NULL OR pair = ?6)")
        ORDER BY \(order) LIMIT ?7
        """
    }
}
