import Exchange
import Trading

/// The other end of the wire as the simulation knows it: an exchange that outlives the desk's processes, the network to it, and
/// the adapter of the process that runs now.
protocol ExchangeWire: AnyObject {
    /// The adapter of the process that runs now; nil between two.
    var adapter: (any Exchange)? { get }
    /// Something that nobody may do on this wire, and somebody did.
    var broken: Violation? { get }

    /// A new process listens; what was meant for the last one is lost.
    func connect(at now: Timestamp) -> any Exchange
    func disconnect()
    /// An account of the desk trades here from now on.
    func admit(_ account: AccountID, funds: [(amount: ExactDecimal, coin: Coin)], at now: Timestamp)

    // MARK: Time

    /// When next something arrives, or is to be done.
    var nextDue: Timestamp? { get }
    /// Lets messages travel up to a moment; what the desk hears of it.
    func advance(to now: Timestamp) -> [ExchangeReport]
    func beginFaults()
    /// Ends all faults and all that strangers do.
    func calmDown()

    // MARK: From outside

    func deposit(_ amount: ExactDecimal, _ coin: Coin, to account: AccountID, at now: Timestamp)
    func quote(_ pair: Pair, bid: ExactDecimal, ask: ExactDecimal, quantity: ExactDecimal, at now: Timestamp)
    func print(_ pair: Pair, price: ExactDecimal, quantity: ExactDecimal, takerSide: Side, at now: Timestamp)

    // MARK: What the exchange's own books say

    /// Deposits and withdrawals, oldest first.
    var moneyMoved: [(account: AccountID, amount: ExactDecimal)] { get }
    func rules(of pair: Pair) -> PairRules?
    /// Takes in what has traded since the last call, for `hasPrinted`.
    func collectPrints()
    /// Whether the exchange has made a trade that it told.
    func hasPrinted(_ trade: MarketTrade) -> Bool
    /// Whether it traded at a price no later than that, by its own clock as it tells it.
    func hasPrinted(_ pair: Pair, at price: ExactDecimal, by time: Timestamp) -> Bool
    /// The fills of an account among which are those of an order.
    func fills(of account: AccountID, mayBeOf order: OrderID) -> [Fill]
    /// What the desk's books of it and its own differ in; nil where they are equal.
    func firstDifference(from desk: DeskBooks) throws -> Violation?
    /// Counts what was met.
    func count(_ coverage: inout SimulationCoverage)
}
