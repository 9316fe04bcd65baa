import ChatServer
import Ledger
import Trading

/// `inbox` and `resume SEQ`.
extension DeskCore {
    /// The notifications that came while nobody of the account was here; or with a number, the newest so many.
    func runInbox(_ count: Int?, _ context: LineContext) throws -> Reply {
        let account = try context.account()
        let transaction = try ledgerTransaction()
        let head = try transaction.notificationHead(account)
        let seen = min(head, try transaction.inboxSeen(account))
        let wanted = min(
            UInt64(configuration.limits.answerRows), count.map { min(UInt64(clamping: $0), head) } ?? head - seen)
        let first = count == nil ? seen + 1 : head - wanted + 1
        let rows = wanted == 0 ? [] : try transaction.notifications(account, from: first, limit: Int(wanted))
        let last = rows.last?.seq ?? head
        if count == nil { try transaction.setInboxSeen(account, max(seen, last)) }
        let left = head - max(seen, last)
        let title =
            switch (count, rows.count) {
            case (nil, 0): "= no notifications missed"
            case (nil, let missed):
                "= \(missed) notification\(missed == 1 ? "" : "s") missed\(left == 0 ? "" : ", \(left) more: inbox")"
            case (_, let shown): "= the last \(shown) of \(head) notifications"
            }
        let zone = zone(context)
        let lines = rows.map { row in
            "\(row.seq) \(zone.dateAndTime(of: row.at)) \(row.text.dropFirst(2))"
        }
        return Reply(
            mark: .answer, text: ([title] + lines).joined(separator: "\n  "),
            fields: [
                "notifications": .array(rows.map { .raw($0.json) }), "seq": .int(Int64(clamping: head)),
            ])
    }

    /// Sends again all from a number on that this session has not been sent, in order, none twice.
    func runResume(_ first: UInt64, _ context: LineContext) throws -> Reply? {
        let account = try context.account()
        guard let session = sessions[context.session] else { return nil }
        let transaction = try ledgerTransaction()
        let head = try transaction.notificationHead(account)
        guard first >= 1, first <= head + 1 else {
            throw Refusal(
                .unknownSequence, "the last notification is number \(head), the first is 1; there is no \(first)")
        }
        // While it catches up nothing new is sent to it, so that everything stays in order.
        let end = session.isCatchingUp ? head + 1 : min(session.sentFrom, head + 1)
        guard first < end else {
            return Reply(
                mark: .done, text: "+ nothing to resume: all from \(first) on has been sent here",
                fields: ["from": .int(Int64(clamping: first)), "count": 0, "more": false])
        }
        var rows: [NotificationRow] = []
        var bytes = 0
        let limits = configuration.limits
        for row in try transaction.notifications(account, from: first, limit: limits.resumeBatch) {
            guard row.seq < end, rows.isEmpty || bytes + row.json.utf8.count <= limits.resumeBytes else { break }
            rows.append(row)
            bytes += row.json.utf8.count
        }
        let next = (rows.last?.seq ?? first) + 1
        let hasMore = next < end
        sessions[context.session]?.isCatchingUp = hasMore
        if !hasMore { sessions[context.session]?.sentFrom = min(session.sentFrom, first) }
        try transaction.setInboxSeen(account, max(next - 1, try transaction.inboxSeen(account)))
        let more = hasMore ? "; \(end - next) more: resume \(next)" : ""
        let reply = Reply(
            mark: .done, text: "+ \(rows.count) notification\(rows.count == 1 ? "" : "s") from \(first)\(more)",
            fields: [
                "from": .int(Int64(clamping: first)), "count": .int(Int64(rows.count)), "more": .bool(hasMore),
                "next": .int(Int64(clamping: next)),
            ])
        try answer(reply, context)
        for row in rows { send(.written(text: row.text, json: row.json), to: context.session) }
        return nil
    }
}
