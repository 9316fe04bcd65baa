public import Trading

/// How often logins of one subject have failed, and when one last did: a row of `login_failures`.
public struct LoginFailures: Hashable, Sendable {
    public let subject: LoginSubject
    public var count: Int
    public var lastAttemptAt: Timestamp

    public init(subject: LoginSubject, count: Int, lastAttemptAt: Timestamp) {
        self.subject = subject
        self.count = count
        self.lastAttemptAt = lastAttemptAt
    }
}
