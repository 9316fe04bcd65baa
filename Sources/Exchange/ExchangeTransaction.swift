public import Trading

/// Money that came to an account or went from it other than by its own trades, as the exchange lists it.
///
/// The id, the description and the time are the exchange's. `status` changes while the id stays: a deposit waits, and is
/// successful or canceled later. Whether money has moved is the exchange's to say in `ExchangeQuery.balances`; this list only
/// explains it.
public struct ExchangeTransaction: Hashable, Sendable {
    /// The exchange's own name for it; one of a kind within the account.
    public let id: String
    /// Which way, and by whom.
    public let kind: BalanceChangeReason
    public let status: TransactionStatus
    public let coin: Coin
    /// Never negative: `kind` has the direction.
    public let amount: ExactDecimal
    /// The exchange's own words. They may hold any characters: whoever shows them makes them printable. At most
    /// `descriptionBytesMax` bytes of UTF-8; what is longer was cut.
    public let description: String
    /// The exchange's order that the row is about, where it books an order's money in this list: btc-e debits what an order
    /// takes and credits what comes back. Nil for money that came or went without an order.
    ///
    /// For an order that traded on arrival btc-e names the order of the other side.
    public let exchangeOrderID: String?
    /// When the exchange says that it happened.
    public let at: Timestamp
    /// Where it stands in the list: a question after this place begins with this very row, so that
    /// `.transactions(account, after: place, limit: 1)` asks what has become of it.
    public let place: HistoryCursor

    /// The most that `description` holds, in bytes of UTF-8.
    public static let descriptionBytesMax = 512

    /// Cuts a description that is longer than `descriptionBytesMax` at the last whole character.
    public init(
        id: String, kind: BalanceChangeReason, status: TransactionStatus, coin: Coin, amount: ExactDecimal,
        description: String, exchangeOrderID: String? = nil, at: Timestamp, place: HistoryCursor
    ) {
        self.id = id
        self.kind = kind
        self.status = status
        self.coin = coin
        self.amount = amount
        self.description = ExchangeTransaction.cut(description)
        self.exchangeOrderID = exchangeOrderID
        self.at = at
        self.place = place
    }

    /// Characters are counted by their scalars: one that is shown may be made of any number of them.
    private static func cut(_ text: String) -> String {
        guard text.utf8.count > descriptionBytesMax else { return text }
        var kept = String.UnicodeScalarView()
        var bytes = 0
        for scalar in text.unicodeScalars {
            bytes += UTF8.width(scalar)
            guard bytes <= descriptionBytesMax else { break }
            kept.append(scalar)
        }
        return String(kept)
    }
}
