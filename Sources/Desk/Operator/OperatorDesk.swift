public import Accounts
import Exchange
public import Ledger
public import Secrets
import Threads
public import Trading

/// What the operator does with accounts from the command line, whether a server runs on the database or not.
///
/// Each call is one transaction of its own. Money is only asked for: the desk that serves the database, now or when it is
/// started, gives it, and so it is given once.
public final class OperatorDesk {
    let ledger: Ledger

    /// Opens the database, or makes it. Throws `LedgerError`.
    public init(database path: String, ledger options: LedgerOptions = .tool) throws {
        ledger = try Ledger(path: path, options: options) { AccountStore.registerMigrations(in: &$0) }
    }

    /// Everybody who was not deleted, in the order in which they came.
    public func accounts() throws -> [Account] {
        try ledger.read { try AccountStore($0).accounts() }.filter { $0.deletedAt == nil }
    }

    /// Adds a person with money on the paper exchange. Refuses with `name_taken`, `password_too_weak`,
    /// `unknown_coin`, `out_of_range`.
    public func add(
        _ name: AccountName, role: Role, password: Secret, funds: [(ExactDecimal, Coin)], at now: Timestamp
    ) throws -> Account {
        try PasswordRule.check(password, of: name)
        let coins = funds.isEmpty ? [] : try tradedCoins()
        for (_, coin) in funds where !coins.contains(coin) {
            let known = coins.sorted().map(\.description).joined(separator: ", ")
            throw Refusal(.unknownCoin, "nothing trades \(coin) here; expected one of \(known)")
        }
        let hash = try PasswordHash(hashing: password)
        return try change { store in
            let account = try store.add(name, role: role, passwordHash: hash, at: now)
            for (amount, coin) in funds { try store.enqueue(.deposit(amount, coin), for: account.id, at: now) }
            try store.auditOperator(.accountMade(role, funds), name, at: now)
            return account
        }
    }

    /// Closes an account to logins, drops its tokens, and ends its sessions. Refuses with `unknown_user`.
    public func disable(_ name: AccountName, at now: Timestamp) throws {
        try change { store in
            let account = try OperatorDesk.account(name, in: store)
            try store.disable(account.id, at: now)
            let tokens = try store.dropTokens(of: account.id)
            try store.auditOperator(.accountDisabled(droppingTokens: tokens), name, at: now)
            try store.enqueue(.accountChanged, for: account.id, at: now)
        }
    }

    /// Opens a disabled account again. Refuses with `unknown_user`.
    public func enable(_ name: AccountName) throws {
        try change { store in
            try store.enable(OperatorDesk.account(name, in: store).id)
            try store.auditOperator(AuditEvent(.accountEnabled), name, at: MachineClock.wall)
        }
    }

    /// Gives an account another password, drops its tokens and ends its sessions: whoever had the old password has nothing
    /// left. Turns two-factor codes off, since whoever lost the authenticator needs both. Refuses with `unknown_user` or
    /// `password_too_weak`.
    public func setPassword(_ name: AccountName, to password: Secret, at now: Timestamp) throws {
        try PasswordRule.check(password, of: name)
        let hash = try PasswordHash(hashing: password)
        try change { store in
            let account = try OperatorDesk.account(name, in: store)
            try store.setPassword(account.id, to: hash)
            let hadCodes = try store.dropOneTimeSecret(of: account.id)
            try store.set(DeskCore.stepSetting, to: nil, for: account.id)
            let tokens = try store.dropTokens(of: account.id)
            try store.auditOperator(.passwordChanged(droppingTokens: tokens), name, at: now)
            if hadCodes { try store.auditOperator(AuditEvent(.codesOff), name, at: now) }
            try store.enqueue(.passwordSet, for: account.id, at: now)
        }
    }

    /// Ends all sessions of an account, and drops its tokens where that is wanted too. Its password stays. Returns how many
    /// tokens were dropped. Refuses with `unknown_user`.
    @discardableResult
    public func logOut(_ name: AccountName, droppingTokens dropsTokens: Bool, at now: Timestamp) throws -> Int {
        try change { store in
            let account = try OperatorDesk.account(name, in: store)
            let count = dropsTokens ? try store.dropTokens(of: account.id) : 0
            try store.auditOperator(.loggedOut(droppingTokens: count), name, at: now)
            try store.enqueue(.loggedOut, for: account.id, at: now)
            return count
        }
    }

    /// A copy of the database as it is at this moment, also while a server writes to it.
    public func backup(to path: String) throws {
        try ledger.backup(to: path)
        // A disk with no room for this line is a good reason for a backup: it is one without the line.
        _ = try? change { store in try store.auditOperator(.backup(to: path), nil, at: MachineClock.wall) }
    }

    static func account(_ name: AccountName, in store: AccountStore) throws -> Account {
        guard let account = try store.account(named: name), account.deletedAt == nil else {
            throw Refusal(.unknownUser, "nobody is called \(name)")
        }
        return account
    }

    /// The coins of the paper exchange: those it starts with, and those that tapes have brought.
    private func tradedCoins() throws -> Set<Coin> {
        let entries = try ledger.books("paper").map {
            BookEntry(key: String(decoding: $0.key, as: UTF8.self), value: $0.value)
        }
        return Set(try PaperExchange(restoring: entries).rules.flatMap { [$0.pair.base, $0.pair.quote] })
    }

    /// A refusal is an answer, not a failure of the ledger: it goes through with nothing written.
    private func change<Value>(_ body: (AccountStore) throws -> Value) throws -> Value {
        try result { try body(AccountStore($0.database)) }
    }

    func result<Value>(_ body: (LedgerTransaction) throws -> Value) throws -> Value {
        let result: Result<Value, Refusal> = try ledger.transaction { transaction in
            do {
                return .success(try body(transaction))
            } catch let refusal as Refusal {
                return .failure(refusal)
            }
        }
        return try result.get()
    }
}
