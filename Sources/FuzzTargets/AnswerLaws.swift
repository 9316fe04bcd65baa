import BtceExchange
import Trading

/// What the desk may rely on in anything that was read of an exchange's answer.
struct AnswerLaws {
    private let value: AnyHashable
    /// Those that stand in the answer.
    private let numbers: Set<ExactDecimal>

    init(_ value: AnyHashable, numbers: Set<ExactDecimal>) {
        self.value = value
        self.numbers = numbers
    }

    func hold() throws(FuzzFinding) {
        switch value.base {
        case let info as AccountInfo:
            try funds(info.funds)
            try funds(info.fundsWithOrders ?? [])
        case let trade as TradeAnswer: try self.trade(trade)
        case let cancel as CancelAnswer: try funds(cancel.funds)
        case let orders as [WireOrder]: try self.orders(orders)
        case let fills as [WireFill]: try self.fills(fills)
        case let page as TransactionPage: try transactions(page)
        case let info as MarketInfo: try self.info(info)
        case let tickers as [OfPair<WireTicker>]: try self.tickers(tickers)
        case let depths as [OfPair<WireDepth>]: try self.depths(depths)
        case let prints as [OfPair<[WirePrint]>]: try self.prints(prints)
        case let fees as [OfPair<ExactDecimal>]:
            try ascending(fees.map(\.pair))
            for fee in fees { try rate(fee.value) }
        default: throw FuzzFinding("nobody knows what must hold for \(value)")
        }
    }

    // MARK: Of an account

    private func funds(_ funds: CoinFunds) throws(FuzzFinding) {
        try ascending(funds.map(\.coin))
        for fund in funds { try amount(fund.amount, "funds of \(fund.coin)") }
    }

    private func trade(_ trade: TradeAnswer) throws(FuzzFinding) {
        try amount(trade.received, "what was received")
        try amount(trade.remains, "what remains")
        try numbered([trade.orderID].compactMap(\.self))
        try expect(trade.orderID != nil || trade.remains.isZero, "an order without a number has \(trade.remains) left")
        try funds(trade.funds)
    }

    private func transactions(_ page: TransactionPage) throws(FuzzFinding) {
        try numbered(page.rows.map(\.id))
        for row in page.rows { try amount(row.amount, "an amount") }
        try expect(page.rows.count <= page.count, "\(page.rows.count) rows of \(page.count)")
        try expect(
            page.last.map { last in page.rows.allSatisfy { $0.id <= last } } ?? page.rows.isEmpty,
            "a row is behind the last")
    }

    private func orders(_ orders: [WireOrder]) throws(FuzzFinding) {
        try numbered(orders.map(\.id))
        for order in orders {
            try price(order.rate, "a rate")
            try amount(order.remaining, "what remains")
            if let start = order.startAmount {
                try amount(start, "what was ordered")
                try expect(order.remaining <= start, "\(order.remaining) are left of \(start)")
            }
        }
    }

    private func fills(_ fills: [WireFill]) throws(FuzzFinding) {
        try numbered(fills.map(\.id))
        for fill in fills {
            try price(fill.rate, "a rate")
            try price(fill.amount, "an amount that was traded")
            try expect(fill.orderID <= UInt64(Int64.max), "an order has the number \(fill.orderID)")
        }
    }

    // MARK: Of the market

    private func info(_ info: MarketInfo) throws(FuzzFinding) {
        try ascending(info.pairs.map(\.pair))
        for pair in info.pairs {
            try amount(pair.priceMin, "the lowest price")
            try price(pair.priceMax, "the highest price")
            try amount(pair.amountMin, "the least amount")
            try rate(pair.feeRate)
            guard let rules = try? pair.rules() else { continue }
            try expect(
                rules.pair == pair.pair && rules.feeRate == pair.feeRate && rules.quantityMin >= pair.amountMin
                    && rules.priceTick == .step(decimals: pair.decimalPlaces),
                "\(pair) has the rules \(rules)")
        }
    }

    private func tickers(_ tickers: [OfPair<WireTicker>]) throws(FuzzFinding) {
        try ascending(tickers.map(\.pair))
        for ticker in tickers.map(\.value.ticker) {
            for quoted in [ticker.bid, ticker.ask, ticker.last].compactMap(\.self) { try price(quoted, "a price") }
        }
    }

    private func depths(_ depths: [OfPair<WireDepth>]) throws(FuzzFinding) {
        try ascending(depths.map(\.pair))
        for level in depths.flatMap({ $0.value.asks + $0.value.bids }) {
            try price(level.price, "a price")
            try price(level.amount, "an amount")
        }
    }

    private func prints(_ prints: [OfPair<[WirePrint]>]) throws(FuzzFinding) {
        try ascending(prints.map(\.pair))
        for print in prints.flatMap(\.value) {
            try price(print.price, "a price")
            try price(print.amount, "an amount")
        }
    }

    // MARK: Numbers

    private func amount(_ number: ExactDecimal, _ what: String) throws(FuzzFinding) {
        try expect(!number.isNegative, "\(what) is \(number)")
        try expect(numbers.contains(number), "\(what) is \(number), which is not in the answer")
    }

    private func price(_ number: ExactDecimal, _ what: String) throws(FuzzFinding) {
        try expect(number.isPositive, "\(what) is \(number)")
        try amount(number, what)
    }

    /// A fee: told in percent.
    private func rate(_ rate: ExactDecimal) throws(FuzzFinding) {
        try expect(!rate.isNegative && rate < .one, "a fee is \(rate)")
        try expect(numbers.contains(ExactDecimal(units: rate.units * 100)), "a fee of \(rate) is not in the answer")
    }

    /// Numbers of orders and rows, each of which has one before it and one behind it.
    private func numbered(_ numbers: [UInt64]) throws(FuzzFinding) {
        for number in numbers { try expect((1...UInt64(Int64.max)).contains(number), "a row has the number \(number)") }
        try ascending(numbers)
    }

    /// Each once: of two of one name, neither is the right one.
    private func ascending<Name: Comparable>(_ names: [Name]) throws(FuzzFinding) {
        for (first, second) in zip(names, names.dropFirst()) {
            try expect(first < second, "\(second) stands behind \(first)")
        }
    }
}
