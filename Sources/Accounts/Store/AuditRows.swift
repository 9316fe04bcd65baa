import GRDB
public import Trading

/// How much of the audit log is kept, and how it is folded.
public struct AuditLimits: Hashable, Sendable {
    /// Lines of each group.
    public var rows: Int
    /// Days for which a line is kept.
    public var days: Int

    /// Lines of the same event, account and address that one minute may have: of what changes something each act has its line,
    /// of attempts and refused requests the first has, and the others are counted on it.
    static let linesAMinute = 10
    /// Seconds for which a line goes on counting.
    static let foldSeconds: Int64 = 60
    /// Lines that go at a time.
    static let pruneRows = 32
    /// Where the log is full, the oldest lines go of those (accounts, or addresses of attempts) that hold more than one in so many.
    static let shares = 10

    public init(rows: Int = 20_000, days: Int = 400) {
        self.rows = rows
        self.days = days
    }
}

/// A line of the audit log as it is kept.
public struct AuditEntry: Hashable, Sendable, CustomStringConvertible {
    /// From 1, and never used again.
    public let number: Int64
    public let at: Timestamp
    /// When it was last counted.
    public let lastAt: Timestamp
    /// How often it happened, from 1.
    public let count: Int64
    /// All but the times, the number and the count.
    public let event: AuditLine

    /// The line with all its fields.
    public var line: AuditLine {
        var fields = [AuditLine.Field("at", at.description), AuditLine.Field("number", "\(number)")] + event.fields
        if count > 1 {
            fields.append(AuditLine.Field("count", "\(count)"))
            fields.append(AuditLine.Field("last", lastAt.description))
        }
        return AuditLine(fields)
    }

    public var description: String { line.description }
}

extension AccountStore {
    /// Keeps an event, as a line of its own or counted on one of the last minute, and lets go of what is beyond the limits. `times`
    /// is how often it has happened since it was last kept. Gives the line as it is now.
    @discardableResult
    public func audit(
        _ event: AuditEvent, times: Int64 = 1, limits: AuditLimits = AuditLimits(), at now: Timestamp
    ) throws -> AuditEntry {
        let (fold, line) = (AccountStore.fold(event), AuditLine(event.fields))
        if let counted = try count(line, on: fold, event.kind.group, times: times, at: now) { return counted }
        // Attempts are shared out by address, the rest by account.
        let party =
            switch event.kind.group {
            case .attempt, .request: event.address.map { AddressGroup($0).text } ?? ""
            case .session, .change: event.account?.lowercased() ?? ""
            }
        try database.execute(
            sql: """
                INSERT INTO audit (at, last_at, count, kind_group, party, fold, account, line)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                now.nanoseconds, now.nanoseconds, times, event.kind.group.rawValue, party, fold,
                event.account.map { AuditLine.Field("account", $0).value.lowercased() }, line.description,
            ])
        let number = database.lastInsertedRowID
        try prune(after: number, limits, at: now)
        return AuditEntry(number: number, at: now, lastAt: now, count: times, event: line)
    }

    /// The newest lines, oldest first: of one account where it is named, and from a moment on.
    public func auditEntries(
        last countMax: Int, account: String? = nil, since: Timestamp? = nil
    ) throws -> [AuditEntry] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM audit WHERE (? IS NULL OR account = ?) AND last_at >= ? ORDER BY number DESC LIMIT ?
                """,
            arguments: [account?.lowercased(), account?.lowercased(), since?.nanoseconds ?? .min, countMax]
        ).map { try AccountStore.auditEntry(from: $0) }.reversed()
    }

    /// What the operator's command line has kept after a line, oldest first.
    public func auditEntriesOfOperator(after number: Int64, atMost countMax: Int) throws -> [AuditEntry] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM audit WHERE number > ? AND line LIKE '% who=operator:%' ORDER BY number LIMIT ?",
            arguments: [number, countMax]
        ).map { try AccountStore.auditEntry(from: $0) }
    }

    /// The number of the newest line; 0 before the first.
    public func lastAuditNumber() throws -> Int64 {
        try Int64.fetchOne(database, sql: "SELECT MAX(number) FROM audit") ?? 0
    }

    /// When the newest line was written; nil before the first.
    public func lastAuditMoment() throws -> Timestamp? {
        try Int64.fetchOne(database, sql: "SELECT at FROM audit ORDER BY number DESC LIMIT 1")
            .map(Timestamp.init(nanoseconds:))
    }

    // MARK: Folding

    /// What has to be the same for two events to be counted on one line. Throttled logins and refused requests count by address
    /// alone: their names are whatever a guesser makes up.
    private static func fold(_ event: AuditEvent) -> String {
        var parts = [event.kind.rawValue, event.address ?? ""]
        switch event.kind {
        case .loginWait, .originRefused, .hostRefused, .registerFailed: break
        default:
            parts.append(event.account.flatMap { AccountName($0)?.text } ?? "")
            parts.append(event.actor?.description ?? "")
            parts += event.details.filter { $0.name == "way" || $0.name == "reason" }.map(\.value)
        }
        return AuditLine(parts.map { AuditLine.Field("f", $0) }).description
    }

    private func count(
        _ line: AuditLine, on fold: String, _ group: AuditGroup, times: Int64, at now: Timestamp
    ) throws -> AuditEntry? {
        let linesMax =
            switch group {
            case .attempt, .request: 1
            case .session, .change: AuditLimits.linesAMinute
            }
        let since = now.advanced(bySeconds: -AuditLimits.foldSeconds).nanoseconds
        let recent = try Row.fetchAll(
            database, sql: "SELECT * FROM audit WHERE fold = ? AND at > ? ORDER BY fold, number DESC LIMIT ?",
            arguments: [fold, since, linesMax])
        guard recent.count == linesMax, let newest = recent.first else { return nil }
        let before = try AccountStore.auditEntry(from: newest)
        let entry = AuditEntry(
            number: before.number, at: before.at, lastAt: now, count: before.count + times, event: line)
        try database.execute(
            sql: "UPDATE audit SET count = ?, last_at = ?, line = ? WHERE number = ?",
            arguments: [entry.count, now.nanoseconds, line.description, entry.number])
        return entry
    }

    // MARK: The limits

    /// In small steps, with the insertions: so many lines are let go of that the next of as many have room.
    private func prune(after number: Int64, _ limits: AuditLimits, at now: Timestamp) throws {
        let step = min(AuditLimits.pruneRows, max(1, limits.rows / 4))
        guard number.isMultiple(of: Int64(step)) else { return }
        let oldest = now.advanced(bySeconds: -86_400 * Int64(limits.days)).nanoseconds
        try database.execute(
            sql: """
                DELETE FROM audit WHERE number IN (SELECT number FROM audit ORDER BY number LIMIT ?) AND last_at < ?
                """,
            arguments: [4 * step, oldest])
        for group in AuditGroup.allCases { try prune(group, to: max(1, limits.rows - step + 1), limits) }
    }

    /// First what the greediest hold beyond their share, then the oldest of all.
    private func prune(_ group: AuditGroup, to rowsMax: Int, _ limits: AuditLimits) throws {
        let held =
            try Int.fetchOne(
                database, sql: "SELECT COUNT(*) FROM audit WHERE kind_group = ?", arguments: [group.rawValue]) ?? 0
        var excess = held - rowsMax
        guard excess > 0 else { return }
        let share = max(1, limits.rows / AuditLimits.shares)
        let greedy = try Row.fetchAll(
            database,
            sql: """
                SELECT party, COUNT(*) AS held FROM audit WHERE kind_group = ? GROUP BY party HAVING held > ?
                ORDER BY held DESC, party
                """,
            arguments: [group.rawValue, share])
        for row in greedy where excess > 0 {
            let (party, held): (String, Int) = (row["party"], row["held"])
            excess -= try dropOldest(min(excess, held - share), group, of: party)
        }
        if excess > 0 { _ = try dropOldest(excess, group, of: nil) }
    }

    private func dropOldest(_ count: Int, _ group: AuditGroup, of party: String?) throws -> Int {
        let whose = party == nil ? "" : "AND party = ?"
        let arguments: StatementArguments =
            party.map { [group.rawValue, $0, count] } ?? [group.rawValue, count]
        try database.execute(
            sql: """
                DELETE FROM audit WHERE number IN (
                    SELECT number FROM audit WHERE kind_group = ? \(whose) ORDER BY number LIMIT ?)
                """,
            arguments: arguments)
        return database.changesCount
    }

    private static func auditEntry(from row: Row) throws -> AuditEntry {
        let number: Int64 = row["number"]
        guard let event = AuditLine(row["line"] as String) else {
            throw Unreadable(table: "audit", column: "line", row: number)
        }
        return AuditEntry(
            number: number, at: Timestamp(nanoseconds: row["at"]), lastAt: Timestamp(nanoseconds: row["last_at"]),
            count: row["count"], event: event)
    }

    /// `party` is whose share of its group a line counts towards, `fold` what is counted on one line, `account` the name in small
    /// letters, `line` the fields as `AuditLine` writes them.
    static let auditTable = """
        CREATE TABLE audit (
            -- AUTOINCREMENT, so that a number that is gone is no other line's.
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            last_at INTEGER NOT NULL,
            count INTEGER NOT NULL,
            kind_group TEXT NOT NULL,
            party TEXT NOT NULL,
            fold TEXT NOT NULL,
            account TEXT,
            line TEXT NOT NULL
        ) STRICT;
        CREATE INDEX audit_by_fold ON audit (fold, number);
        CREATE INDEX audit_by_party ON audit (kind_group, party, number);
        CREATE INDEX audit_by_account ON audit (account, number) WHERE account IS NOT NULL;
        """
}
