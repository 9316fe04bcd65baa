public import OrderEngine
public import Trading

/// Records as bytes: the format's version, the kind, what the case carries, a checksum.
///
/// Bytes once written are read for ever: a version's reader is never changed, only joined by the next one's. The corpus
/// in the tests holds it to that.
public enum RecordCoder {
    /// The version that is written. Every older one stays readable.
    public static let version: UInt8 = 1

    public static func encode(_ record: Record) -> [UInt8] {
        var writer = ByteWriter()
        encode(record, into: &writer)
        return writer.bytes
    }

    static func encode(_ record: Record, into writer: inout ByteWriter) {
        let start = writer.count
        writer.append(byte: version)
        writer.append(byte: record.kind.rawValue)
        writer.append(record)
        writer.appendChecksum(from: start)
    }

    /// Reads a record of an exchange back: the bytes do not name it, the row beside them does. Throws for bytes of another version, cut
    /// short, changed, or with anything behind them.
    public static func decode(_ bytes: [UInt8], of exchange: ExchangeID) throws(StoredBytesError) -> Record {
        var reader = try ByteReader(checked: bytes)
        let version = try reader.byte()
        guard version == RecordCoder.version else { throw .unknownVersion(version) }
        let code = try reader.byte()
        guard let kind = RecordKind(rawValue: code) else { throw .unknownCode("kind of record", UInt64(code), at: 1) }
        let record = try reader.record(kind, of: exchange)
        try reader.finish()
        // One record, one form: of two kinds for one case each is written where the other does not do.
        guard record.kind == kind else { throw .unknownCode("kind of record for what it has", UInt64(code), at: 1) }
        return record
    }
}

extension ByteWriter {
    fileprivate mutating func append(_ record: Record) {
        switch record {
        case .fundsAdjusted(let adjustment):
            append(zigzag: adjustment.account.rawValue)
            append(adjustment.coin)
            append(adjustment.amount)
            append(adjustment.reason)
            append(adjustment.at)
        case .orderPlaced(let order):
            append(order)
        case .orderAccepted(let id, let exchangeOrderID, let at):
            append(id, at)
            append(exchangeOrderID)
        case .orderRejected(let id, let code, let reason, let at),
            .orderClosedByExchange(let id, let code, let reason, let at):
            append(id, at)
            append(code)
            append(reason)
        case .orderFilled(let id, let fill, let reservedAfter, let at):
            append(id, at)
            append(fill)
            append(reservedAfter)
        case .cancelRequested(let id, let reason, let at):
            append(id, at)
            append(reason)
        case .cancelFailed(let id, let reason, let at):
            append(id, at)
            append(reason)
        case .orderClosed(let id, let at), .answerLost(let id, let at), .orderReconciled(let id, let at):
            append(id, at)
        case .orderTriggered(let id, let marketPrice, let child, let at):
            append(id, at)
            append(marketPrice)
            append(optional: child)
        case .contraReady(let id, let quantity, let at):
            append(id, at)
            append(quantity)
        case .orderFinished(let id, let status, let at):
            append(id, at)
            append(status)
        case .pairedDone(let id, let result, let at):
            append(id, at)
            append(result.benefit)
            append(result.fees)
            append(result.currency)
            if !result.isEven {
                append(result.baseFees)
                append(result.left)
            }
        case .moveRequested(let id, let terms, let at):
            append(id, at)
            append(terms.price)
            append(terms.quantity)
            append(terms.held)
            append(terms.line)
        case .orderReplaced(let id, let price, let quantity, let reserved, let at):
            append(id, at)
            append(price)
            append(quantity)
            append(reserved)
        case .orderAmended(let id, let terms, let at):
            append(id, at)
            append(terms.price)
            append(terms.quantity)
            append(terms.plan)
            append(terms.line)
        case .triggerMoved(let id, let trigger, let marketPrice, let tradedAt, let at):
            append(id, at)
            append(trigger)
            append(marketPrice)
            append(tradedAt)
        case .orderGrown(let id, let quantity, let at):
            append(id, at)
            append(quantity)
        case .panicDeclared(let account, let orders, let at):
            append(zigzag: account.rawValue)
            append(at)
            append(varint: UInt64(orders))
        case .panicCleared(let account, let at), .panicLifted(let account, let at):
            append(zigzag: account.rawValue)
            append(at)
        }
    }

    private mutating func append(_ id: OrderID, _ at: Timestamp) {
        append(varint: id.rawValue)
        append(at)
    }

    private mutating func append(_ fill: Fill) {
        if let number = fill.id.number { append(varint: number) } else { append(fill.id.description) }
        append(fill.price)
        append(fill.quantity)
        append(fill.fee)
        append(fill.feeCurrency)
        append(fill.liquidity)
        append(fill.at)
    }

    mutating func append(optional id: OrderID?) {
        append(byte: id == nil ? 0 : 1)
        if let id { append(varint: id.rawValue) }
    }
}

extension ByteReader {
    fileprivate mutating func record(_ kind: RecordKind, of exchange: ExchangeID) throws(StoredBytesError) -> Record {
        switch kind {
        case .fundsAdjusted: return try fundsAdjusted()
        case .orderPlaced: return .orderPlaced(try order(of: exchange))
        case .panicDeclared, .panicCleared, .panicLifted: return try panic(kind)
        default: break
        }
        let id = OrderID(try varint())
        let at = try time()
        switch kind {
        case .fundsAdjusted, .orderPlaced, .panicDeclared, .panicCleared, .panicLifted:
            preconditionFailure("read above")
        case .orderAccepted: return .orderAccepted(id, exchangeOrderID: try text(), at: at)
        case .orderRejected:
            let code = try refusalCode()
            return .orderRejected(id, code: code, reason: try text(), at: at)
        case .orderFilled:
            let fill = try fill(FillID(try varint()))
            return .orderFilled(id, fill, reservedAfter: try decimal(), at: at)
        case .namedFill:
            let fill = try fill(try fillName())
            return .orderFilled(id, fill, reservedAfter: try decimal(), at: at)
        case .cancelRequested: return .cancelRequested(id, try coded(CancelReason.self), at: at)
        case .cancelFailed: return .cancelFailed(id, reason: try text(), at: at)
        case .orderClosed: return .orderClosed(id, at: at)
        case .orderClosedByExchange:
            return .orderClosedByExchange(id, code: try refusalCode(), reason: try text(), at: at)
        case .orderTriggered:
            let marketPrice = try decimal()
            return .orderTriggered(id, marketPrice: marketPrice, child: try optionalOrderID(), at: at)
        case .answerLost: return .answerLost(id, at: at)
        case .orderReconciled: return .orderReconciled(id, at: at)
        case .contraReady: return .contraReady(id, quantity: try decimal(), at: at)
        case .orderFinished: return .orderFinished(id, try coded(OrderStatus.self), at: at)
        case .pairedDone:
            let benefit = try decimal()
            let fees = try decimal()
            return .pairedDone(id, PairedResult(benefit: benefit, fees: fees, currency: try coin()), at: at)
        case .pairedEnded:
            let (benefit, fees, coin) = (try decimal(), try decimal(), try coin())
            let (baseFees, left) = (try decimal(), try decimal())
            return .pairedDone(
                id, PairedResult(benefit: benefit, fees: fees, baseFees: baseFees, left: left, currency: coin), at: at)
        case .moveRequested:
            let price = try decimal()
            let quantity = try decimal()
            let held = try decimal()
            let terms = MoveTerms(price: price, quantity: quantity, held: held, line: try text())
            return .moveRequested(id, terms, at: at)
        case .orderReplaced:
            let price = try decimal()
            let quantity = try decimal()
            return .orderReplaced(id, price: price, quantity: quantity, reserved: try decimal(), at: at)
        case .orderAmended:
            let price = try orderPrice()
            let quantity = try decimal()
            let plan = try plan()
            let terms = AmendedTerms(price: price, quantity: quantity, plan: plan, line: try text())
            return .orderAmended(id, terms, at: at)
        case .triggerMoved:
            let trigger = try decimal()
            let marketPrice = try decimal()
            return .triggerMoved(id, trigger: trigger, marketPrice: marketPrice, tradedAt: try time(), at: at)
        case .orderGrown: return .orderGrown(id, quantity: try decimal(), at: at)
        }
    }

    private mutating func panic(_ kind: RecordKind) throws(StoredBytesError) -> Record {
        let account = AccountID(try zigzag())
        let at = try time()
        switch kind {
        case .panicDeclared: return .panicDeclared(account, orders: try whole(), at: at)
        case .panicCleared: return .panicCleared(account, at: at)
        default: return .panicLifted(account, at: at)
        }
    }

    private mutating func fundsAdjusted() throws(StoredBytesError) -> Record {
        let account = AccountID(try zigzag())
        let coin = try coin()
        let amount = try decimal()
        let reason = try coded(FundsAdjustment.Reason.self)
        return .fundsAdjusted(
            FundsAdjustment(account: account, coin: coin, amount: amount, reason: reason, at: try time()))
    }

    private mutating func fill(_ id: FillID) throws(StoredBytesError) -> Fill {
        let price = try decimal()
        let quantity = try decimal()
        let fee = try decimal()
        let feeCurrency = try coin()
        let liquidity = try coded(Liquidity.self)
        return Fill(
            id: id, price: price, quantity: quantity, fee: fee, feeCurrency: feeCurrency, liquidity: liquidity,
            at: try time())
    }

    /// The text that a fill is named by: never one that is a number.
    mutating func fillName() throws(StoredBytesError) -> FillID {
        let start = offset
        guard let id = FillID(try text()), id.number == nil else { throw .malformedText(at: start) }
        return id
    }

    mutating func optionalOrderID() throws(StoredBytesError) -> OrderID? {
        let start = offset
        let code = try byte()
        switch code {
        case 0: return nil
        case 1: return OrderID(try varint())
        default: throw .unknownCode("presence of an order", UInt64(code), at: start)
        }
    }
}
