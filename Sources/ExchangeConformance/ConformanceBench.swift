import Exchange
import Trading

/// One exchange under one check: asks, collects what is said, and keeps accounts of its own beside it.
///
/// The accounts are independent of what they judge: they know deposits and fills, and the rules of multiplication.
final class ConformanceBench {
    let harness: any ExchangeHarness
    let check: String
    /// What is here is written down, as a desk would.
    private(set) var reports: [ExchangeReport] = [] {
        didSet {
            for case .execution(let account, let report) in reports.dropFirst(oldValue.count) where report.saysWhereItIs
            {
                harness.exchange.noted(report.clientOrderID, of: account, at: harness.now)
            }
        }
    }
    private var deposits: [AccountID: [Coin: ExactDecimal]] = [:]
    private var placed: [ClientOrderID: NewOrder] = [:]
    private var sentAt: [ClientOrderID: Timestamp] = [:]
    private var lastOrder: UInt64 = 0
    private var lastQuery: UInt64 = 0

    init(_ harness: any ExchangeHarness, check: String) {
        self.harness = harness
        self.check = check
    }

    var rules: PairRules { harness.rules }

    func failure(_ message: String) -> ConformanceFailure { ConformanceFailure(check: check, message: message) }

    func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        guard condition else { throw failure("\(message()); reports so far: \(reports)") }
    }

    // MARK: Doing

    func account(base: ExactDecimal = 0, quote: ExactDecimal = 0) throws -> AccountID {
        var funds: [Coin: ExactDecimal] = [:]
        if base.isPositive { funds[rules.pair.base] = base }
        if quote.isPositive { funds[rules.pair.quote] = quote }
        let account = try harness.openAccount(funds)
        deposits[account] = funds
        return account
    }

    func quote(_ bid: String, _ ask: String) throws {
        reports += try harness.quote(bid: try number(bid), ask: try number(ask))
    }

    func print(_ price: String, _ quantity: String, _ takerSide: Side? = nil) throws {
        reports += try harness.print(price: try number(price), quantity: try number(quantity), takerSide: takerSide)
    }

    /// An order that has a name of its own and has not been sent.
    func order(
        _ account: AccountID, _ side: Side, _ quantity: String, at price: String,
        _ lifetime: NewOrder.Lifetime = .rest, pair: Pair? = nil
    ) throws -> NewOrder {
        lastOrder += 1
        return NewOrder(
            clientOrderID: ClientOrderID(order: OrderID(lastOrder), attempt: 1), account: account,
            pair: pair ?? rules.pair, side: side, quantity: try number(quantity), price: .limit(try number(price)),
            lifetime: lifetime)
    }

    func submit(_ order: NewOrder) {
        placed[order.clientOrderID] = order
        sentAt[order.clientOrderID] = harness.now
        reports += harness.exchange.submit(.place(order), at: harness.now)
    }

    /// Places an order and waits until the exchange has taken or refused it.
    func place(
        _ account: AccountID, _ side: Side, _ quantity: String, at price: String,
        _ lifetime: NewOrder.Lifetime = .rest
    ) throws -> NewOrder {
        let order = try order(account, side, quantity, at: price, lifetime)
        submit(order)
        try wait("an answer to \(order)") { _ in self.isAnswered(order) }
        return order
    }

    /// The order as the desk would name it now: with the exchange's number, if that has been told.
    private func sent(_ order: NewOrder) -> SentOrder {
        var number: String?
        for case .accepted(_, let told) in executions(of: order) { number = told }
        return SentOrder(order, exchangeOrderID: number, sentAt: sentAt[order.clientOrderID] ?? harness.now)
    }

    func cancel(_ order: NewOrder) {
        reports += harness.exchange.submit(.cancel(sent(order)), at: harness.now)
    }

    /// What the exchange says became of an order.
    func state(of order: NewOrder) throws -> ExchangeOrderState {
        let before = executions(of: order).count
        reports += harness.exchange.submit(.status(sent(order)), at: harness.now)
        return try wait("the status of \(order.clientOrderID)") { _ in
            for report in self.executions(of: order).dropFirst(before) {
                if case .status(_, let state) = report { return state }
            }
            return nil
        }
    }

    func ask(_ query: ExchangeQuery) throws -> ExchangeAnswer {
        lastQuery += 1
        let id = QueryID(lastQuery)
        reports += harness.exchange.ask(query, id: id, at: harness.now)
        return try wait("an answer to \(query)") { reports in
            for case .answer(id, let answer) in reports { return answer }
            return nil
        }
    }

    func cancelForeign(_ exchangeOrderID: String, of account: AccountID) throws -> ExchangeAnswer {
        lastQuery += 1
        let id = QueryID(lastQuery)
        reports += harness.exchange.cancelForeign(
            exchangeOrderID: exchangeOrderID, pair: rules.pair, of: account, id: id, at: harness.now)
        return try wait("an answer to a cancel of \(exchangeOrderID)") { reports in
            for case .answer(id, let answer) in reports { return answer }
            return nil
        }
    }

    // MARK: Seeing

    /// Waits until `look` finds something in the reports, as long as the harness has patience.
    func wait<Found>(_ what: String, _ look: ([ExchangeReport]) -> Found?) throws -> Found {
        while true {
            if let found = look(reports) { return found }
            let more = harness.nextReports()
            if more.isEmpty { throw failure("no \(what) came; reports so far: \(reports)") }
            reports += more
        }
    }

    func wait(_ what: String, _ look: ([ExchangeReport]) -> Bool) throws {
        let _: Bool = try wait(what) { look($0) ? true : nil }
    }

    func executions(of order: NewOrder) -> [ExecutionReport] {
        reports.compactMap { report in
            guard case .execution(order.account, let execution) = report,
                execution.clientOrderID == order.clientOrderID
            else { return nil }
            return execution
        }
    }

    private func isAnswered(_ order: NewOrder) -> Bool {
        executions(of: order).contains { execution in
            switch execution {
            case .accepted, .rejected, .filled: true
            case .canceled, .canceledByExchange, .cancelRejected, .lost, .status: false
            }
        }
    }

    func rejection(of order: NewOrder) -> RefusalCode? {
        for case .rejected(_, let code, _) in executions(of: order) { return code }
        return nil
    }

    func isCanceled(_ order: NewOrder) -> Bool {
        executions(of: order).contains { execution in
            switch execution {
            case .canceled, .canceledByExchange: true
            case .accepted, .rejected, .filled, .cancelRejected, .lost, .status: false
            }
        }
    }

    /// The fills of an order as told, each once.
    func fills(of order: NewOrder) -> [Fill] {
        var seen: Set<FillID> = []
        var fills: [Fill] = []
        for case .filled(_, let fill) in executions(of: order) where seen.insert(fill.id).inserted {
            fills.append(fill)
        }
        return fills
    }

    func filled(_ order: NewOrder) -> ExactDecimal { fills(of: order).reduce(0) { $0 + $1.quantity } }

    /// Waits until an order has filled for this much, and holds it against the order.
    func expectFilled(_ order: NewOrder, _ quantity: String, at price: String? = nil) throws {
        let wanted = try number(quantity)
        try wait("\(quantity) of \(order.clientOrderID) filled") { _ in self.filled(order) >= wanted }
        try expect(filled(order) == wanted, "\(order.clientOrderID) filled \(filled(order)), expected \(wanted)")
        for fill in fills(of: order) {
            let isWorse =
                order.side == .buy ? fill.price > order.price.bound : fill.price < order.price.bound
            try expect(!isWorse, "\(order.clientOrderID) filled at \(fill.price), beyond its limit")
            try expect(fill.fee == fee(fill, of: order), "fill \(fill.id) paid a fee of \(fill.fee)")
            if let price {
                let wanted = try number(price)
                try expect(fill.price == wanted, "\(order.clientOrderID) filled at \(fill.price), not \(wanted)")
            }
        }
    }

    func number(_ text: String) throws -> ExactDecimal {
        do {
            return try ExactDecimal(parsing: text)
        } catch {
            throw failure("the suite's own number \(text): \(error)")
        }
    }

    // MARK: Accounts

    /// Holds an account's balances against deposits and fills, to the last digit.
    func expectBalances(of account: AccountID, open: [NewOrder] = []) throws {
        guard case .balances(let told) = try ask(.balances(account)) else {
            throw failure("balances are not answered with balances")
        }
        var total = deposits[account] ?? [:]
        for order in placed.values where order.account == account {
            for fill in fills(of: order) { add(fill, of: order, to: &total) }
        }
        var held: [Coin: ExactDecimal] = [:]
        for order in open {
            let left = order.quantity - filled(order)
            held[rules.reservedCoin(for: order.side), default: 0] += hold(order, left)
        }
        for coin in [rules.pair.base, rules.pair.quote] {
            let balance = told.first { $0.coin == coin }
            let (seen, wanted) = (balance?.total ?? 0, total[coin] ?? 0)
            try expect(seen == wanted, "\(account) has \(seen) \(coin), expected \(wanted)")
            let (heldSeen, heldWanted) = (balance?.held ?? 0, held[coin] ?? 0)
            try expect(heldSeen == heldWanted, "\(account) holds \(heldSeen) \(coin), expected \(heldWanted)")
        }
    }

    private func add(_ fill: Fill, of order: NewOrder, to total: inout [Coin: ExactDecimal]) {
        let value = ExactDecimal(units: product(fill.price, fill.quantity))
        let isBuy = order.side == .buy
        total[rules.pair.base, default: 0] += isBuy ? fill.quantity : -fill.quantity
        total[rules.pair.quote, default: 0] += isBuy ? -value : value
        total[fill.feeCurrency, default: 0] -= fill.fee
    }

    private func fee(_ fill: Fill, of order: NewOrder) -> ExactDecimal {
        let isOfBase = rules.feeBasis == .received && order.side == .buy
        let amount = isOfBase ? fill.quantity : ExactDecimal(units: product(fill.price, fill.quantity))
        return ExactDecimal(units: product(amount, rules.feeRate))
    }

    /// What an order must hold, by the words of the contract: the value plus the fee where that is taken in quote.
    private func hold(_ order: NewOrder, _ quantity: ExactDecimal) -> ExactDecimal {
        guard order.side == .buy else { return quantity }
        let value = ExactDecimal(units: product(order.price.bound, quantity))
        guard rules.feeBasis == .quote else { return value }
        return value + ExactDecimal(units: product(value, rules.feeRate))
    }

    /// Through the shortest way that shares nothing with `ExactDecimal`'s own product; the suite's numbers are small.
    private func product(_ left: ExactDecimal, _ right: ExactDecimal) -> Int128 {
        let billion: Int128 = 1_000_000_000
        let (high, low) = left.units.quotientAndRemainder(dividingBy: billion)
        let (rightHigh, rightLow) = right.units.quotientAndRemainder(dividingBy: billion)
        let cross = high * rightLow + low * rightHigh
        return high * rightHigh + (cross * billion + low * rightLow) / (billion * billion)
    }
}
