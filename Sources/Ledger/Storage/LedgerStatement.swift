/// Every statement that the ledger runs on its tables, so that a test can ask SQLite how it means to run each.
enum LedgerStatement: Int, CaseIterable {
    case insertRecord, lastRecord, recordsAfter, recordsOfOrder
    case adjustments, adjustmentsDescending
    case upsertOrder, order, children, openOrders, finishedRoots, finishedRootsOfKind
    case insertFill, fillsOfOrder, pairsOfFills
    case fillsBehind, finishedRootsBehind
    case firstChildren, firstRecordsOfOrder, lastRecordsOfOrder, recordCountOfOrder, firstFillsOfOrder
    case fillsByTime, fillsByTimeDescending, fillsOfPair, fillsOfPairDescending, fillsByID, fillsByIDDescending
    case upsertFunds, funds, fundsOfAll
    case upsertFundsPoint, fundsPoints, lastFundsPoint, forgetFundsPoints
    case finishedByKind
    case insertNotification, lastNotification, notifications
    case upsertInboxSeen, inboxSeen
    case insertTag, completeTag, noteTag, tag, forgetTag, forgetTags
    case upsertWrittenBytes, writtenBytes
    case upsertClock, lastMoments
    case insertTradeLeft, forgetTradeLeft, tradesLeft
    case upsertBook, deleteBook, books
    case insertSnapshot, lastSnapshots, forgetSnapshots
    case upsertPrice, prices, forgetPrices
    case insertAlert, endAlert, forgetAlerts, lastAlert, waitingAlerts
    case clearOrders, clearFills, clearFunds
    case setBase, base, firstRecordSince, recordOfOrderAfter, fillRecords
    case insertPrunedRun, deletePrunedRun, prunedRunUpTo, unsweptRun, prunedRuns
    case upsertPrunedHistory, prunedHistory, unsweptHistory, endPrunedHistory
    case upsertPrunedCount, prunedCounts, finishedBehindNewest
    case upsertTransaction, transactions, transactionsDescending, transactionsByNumber, transactionsByNumberDescending
    case transactionsBehind, unsettledTransactions
    case insertForeignFill, deleteForeignFill, foreignFills, foreignFillsDescending, foreignFillsOfPair,
        foreignFillsOfPairDescending
    case foreignFillsByNumber, foreignFillsByNumberDescending, foreignFillsBehind, pairsOfForeignFills
    case foreignFillBehindNewest, forgetForeignFills
    case sweepNotifications, sweepFills, sweepRecords, ordersOfRun, deleteOrder, clearSnapshots, clearBase, baseRecord

    private static let fillColumns =
        "fill_id, order_id, account, pair, side, price, quantity, value, fee, fee_currency, liquidity, at, exchange"

    private static let finished = "closed_at IS NOT NULL AND is_root = 1 AND closed_at >= ?2 AND closed_at < ?3"

    var sql: String {
        switch self {
        case .insertRecord: "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        // A number that was pruned is not given out again.
        case .lastRecord:
            """
            SELECT max(coalesce((SELECT number FROM records ORDER BY number DESC LIMIT 1), 0),
                coalesce((SELECT max(record) FROM base), 0))
            """
        case .recordsAfter: "SELECT number, body, exchange FROM records WHERE number > ? ORDER BY number LIMIT ?"
        case .recordsOfOrder: "SELECT number, body, exchange FROM records WHERE order_id = ? ORDER BY number"

        case .adjustments: Self.adjustments(order: "number")
        case .adjustmentsDescending: Self.adjustments(order: "number DESC")

        case .upsertOrder:
            """
            INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET
                status = excluded.status, quantity = excluded.quantity, price = excluded.price,
                filled = excluded.filled, filled_value = excluded.filled_value, fee = excluded.fee,
                fee_currency = excluded.fee_currency, expire_at = excluded.expire_at, closed_at = excluded.closed_at,
                body = excluded.body
            """
        case .order: "SELECT body, exchange FROM orders WHERE id = ?"
        case .children: "SELECT body, exchange FROM orders WHERE parent = ? ORDER BY id"
        case .firstChildren: "SELECT body, exchange FROM orders WHERE parent = ? ORDER BY id LIMIT ?"
        case .firstRecordsOfOrder:
            "SELECT number, body, exchange FROM records WHERE order_id = ? ORDER BY number LIMIT ?"
        case .lastRecordsOfOrder:
            "SELECT number, body, exchange FROM records WHERE order_id = ? ORDER BY number DESC LIMIT ?"
        case .recordCountOfOrder: "SELECT count(*) FROM records WHERE order_id = ?"
        case .firstFillsOfOrder:
            "SELECT \(Self.fillColumns) FROM fills WHERE order_id = ? ORDER BY fill_id LIMIT ?"
        case .openOrders:
            """
            SELECT body, exchange FROM orders WHERE account = ?1 AND closed_at IS NULL
                AND (is_root = 1 OR ?2) AND (?3 IS NULL OR kind = ?3) AND (?4 IS NULL OR pair = ?4)
                AND (?5 IS NULL OR exchange = ?5)
            ORDER BY id
            """
        case .finishedRoots:
            """
            SELECT body, exchange FROM orders WHERE account = ?1 AND \(Self.finished)
                AND (?4 IS NULL OR pair = ?4) AND (?5 IS NULL OR exchange = ?5)
            ORDER BY closed_at DESC, id DESC LIMIT ?6
            """
        case .finishedRootsOfKind:
            """
            SELECT body, exchange FROM orders WHERE account = ?1 AND \(Self.finished)
                AND (?4 IS NULL OR pair = ?4) AND (?5 IS NULL OR exchange = ?5) AND kind = ?7
            ORDER BY closed_at DESC, id DESC LIMIT ?6
            """

        // Row values: all behind a row, also where many happened at the same moment.
        case .fillsBehind:
            """
            SELECT \(Self.fillColumns) FROM fills WHERE account = ?1 AND (at, fill_id, order_id) > (?2, ?3, ?4)
            ORDER BY at, fill_id, order_id LIMIT ?5
            """
        case .finishedRootsBehind:
            """
            SELECT body, exchange FROM orders WHERE account = ?1 AND closed_at IS NOT NULL AND is_root = 1
                AND (closed_at, id) > (?2, ?3)
            ORDER BY closed_at, id LIMIT ?4
            """

        case .finishedByKind:
            """
            SELECT kind, count(*) FROM orders WHERE account = ? AND closed_at IS NOT NULL AND is_root = 1
            GROUP BY kind ORDER BY kind
            """

        case .insertFill: "INSERT INTO fills VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        case .fillsOfOrder: "SELECT \(Self.fillColumns) FROM fills WHERE order_id = ? ORDER BY fill_id"
        case .pairsOfFills: "SELECT DISTINCT pair FROM fills WHERE account = ? ORDER BY pair"
        case .fillsByTime: fills(order: "at, fill_id")
        case .fillsByTimeDescending: fills(order: "at DESC, fill_id DESC")
        case .fillsOfPair: fills(order: "at, fill_id", ofPair: true)
        case .fillsOfPairDescending: fills(order: "at DESC, fill_id DESC", ofPair: true)
        case .fillsByID: fills(order: "fill_id")
        case .fillsByIDDescending: fills(order: "fill_id DESC")

        case .upsertFunds:
            """
            INSERT INTO funds VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (account, exchange, coin) DO UPDATE SET total = excluded.total, reserved = excluded.reserved
            """
        case .funds: "SELECT exchange, coin, total, reserved FROM funds WHERE account = ? ORDER BY exchange, coin"

        case .fundsOfAll:
            """
            SELECT account, exchange, coin, total, reserved FROM funds
            WHERE account > ? ORDER BY account, exchange, coin LIMIT ?
            """

        case .upsertFundsPoint:
            """
            INSERT INTO funds_points VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (grain, account, stretch, exchange, coin) DO UPDATE SET
                total = excluded.total, usd = excluded.usd, at = excluded.at
            """
        case .fundsPoints:
            """
            SELECT at, exchange, coin, total, usd FROM funds_points
            WHERE grain = ? AND account = ? AND stretch >= ? AND stretch < ?
            ORDER BY stretch, exchange, coin
            """
        case .lastFundsPoint: "SELECT max(at) FROM funds_points WHERE grain = 0"
        // Once a day: it looks at every row of the grain.
        case .forgetFundsPoints: "DELETE FROM funds_points WHERE grain = ? AND stretch < ?"

        case .insertNotification: "INSERT INTO notifications VALUES (?, ?, ?, ?, ?, ?, ?)"
        case .lastNotification:
            """
            SELECT max(
                coalesce((SELECT seq FROM notifications WHERE account = ?1 ORDER BY seq DESC LIMIT 1), 0),
                coalesce((SELECT seq FROM pruned_history WHERE account = ?1), 0))
            """
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
        case .forgetTag: "DELETE FROM tags WHERE account = ? AND tag = ?"
        case .forgetTags:
            """
            DELETE FROM tags WHERE (account, tag) IN (SELECT account, tag FROM tags WHERE at < ? ORDER BY at LIMIT ?)
            """
        case .upsertWrittenBytes:
            """
            INSERT INTO written_bytes VALUES (?, ?, ?)
            ON CONFLICT (account) DO UPDATE SET day = excluded.day, bytes = excluded.bytes
            """
        case .writtenBytes: "SELECT bytes FROM written_bytes WHERE account = ? AND day = ?"

        case .upsertClock: "INSERT INTO clock VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at"
        case .lastMoments:
            """
            SELECT max(coalesce((SELECT at FROM clock WHERE id = 1), 0),
                coalesce((SELECT at FROM records ORDER BY number DESC LIMIT 1), 0))
            """

        case .insertTradeLeft: "INSERT INTO trades_left VALUES (?, ?, ?, ?, ?, ?, ?)"
        case .forgetTradeLeft: "DELETE FROM trades_left WHERE number = ?"
        case .tradesLeft:
            "SELECT number, pair, price, quantity, taker_side, at, exchange FROM trades_left ORDER BY number"

        case .upsertBook:
            "INSERT INTO exchange_books VALUES (?, ?, ?) ON CONFLICT (exchange, key) DO UPDATE SET value = excluded.value"
        case .deleteBook: "DELETE FROM exchange_books WHERE exchange = ? AND key = ?"
        case .books: "SELECT key, value FROM exchange_books WHERE exchange = ? ORDER BY key"

        case .insertSnapshot: "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?)"
        case .lastSnapshots:
            """
            SELECT record, exchange, engines, body FROM snapshots
            WHERE record IN (SELECT DISTINCT record FROM snapshots ORDER BY record DESC LIMIT 2)
            ORDER BY record DESC, exchange
            """
        case .forgetSnapshots:
            """
            DELETE FROM snapshots WHERE record <
                (SELECT min(record) FROM (SELECT DISTINCT record FROM snapshots ORDER BY record DESC LIMIT 2))
            """

        case .upsertPrice:
            """
            INSERT INTO prices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (grain, exchange, pair, at) DO UPDATE SET
                bid = excluded.bid, ask = excluded.ask, last = excluded.last, high = excluded.high, low = excluded.low,
                average = excluded.average, volume = excluded.volume, value = excluded.value
            """
        case .prices:
            """
            SELECT at, bid, ask, last, high, low, average, volume, value FROM prices
            WHERE grain = ? AND exchange = ? AND pair = ? AND at >= ? AND at < ? ORDER BY at
            """
        // Once an hour: it looks at every row of the grain.
        case .forgetPrices: "DELETE FROM prices WHERE grain = ? AND at < ?"
        case .insertAlert: "INSERT INTO alerts VALUES (?, ?, ?, ?, ?, ?, NULL, ?)"
        case .endAlert: "UPDATE alerts SET ended_at = ?3 WHERE account = ?1 AND number = ?2 AND ended_at IS NULL"
        // The newest stays, whatever became of it: its number is not given out again.
        case .forgetAlerts: "DELETE FROM alerts WHERE account = ?1 AND number < ?2 AND ended_at IS NOT NULL"
        case .lastAlert: "SELECT number FROM alerts WHERE account = ? ORDER BY number DESC LIMIT 1"
        case .waitingAlerts:
            """
            SELECT account, number, pair, direction, price, created_at, exchange FROM alerts WHERE ended_at IS NULL
            """

        // A DELETE without WHERE empties the table's tree without visiting rows.
        case .clearOrders: "DELETE FROM orders"
        case .clearFills: "DELETE FROM fills"
        case .clearFunds: "DELETE FROM funds"
        default: pruningSQL
        }
    }

    /// Of what was pruned, and of what deletes it.
    private var pruningSQL: String {
        switch self {
        case .setBase: "INSERT OR REPLACE INTO base VALUES (?, ?, ?, ?, ?)"
        case .base: "SELECT exchange, record, at, engines, body FROM base ORDER BY exchange"
        case .firstRecordSince: "SELECT number FROM records WHERE number > ? AND at >= ? ORDER BY number LIMIT 1"
        case .recordOfOrderAfter: "SELECT number FROM records WHERE order_id = ? AND number > ? LIMIT 1"
        case .fillRecords:
            """
            SELECT number, body, exchange FROM records
            WHERE number > ? AND number <= ? AND kind IN ('order_filled', 'named_fill') ORDER BY number LIMIT ?
            """
        case .insertPrunedRun: "INSERT INTO pruned_orders VALUES (?, ?, ?, ?)"
        case .deletePrunedRun: "DELETE FROM pruned_orders WHERE account = ? AND first = ?"
        case .prunedRunUpTo:
            """
            SELECT first, last, remains FROM pruned_orders WHERE account = ? AND first <= ? ORDER BY first DESC LIMIT 1
            """
        case .unsweptRun:
            """
            SELECT account, first, last, remains FROM pruned_orders WHERE remains > 0 ORDER BY account, first LIMIT 1
            """
        case .prunedRuns: "SELECT account, first, last, remains FROM pruned_orders ORDER BY account, first"
        case .upsertPrunedHistory:
            """
            INSERT INTO pruned_history VALUES (?, ?, ?, ?) ON CONFLICT (account) DO UPDATE SET
                seq = max(seq, excluded.seq), begins = max(begins, excluded.begins),
                remains = max(remains, excluded.remains)
            """
        case .prunedHistory: "SELECT seq, begins FROM pruned_history WHERE account = ?"
        case .unsweptHistory: "SELECT account, seq FROM pruned_history WHERE remains > 0 ORDER BY account LIMIT 1"
        case .endPrunedHistory: "UPDATE pruned_history SET remains = 0 WHERE account = ?"
        case .upsertPrunedCount:
            """
            INSERT INTO pruned_counts VALUES (?, ?, 1) ON CONFLICT (account, kind) DO UPDATE SET count = count + 1
            """
        case .prunedCounts: "SELECT kind, count FROM pruned_counts WHERE account = ?"
        case .finishedBehindNewest:
            """
            SELECT closed_at, id FROM orders WHERE account = ? AND closed_at IS NOT NULL AND is_root = 1
            ORDER BY closed_at DESC, id DESC LIMIT 1 OFFSET ?
            """
        case .sweepNotifications:
            """
            DELETE FROM notifications WHERE (account, seq) IN
                (SELECT account, seq FROM notifications WHERE account = ? AND seq <= ? ORDER BY seq LIMIT ?)
            """
        case .sweepFills:
            """
            DELETE FROM fills WHERE (order_id, fill_id) IN (SELECT order_id, fill_id FROM fills
                WHERE order_id >= ? AND order_id <= ? ORDER BY order_id, fill_id LIMIT ?)
            """
        case .sweepRecords:
            """
            DELETE FROM records WHERE number IN (SELECT number FROM records INDEXED BY records_by_order
                WHERE order_id >= ? AND order_id <= ? AND number <= ? LIMIT ?)
            """
        case .ordersOfRun: "SELECT id, account, kind, is_root FROM orders WHERE id >= ? AND id <= ? ORDER BY id LIMIT ?"
        case .deleteOrder: "DELETE FROM orders WHERE id = ?"
        case .clearSnapshots: "DELETE FROM snapshots"
        case .clearBase: "DELETE FROM base"
        case .baseRecord: "SELECT max(record) FROM base"
        default: historySQL
        }
    }

    /// The index has these records alone, by account and, as every index, by number.
    private static func adjustments(order: String) -> String {
        """
        SELECT number, body, exchange FROM records INDEXED BY records_of_funds
        WHERE account = ?1 AND kind = 'funds_adjusted' AND at >= ?2 AND at < ?3 AND number >= ?4 AND number <= ?5
        AND (?7 IS NULL OR exchange = ?7) AND (?8 IS NULL OR instr(?8, ' ' || exchange || ' ') = 0)
        ORDER BY \(order) LIMIT ?6
        """
    }

    private func fills(order: String, ofPair: Bool = false) -> String {
        """
        SELECT \(Self.fillColumns) FROM fills
        WHERE account = ?1 AND at >= ?2 AND at < ?3 AND fill_id >= ?4 AND fill_id <= ?5
            AND \(ofPair ? "pair = ?6" : "(?6 IS NULL OR pair = ?6)") AND (?8 IS NULL OR exchange = ?8)
        ORDER BY \(order) LIMIT ?7
        """
    }
}
