import Conversation
import OrderEngine
import Trading

extension ExactDecimal {
    /// Money in a message is a string of an exact decimal.
    var json: JSONValue { .string(description) }
}

extension Timestamp {
    /// RFC 3339 in UTC.
    var json: JSONValue { .string(description) }
}

extension OrderID {
    var json: JSONValue { .int(Int64(clamping: rawValue)) }
}

extension Optional where Wrapped == ExactDecimal {
    var json: JSONValue { map { $0.json } ?? .null }
}

extension Order {
    /// The whole order as programs get it.
    var json: JSONObject {
        var object: JSONObject = [
            "id": id.json,
            "kind": .string(kind.rawValue),
            "exchange": .string(exchange.description),
            "pair": .string(pair.description),
            "side": .string(side.rawValue),
            "quantity": quantity.json,
            "filled": filled.json,
            "remaining": remaining.json,
            "cost": filledValue.json,
            "price": price.limit.json,
            "average_price": averagePriceText.map { .string($0) } ?? .null,
            "fee": fee.json,
            "fee_currency": .string(feeCurrency.description),
            "fees": .array(fees.map { ["amount": $0.amount.json, "currency": .string($0.coin.description)] }),
            "status": .string(status.rawValue),
            "time_in_force": .string(timeInForce.name),
            "post_only": .bool(isPostOnly),
            "expire_time": timeInForce.expireTime.map { $0.json } ?? .null,
            "created_at": createdAt.json,
            "closed_at": closedAt.map { $0.json } ?? .null,
            "tag": tag.map { .string($0) } ?? .null,
            "exchange_order_id": exchangeOrderID.map { .string($0) } ?? .null,
        ]
        if let parent { object.append("parent", parent.json) }
        if !children.isEmpty { object.append("children", .array(children.map(\.json))) }
        if let rejection { object.append("rejection", .string(rejection.name)) }
        switch plan {
        case .none: break
        case .sliced(let low, let high, let includesHigh, let count):
            object["price"] = .null
            object.append("low", low.json)
            object.append("high", high.json)
            object.append("includes_high", .bool(includesHigh))
            object.append("count", .int(Int64(count)))
        case .paired(let contraPrice):
            object.append("contra_price", contraPrice.json)
        case .stop(let trigger, let then), .oco(let trigger, let then):
            object.append("trigger_price", trigger.json)
            object.append("triggered_at", triggeredAt.map { $0.json } ?? .null)
            if case .limit(let limit) = then {
                object.append("stop_price", limit.json)
            } else {
                object.append("stop_price", .null)
            }
        case .trail(let trailing):
            object.append("trail_by", .string(trailing.distance.words))
            object.append("best_price", trailing.best.json)
            object.append("trigger_price", trailing.trigger.json)
            object.append("triggered_at", triggeredAt.map { $0.json } ?? .null)
            object.append("stop_price", .null)
        }
        return object
    }
}

extension Fill {
    var json: JSONObject {
        [
            "id": .int(Int64(clamping: id.rawValue)),
            "price": price.json,
            "quantity": quantity.json,
            "fee": fee.json,
            "fee_currency": .string(feeCurrency.description),
            "liquidity": .string(liquidity.rawValue),
            "at": at.json,
        ]
    }
}

extension PairedResult {
    /// `feesName` is what its fees are called where an order's own `fees` stand beside.
    func append(to object: inout JSONObject, _ order: Order, feesName: String = "fees") {
        object.append("benefit", benefit.json)
        object.append(feesName, fees.json)
        object.append("currency", .string(currency.description))
        object.append("left", left.json)
        object.append("left_currency", .string(order.pair.base.description))
    }
}
