public import Secrets
public import Trading

/// What an exchange says: about an order, about the market, about money, or in answer to a question.
public enum ExchangeReport: Hashable, Sendable {
    /// About one order of an account.
    case execution(account: AccountID, ExecutionReport)
    /// A print: any trade of the market, the desk's own included. Comes after the executions that it is made of.
    case trade(MarketTrade)
    /// The best bid, the best ask or the last price changed.
    case ticker(Pair, Ticker)
    /// A pair is new, or its rules or fee changed.
    case rules(PairRules)
    /// Money came or went that no fill accounts for. `by` is negative where it went.
    case balanceChanged(account: AccountID, coin: Coin, by: ExactDecimal, reason: BalanceChangeReason)
    /// The answer to `Exchange.ask`.
    case answer(QueryID, ExchangeAnswer)
    /// The exchange has gone silent, or is back.
    case connection(ExchangeConnection)
    /// An account's key is running out of nonces: after so many more requests only a new key helps.
    case keyEnding(account: AccountID, requestsLeft: UInt64)
    /// What an account's key may do, as the exchange has just said. Told when that is another than was told last for this key in this
    /// run, the first time included.
    case keyRights(account: AccountID, ExchangeKeyRights)
    /// The exchange contradicts itself about an order, again; nil where it has agreed with itself since.
    case contradiction(account: AccountID, ClientOrderID, Contradiction?)
}

/// What an exchange's answers about one order differ in. The order stays as it is until they agree.
public struct Contradiction: Hashable, Sendable {
    /// For the trader: `OrderInfo says that 0.5 has filled, TradeHistory has 0.3`.
    public let words: String
    /// Times in a row that it was asked and contradicted itself.
    public let times: Int
    /// When it did so first.
    public let since: Timestamp
    /// When it is asked again.
    public let nextAt: Timestamp

    public init(words: String, times: Int, since: Timestamp, nextAt: Timestamp) {
        self.words = words
        self.times = times
        self.since = since
        self.nextAt = nextAt
    }
}

/// Whether an exchange answers.
public enum ExchangeConnection: Hashable, Sendable {
    /// `since` is the first of the failures in a row.
    case lost(since: Timestamp, reason: String)
    case back(lostAt: Timestamp)
}

/// Why a balance changed other than by a fill.
public enum BalanceChangeReason: String, Hashable, Sendable, Codable, CaseIterable {
    case deposit
    case withdrawal
    case credit
    case debit
}

/// Which question an answer belongs to; chosen by who asks.
public struct QueryID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    public static func < (left: QueryID, right: QueryID) -> Bool { left.rawValue < right.rawValue }

    public var description: String { "query \(rawValue)" }
}

/// A question to an exchange that changes nothing.
public enum ExchangeQuery: Hashable, Sendable {
    /// The orders of an account that are on the book, of one pair or of all.
    case openOrders(AccountID, pair: Pair?)
    /// One order, by the desk's name for it.
    case order(ClientOrderID, account: AccountID)
    /// The fills of an account, the desk's own and all others, in the exchange's order: at most `limit` from a place on, or from the
    /// account's very first where `after` is nil.
    ///
    /// A fill may be listed late, before the end of a page that was told already: whoever wants all asks again from some way back, and
    /// knows fills by their ids.
    case fills(AccountID, after: HistoryCursor?, limit: Int)
    case balances(AccountID)
    /// What came to an account and went from it other than by its trades, oldest first: at most `limit` rows from a place on, or
    /// from the very first where `after` is nil. An answer may have fewer than `limit` though there are more: `next` says so.
    ///
    /// New rows are found by asking again after the `place` of a row that is known, which comes once more as the first: some way back,
    /// where a row may be shown later than one that is newer.
    /// A row that was `waiting` or `unconfirmed` changes later: ask for it by itself, after its own `place` with a `limit` of 1.
    /// Rows are known by their ids, so that one that comes twice is one.
    case transactions(AccountID, after: HistoryCursor?, limit: Int)
    /// The rules of every pair.
    case pairs
    case ticker(Pair)
    /// The best `rows` prices of each side.
    case depth(Pair, rows: Int)
    /// The newest `count` prints, newest first.
    case recentTrades(Pair, count: Int)
}

/// What an exchange answers to an `ExchangeQuery`, or to `Exchange.cancelForeign`.
public enum ExchangeAnswer: Hashable, Sendable {
    /// Oldest first.
    case openOrders([OpenOrder])
    case order(ClientOrderID, ExchangeOrderState)
    case fills(FillPage)
    /// Oldest first; `next` is where the list goes on, nil where there is no more now. An exchange that has no such list answers with
    /// none; one that says so only when it is asked is `refused` with `exchangeRejected`.
    case transactions([ExchangeTransaction], next: HistoryCursor?)
    /// The order of `Exchange.cancelForeign` is off the book.
    case foreignCanceled(exchangeOrderID: String)
    /// By coin, in the order of their names. What is held is held by all open orders of the account, whoever placed them; all figures
    /// are of one moment.
    case balances([CoinBalance])
    /// By pair, in the order of their names.
    case pairs([PairRules])
    case ticker(Pair, Ticker)
    case depth(MarketDepth)
    /// Newest first.
    case recentTrades(Pair, [MarketTrade])
    /// The question cannot be answered: an unknown pair, say.
    case refused(RefusalCode, reason: String)
    /// The answer did not come. Ask again.
    case lost
}

/// An order on an exchange's book.
public struct OpenOrder: Hashable, Sendable {
    /// Nil where the exchange does not know the desk's names and the order matches none of them.
    public let clientOrderID: ClientOrderID?
    /// The exchange's own name for it.
    public let exchangeOrderID: String
    public let pair: Pair
    public let side: Side
    /// In the quote coin.
    public let price: ExactDecimal
    /// What was ordered, in the base coin.
    public let quantity: ExactDecimal
    /// What of it has not filled, in the base coin.
    public let remaining: ExactDecimal
    public let placedAt: Timestamp

    public init(
        clientOrderID: ClientOrderID?, exchangeOrderID: String, pair: Pair, side: Side, price: ExactDecimal,
        quantity: ExactDecimal, remaining: ExactDecimal, placedAt: Timestamp
    ) {
        self.clientOrderID = clientOrderID
        self.exchangeOrderID = exchangeOrderID
        self.pair = pair
        self.side = side
        self.price = price
        self.quantity = quantity
        self.remaining = remaining
        self.placedAt = placedAt
    }
}

/// A fill, and the order that it is of.
public struct AccountFill: Hashable, Sendable {
    /// Nil where the exchange does not know the desk's names and the order matches none of them.
    public let clientOrderID: ClientOrderID?
    public let exchangeOrderID: String
    public let pair: Pair
    public let side: Side
    public let fill: Fill

    public init(clientOrderID: ClientOrderID?, exchangeOrderID: String, pair: Pair, side: Side, fill: Fill) {
        self.clientOrderID = clientOrderID
        self.exchangeOrderID = exchangeOrderID
        self.pair = pair
        self.side = side
        self.fill = fill
    }
}

/// A part of the list of an account's fills.
public struct FillPage: Hashable, Sendable {
    /// In the exchange's order: of one pair oldest first.
    public let fills: [AccountFill]
    /// The place behind the last of them; where there are none, the place that was asked for, or the list's beginning.
    public let end: HistoryCursor
    /// Whether there are more now. A page may have fewer than `limit` though there are.
    public let hasMore: Bool

    public init(_ fills: [AccountFill], end: HistoryCursor, hasMore: Bool) {
        self.fills = fills
        self.end = end
        self.hasMore = hasMore
    }
}

/// What an account has of one coin.
public struct CoinBalance: Hashable, Sendable {
    public let coin: Coin
    /// What may be spent.
    public let free: ExactDecimal
    /// What open orders hold.
    public let held: ExactDecimal

    public init(coin: Coin, free: ExactDecimal, held: ExactDecimal) {
        self.coin = coin
        self.free = free
        self.held = held
    }

    public var total: ExactDecimal { free + held }
}

/// What is on a book, by price.
public struct MarketDepth: Hashable, Sendable {
    public let pair: Pair
    /// Highest first.
    public let bids: [DepthLevel]
    /// Lowest first.
    public let asks: [DepthLevel]

    public init(pair: Pair, bids: [DepthLevel], asks: [DepthLevel]) {
        self.pair = pair
        self.bids = bids
        self.asks = asks
    }
}

/// All that waits at one price.
public struct DepthLevel: Hashable, Sendable {
    /// In the quote coin.
    public let price: ExactDecimal
    /// In the base coin; nil where the exchange sets no limit: the outside of the paper exchange.
    public let quantity: ExactDecimal?

    public init(price: ExactDecimal, quantity: ExactDecimal?) {
        self.price = price
        self.quantity = quantity
    }
}
