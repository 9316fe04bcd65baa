import OrderEngine
import Trading

/// The numbers that stand for cases in stored bytes. They are permanent: a new case gets a new number, and no number is
/// ever used for another case.
protocol PermanentlyCoded: CaseIterable {
    /// What the case belongs to, for messages.
    static var codedName: String { get }
    var code: UInt8 { get }
    init?(code: UInt8)
}

extension ByteWriter {
    mutating func append(_ value: some PermanentlyCoded) { append(byte: value.code) }
}

extension ByteReader {
    mutating func coded<Value: PermanentlyCoded>(_: Value.Type) throws(StoredBytesError) -> Value {
        let start = offset
        let code = try byte()
        guard let value = Value(code: code) else {
            throw .unknownCode(Value.codedName, UInt64(code), at: start)
        }
        return value
    }
}

extension Side: PermanentlyCoded {
    static var codedName: String { "side" }

    var code: UInt8 {
        switch self {
        case .buy: 1
        case .sell: 2
        }
    }

    init?(code: UInt8) {
        switch code {
        case 1: self = .buy
        case 2: self = .sell
        default: return nil
        }
    }
}

extension Liquidity: PermanentlyCoded {
    static var codedName: String { "liquidity" }

    var code: UInt8 {
        switch self {
        case .maker: 1
        case .taker: 2
        }
    }

    init?(code: UInt8) {
        switch code {
        case 1: self = .maker
        case 2: self = .taker
        default: return nil
        }
    }
}

extension OrderStatus: PermanentlyCoded {
    static var codedName: String { "order status" }

    var code: UInt8 {
        switch self {
        case .pending: 1
        case .open: 2
        case .partiallyFilled: 3
        case .filled: 4
        case .canceled: 5
        case .expired: 6
        case .rejected: 7
        case .armed: 8
        case .unknown: 9
        }
    }

    init?(code: UInt8) {
        switch code {
        case 1: self = .pending
        case 2: self = .open
        case 3: self = .partiallyFilled
        case 4: self = .filled
        case 5: self = .canceled
        case 6: self = .expired
        case 7: self = .rejected
        case 8: self = .armed
        case 9: self = .unknown
        default: return nil
        }
    }
}

extension CancelReason: PermanentlyCoded {
    static var codedName: String { "cancel reason" }

    var code: UInt8 {
        switch self {
        case .requested: 1
        case .expiry: 2
        case .triggered: 3
        case .parent: 4
        case .panic: 5
        case .replaced: 6
        }
    }

    init?(code: UInt8) {
        switch code {
        case 1: self = .requested
        case 2: self = .expiry
        case 3: self = .triggered
        case 4: self = .parent
        case 5: self = .panic
        case 6: self = .replaced
        default: return nil
        }
    }
}

extension FundsAdjustment.Reason: PermanentlyCoded {
    static var codedName: String { "reason of an adjustment" }

    var code: UInt8 {
        switch self {
        case .deposit: 1
        case .withdrawal: 2
        case .credit: 3
        case .debit: 4
        }
    }

    init?(code: UInt8) {
        switch code {
        case 1: self = .deposit
        case 2: self = .withdrawal
        case 3: self = .credit
        case 4: self = .debit
        default: return nil
        }
    }
}

extension ByteWriter {
    mutating func append(_ code: RefusalCode) { append(fixed16: code.rawValue) }
}

extension ByteReader {
    mutating func refusalCode() throws(StoredBytesError) -> RefusalCode {
        let start = offset
        let number = try fixed16()
        guard let code = RefusalCode(rawValue: number) else {
            throw .unknownCode("refusal code", UInt64(number), at: start)
        }
        return code
    }
}
