import Conversation
import Ledger
import OrderEngine
import Trading

/// What a tagged line has set going: kept with its tag in the same transaction, so that the line can be answered after a restart
/// from what became of its orders.
struct TaggedWork: Hashable {
    var subject: PendingReply.Subject
    /// The orders whose answers the reply waits for.
    var orders: [OrderID]

    init(_ pending: PendingReply) {
        subject = pending.subject
        orders = pending.orders
    }

    /// Reads what `text` gives; nil for anything else.
    init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count >= 2 else { return nil }
        let words = lines[0].split(separator: " ").map(String.init)
        guard let named = TaggedWork.ids(words.dropFirst()) else { return nil }
        switch words.first {
        case "placed":
            guard let root = named.first else { return nil }
            subject = .placed(root, notes: Array(lines.dropFirst(2)))
        case "canceled":
            subject = .canceled(
                named,
                lines.dropFirst(2).compactMap { line in
                    let words = line.split(separator: " ", maxSplits: 1)
                    return words.first.flatMap { ExchangeID(String($0)) }.map {
                        ExchangeLeftOut(exchange: $0, reason: words.count > 1 ? String(words[1]) : "")
                    }
                })
        case "moved":
            guard let id = named.first else { return nil }
            subject = .moved(id, notes: Array(lines.dropFirst(2)))
        case "undone":
            guard let id = named.first else { return nil }
            subject = .undone(id)
        default: return nil
        }
        guard let orders = TaggedWork.ids(lines[1].split(separator: " ").map(String.init)) else { return nil }
        self.orders = orders
    }

    /// `41 43-47` as six numbers.
    private static func ids(_ words: some Sequence<String>) -> [OrderID]? {
        var ids: [OrderID] = []
        for word in words {
            let ends = word.split(separator: "-").map { UInt64($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last,
                last - first < runMax
            else { return nil }
            ids += (first...last).map { OrderID($0) }
        }
        return ids
    }

    /// The most numbers that are written as one run: more than an account has open orders.
    private static let runMax: UInt64 = 100_000

    /// Numbers in the order in which they are, those of a ladder, one behind the other, as `43-47`.
    private static func words(_ ids: [OrderID]) -> String {
        var runs: [ClosedRange<UInt64>] = []
        for id in ids.map(\.rawValue) {
            if let run = runs.last, run.upperBound + 1 == id, id - run.lowerBound < runMax {
                runs[runs.count - 1] = run.lowerBound...id
            } else {
                runs.append(id...id)
            }
        }
        return runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: " ")
    }

    /// What was done to which orders, then the orders waited for, then a line for each note of the reply, or for each exchange that a
    /// cancel left out.
    var text: String {
        func list(_ ids: [OrderID]) -> String { TaggedWork.words(ids) }
        switch subject {
        case .placed(let root, let notes):
            return (["placed \(root.rawValue)", list(orders)] + notes).joined(separator: "\n")
        case .canceled(let ids, let leftOut):
            return (["canceled \(list(ids))", list(orders)] + leftOut.map { "\($0.exchange) \($0.reason)" })
                .joined(separator: "\n")
        case .moved(let id, let notes):
            return (["moved \(id.rawValue)", list(orders)] + notes).joined(separator: "\n")
        case .undone(let id): return "undone \(id.rawValue)\n\(list(orders))"
        }
    }
}

extension DeskCore {
    /// Lets a line wait for what the exchange says. What it has set going is kept with its tag.
    func keepWaiting(_ pending: PendingReply) throws {
        var pending = pending
        // A silent exchange does not hold up what is typed behind it for others.
        if pending.context.seat.wire?.isLost == true { pending.dueBy = now }
        // Whoever has typed `cancel` or `panic` behind it does not wait for the exchange.
        if people.sessions[pending.context.session]?.urgentLines ?? 0 > 0 { pending.dueBy = now }
        waiting.replies.add(pending)
        people.sessions[pending.context.session]?.isWaiting = true
        if pending.context.isKept, let tag = pending.context.tag {
            try counting(pending.account) { try $0.noteTag(pending.account, tag, work: TaggedWork(pending).text) }
        }
    }

    /// Answers a line from what became of its orders: one that the server took on and did not answer before it stopped, or whose
    /// reply was too long to keep. False where it set nothing going.
    func answerFromWork(
        _ remembered: RememberedTag, _ tag: String, _ account: AccountID, verb: String?, _ session: SessionID
    ) throws -> Bool {
        guard let work = remembered.work.flatMap({ TaggedWork(text: $0) }), let login = people.sessions[session]?.login
        else {
            return false
        }
        let context = LineContext(
            session: session, login: login, tag: tag, line: remembered.line, text: remembered.line,
            seat: currentSeat(of: account), isSecret: false,
            verb: verb, isKept: remembered.reply == nil)
        let pending = PendingReply(
            context: context, account: account, orders: work.orders, subject: work.subject,
            dueBy: now.advanced(bySeconds: Int64(configuration.limits.replySeconds)))
        // A cancel of many may have been cut off in the middle. One that was answered is not done again.
        if remembered.reply == nil, case .canceled(let ids, _) = work.subject {
            let sight = sight(of: account)
            let left = ids.filter { sight.order($0).map { $0.closedAt == nil && $0.cancelReason == nil } ?? false }
            for (seat, part) in bySeat(left, context) where !part.isEmpty {
                seat.keepForLater([.takeOff(part, account: account, .requested)])
            }
        }
        guard isAnswered(pending) else {
            try keepWaiting(pending)
            return true
        }
        guard remembered.reply != nil else {
            try answer(pending)
            return true
        }
        var again = try reply(to: pending)
        again.tag = tag
        again.verb = verb
        let told = try withState(RememberedReply(.reply(again)), of: account)
        send(.writtenReply(text: told.text, json: told.json), to: session)
        return true
    }
}
