import Conversation
import Ledger
import Trading

/// `alerts`.
struct AlertsQuestion: PlainQuestion {
    let desk: DeskView
    let line: AskedLine

    func reply() throws -> Reply {
        let (account, zone) = (try account(), zone)
        let waiting = asked.flatMap { $0.alerts.alerts(of: account) }.sorted { $0.number < $1.number }
        let of = namedExchange.map { " on \($0)" } ?? ""
        guard !waiting.isEmpty else {
            return Reply(mark: .answer, text: "= no alerts\(of)", fields: ["alerts": [], "count": 0])
        }
        let shown = waiting.prefix(limits.answerRows)
        var table = Table([
            .init("alert", .right), .init("exchange", saidOnce: "at", isHidden: asked.count == 1),
            .init("pair", saidOnce: "all of"), .init("when"), .init("price", .decimal),
            .init("since"),
        ])
        for alert in shown {
            table.append([
                "\(alert.number)", alert.exchange.description, alert.pair.description, alert.direction.rawValue,
                alert.price.description,
                zone.text(of: alert.createdAt),
            ])
        }
        var lines = ["= \(Words.count(waiting.count, "alert"))\(of)\(table.said)"] + table.lines
        if waiting.count > shown.count { lines.append("and \(waiting.count - shown.count) more") }
        return Reply(
            mark: .answer, text: lines.joined(separator: "\n  "),
            fields: ["alerts": .array(shown.map { .object($0.json) }), "count": .int(Int64(waiting.count))])
    }
}
