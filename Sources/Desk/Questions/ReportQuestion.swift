import CommandGrammar
import Conversation
import Ledger
import OrderEngine
import Trading

/// `report`: what has finished, and how.
struct ReportQuestion: Question {
    let desk: DeskView
    let line: AskedLine
    let query: ReportQuery
    /// How many of each kind are reported where neither a number nor a time is given: as the platform of 2015 did.
    private static let reportedOfEachKind = 5

    func answer() throws -> Answer {
        let account = try account()
        let rowsMax = limits.answerRows
        // The same words about time as in the other histories.
        let filters = HistoryQuery(last: query.last, since: query.since, until: query.until)
        let window = try HistoryWindow(filters, zone: zone, now: now, rowsMax: rowsMax)
        let isTimed = query.since != nil || query.until != nil
        let limit = min(query.last ?? (isTimed ? rowsMax : ReportQuestion.reportedOfEachKind), rowsMax)
        // `last N` is N in all, whatever their kinds; nil stands for all of them.
        let each: [OrderKind?] = query.last == nil ? OrderKind.allCases : [nil]
        var kinds = (query.kind.map { [$0] } ?? each)[...]
        var roots: ArraySlice<Order> = []
        var reports: [OrderReport] = []
        var hasMore = false
        // Of all orders together: one of a thousand children, or many of a few, would be more than a session takes.
        var childrenLeft = rowsMax
        return .inSteps {
            let start = desk.cost
            let ledger = try desk.ledger()
            repeat {
                if let order = roots.popFirst() {
                    let report = try OrderReport(
                        order, in: desk.sight(of: account), reader: reader, childrenMax: childrenLeft)
                    childrenLeft -= report.childrenTold
                    reports.append(report)
                } else if let kind = kinds.popFirst() {
                    let orders = try ledger.finishedRoots(
                        account, kind: kind, exchange: namedExchange, pair: query.pair?.value,
                        since: window.since, until: window.until,
                        limit: limit + 1)
                    hasMore = hasMore || orders.count > limit
                    roots = orders.prefix(limit)
                } else {
                    let gone = hasMore ? [] : try desk.historyLines(of: account, since: window.since)
                    return reply(reports, hasMore: hasMore, gone, try desk.withHistory([:], of: account))
                }
            } while desk.mayGoOn(since: start)
            return nil
        }
    }

    private func reply(
        _ reports: [OrderReport], hasMore: Bool, _ gone: [String], _ more: JSONObject
    ) -> Reply {
        let rowsMax = limits.answerRows
        let what = [query.kind.map { "\($0.rawValue) " }, "order"].compactMap(\.self).joined()
        let pair = query.pair.map { " of \($0.value)" } ?? ""
        let title =
            switch reports.count {
            case 0:
                "= no finished \(what)s\(pair)\(query.since != nil || query.until != nil ? " then" : gone.isEmpty ? " yet" : "")"
            case 1: "= the last finished \(what)\(pair)"
            default: "= the last \(reports.count) finished \(what)s\(pair)"
            }
        // Of orders with many under them there would be more than anybody reads, or a session takes.
        let shown = reports.prefix(rowsMax)
        var lines = shown.flatMap(\.lines)
        let linesLeft = lines.count - rowsMax
        if linesLeft > 0 {
            lines.removeLast(linesLeft)
            lines.append("and \(linesLeft) more lines; say a kind, a pair or last N for fewer")
        }
        if reports.count > shown.count { lines.append("and \(reports.count - shown.count) more orders") }
        if hasMore { lines.append("there are more: last N, since or until says which") }
        let totals = ReportTotals(reports)
        if reports.count > 1 { lines += totals.lines(namesExchange: reader.namesExchange) }
        lines += gone
        var fields: JSONObject = [
            "report": .array(shown.map { .object($0.json) }), "totals": .array(totals.json),
            "more": .bool(hasMore || reports.count > shown.count),
        ]
        for member in more.members { fields.append(member.name, member.value) }
        return Reply(mark: .answer, text: ([title] + lines).joined(separator: "\n  "), fields: fields)
    }
}
