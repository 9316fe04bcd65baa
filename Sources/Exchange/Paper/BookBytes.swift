import Trading

/// Writes an entry of the paper exchange's books: a version, then fields, numbers little-endian, names with their length.
struct BookWriter {
    /// The version of the layout; the first byte of every entry.
    static let version: UInt8 = 1

    var bytes: [UInt8] = [BookWriter.version]

    mutating func write(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ value: ExactDecimal) { write(value.units) }

    mutating func write(_ value: ExactDecimal?) {
        write(UInt8(value == nil ? 0 : 1))
        if let value { write(value) }
    }

    mutating func write(_ value: Timestamp) { write(value.nanoseconds) }

    mutating func write(_ value: Coin) {
        var name: [UInt8] = []
        value.appendText(to: &name)
        write(UInt8(name.count))
        bytes += name
    }

    mutating func write(_ value: Side?) {
        switch value {
        case nil: write(UInt8(0))
        case .buy: write(UInt8(1))
        case .sell: write(UInt8(2))
        }
    }

    mutating func write(_ rules: PairRules) {
        for number in [rules.priceTick, rules.quantityStep, rules.quantityMin, rules.valueMin, rules.feeRate] {
            write(number)
        }
        write(UInt8(rules.feeBasis == .quote ? 0 : 1))
    }

    mutating func write(_ market: PaperMarket) {
        for price in [
            market.quotedBid, market.quotedAsk, market.last, market.ticker.bid, market.ticker.ask, market.ticker.last,
        ] {
            write(price)
        }
        write(market.ticker.at)
        write(market.printCount)
    }

    mutating func write(_ print: MarketTrade) {
        write(print.price)
        write(print.quantity)
        write(print.takerSide)
        write(print.at)
    }

    mutating func write(_ order: PaperOrder) {
        let new = order.order
        write(new.account.rawValue)
        write(new.clientOrderID.order.rawValue)
        write(new.clientOrderID.attempt)
        write(new.pair.base)
        write(new.pair.quote)
        write(new.side)
        write(UInt8(new.price.limit == nil ? 1 : 0))
        write(new.price.bound)
        write(new.quantity)
        write(BookWriter.number(of: new.lifetime))
        write(order.rules)
        write(order.placedAt)
        write(order.filled)
        write(order.finishedAs ?? 0)
    }

    mutating func write(_ fill: PaperFill) {
        write(fill.order)
        write(fill.fill.price)
        write(fill.fill.quantity)
        write(fill.fill.fee)
        write(fill.fill.feeCurrency)
        write(UInt8(fill.fill.liquidity == .maker ? 0 : 1))
        write(fill.fill.at)
    }

    private static func number(of lifetime: NewOrder.Lifetime) -> UInt8 {
        switch lifetime {
        case .rest: 0
        case .immediateOrCancel: 1
        case .fillOrKill: 2
        case .postOnly: 3
        }
    }
}

/// Reads what `BookWriter` wrote, and nothing else.
struct BookReader {
    /// The bytes are none that a `BookWriter` writes.
    struct Malformed: Error {}

    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) throws(Malformed) {
        guard bytes.first == BookWriter.version else { throw Malformed() }
        rest = bytes.dropFirst()
    }

    func expectEnd() throws(Malformed) {
        guard rest.isEmpty else { throw Malformed() }
    }

    mutating func readRest() -> [UInt8] {
        defer { rest = [] }
        return Array(rest)
    }

    mutating func read<Number: FixedWidthInteger>() throws(Malformed) -> Number {
        let width = Number.bitWidth / 8
        guard rest.count >= width else { throw Malformed() }
        var number: Number = 0
        for byte in rest.prefix(width).reversed() { number = number &<< 8 | Number(truncatingIfNeeded: byte) }
        rest = rest.dropFirst(width)
        return number
    }

    /// One of the numbers 0 to `last`.
    private mutating func readChoice(upTo last: UInt8) throws(Malformed) -> UInt8 {
        let choice: UInt8 = try read()
        guard choice <= last else { throw Malformed() }
        return choice
    }

    mutating func readDecimal() throws(Malformed) -> ExactDecimal { ExactDecimal(units: try read()) }

    mutating func readOptionalDecimal() throws(Malformed) -> ExactDecimal? {
        try readChoice(upTo: 1) == 1 ? try readDecimal() : nil
    }

    mutating func readTimestamp() throws(Malformed) -> Timestamp { Timestamp(nanoseconds: try read()) }

    mutating func readCoin() throws(Malformed) -> Coin {
        let length = Int(try readChoice(upTo: UInt8(Coin.nameLengthMax)))
        guard rest.count >= length, let coin = Coin(utf8: rest.prefix(length)) else { throw Malformed() }
        rest = rest.dropFirst(length)
        return coin
    }

    mutating func readSide() throws(Malformed) -> Side? {
        switch try readChoice(upTo: 2) {
        case 1: .buy
        case 2: .sell
        default: nil
        }
    }

    private mutating func readFeeBasis() throws(Malformed) -> FeeBasis {
        try readChoice(upTo: 1) == 0 ? .quote : .received
    }

    mutating func readRules(of pair: Pair) throws(Malformed) -> PairRules {
        let (tick, step, least) = (try readDecimal(), try readDecimal(), try readDecimal())
        let (value, fee, basis) = (try readDecimal(), try readDecimal(), try readFeeBasis())
        do {
            return try PairRules(
                pair: pair, priceTick: tick, quantityStep: step, quantityMin: least, valueMin: value, feeRate: fee,
                feeBasis: basis)
        } catch {
            throw Malformed()
        }
    }

    mutating func read(into market: inout PaperMarket) throws(Malformed) {
        market.quotedBid = try readOptionalDecimal()
        market.quotedAsk = try readOptionalDecimal()
        market.last = try readOptionalDecimal()
        let (bid, ask) = (try readOptionalDecimal(), try readOptionalDecimal())
        let last = try readOptionalDecimal()
        market.ticker = Ticker(bid: bid, ask: ask, last: last, at: try readTimestamp())
        market.printCount = try read()
    }

    mutating func readPrint(of pair: Pair) throws(Malformed) -> MarketTrade {
        let (price, quantity, side) = (try readDecimal(), try readDecimal(), try readSide())
        return MarketTrade(pair: pair, price: price, quantity: quantity, takerSide: side, at: try readTimestamp())
    }

    mutating func readOrder(_ number: UInt64) throws(Malformed) -> PaperOrder {
        let account = AccountID(try read())
        let client = ClientOrderID(order: OrderID(try read()), attempt: try read())
        let pair = Pair(base: try readCoin(), quote: try readCoin())
        guard let side = try readSide() else { throw Malformed() }
        let isMarket = try readChoice(upTo: 1) == 1
        let bound = try readDecimal()
        let quantity = try readDecimal()
        let lifetime: NewOrder.Lifetime =
            switch try readChoice(upTo: 3) {
            case 0: .rest
            case 1: .immediateOrCancel
            case 2: .fillOrKill
            default: .postOnly
            }
        let rules = try readRules(of: pair)
        var order = PaperOrder(
            number: number,
            order: NewOrder(
                clientOrderID: client, account: account, pair: pair, side: side, quantity: quantity,
                price: isMarket ? .market(protection: bound) : .limit(bound), lifetime: lifetime),
            rules: rules, placedAt: try readTimestamp())
        order.filled = try readDecimal()
        let finishedAs: UInt64 = try read()
        order.finishedAs = finishedAs == 0 ? nil : finishedAs
        guard !order.filled.isNegative, order.filled <= quantity else { throw Malformed() }
        return order
    }

    mutating func readFill(_ id: FillID) throws(Malformed) -> PaperFill {
        let order: UInt64 = try read()
        let (price, quantity, fee) = (try readDecimal(), try readDecimal(), try readDecimal())
        let feeCurrency = try readCoin()
        let liquidity: Liquidity = try readChoice(upTo: 1) == 0 ? .maker : .taker
        return PaperFill(
            order: order,
            fill: Fill(
                id: id, price: price, quantity: quantity, fee: fee, feeCurrency: feeCurrency, liquidity: liquidity,
                at: try readTimestamp()))
    }
}
