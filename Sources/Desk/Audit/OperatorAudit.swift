public import Accounts
import CommandGrammar
import Ledger
public import Trading

extension AccountStore {
    /// Keeps what the command line does, in the transaction that does it.
    func auditOperator(_ event: AuditEvent, _ account: AccountName?, at now: Timestamp) throws {
        var event = event
        event.account = account?.text
        event.actor = .thisProcess
        try audit(event, at: now)
    }
}

/// `outcry audit`.
extension OperatorDesk {
    /// The most lines that are read at once.
    public static let auditLinesMax = 100_000

    /// The newest lines of the audit log, oldest first: those about one account where it is named, and from a moment on.
    public func audit(last count: Int, account: AccountName?, since: Timestamp?) throws -> [AuditEntry] {
        try ledger.read { database in
            try AccountStore(database).auditEntries(
                last: min(count, OperatorDesk.auditLinesMax), account: account?.text, since: since)
        }
    }

    /// `24h`, `90m`, `7d` before now; or a moment as traders type it, in UTC: `2026-08-30`, `2026-08-30 17:00`, `18:00`, `fri`.
    /// Refuses with `bad_time`.
    public static func moment(before now: Timestamp, _ text: String) throws(Refusal) -> Timestamp {
        let seconds: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]
        if let unit = text.last, let factor = seconds[unit], let number = Int64(text.dropLast()),
            (0...1_000_000).contains(number)
        {
            return now.advanced(bySeconds: -number * factor)
        }
        let parsed = CommandParser(vocabulary: Vocabulary(pairs: [], quote: "usd")).parse("export trades since \(text)")
        guard case .export(let query)? = parsed.command, let when = query.since else {
            throw Refusal(
                .badTime, "expected a time such as 24h, 7d, 2026-08-30 or 2026-08-30 17:00 (UTC), not \(text)")
        }
        return try TimeZoneRules.utc.moment(of: when.value, before: now, at: nil).at
    }
}
