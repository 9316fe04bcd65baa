import Conversation
import Exchange
import OrderEngine
import Trading

/// What a question may see of the desk's place at one exchange: what is known there, and nothing that changes any of it.
protocol SeatReading: AnyObject {
    var id: ExchangeID { get }
    /// As a trader types and reads it.
    var name: String { get }
    var traits: ExchangeTraits { get }
    /// Whether it is the paper exchange.
    var isPaper: Bool { get }
    /// Under which name its keys are kept.
    var keysName: String { get }
    var needsKeys: Bool { get }

    // The market

    /// The engine of its orders, with the market as it was seen last.
    var engine: OrderEngine { get }
    /// The pairs that the exchange trades, in order.
    var pairs: [Pair] { get }
    var alerts: AlertBook { get }
    /// What a pair trades at; nil where no price is known, or none that is new enough to trade by.
    func freshTicker(of pair: Pair) -> Ticker?
    /// The book of an exchange that answers at once; nil where it may have changed by the time an order comes to it.
    func bookOfNow(of pair: Pair) -> MarketDepth?
    /// What an amount is worth at the last prices; nil where no price has been seen.
    func usd(_ amount: ExactDecimal, _ coin: Coin) -> ExactDecimal?
    /// The last price of one coin in another.
    func route(of coin: Coin, in other: Coin) -> PriceRoute?
    func json(_ ticker: Ticker, of pair: Pair) -> JSONObject

    // An account there

    func lacksKey(_ account: AccountID) -> Bool
    func hasAnything(of account: AccountID) -> Bool
    func isReconciled(_ account: AccountID) -> Bool
    func isValued(_ account: AccountID) -> Bool
    func fundJSON(_ funds: Funds, _ coin: Coin, of account: AccountID) -> JSONObject
    func foreignOrders(of account: AccountID) -> [OpenOrder]
    func listsTransactions(of account: AccountID) -> Bool
    func ageWords(_ need: FundsAge.Need, of account: AccountID, _ zone: TimeZoneRules) -> String?
    func contradiction(about order: Order) -> Contradiction?

    // How far it is known

    /// What is asked and awaited of an exchange that answers over the wire; nil for the paper exchange.
    var wire: Wire? { get }
    /// Whether it answers.
    var state: String { get }
    /// What is asked of it again and again.
    var jobs: JobBook { get }
    func progress(of job: JobBook.Job) -> JobProgress?
    func historyWords(of account: AccountID, _ zone: TimeZoneRules) -> String?
    func historyFields(of account: AccountID) -> JSONObject
}

extension Seat: SeatReading {
    var traits: ExchangeTraits { exchange.traits }
    var isPaper: Bool { paper != nil }
    var needsKeys: Bool { keys.custody != nil }
}

extension SeatReading {
    /// What is said where an exchange answers nothing, or something else.
    var noAnswer: Refusal { Refusal(.exchangeUnavailable, "\(name) has not answered; nothing was changed") }
}
