public import Accounts
public import Conversation
public import Exchange
public import Secrets
public import Threads
public import Trading

/// Everything that reaches the desk. It is taken in one by one, in the order in which it came.
public enum DeskInput: Sendable {
    /// From the sockets.
    case server(ServerEvent)
    /// What became of a password that was checked on another thread; nil where it could not be.
    case passwordChecked(PasswordJobID, isRight: Bool?)
    case passwordHashed(PasswordJobID, PasswordHash?)
    /// What an exchange said of a key.
    case keyChecked(KeyJobID, KeyVerdict)
    /// From an exchange that answers over the wire.
    case exchange(ExchangeID, [ExchangeReport])
    /// The market of the paper exchange, moved by hand.
    case paper(PaperAction)
    /// Time has passed: look at what is due.
    case wake
    /// Somebody has set the machine's clock.
    case clockStepped(ClockStep)
    /// The server is going down: no more commands.
    case stop
}

/// Which password check a result belongs to.
public struct PasswordJobID: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// What moves the paper exchange other than orders.
public enum PaperAction: Hashable, Sendable {
    case quote(Pair, bid: ExactDecimal, ask: ExactDecimal)
    case trade(MarketTrade)
    case deposit(AccountID, ExactDecimal, Coin)
    /// The amount is above zero: the reason has the direction.
    case adjust(AccountID, ExactDecimal, Coin, BalanceChangeReason)
    /// 0.002 is 0.2%.
    case fee(Pair, rate: ExactDecimal)
    case rules(PairRules)

    /// The pair whose price this sets.
    var movedPair: Pair? {
        switch self {
        case .quote(let pair, _, _): pair
        case .trade(let trade): trade.pair
        case .deposit, .adjust, .fee, .rules: nil
        }
    }
}

/// What the desk wants done once everything before it is on disk.
public enum DeskOutput: Sendable {
    case send(SessionID, OutgoingMessage)
    /// With a WebSocket close code.
    case close(SessionID, code: UInt16, reason: String)
    /// Somebody has logged in to the session, or out of it.
    case loggedIn(SessionID, isLoggedIn: Bool)
    /// For `Exchange.submit` of an exchange that answers over the wire. What it returns, and what its sink is given later,
    /// comes back as `DeskInput.exchange`, in the order in which it was said.
    case request(ExchangeID, OrderRequest)
    /// For `Exchange.ask` of such an exchange; what is said comes back in the same way.
    case ask(ExchangeID, ExchangeQuery, QueryID)
    /// For `Exchange.cancelForeign` of such an exchange; what is said comes back in the same way.
    case cancelForeign(ExchangeID, exchangeOrderID: String, pair: Pair, AccountID, QueryID)
    /// For `Exchange.noted` of such an exchange, where it keeps no client order ids.
    case noted(ExchangeID, ClientOrderID, AccountID)
    /// For `KeyedExchange.use`, before what comes after it.
    case useKey(ExchangeID, AccountID, ExchangeKey?)
    /// A file that whoever has the word may fetch over HTTP until then.
    case offer(Download, word: String, account: AccountID, until: Timestamp)
    /// What was offered to the account is not any more.
    case withdrawOffers(AccountID)
}

/// Checks passwords somewhere else, or at once: a check takes a tenth of a second on purpose.
public protocol PasswordChecking {
    /// Answers with `DeskInput.passwordChecked`. Against nothing where no such account is: then the answer is false,
    /// after as long. Refuses with `too_many_waiting`; then there is no answer.
    func check(_ password: Secret, against stored: PasswordHash?, as job: PasswordJobID) throws(Refusal)

    /// Answers with `DeskInput.passwordHashed`.
    func hash(_ password: Secret, as job: PasswordJobID) throws(Refusal)
}
