import CommandGrammar
import Ledger
import Trading

/// Which part of a history was asked for, with every figure settled: moments on the calendar, numbers that a table can have.
struct HistoryWindow: Hashable {
    /// From then on.
    var since: Timestamp?
    /// Before then.
    var until: Timestamp?
    /// Both ends are included.
    var from: UInt64?
    var to: UInt64?
    /// How many rows were asked for.
    var count: Int
    var oldestFirst: Bool

    /// Rows where neither a number nor a stretch of time is given.
    static let rowsWithoutFilter = 20
    /// Tables count up to here, which no exchange has reached.
    private static let numberMax = UInt64(Int64.max)

    init(_ query: HistoryQuery, zone: TimeZoneRules, now: Timestamp, rowsMax: Int) throws(Refusal) {
        let from: Timestamp?
        if let when = query.since {
            from = try zone.moment(of: when.value, before: now, at: when.span).at
        } else {
            from = nil
        }
        since = from
        if let when = query.until {
            // Behind a `since`, a time of day or a day of the week is the first after it, also one to come.
            switch (when.value, from) {
            case (.clock, let from?), (.weekday, let from?):
                until = try zone.moment(of: when.value, after: from, at: when.span).at
            default:
                until = try zone.moment(of: when.value, before: now, at: when.span).at
            }
        }
        if let since, let until, until <= since {
            throw Refusal(
                .badRange, "until \(zone.text(of: until)) is not after since \(zone.text(of: since))",
                at: query.until?.span)
        }
        self.from = query.fromID.map { min($0, HistoryWindow.numberMax) }
        to = query.toID.map { min($0, HistoryWindow.numberMax) }
        if let from = self.from, let to, to < from { throw Refusal(.badRange, "to \(to) is below from \(from)") }
        let isNarrowed = since != nil || until != nil || self.from != nil || to != nil
        count = min(query.last ?? (isNarrowed ? rowsMax : HistoryWindow.rowsWithoutFilter), rowsMax)
        oldestFirst = query.oldestFirst
    }

    /// One more than is shown, so that it is known whether there are more.
    func fillFilter(exchange: ExchangeID?, pair: Pair?) -> FillFilter {
        FillFilter(
            exchange: exchange, pair: pair, since: since, until: until, fromID: from.map { FillID($0) },
            toID: to.map { FillID($0) },
            limit: count + 1, oldestFirst: oldestFirst)
    }
}

/// The first line of a list, and what it says when there are more rows than it shows.
struct HistoryTitle {
    let text: String

    /// `what` is `trade` or `transaction`; `numbers` are those of the rows shown, nil where a row has none. `goesByNumber`: whether
    /// those that have one are in the order of their numbers.
    init(
        _ what: String, numbers: [UInt64?], goesByNumber: Bool, hasMore: Bool, _ window: HistoryWindow,
        zone: TimeZoneRules
    ) {
        guard let last = numbers.last else {
            text = "= no \(what)s"
            return
        }
        let count = "\(numbers.count) \(what)\(numbers.count == 1 ? "" : "s")"
        let order = numbers.count == 1 ? "" : ", \(window.oldestFirst ? "oldest" : "newest") first"
        let next =
            if goesByNumber, let last {
                window.oldestFirst ? "say from \(last + 1)" : "say to \(last == 0 ? 0 : last - 1)"
            } else {
                "name an exchange or a time, or say export \(what)s"
            }
        text = "= \(count)\(order), times in \(zone.name)" + (hasMore ? "; there are more, \(next)" : "")
    }
}
