public import Trading

/// Where orders go: the paper exchange, a real one behind its API, or a simulator.
///
/// An exchange is used from one thread, the desk's, and answers in `ExchangeReport`s. How they come is its `settlement`:
///
/// - `withinTransaction`: `submit` and `ask` return all that there is to say about the request, and the exchange's own
///   books are written in the desk's database transaction. Nothing can be lost between the two.
/// - `overTheWire`: the request is only sent off. Reports come through the `ExchangeSink` given to the adapter when it
///   was made, later, perhaps twice, perhaps never. `submit` may return reports that are known at once: a refusal of
///   rules that the adapter itself checks, or `lost` where nothing could be sent.
///
/// What every exchange owes the desk, whatever its protocol:
///
/// - **An order is placed at most once.** A `place` with a client order id that the exchange has is answered with
///   `ExecutionReport.status`. An exchange without client order ids (btc-e) is given them by its adapter, which keeps
///   the number that the exchange gave, and matches what it finds there on pair, side, price and quantity against the
///   orders that it knows. Two orders that are equal in these are never in flight together.
/// - **A lost answer is said to be lost**, never guessed: `ExecutionReport.lost`, for a place and for a cancel alike.
///   The desk then asks for `status`, which the adapter answers only once it knows: `neverArrived` means that the
///   exchange has not got the order *and can no longer get it* (on btc-e: a later nonce was accepted, and neither the
///   active orders nor the trade history since the intent show it).
/// - **A fill carries the same `FillID` each time that it is told**, so that the desk counts it once. Reports of one
///   order may be late or out of order; `status` and `fills(after:)` make up for those that never come.
/// - **An account's book is the exchange's.** Balances, open orders, fills and transactions are told as the exchange has them, whoever
///   made them: what orders placed elsewhere hold is held, fills begin with the account's first, and rows keep the exchange's ids,
///   times and words.
/// - **No order of the reports is left to chance**: the same requests at the same times give the same reports.
public protocol Exchange: AnyObject {
    /// The name that a trader types and reads: `paper`.
    var name: String { get }

    /// How reports come, and whose transaction its books are part of.
    var settlement: Settlement { get }

    /// What it can do and how.
    var traits: ExchangeTraits { get }

    /// Itself, where its accounts sign what they ask with keys of their own; nil where they need none.
    var keyed: (any KeyedExchange)? { get }

    /// Itself, where its books are part of the desk's own transaction; nil for every other.
    var paper: PaperExchange? { get }

    /// Under which client order ids the desk's orders are known at the exchange. Called once, before `recall`.
    func use(_ prefix: ClientOrderPrefix)

    /// What the desk knows of the orders that it has sent, or may have sent, before this run: every one that is not
    /// finished and the newest finished ones, by their numbers. Called once, before anything is asked, so that an adapter
    /// without a memory of its own can tell whose is what it finds.
    func recall(_ orders: [SentOrder])

    /// Places or cancels an order, or asks what became of one.
    func submit(_ request: OrderRequest, at now: Timestamp) -> [ExchangeReport]

    /// Asks a question that changes nothing; answered by `ExchangeReport.answer` under the same id.
    func ask(_ query: ExchangeQuery, id: QueryID, at now: Timestamp) -> [ExchangeReport]

    /// Cancels an order that this desk did not make: one that `ExchangeQuery.openOrders` lists without a name of ours.
    ///
    /// Answered by `ExchangeReport.answer` under `id`, once: `foreignCanceled` where the exchange has taken it off the book;
    /// `refused` where it is gone already (`orderFinished`), where the exchange knows no such order of the account
    /// (`unknownOrder`), where it is one of the desk's own, which is canceled by its number here (`unknownOrder`), where an order
    /// of the desk's has no answer yet and may be this one (`reconciling`), where the id is none (`badNumber`) or the key may not
    /// (`notAllowed`); `lost` where nobody knows whether it is off the book: ask for the open orders. What had filled of it before
    /// is in the fills.
    ///
    /// - Parameters:
    ///   - exchangeOrderID: the exchange's own name for it, as it was told in `OpenOrder`.
    ///   - pair: its pair, for exchanges that ask for it; nil where it is not known.
    func cancelForeign(
        exchangeOrderID: String, pair: Pair?, of account: AccountID, id: QueryID, at now: Timestamp
    ) -> [ExchangeReport]

    /// What was said of the order so far is on the desk's disk. Said only to exchanges that keep no client order ids
    /// (`ExchangeTraits.keepsClientOrderIDs`). Until then an adapter that tells orders apart by what they have
    /// in common sends no other like it: a desk that dies, or whose ledger fails, would have to tell the two apart from nothing.
    func noted(_ order: ClientOrderID, of account: AccountID, at now: Timestamp)

    /// Sends nothing more, and says what becomes of that which is under way. Returns when all that it will ever say has been said.
    func shutDown()
}

extension Exchange {
    /// An exchange without keys.
    public var keyed: (any KeyedExchange)? { nil }

    /// An exchange with books of its own.
    public var paper: PaperExchange? { nil }

    /// An exchange that keeps no client order ids needs none.
    public func use(_ prefix: ClientOrderPrefix) {}

    /// An exchange that remembers by itself has nothing to be told.
    public func recall(_ orders: [SentOrder]) {}

    /// An exchange that knows orders by their names need not wait.
    public func noted(_ order: ClientOrderID, of account: AccountID, at now: Timestamp) {}

    /// An exchange on which every order is the desk's own, or that cannot cancel any other.
    public func cancelForeign(
        exchangeOrderID: String, pair: Pair?, of account: AccountID, id: QueryID, at now: Timestamp
    ) -> [ExchangeReport] {
        let reason = "\(name) cancels no orders but those that were made here"
        return [.answer(id, .refused(.exchangeRejected, reason: reason))]
    }

    /// An exchange that answers at once has nothing under way.
    public func shutDown() {}
}

/// How an exchange's reports reach the desk.
public enum Settlement: String, Hashable, Sendable, CaseIterable {
    /// All at once, as the result of the request; its books are written in the desk's own transaction.
    case withinTransaction
    /// Later, through an `ExchangeSink`; its books are its own.
    case overTheWire
}

/// Takes reports that come by themselves. Called on any thread, in the order in which the exchange said things.
public typealias ExchangeSink = @Sendable ([ExchangeReport]) -> Void
