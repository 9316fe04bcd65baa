public import Exchange
public import Trading

/// A row of an account's list of transactions: money that came or went other than by a trade, or what an order took and brought.
public struct VenueTransaction: Hashable, Sendable {
    public let number: UInt64
    public let account: AccountID
    public let coin: Coin
    /// Negative where it goes.
    public let amount: ExactDecimal
    public let reason: BalanceChangeReason
    public internal(set) var status: TransactionStatus
    /// What the venue says of it.
    public let text: String
    /// The books' number of the order that the row is about; nil where it is about none, and has moved money by itself.
    public let order: UInt64?
    public let at: Timestamp

    /// Whether it has moved the account's money so far: what comes counts once it is successful, what goes from the moment in
    /// which it is asked for, until it is canceled.
    var isCounted: Bool { reason.isCounted(as: status) }
}

extension BalanceChangeReason {
    /// Whether an account gets it.
    var isGain: Bool { self == .deposit || self == .credit }

    func isCounted(as status: TransactionStatus) -> Bool { isGain ? status == .successful : status != .canceled }
}

extension TransactionStatus {
    /// Whether it may become another.
    var isPending: Bool { self == .waiting || self == .unconfirmed }
}

extension VenueBooks {
    /// Money comes in, or goes as far as it is free; what went, negative, or came. Amounts are above zero.
    @discardableResult
    package func move(
        _ amount: ExactDecimal, _ coin: Coin, _ reason: BalanceChangeReason, of account: AccountID, at now: Timestamp
    ) -> ExactDecimal {
        let text = reason.rawValue.prefix(1).uppercased() + reason.rawValue.dropFirst()
        return move(amount, coin, reason, .successful, text: text, of: account, at: now)
    }

    /// The same of a transaction that may have to wait; zero where nothing has moved yet.
    @discardableResult
    package func move(
        _ amount: ExactDecimal, _ coin: Coin, _ reason: BalanceChangeReason, _ status: TransactionStatus, text: String,
        of account: AccountID, at now: Timestamp
    ) -> ExactDecimal {
        let free = ledger[.free(.account(account)), coin]
        let taken = reason.isGain ? amount.units : min(amount.units, free)
        guard taken > 0 else { return .zero }
        let transaction = note(
            ExactDecimal(units: reason.isGain ? taken : -taken), coin, reason, status, text, of: account, at: now)
        guard transaction.isCounted else { return .zero }
        carryOut(transaction)
        return transaction.amount
    }

    /// A transaction that waits becomes another, and its money moves or comes back. Nothing for one that waits no more.
    package func settle(_ number: UInt64, _ status: TransactionStatus) {
        guard var transaction = transaction(number), transaction.status.isPending, transaction.order == nil else {
            return
        }
        let wasCounted = transaction.isCounted
        transaction.status = status
        transactions[Int(number) - 1] = transaction
        guard transaction.isCounted != wasCounted else { return }
        if transaction.isCounted { carryOut(transaction) } else { takeBack(transaction) }
    }

    /// A transaction by its number.
    package func transaction(_ number: UInt64) -> VenueTransaction? {
        number > 0 && number <= UInt64(transactions.count) ? transactions[Int(number) - 1] : nil
    }

    /// Writes a row down; no money moves.
    @discardableResult
    func note(
        _ amount: ExactDecimal, _ coin: Coin, _ reason: BalanceChangeReason, _ status: TransactionStatus,
        _ text: String,
        order: UInt64? = nil, of account: AccountID, at now: Timestamp
    ) -> VenueTransaction {
        let transaction = VenueTransaction(
            number: UInt64(transactions.count + 1), account: account, coin: coin, amount: amount, reason: reason,
            status: status, text: text, order: order, at: now)
        accountTransactions[account, default: []].append(transactions.count)
        transactions.append(transaction)
        return transaction
    }

    private func carryOut(_ transaction: VenueTransaction) {
        let free = VenueLedger.Purse.free(.account(transaction.account))
        let units = transaction.amount.magnitude.units
        if transaction.reason.isGain {
            ledger.move(units, transaction.coin, from: .outside, to: free)
        } else {
            ledger.move(units, transaction.coin, from: free, to: .outside)
        }
        events.append(.money(transaction))
    }

    /// Only what went comes back: what came was successful, and that is final.
    private func takeBack(_ transaction: VenueTransaction) {
        ledger.move(
            transaction.amount.magnitude.units, transaction.coin, from: .outside,
            to: .free(.account(transaction.account)))
    }
}
