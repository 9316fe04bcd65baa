import Trading

// What of an order its plan says, as it is written in the records. No code of these ever changes its meaning.

extension ByteWriter {
    mutating func append(_ plan: OrderPlan) {
        switch plan {
        case .none: append(byte: 1)
        case .sliced(let low, let high, let includesHigh, let count):
            append(byte: includesHigh ? 2 : 3)
            append(low)
            append(high)
            append(zigzag: Int64(count))
        case .paired(.none): append(byte: 4)
        case .paired(.some(let contraPrice)):
            append(byte: 5)
            append(contraPrice)
        case .stop(let trigger, let then):
            append(byte: 6)
            append(trigger)
            append(then)
        case .oco(let trigger, let then):
            append(byte: 7)
            append(trigger)
            append(then)
        case .trail(let trailing):
            switch trailing.distance {
            case .absolute(let behind):
                append(byte: 8)
                append(behind)
            case .percent(let percent):
                append(byte: 9)
                append(percent)
            }
            append(trailing.step)
            append(trailing.trigger)
            append(trailing.best)
            append(trailing.bestAt)
        }
    }

    private mutating func append(_ price: TriggeredPrice) {
        switch price {
        case .limit(let price):
            append(byte: 1)
            append(price)
        case .market:
            append(byte: 2)
        }
    }
}

extension ByteReader {
    mutating func plan() throws(StoredBytesError) -> OrderPlan {
        let start = offset
        let code = try byte()
        switch code {
        case 1: return .none
        case 2, 3:
            let low = try decimal()
            let high = try decimal()
            return .sliced(low: low, high: high, includesHigh: code == 2, count: Int(try zigzag()))
        case 4: return .paired(contraPrice: nil)
        case 5: return .paired(contraPrice: try decimal())
        case 6:
            let trigger = try decimal()
            return .stop(trigger: trigger, then: try triggeredPrice())
        case 7:
            let trigger = try decimal()
            return .oco(trigger: trigger, then: try triggeredPrice())
        case 8, 9:
            let distance = try decimal()
            let step = try decimal()
            let trigger = try decimal()
            let best = try decimal()
            return .trail(
                TrailingStop(
                    distance: code == 8 ? .absolute(distance) : .percent(distance), step: step, trigger: trigger,
                    best: best, bestAt: try time()))
        default: throw .unknownCode("order plan", UInt64(code), at: start)
        }
    }

    private mutating func triggeredPrice() throws(StoredBytesError) -> TriggeredPrice {
        let start = offset
        let code = try byte()
        switch code {
        case 1: return .limit(try decimal())
        case 2: return .market
        default: throw .unknownCode("triggered price", UInt64(code), at: start)
        }
    }
}

extension OrderKind: PermanentlyCoded {
    static var codedName: String { "order kind" }

    var code: UInt8 {
        switch self {
        case .simple: 1
        case .sliced: 2
        case .timed: 3
        case .paired: 4
        case .stop: 5
        case .oco: 6
        case .trail: 7
        }
    }

    init?(code: UInt8) {
        switch code {
        case 1: self = .simple
        case 2: self = .sliced
        case 3: self = .timed
        case 4: self = .paired
        case 5: self = .stop
        case 6: self = .oco
        case 7: self = .trail
        default: return nil
        }
    }
}
