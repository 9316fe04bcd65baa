import GRDB
public import Trading

/// What the operator's command line asks of a desk that may or may not be running: it is written here, and the desk
/// takes it up when it next looks.
public struct OperatorRequest: Hashable, Sendable, Identifiable {
    /// What the desk is asked to do.
    public enum Action: Hashable, Sendable {
        /// Credit this much to the account at the paper exchange. Above zero.
        case deposit(ExactDecimal, Coin)
        /// The account was disabled or has another role: read it again, and end the sessions that it may no longer have.
        case accountChanged
        /// The operator has set another password and dropped the tokens: tell the account, and end all its sessions.
        case passwordSet
        /// End all sessions of the account.
        case loggedOut
        /// The account was deleted: end its sessions, and use its exchange keys no more where they are gone.
        case deleted
    }

    public let id: Int64
    public let account: AccountID
    public let action: Action
    public let createdAt: Timestamp
}

extension AccountStore {
    /// Asks the desk for something. In the same transaction as what it is about, so that both are there or neither.
    /// Refuses with `unknown_user`, and with `out_of_range` where there is nothing to deposit.
    @discardableResult
    public func enqueue(
        _ action: OperatorRequest.Action, for id: AccountID, at now: Timestamp
    ) throws -> OperatorRequest {
        guard try account(id) != nil else { throw Refusal(.unknownUser, "no \(id)") }
        if case .deposit(let amount, _) = action, !amount.isPositive {
            throw Refusal(.outOfRange, "a deposit is above zero")
        }
        let (kind, coin, amount): (String, String?, String?) =
            switch action {
            case .deposit(let amount, let coin): ("deposit", coin.description, amount.description)
            case .accountChanged: ("account_changed", nil, nil)
            case .passwordSet: ("password_set", nil, nil)
            case .loggedOut: ("logged_out", nil, nil)
            case .deleted: ("deleted", nil, nil)
            }
        try database.execute(
            sql: "INSERT INTO operator_requests (kind, account, coin, amount, created_at) VALUES (?, ?, ?, ?, ?)",
            arguments: [kind, id.rawValue, coin, amount, now.nanoseconds])
        return OperatorRequest(id: database.lastInsertedRowID, account: id, action: action, createdAt: now)
    }

    /// What is still to be done, oldest first. Costs one look into an empty index where there is nothing.
    public func pendingOperatorRequests(atMost countMax: Int = 100) throws -> [OperatorRequest] {
        try Row.fetchAll(
            database, sql: "SELECT * FROM operator_requests WHERE done_at IS NULL ORDER BY id LIMIT ?",
            arguments: [countMax]
        ).map(AccountStore.operatorRequest(from:))
    }

    /// Notes that a request was done, in the transaction that did it: then it is done once, whatever crashes. Returns
    /// false where it was done before, and nothing is to be done now.
    public func markDone(_ request: OperatorRequest, at now: Timestamp) throws -> Bool {
        try database.execute(
            sql: "UPDATE operator_requests SET done_at = ? WHERE id = ? AND done_at IS NULL",
            arguments: [now.nanoseconds, request.id])
        return database.changesCount == 1
    }

    private static func operatorRequest(from row: Row) throws -> OperatorRequest {
        let id: Int64 = row["id"]
        let action: OperatorRequest.Action
        switch row["kind"] as String {
        case "deposit":
            guard let coin = (row["coin"] as String?).flatMap({ Coin($0) }) else {
                throw Unreadable(table: "operator_requests", column: "coin", row: id)
            }
            guard let amount = (row["amount"] as String?).flatMap({ ExactDecimal($0) }), amount.isPositive else {
                throw Unreadable(table: "operator_requests", column: "amount", row: id)
            }
            action = .deposit(amount, coin)
        case "account_changed":
            action = .accountChanged
        case "password_set":
            action = .passwordSet
        case "logged_out":
            action = .loggedOut
        case "deleted":
            action = .deleted
        default:
            throw Unreadable(table: "operator_requests", column: "kind", row: id)
        }
        return OperatorRequest(
            id: id, account: AccountID(row["account"] as Int64), action: action,
            createdAt: Timestamp(nanoseconds: row["created_at"]))
    }
}
