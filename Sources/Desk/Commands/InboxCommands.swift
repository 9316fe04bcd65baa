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
        var unsent = RangeSet(first..<head + 1)
        unsent.subtract(session.sent)
        guard !unsent.isEmpty else {
            return Reply(
                mark: .done, text: "+ nothing to resume: all from \(first) on has been sent here",
                fields: ["from": .int(Int64(clamping: first)), "count": 0, "more": false])
        }
        let rows = try resumed(unsent, of: account)
        for row in rows {
            unsent.remove(contentsOf: row.seq..<row.seq + 1)
            sessions[context.session]?.sent.insert(contentsOf: row.seq..<row.seq + 1)
        }
        // Until it has the rest nothing new is sent to it, so that everything stays in order.
        let hasMore = !unsent.isEmpty
        let next = unsent.ranges.first?.lowerBound ?? head + 1
        let left = unsent.ranges.reduce(0) { $0 + UInt64($1.count) }
        sessions[context.session]?.isCatchingUp = hasMore
        try transaction.setInboxSeen(account, max(rows.last?.seq ?? 0, try transaction.inboxSeen(account)))
        let more = hasMore ? "; \(left) more: resume \(next)" : ""
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

    /// The first of these notifications, as many as one answer brings.
    private func resumed(_ wanted: RangeSet<UInt64>, of account: AccountID) throws -> [NotificationRow] {
        let limits = configuration.limits
        let transaction = try ledgerTransaction()
        var rows: [NotificationRow] = []
        var bytes = 0
        for range in wanted.ranges {
            let room = limits.resumeBatch - rows.count
            guard room > 0 else { break }
            for row in try transaction.notifications(account, from: range.lowerBound, limit: min(room, range.count)) {
                guard rows.isEmpty || bytes + row.json.utf8.count <= limits.resumeBytes else { return rows }
                rows.append(row)
                bytes += row.json.utf8.count
            }
        }
        return rows
    }
}
