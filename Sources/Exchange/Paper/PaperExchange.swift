import DequeModule
public import Trading

/// An exchange inside the desk, with money that is not real.
///
/// # What trades with what
///
/// The limit orders of all accounts rest in one book a pair and match each other by price, then by time. Beside them
/// stands the *outside*: the rest of the world, seen through a quote (a bid and an ask) that a tape or a person moves.
/// An incoming order takes accounts' orders that are priced better than the outside or equal to it, then the outside, at
/// the outside's price. An order never trades with another of its own account: what is left of the incoming order is
/// canceled, or the order is rejected with `selfTrade` where nothing of it had traded. A stop that has fired is the
/// exception: the account's own order in its way is canceled instead.
///
/// # How a resting order fills from outside
///
/// - **A print** (a trade of the tape) **through it**, at a price worse for its other side than the order's own, fills it,
///   whichever side took. A print **at its price** fills it only if the taker was on the other side, or if the tape does not
///   say. It fills at its own price, as maker, and all that a print fills together is no more than the print's quantity,
///   shared by price, then time.
/// - **A quote set by hand** that crosses it fills it whole, at its own price, as maker.
///
/// A print also moves the outside quote. A buyer's print sets the ask to its price, and lowers the bid to it where it was
/// above; a seller's print sets the bid, and raises the ask to it where it was below; a print without a side sets both.
/// While an order rests at or beyond the outside touch (a print was too small to fill it), the outside stands one tick
/// beyond that order. A quote finer than the tick is rounded to it against whoever takes; `last` keeps every digit.
///
/// # Where that flatters
///
/// A fill here is easier to get, and cheaper, than on the exchange that the tape was recorded at:
///
/// - The outside has **no size**: an order of any quantity trades at the touch, and moves nothing. A real one walks the book.
/// - A resting order has **no queue before it** but the desk's own: on the real book others stood at its price first, and
///   the print at its price was theirs. Prints that go through the price are the honest part of the fills.
/// - The tape does **not know of the desk**: its trades fill orders here and yet happened among others; the prices
///   that follow are those of a world where the desk was not.
/// - The quote is **as old as the last print** on its side, the spread between trades is a guess, and a tape without sides has no
///   spread at all.
/// - Nothing is **late**: an order is at the exchange in the moment in which it is sent, and a cancel is never overtaken.
///
/// # What it remembers
///
/// A rejected order leaves nothing behind: asked for it, the exchange never had it, and its client order id may come again.
/// A finished order is remembered with its fills until `finishedOrdersMax` others have finished after it. An order keeps
/// the fee under which it was accepted.
///
/// # Books
///
/// It keeps its books as entries that the desk writes in its own transaction: `drainBookChanges()`, and
/// `init(restoring:)` to go on exactly where they left off. It reads no clock and draws no lots.
public final class PaperExchange: Exchange {
    public let name = "paper"
    public let settlement = Settlement.withinTransaction
    /// It lists no transactions, since the desk's records have all that came and went, and it knows no order that the desk did not make.
    public let traits = ExchangeTraits(
        news: .pushed, keepsClientOrderIDs: true, fillNumbering: .perAccount, feeBasis: .quote,
        listsTransactions: false,
        cancelsForeignOrders: false, needsKeys: false)

    public var paper: PaperExchange? { self }

    var markets: [PaperMarket] = []
    var marketIndex: [Pair: Int] = [:]
    var wallets: [AccountID: PaperWallet] = [:]
    var orders: [UInt64: PaperOrder] = [:]
    var orderNumbers: [PaperOrderName: UInt64] = [:]
    var fills: [FillID: PaperFill] = [:]
    /// The numbers of finished orders, the longest finished first.
    var finished: Deque<UInt64> = []
    var counters = PaperCounters()
    var notes: [String: [UInt8]] = [:]
    var changes = PaperChanges()

    /// How many finished orders are remembered, with their fills; beyond, the longest finished are forgotten. A client
    /// order id is known as a duplicate, and a fill is told, for as long.
    public let finishedOrdersMax: Int

    /// The most of one coin that an account may be given or may come to by one order, so that sums stay in range.
    public static let balanceMax = ExactDecimal(1_000_000_000_000_000)

    /// An exchange without accounts or orders.
    public init(pairs: [PairRules] = PairRules.paperDefaults, finishedOrdersMax: Int = 100_000) {
        self.finishedOrdersMax = finishedOrdersMax
        changes.durable.insert(.counters)
        addMissing(pairs)
    }

    /// An exchange as it was when its books were last drained. Pairs that the books do not have are added.
    public init(
        restoring entries: some Sequence<BookEntry>, pairs: [PairRules] = PairRules.paperDefaults,
        finishedOrdersMax: Int = 100_000
    ) throws(BookError) {
        self.finishedOrdersMax = finishedOrdersMax
        try restore(entries)
        addMissing(pairs)
    }

    private func addMissing(_ pairs: [PairRules]) {
        for rules in pairs where marketIndex[rules.pair] == nil { addMarket(rules) }
    }

    func addMarket(_ rules: PairRules) {
        openMarket(rules)
        changes.durable.insert(.rules(rules.pair))
        changes.durable.insert(.market(rules.pair))
    }

    /// A market as `addMarket`, of which the books know already.
    func openMarket(_ rules: PairRules) {
        marketIndex[rules.pair] = markets.count
        markets.append(PaperMarket(rules: rules))
    }

    // MARK: What an exchange answers

    /// Places, cancels or tells of an order; everything there is to say about it comes back at once.
    public func submit(_ request: OrderRequest, at now: Timestamp) -> [ExchangeReport] {
        switch request {
        case .place(let order):
            return place(order, at: now)
        case .cancel(let sent):
            return cancel(sent.clientOrderID, sent.account, at: now)
        case .status(let sent):
            let state = state(of: sent.clientOrderID, sent.account)
            return [.execution(account: sent.account, .status(sent.clientOrderID, state))]
        }
    }

    /// Answers at once, under the same id.
    public func ask(_ query: ExchangeQuery, id: QueryID, at now: Timestamp) -> [ExchangeReport] {
        [.answer(id, answer(query))]
    }

    private func answer(_ query: ExchangeQuery) -> ExchangeAnswer {
        switch query {
        case .openOrders(let account, let pair):
            return .openOrders(openOrders(of: account, pair: pair))
        case .order(let client, let account):
            return .order(client, state(of: client, account))
        case .fills(let account, let after, let limit):
            return answer(fillsOf: account, after: after, limit: limit)
        case .balances(let account):
            return .balances(balances(of: account))
        case .transactions:
            // Its books are written in the desk's own transaction: the desk's records are the list.
            return .transactions([], next: nil)
        case .pairs:
            return .pairs(rules)
        case .ticker(let pair):
            return answer(about: pair) { .ticker(pair, $0.ticker) }
        case .depth(let pair, let rows):
            return answer(about: pair) { .depth($0.depth(rows: rows)) }
        case .recentTrades(let pair, let count):
            return answer(about: pair) { .recentTrades(pair, $0.recentTrades(count)) }
        }
    }

    /// Its cursors are the numbers of its fills.
    private func answer(fillsOf account: AccountID, after cursor: HistoryCursor?, limit: Int) -> ExchangeAnswer {
        guard let after = cursor.map({ FillID($0.text) }) ?? FillID(0), after.number != nil else {
            return .refused(.unknownSequence, reason: "no place in a list of fills: \(cursor?.text ?? "")")
        }
        let count = max(limit, 0)
        let found = fills(of: account, after: after, limit: count < .max ? count + 1 : count)
        let page = Array(found.prefix(count))
        return .fills(
            FillPage(page, end: PaperExchange.cursor(behind: page.last?.fill.id ?? after), hasMore: found.count > count)
        )
    }

    /// Where the list of an account's fills goes on behind one of them.
    public static func cursor(behind fill: FillID) -> HistoryCursor { HistoryCursor(number: fill.number ?? 0) }

    private func answer(about pair: Pair, _ body: (PaperMarket) -> ExchangeAnswer) -> ExchangeAnswer {
        guard let index = marketIndex[pair] else {
            return .refused(.unknownPair, reason: "no pair \(pair) on the paper exchange")
        }
        return body(markets[index])
    }

    // MARK: What may be read directly

    /// The rules of every pair, in the order of their names.
    public var rules: [PairRules] {
        markets.map(\.rules).sorted { $0.pair < $1.pair }
    }

    /// The rules of a pair, or nil where it is not traded here.
    public func rules(of pair: Pair) -> PairRules? {
        marketIndex[pair].map { markets[$0].rules }
    }

    /// What a pair trades at now, or nil where it is not traded here.
    public func ticker(of pair: Pair) -> Ticker? {
        marketIndex[pair].map { markets[$0].ticker }
    }

    /// A pair's book, accounts' orders and the outside together, or nil where it is not traded here.
    public func depth(of pair: Pair, rows: Int = 10_000) -> MarketDepth? {
        marketIndex[pair].map { markets[$0].depth(rows: rows) }
    }

    /// What an account has of each coin that it ever had, in the order of their names.
    public func balances(of account: AccountID) -> [CoinBalance] {
        (wallets[account]?.balances ?? [:])
            .map { CoinBalance(coin: $0.key, free: $0.value.free, held: $0.value.held) }
            .sorted { $0.coin < $1.coin }
    }

    /// An account's orders that are on the book, oldest first.
    public func openOrders(of account: AccountID, pair: Pair? = nil) -> [OpenOrder] {
        (wallets[account]?.openOrders ?? []).compactMap { number in
            guard let order = orders[number], pair == nil || order.order.pair == pair else { return nil }
            return OpenOrder(
                clientOrderID: order.order.clientOrderID, exchangeOrderID: String(number), pair: order.order.pair,
                side: order.order.side, price: order.order.price.bound, quantity: order.order.quantity,
                remaining: order.remaining, placedAt: order.placedAt)
        }
    }

    /// An account's fills with higher numbers than `after`, lowest first.
    public func fills(of account: AccountID, after: FillID? = nil, limit: Int = .max) -> [AccountFill] {
        guard let ids = wallets[account]?.fills else { return [] }
        var start = after.map { ids.sortedIndex(of: $0) } ?? 0
        if start < ids.count, ids[start] == after { start += 1 }
        return ids[start...].prefix(max(limit, 0)).compactMap { id in
            guard let fill = fills[id], let order = orders[fill.order] else { return nil }
            return AccountFill(
                clientOrderID: order.order.clientOrderID, exchangeOrderID: String(order.number),
                pair: order.order.pair, side: order.order.side, fill: fill.fill)
        }
    }

    /// The whole of what is known about an order. One that was rejected is not known.
    func state(of client: ClientOrderID, _ account: AccountID) -> ExchangeOrderState {
        guard let number = orderNumbers[PaperOrderName(account: account, client: client)],
            let order = orders[number]
        else { return .neverArrived }
        let told = order.fills.compactMap { fills[$0]?.fill }
        return order.finishedAs == nil
            ? .open(exchangeOrderID: String(number), fills: told)
            : .closed(exchangeOrderID: String(number), fills: told)
    }
}

/// The numbers that were last given out.
struct PaperCounters {
    var order: UInt64 = 0
    var fill: UInt64 = 0
    var finished: UInt64 = 0
}
