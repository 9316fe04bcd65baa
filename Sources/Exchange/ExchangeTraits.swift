public import Trading

/// What an exchange can do and how it does it, for whoever would else ask which exchange it is.
public struct ExchangeTraits: Hashable, Sendable {
    /// How the market's prices and the account's fills become known.
    public enum News: String, Hashable, Sendable, CaseIterable {
        /// The exchange says by itself what has happened.
        case pushed
        /// Only questions bring it.
        case polled
    }

    /// Within what a `FillID` names one fill.
    public enum FillNumbering: String, Hashable, Sendable, CaseIterable {
        /// Numbers grow over all pairs of an account.
        case perAccount
        /// Each pair counts by itself.
        case perPair
    }

    public var news: News
    /// Whether the exchange itself keeps the desk's name of an order. Where it does not, the adapter matches what it finds.
    public var keepsClientOrderIDs: Bool
    public var fillNumbering: FillNumbering
    /// In which coin fees are taken.
    public var feeBasis: FeeBasis
    /// Whether it lists deposits, withdrawals, credits and debits. Where it does not, `ExchangeQuery.transactions` is answered with
    /// an empty list.
    public var listsTransactions: Bool
    /// Whether orders may be on an account's book that this desk did not make, and whether they can be canceled here.
    public var cancelsForeignOrders: Bool
    /// Whether an account needs a key of its own.
    public var needsKeys: Bool

    public init(
        news: News, keepsClientOrderIDs: Bool, fillNumbering: FillNumbering, feeBasis: FeeBasis,
        listsTransactions: Bool,
        cancelsForeignOrders: Bool, needsKeys: Bool
    ) {
        self.news = news
        self.keepsClientOrderIDs = keepsClientOrderIDs
        self.fillNumbering = fillNumbering
        self.feeBasis = feeBasis
        self.listsTransactions = listsTransactions
        self.cancelsForeignOrders = cancelsForeignOrders
        self.needsKeys = needsKeys
    }
}

extension Exchange {
    /// The least that an exchange can do: it knows the desk's names, lists no transactions and cancels nothing but the desk's orders.
    public var traits: ExchangeTraits {
        ExchangeTraits(
            news: settlement == .withinTransaction ? .pushed : .polled, keepsClientOrderIDs: true,
            fillNumbering: .perAccount, feeBasis: .quote, listsTransactions: false, cancelsForeignOrders: false,
            needsKeys: false)
    }
}
