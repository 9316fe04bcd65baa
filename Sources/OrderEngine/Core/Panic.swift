public import Trading

/// A trader has stopped everything: nothing new is taken on until it is lifted.
public struct Panic: Hashable, Sendable {
    public let account: AccountID
    public let since: Timestamp
    /// How many orders were open when it began, children included.
    public let orders: Int
    /// Whether nothing of the account is open any more, by the exchange's word.
    public var isCleared: Bool

    public init(account: AccountID, since: Timestamp, orders: Int, isCleared: Bool = false) {
        self.account = account
        self.since = since
        self.orders = orders
        self.isCleared = isCleared
    }
}

/// What the trader is told of a panic.
public struct PanicEvent: Hashable, Sendable {
    /// How far it is. The raw values are the permanent names in messages.
    public enum Kind: String, Hashable, Sendable {
        case declared
        /// Nothing is open any more.
        case cleared
        case lifted
    }

    public let kind: Kind
    public let panic: Panic
    public let at: Timestamp
}

extension OrderEngine {
    /// Stops an account. Told again, it takes off whatever is not being taken off.
    func decidePanic(_ account: AccountID, at now: Timestamp) -> Decision {
        let open = openOrders[account]?.count ?? 0
        let declared: [Record] = panics[account] == nil ? [.panicDeclared(account, orders: open, at: now)] : []
        let roots = openRoots(of: account)
        var decision = decideTakingOff(roots, account: account, .panic, at: now)
        decision.records = declared + decision.records
        return decision
    }

    func checkNoPanic(_ account: AccountID) throws(EngineRefusal) {
        guard let panic = panics[account] else { return }
        throw EngineRefusal(
            .inPanic, nil, "trading is stopped since the panic of \(panic.since); resume takes orders again")
    }

    func hasClearedPanic(_ account: AccountID) -> Bool {
        guard let panic = panics[account], !panic.isCleared else { return false }
        return openOrders[account]?.isEmpty ?? true
    }

    /// What is to be looked at once nothing else is: whether a panic has done its work.
    func clearedPanic(_ outcome: Outcome) -> Input? {
        guard !panics.isEmpty, outcome.refusal == nil, !outcome.records.isEmpty else { return nil }
        return panics.keys.sorted().first(where: hasClearedPanic).map { .settlePanic($0) }
    }

    // MARK: Applying

    mutating func declarePanic(_ account: AccountID, _ orders: Int, at time: Timestamp) -> [Effect] {
        let panic = Panic(account: account, since: time, orders: orders)
        panics[account] = panic
        return [.tell(PanicEvent(kind: .declared, panic: panic, at: time))]
    }

    mutating func clearPanic(_ account: AccountID, at time: Timestamp) -> [Effect] {
        panics[account]?.isCleared = true
        return panics[account].map { [.tell(PanicEvent(kind: .cleared, panic: $0, at: time))] } ?? []
    }

    mutating func liftPanic(_ account: AccountID, at time: Timestamp) -> [Effect] {
        guard let panic = panics.removeValue(forKey: account) else { return [] }
        return [.tell(PanicEvent(kind: .lifted, panic: panic, at: time))]
    }
}
