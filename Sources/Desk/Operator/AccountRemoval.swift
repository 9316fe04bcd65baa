public import Accounts
import Ledger
import OrderEngine
public import Trading

/// What stands and falls with an account, for whoever is about to delete it.
public struct AccountBelongings: Hashable, Sendable {
    public let account: Account
    /// Orders that are not finished, of every kind, without those that belong to another.
    public let openOrders: Int
    public let tokens: Int
    public let exchangeKeys: Int
    /// What it has on the exchange, as far as the books know.
    public let funds: [(coin: Coin, amount: ExactDecimal)]

    public static func == (left: AccountBelongings, right: AccountBelongings) -> Bool {
        left.account == right.account && left.openOrders == right.openOrders && left.tokens == right.tokens
            && left.exchangeKeys == right.exchangeKeys && left.funds.elementsEqual(right.funds, by: ==)
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(account) }
}

/// `outcry user delete` and `outcry user role`.
extension OperatorDesk {
    /// What would go with an account, and what would stay. Refuses with `unknown_user`.
    public func belongings(of name: AccountName) throws -> AccountBelongings {
        try result { transaction in try OperatorDesk.belongings(of: name, in: transaction) }
    }

    /// Deletes an account: the name is free, sessions end, tokens, two-factor secret, settings and exchange keys go. Orders, fills, funds
    /// and the audit log stay under the account's number.
    ///
    /// Refuses with `unknown_user`, and with `orders_open` where orders are not finished and `leavesOrders` is false. Where it is true
    /// they go on as they are, and exchange keys stay, without which nobody could ask what becomes of them.
    @discardableResult
    public func delete(
        _ name: AccountName, leavingOrders leavesOrders: Bool, at now: Timestamp
    ) throws -> AccountBelongings {
        try result { transaction in
            let store = AccountStore(try transaction.database)
            let before = try OperatorDesk.belongings(of: name, in: transaction)
            let open = before.openOrders
            guard open == 0 || leavesOrders else {
                throw Refusal(
                    .ordersOpen, "\(name) has \(open) open order\(open == 1 ? "" : "s"); nothing was deleted",
                    details: [
                        "cancel them first, or give --leave-orders: then they stay open, and nobody can cancel them"
                    ])
            }
            try store.delete(before.account.id, keepingKeys: open > 0, at: now)
            try store.auditOperator(.accountDeleted(droppingTokens: before.tokens, leavingOrders: open), name, at: now)
            try store.enqueue(.deleted, for: before.account.id, at: now)
            return before
        }
    }

    /// Gives an account another role, and ends its sessions, which had the old one. Returns the old one; the same where nothing was to
    /// be changed. Refuses with `unknown_user`.
    @discardableResult
    public func setRole(_ name: AccountName, to role: Role, at now: Timestamp) throws -> Role {
        try result { transaction in
            let store = AccountStore(try transaction.database)
            let account = try OperatorDesk.account(name, in: store)
            guard account.role != role else { return role }
            try store.setRole(account.id, to: role)
            try store.auditOperator(.roleChanged(from: account.role, to: role), name, at: now)
            try store.enqueue(.accountChanged, for: account.id, at: now)
            return account.role
        }
    }

    private static func belongings(
        of name: AccountName, in transaction: LedgerTransaction
    ) throws -> AccountBelongings {
        let store = AccountStore(try transaction.database)
        let account = try OperatorDesk.account(name, in: store)
        return AccountBelongings(
            account: account, openOrders: try transaction.openOrders(account.id).count,
            tokens: try store.tokens(of: account.id).count, exchangeKeys: try store.exchangeKeys(of: account.id).count,
            funds: try transaction.funds(account.id).filter { !$0.funds.total.isZero }
                .map { (coin: $0.coin, amount: $0.funds.total) })
    }
}
