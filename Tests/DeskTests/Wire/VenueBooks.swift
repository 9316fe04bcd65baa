import Exchange
import Trading

/// The far end of the wire: an exchange with books of its own, for judging the desk. Nothing here is computed by the desk.
struct VenueBooks {
    struct Held {
        let number: String
        let order: NewOrder
        let placedAt: Timestamp
        var isOpen = true
        var fills: [Fill] = []

        var filled: ExactDecimal { fills.reduce(.zero) { $0 + $1.quantity } }
        var left: ExactDecimal { order.quantity - filled }
        var state: ExchangeOrderState {
            isOpen ? .open(exchangeOrderID: number, fills: fills) : .closed(exchangeOrderID: number, fills: fills)
        }
    }

    let rules: PairRules
    var ticker: Ticker
    private(set) var held: [ClientOrderID: Held] = [:]
    private(set) var arrivals: [ClientOrderID] = []
    private(set) var totals: [Coin: ExactDecimal] = [:]
    private(set) var complaints: [String] = []
    /// What the exchange has said that it never had: it does not take it any more.
    private var disowned: Set<ClientOrderID> = []
    /// Orders and fills that were made elsewhere.
    private(set) var foreign: [Held] = []
    /// Whether fills are told without saying whose they are.
    var hidesNamesOfFills = false
    /// Whether fills are told as of the other side.
    var tellsOtherSide = false
    /// How far the exchange's clock is ahead of everybody's.
    var clockAheadSeconds: Int64 = 0
    /// Whether it lists no open orders, and says that they are open where it is asked about one.
    var listsNothing = false
    /// Whether every other answer about funds has one usd more.
    var wobbles = false
    /// Its list of transactions, oldest first, and how many of them one answer has.
    private(set) var listed: [ExchangeTransaction] = []
    var transactionsPage = 100
    private var nextFill: UInt64 = 1_000
    private var nextNumber = 500

    init(rules: PairRules, ticker: Ticker) {
        self.rules = rules
        self.ticker = ticker
    }

    mutating func deposit(_ amount: ExactDecimal, _ coin: Coin) { totals[coin, default: .zero] += amount }

    /// A row of the list of transactions. It moves no money: `deposit` does.
    mutating func list(
        _ kind: BalanceChangeReason, _ amount: ExactDecimal, _ coin: Coin, _ description: String = "",
        status: TransactionStatus = .successful, order: String? = nil, at: Timestamp
    ) {
        let number = UInt64(listed.count + 101)
        listed.append(
            ExchangeTransaction(
                id: String(number), kind: kind, status: status, coin: coin, amount: amount, description: description,
                exchangeOrderID: order, at: at, place: HistoryCursor(number: number)))
    }

    /// A row that waited has become another.
    mutating func settle(_ id: String, _ status: TransactionStatus) {
        guard let index = listed.firstIndex(where: { $0.id == id }) else { return }
        let row = listed[index]
        listed[index] = ExchangeTransaction(
            id: row.id, kind: row.kind, status: status, coin: row.coin, amount: row.amount,
            description: row.description, exchangeOrderID: row.exchangeOrderID, at: row.at, place: row.place)
    }

    // MARK: What reaches it

    mutating func take(_ request: OrderRequest, at now: Timestamp) -> [ExecutionReport] {
        switch request {
        case .place(let order): return place(order, at: now)
        case .cancel(let sent):
            let id = sent.clientOrderID
            guard held[id]?.isOpen == true else { return [.cancelRejected(id, reason: "not on the book")] }
            held[id]?.isOpen = false
            return [.canceled(id)]
        case .status(let sent):
            let id = sent.clientOrderID
            guard let one = held[id] else {
                disowned.insert(id)
                return [.status(id, .neverArrived)]
            }
            return [.status(id, one.state)]
        }
    }

    private mutating func place(_ order: NewOrder, at now: Timestamp) -> [ExecutionReport] {
        let id = order.clientOrderID
        if disowned.contains(id) { return [] }
        if let known = held[id] {
            complaints.append("\(id) was placed twice")
            return [.status(id, known.state)]
        }
        let coin = rules.reservedCoin(for: order.side)
        let needed = rules.reservation(side: order.side, price: order.price.bound, quantity: order.quantity)
        guard needed <= free(coin) else {
            return [.rejected(id, code: .insufficientFunds, reason: "not enough \(coin)")]
        }
        nextNumber += 1
        held[id] = Held(number: "x\(nextNumber)", order: order, placedAt: now)
        arrivals.append(id)
        var reports: [ExecutionReport] = [.accepted(id, exchangeOrderID: "x\(nextNumber)")]
        guard order.lifetime == .immediateOrCancel || order.lifetime == .fillOrKill else { return reports }
        let half = order.lifetime == .fillOrKill ? order.quantity : whole(order.quantity, parts: 2)
        reports += fill(id, half, at: now)
        if held[id]?.isOpen == true {
            held[id]?.isOpen = false
            reports.append(.canceled(id))
        }
        return reports
    }

    /// About a part of a quantity, in whole steps.
    func whole(_ quantity: ExactDecimal, parts: Int) -> ExactDecimal {
        let steps = quantity.units / rules.quantityStep.units
        return ExactDecimal(units: max(1, steps / Int128(parts)) * rules.quantityStep.units)
    }

    func free(_ coin: Coin) -> ExactDecimal {
        (held.values + foreign).filter { $0.isOpen && rules.reservedCoin(for: $0.order.side) == coin }.reduce(
            totals[coin] ?? .zero
        ) { $0 - rules.reservation(side: $1.order.side, price: $1.order.price.bound, quantity: $1.left) }
    }

    // MARK: What happens there

    mutating func fill(_ id: ClientOrderID, _ quantity: ExactDecimal, at now: Timestamp) -> [ExecutionReport] {
        guard let one = held[id], one.isOpen else { return [] }
        let quantity = min(quantity, one.left)
        let fill = move(one.order.side, quantity, one.order.price.bound, at: now)
        held[id]?.fills.append(fill)
        if quantity == one.left { held[id]?.isOpen = false }
        return [.filled(id, fill)]
    }

    mutating func cancelElsewhere(_ id: ClientOrderID) { held[id]?.isOpen = false }

    /// Somebody trades in the account without the desk.
    mutating func tradeElsewhere(_ side: Side, _ quantity: ExactDecimal, at price: ExactDecimal, _ now: Timestamp) {
        nextNumber += 1
        let order = NewOrder(
            clientOrderID: ClientOrderID(order: OrderID(0), attempt: 0), account: AccountID(0), pair: rules.pair,
            side: side, quantity: quantity, price: .limit(price), lifetime: .rest)
        foreign.append(
            Held(
                number: "x\(nextNumber)", order: order, placedAt: now, isOpen: false,
                fills: [move(side, quantity, price, at: now)]))
    }

    mutating func restElsewhere(
        _ side: Side, _ quantity: ExactDecimal, at price: ExactDecimal, _ now: Timestamp,
        named name: ClientOrderID? = nil
    ) {
        nextNumber += 1
        let order = NewOrder(
            clientOrderID: name ?? ClientOrderID(order: OrderID(0), attempt: 0), account: AccountID(0),
            pair: rules.pair, side: side, quantity: quantity, price: .limit(price), lifetime: .rest)
        foreign.append(Held(number: "x\(nextNumber)", order: order, placedAt: now))
    }

    /// An order of somebody else's hand, canceled by a number: through the desk, or elsewhere too.
    mutating func cancelForeign(_ number: String) -> ExchangeAnswer {
        guard let index = foreign.firstIndex(where: { $0.number == number }) else {
            return .refused(.unknownOrder, reason: "no order \(number) of this account")
        }
        guard foreign[index].isOpen else {
            return .refused(.orderFinished, reason: "\(number) is filled or canceled already")
        }
        foreign[index].isOpen = false
        return .foreignCanceled(exchangeOrderID: number)
    }

    /// Somebody takes so much of an order that rests and was made elsewhere.
    mutating func fillForeign(_ number: String, _ quantity: ExactDecimal, at now: Timestamp) {
        guard let index = foreign.firstIndex(where: { $0.number == number }) else { return }
        let order = foreign[index].order
        foreign[index].fills.append(move(order.side, quantity, order.price.bound, at: now))
        if foreign[index].left.isZero { foreign[index].isOpen = false }
    }

    private mutating func move(
        _ side: Side, _ quantity: ExactDecimal, _ price: ExactDecimal, at now: Timestamp
    ) -> Fill {
        let coin = rules.feeCurrency(for: side)
        let fee = rules.fee(side: side, price: price, quantity: quantity)
        nextFill += 1
        let sign: ExactDecimal = side == .buy ? .one : -.one
        totals[rules.pair.base, default: .zero] += quantity.times(sign)
        totals[rules.pair.quote, default: .zero] -= price.times(quantity).times(sign)
        totals[coin, default: .zero] -= fee
        return Fill(
            id: FillID(nextFill), price: price, quantity: quantity, fee: fee, feeCurrency: coin, liquidity: .maker,
            at: now.advanced(bySeconds: clockAheadSeconds))
    }

    // MARK: What it answers

    func answer(_ query: ExchangeQuery) -> ExchangeAnswer {
        switch query {
        case .pairs: return .pairs([rules])
        case .ticker(let pair): return .ticker(pair, ticker)
        case .balances:
            return .balances(
                totals.sorted { $0.key < $1.key }.map {
                    CoinBalance(coin: $0.key, free: free($0.key), held: $0.value - free($0.key))
                })
        case .openOrders:
            if listsNothing { return .openOrders([]) }
            return .openOrders(
                (arrivals.compactMap { held[$0] } + foreign).filter(\.isOpen).map { one in
                    OpenOrder(
                        clientOrderID: name(one), exchangeOrderID: one.number, pair: one.order.pair,
                        side: one.order.side, price: one.order.price.bound, quantity: one.order.quantity,
                        remaining: one.left, placedAt: one.placedAt)
                })
        case .fills(_, let after, let limit):
            let all = (arrivals.compactMap { held[$0] } + foreign).flatMap { one in
                one.fills.map {
                    AccountFill(
                        clientOrderID: hidesNamesOfFills ? nil : name(one), exchangeOrderID: one.number,
                        pair: one.order.pair,
                        side: tellsOtherSide ? one.order.side.opposite : one.order.side, fill: $0)
                }
            }
            guard let last = after.map(VenueBooks.number) ?? 0 else {
                return .refused(.unknownSequence, reason: "no place in a list of fills")
            }
            let sorted = all.filter { $0.fill.id > FillID(last) }.sorted { $0.fill.id < $1.fill.id }
            let page = Array(sorted.prefix(limit))
            let end = page.last?.fill.id.number ?? last
            return .fills(FillPage(page, end: VenueBooks.cursor(behind: end), hasMore: sorted.count > page.count))
        case .transactions(_, let after, let limit):
            guard let first = after.map({ UInt64($0.text) }) ?? 0 else {
                return .refused(.unknownSequence, reason: "no place in a list of transactions")
            }
            let rows = listed.filter { UInt64($0.id) ?? 0 >= first }
            let page = Array(rows.prefix(min(limit, transactionsPage)))
            let last = page.last.flatMap { UInt64($0.id) }
            return .transactions(
                page, next: rows.count > page.count ? last.map { HistoryCursor(number: $0 + 1) } : nil)
        case .recentTrades(let pair, _): return .recentTrades(pair, [])
        case .order, .depth: return .refused(.notYet, reason: "nobody asks this")
        }
    }

    /// A place in the list of fills: no number, so that nobody but this exchange can make anything of it.
    static func cursor(behind number: UInt64) -> HistoryCursor {
        guard let cursor = HistoryCursor("behind \(number)") else { preconditionFailure("too long a cursor") }
        return cursor
    }

    private static func number(of cursor: HistoryCursor) -> UInt64? {
        let words = cursor.text.split(separator: " ")
        return words.count == 2 && words[0] == "behind" ? UInt64(words[1]) : nil
    }

    private func name(_ one: Held) -> ClientOrderID? {
        one.order.clientOrderID.order == OrderID(0) ? nil : one.order.clientOrderID
    }
}
