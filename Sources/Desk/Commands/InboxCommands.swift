import Conversation
import Ledger
import Trading

/// `inbox` and `resume SEQ`.
extension DeskCore {
    /// The notifications that came while nobody of the account was here; or with a number, the newest so many.
    func runInbox(_ count: Int?, _ context: LineContext) throws -> Reply {
        let account = try context.account()
        let transaction = try ledgerTransaction()
        let head = try transaction.notificationHead(account)
        let pruned = try transaction.prunedHistory(of: account).notifications
        var unseen = try inboxMark(of: account).unseen(upTo: head)
        let goneUnseen = unseen.removePruned(upTo: pruned)
        let rowsMax = configuration.limits.answerRows
        let rows: [NotificationRow]
        let title: String
        var details: [String] = []
        if let count {
            let wanted = min(UInt64(rowsMax), UInt64(clamping: count), head)
            let first = max(head - wanted, pruned) + 1
            rows = wanted == 0 ? [] : try transaction.notifications(account, from: first, limit: Int(wanted))
            let isCut = head - wanted < pruned
            title =
                "= the last \(rows.count) of \(head) notifications"
                + (isCut ? "; those up to \(pruned) were removed" : "")
        } else {
            rows = try stored(unseen, of: account, atMost: rowsMax)
            for row in rows { unseen.remove(contentsOf: row.seq..<row.seq + 1) }
            let more = unseen.isEmpty ? "" : ", \(unseen.numberCount) more: inbox"
            title =
                rows.isEmpty
                ? "= no notifications missed"
                : "= \(rows.count) notification\(rows.count == 1 ? "" : "s") missed\(more)"
            if let gone = goneUnseen {
                details.append(
                    "\(gone.count == 1 ? "number \(gone.lowerBound) was" : "\(gone.lowerBound) to \(gone.upperBound) were")"
                        + " missed too, and removed since")
            }
        }
        // A look back is not a reading of what was missed: a program asks so for the newest number alone.
        if count == nil {
            if let goneUnseen { try see(goneUnseen, of: account) }
            try see(rows.map(\.seq), of: account)
        }
        let zone = zone(context)
        let lines = rows.map { row in
            "\(row.seq) \(zone.dateAndTime(of: row.at)) \(row.text.dropFirst(2))"
        }
        var fields: JSONObject = [
            "notifications": .array(rows.map { .raw($0.json) }), "seq": .int(Int64(clamping: head)),
        ]
        if pruned > 0 { fields.append("pruned_to", .int(Int64(clamping: pruned))) }
        return Reply(mark: .answer, text: ([title] + details + lines).joined(separator: "\n  "), fields: fields)
    }

    /// Sends again all from a number on that this session has not been sent, in order, none twice.
    func runResume(_ first: UInt64, _ context: LineContext) throws -> Reply? {
        let account = try context.account()
        guard let session = people.sessions[context.session] else { return nil }
        let transaction = try ledgerTransaction()
        let head = try transaction.notificationHead(account)
        guard first >= 1, first <= head + 1 else {
            throw Refusal(
                .unknownSequence, "the last notification is number \(head), the first is 1; there is no \(first)")
        }
        let pruned = try transaction.prunedHistory(of: account).notifications
        guard first > pruned else { return prunedReply(first, upTo: pruned, head: head) }
        var unsent = RangeSet(first..<head + 1)
        session.sent.subtract(from: &unsent)
        guard !unsent.isEmpty else {
            return Reply(
                mark: .done, text: "+ nothing to resume: all from \(first) on has been sent here",
                fields: ["from": .int(Int64(clamping: first)), "count": 0, "more": false])
        }
        let rows = try stored(unsent, of: account, atMost: configuration.limits.resumeBatch)
        for row in rows {
            unsent.remove(contentsOf: row.seq..<row.seq + 1)
            people.sessions[context.session]?.loggedIn?.sent.insert(row.seq)
        }
        // Until it has the rest nothing new is sent to it, so that everything stays in order.
        let hasMore = !unsent.isEmpty
        let next = unsent.ranges.first?.lowerBound ?? head + 1
        people.sessions[context.session]?.loggedIn?.isCatchingUp = hasMore
        try see(rows.map(\.seq), of: account)
        let more = hasMore ? "; \(unsent.numberCount) more: resume \(next)" : ""
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

    /// What was asked for is not there: whoever asks must know it, and not take what is left for all that there was.
    private func prunedReply(_ first: UInt64, upTo pruned: UInt64, head: UInt64) -> Reply {
        let gone = first == pruned ? "notification \(first) was" : "notifications \(first) to \(pruned) were"
        let next = pruned + 1
        let rest = next > head ? "none came after them" : "the first that is there is \(next)"
        let refusal = Refusal(
            .notificationsPruned, "\(gone) removed by the operator; \(rest): resume \(next)")
        return .refused(
            refusal, fields: ["pruned_to": .int(Int64(clamping: pruned)), "next": .int(Int64(clamping: next))])
    }

    /// The first of these notifications, as many as one answer brings.
    private func stored(
        _ wanted: RangeSet<UInt64>, of account: AccountID, atMost rowsMax: Int
    ) throws -> [NotificationRow] {
        let bytesMax = configuration.limits.resumeBytes
        let transaction = try ledgerTransaction()
        var rows: [NotificationRow] = []
        var bytes = 0
        for range in wanted.ranges {
            let room = rowsMax - rows.count
            guard room > 0 else { break }
            for row in try transaction.notifications(account, from: range.lowerBound, limit: min(room, range.count)) {
                guard rows.isEmpty || bytes + row.json.utf8.count <= bytesMax else { return rows }
                rows.append(row)
                bytes += row.json.utf8.count
            }
        }
        return rows
    }
}

extension RangeSet<UInt64> {
    /// Takes out all numbers up to one; the first and the last of those that were in it.
    mutating func removePruned(upTo pruned: UInt64) -> ClosedRange<UInt64>? {
        guard pruned > 0 else { return nil }
        var gone = self
        gone.remove(contentsOf: pruned + 1..<UInt64.max)
        remove(contentsOf: 0..<pruned + 1)
        guard let first = gone.ranges.first?.lowerBound, let end = gone.ranges.last?.upperBound else { return nil }
        return first...end - 1
    }
}
