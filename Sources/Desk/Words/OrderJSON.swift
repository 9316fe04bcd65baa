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

extension FillID {
    /// A number where the exchange numbers its fills, as far as a table can have it; else a string.
    var json: JSONValue { number.flatMap { Int64(exactly: $0) }.map { .int($0) } ?? .string(description) }
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
        appendPlan(to: &object)
        return object
    }
}

extension Fill {
    var json: JSONObject {
        [
            "id": id.json,
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
