import GRDB
import Trading

extension AccountStore {
    /// What `LoginThrottle` starts with: the newest rows, so many of each kind.
    public func loginFailures(newest countMax: Int = LoginThrottle.Limits().subjectCountMax) throws -> [LoginFailures] {
        try LoginSubject.Kind.allCases.flatMap { kind in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM login_failures WHERE kind = ? ORDER BY last_attempt_at DESC, subject LIMIT ?",
                arguments: [kind.rawValue, countMax]
            ).compactMap { row in
                // A key that nobody can have counts for nobody.
                LoginSubject(kind: kind, key: row["subject"]).map { subject in
                    LoginFailures(
                        subject: subject, count: row["failures"],
                        lastAttemptAt: Timestamp(nanoseconds: row["last_attempt_at"]))
                }
            }
        }
    }

    /// Stores what `LoginThrottle.takeChanges()` gave; a count of 0 deletes.
    public func save(_ changes: [LoginFailures]) throws {
        for change in changes {
            let subject = change.subject
            guard change.count > 0 else {
                try database.execute(
                    sql: "DELETE FROM login_failures WHERE kind = ? AND subject = ?",
                    arguments: [subject.kind.rawValue, subject.key])
                continue
            }
            try database.execute(
                sql: """
                    INSERT INTO login_failures (kind, subject, failures, last_attempt_at) VALUES (?, ?, ?, ?)
                    ON CONFLICT (kind, subject)
                    DO UPDATE SET failures = excluded.failures, last_attempt_at = excluded.last_attempt_at
                    """,
                arguments: [subject.kind.rawValue, subject.key, change.count, change.lastAttemptAt.nanoseconds])
        }
    }
}
