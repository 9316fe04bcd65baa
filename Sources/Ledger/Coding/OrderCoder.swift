public import Trading

/// A whole order as bytes: what the orders' table keeps beside its readable columns, and what records and snapshots hold.
public enum OrderCoder {
    /// The version that is written. Every older one stays readable.
    public static let version: UInt8 = 1

    public static func encode(_ order: Order) -> [UInt8] {
        var writer = ByteWriter()
        encode(order, into: &writer)
        return writer.bytes
    }

    static func encode(_ order: Order, into writer: inout ByteWriter) {
        let start = writer.count
        writer.append(byte: version)
        writer.append(order)
        writer.appendChecksum(from: start)
    }

    /// Reads an order of an exchange back: the bytes do not name it, the row beside them does. Throws for bytes of another version, cut
    /// short, changed, or with anything behind them.
    public static func decode(_ bytes: [UInt8], of exchange: ExchangeID) throws(StoredBytesError) -> Order {
        var reader = try ByteReader(checked: bytes)
        let version = try reader.byte()
        guard version == OrderCoder.version else { throw .unknownVersion(version) }
        let order = try reader.order(of: exchange)
        try reader.finish()
        return order
    }
}

/// Which parts of an order are there. The bits are permanent.
private struct OrderParts: OptionSet {
    let rawValue: UInt16

    static let postOnly = OrderParts(rawValue: 1 << 0)
    static let parent = OrderParts(rawValue: 1 << 1)
    static let exchangeOrderID = OrderParts(rawValue: 1 << 2)
    static let cancelReason = OrderParts(rawValue: 1 << 3)
    static let rejection = OrderParts(rawValue: 1 << 4)
    static let triggeredAt = OrderParts(rawValue: 1 << 5)
    static let triggerMarketPrice = OrderParts(rawValue: 1 << 6)
    static let closedAt = OrderParts(rawValue: 1 << 7)
    /// What the attempts before the current one had filled, and since when that one is.
    static let replaced = OrderParts(rawValue: 1 << 8)
    static let cashQuantity = OrderParts(rawValue: 1 << 9)
    static let tag = OrderParts(rawValue: 1 << 10)
    /// Fees in other coins than the newest.
    static let otherFees = OrderParts(rawValue: 1 << 11)
    static let all = OrderParts(rawValue: 0xFFF)

    init(rawValue: UInt16) { self.rawValue = rawValue }

    init(of order: Order) {
        var parts: OrderParts = []
        if order.isPostOnly { parts.insert(.postOnly) }
        if order.parent != nil { parts.insert(.parent) }
        if order.exchangeOrderID != nil { parts.insert(.exchangeOrderID) }
        if order.cancelReason != nil { parts.insert(.cancelReason) }
        if order.rejection != nil { parts.insert(.rejection) }
        if order.triggeredAt != nil { parts.insert(.triggeredAt) }
        if order.triggerMarketPrice != nil { parts.insert(.triggerMarketPrice) }
        if order.closedAt != nil { parts.insert(.closedAt) }
        if order.replacedAt != nil { parts.insert(.replaced) }
        if order.cashQuantity != nil { parts.insert(.cashQuantity) }
        if order.tag != nil { parts.insert(.tag) }
        if !order.otherFees.isEmpty { parts.insert(.otherFees) }
        self = parts
    }
}

extension ByteWriter {
    mutating func append(_ order: Order) {
        append(fixed16: OrderParts(of: order).rawValue)
        append(varint: order.id.rawValue)
        append(zigzag: order.account.rawValue)
        append(order.pair)
        append(order.side)
        append(order.kind)
        append(order.status)
        append(order.quantity)
        append(order.price)
        append(order.timeInForce)
        append(order.plan)
        if let cash = order.cashQuantity { append(cash) }
        if let parent = order.parent { append(varint: parent.rawValue) }
        append(order.line)
        if let tag = order.tag { append(tag) }
        append(order.createdAt)
        append(varint: UInt64(order.attempt))
        if let id = order.exchangeOrderID { append(id) }
        append(order.filled)
        append(order.filledValue)
        append(order.fee)
        append(order.feeCurrency)
        append(order.reserved)
        if let reason = order.cancelReason { append(reason) }
        if let rejection = order.rejection { append(rejection) }
        if let time = order.triggeredAt { append(time) }
        if let price = order.triggerMarketPrice { append(price) }
        append(varint: UInt64(order.children.count))
        for child in order.children { append(varint: child.rawValue) }
        if let time = order.closedAt { append(time) }
        if let time = order.replacedAt {
            append(time)
            append(order.filledBefore)
        }
        guard !order.otherFees.isEmpty else { return }
        append(varint: UInt64(order.otherFees.count))
        for fee in order.otherFees {
            append(fee.coin)
            append(fee.amount)
        }
    }

    mutating func append(_ price: OrderPrice) {
        switch price {
        case .limit(let price):
            append(byte: 1)
            append(price)
        case .market(let protection):
            append(byte: 2)
            append(protection)
        }
    }

    mutating func append(_ time: TimeInForce) {
        switch time {
        case .goodTillCanceled: append(byte: 1)
        case .immediateOrCancel: append(byte: 2)
        case .fillOrKill: append(byte: 3)
        case .goodTillDate(let end):
            append(byte: 4)
            append(end)
        case .day(let end):
            append(byte: 5)
            append(end)
        }
    }
}

extension ByteReader {
    mutating func order(of exchange: ExchangeID) throws(StoredBytesError) -> Order {
        let start = offset
        let parts = OrderParts(rawValue: try fixed16())
        guard parts.isSubset(of: .all) else {
            throw .unknownCode("set of an order's parts", UInt64(parts.rawValue), at: start)
        }
        let id = OrderID(try varint())
        let account = AccountID(try zigzag())
        let pair = try pair()
        let side = try coded(Side.self)
        let kind = try coded(OrderKind.self)
        let status = try coded(OrderStatus.self)
        let quantity = try decimal()
        let price = try orderPrice()
        let timeInForce = try timeInForce()
        let plan = try plan()
        let cash = parts.contains(.cashQuantity) ? try decimal() : nil
        let parent = parts.contains(.parent) ? OrderID(try varint()) : nil
        let line = try text()
        let tag = parts.contains(.tag) ? try text() : nil
        let createdAt = try time()
        let attempt = try attempt()
        let exchangeOrderID = parts.contains(.exchangeOrderID) ? try text() : nil
        let filled = try decimal()
        let filledValue = try decimal()
        let fee = try decimal()
        let feeCurrency = try coin()
        var order = Order(
            id: id, account: account, exchange: exchange, pair: pair, side: side, kind: kind, quantity: quantity,
            price: price, timeInForce: timeInForce, isPostOnly: parts.contains(.postOnly), cashQuantity: cash,
            plan: plan,
            parent: parent, line: line, tag: tag, createdAt: createdAt, status: status, reserved: try decimal(),
            feeCurrency: feeCurrency)
        order.attempt = attempt
        order.exchangeOrderID = exchangeOrderID
        order.filled = filled
        order.filledValue = filledValue
        order.fee = fee
        if parts.contains(.cancelReason) { order.cancelReason = try coded(CancelReason.self) }
        if parts.contains(.rejection) { order.rejection = try refusalCode() }
        if parts.contains(.triggeredAt) { order.triggeredAt = try time() }
        if parts.contains(.triggerMarketPrice) { order.triggerMarketPrice = try decimal() }
        let children = try count()
        order.children.reserveCapacity(children)
        for _ in 0..<children { order.children.append(OrderID(try varint())) }
        if parts.contains(.closedAt) { order.closedAt = try time() }
        if parts.contains(.replaced) {
            order.replacedAt = try time()
            order.filledBefore = try decimal()
        }
        if parts.contains(.otherFees) {
            for _ in 0..<(try count()) {
                let coin = try self.coin()
                order.otherFees.append(CoinAmount(try decimal(), coin))
            }
        }
        return order
    }

    private mutating func attempt() throws(StoredBytesError) -> UInt32 {
        let start = offset
        guard let attempt = UInt32(exactly: try varint()) else { throw .malformedNumber(at: start) }
        return attempt
    }

    mutating func orderPrice() throws(StoredBytesError) -> OrderPrice {
        let start = offset
        let code = try byte()
        switch code {
        case 1: return .limit(try decimal())
        case 2: return .market(protection: try decimal())
        default: throw .unknownCode("order price", UInt64(code), at: start)
        }
    }

    private mutating func timeInForce() throws(StoredBytesError) -> TimeInForce {
        let start = offset
        let code = try byte()
        switch code {
        case 1: return .goodTillCanceled
        case 2: return .immediateOrCancel
        case 3: return .fillOrKill
        case 4: return .goodTillDate(try time())
        case 5: return .day(try time())
        default: throw .unknownCode("time in force", UInt64(code), at: start)
        }
    }
}
