import Conversation
import Ledger
import OrderEngine
import Trading

/// A trade of the account at an exchange: of an order that was made here, or of one that was not.
struct TradeRow {
    enum Origin: Hashable {
        case order(OrderID)
        /// The exchange's own name of the order; nil where it does not know it.
        case foreign(String?)
    }

    let fill: Fill
    let exchange: ExchangeID
    let pair: Pair
    let side: Side
    /// Price × quantity, in the quote coin.
    let value: ExactDecimal
    let origin: Origin

    init(_ row: FillRow) {
        (fill, exchange, pair, side, value) = (row.fill, row.exchange, row.pair, row.side, row.value)
        origin = .order(row.order)
    }

    init(_ row: ForeignFill) {
        (fill, exchange, pair, side, value) = (row.fill, row.exchange, row.pair, row.side, row.value)
        // No exchange has an order 0; it stands for one that is not known.
        origin = .foreign(row.exchangeOrderID.isEmpty || row.exchangeOrderID == "0" ? nil : row.exchangeOrderID)
    }

    /// Whose it is, for a table: `#41`, `foreign 7`.
    var orderWords: String {
        switch origin {
        case .order(let id): id.description
        case .foreign(let id): id.map { "foreign \($0.printable)" } ?? "foreign"
        }
    }

    /// A trade as programs get it.
    var json: JSONObject {
        let (order, foreign): (JSONValue, JSONValue) =
            switch origin {
            case .order(let id): (id.json, .null)
            case .foreign(let id): (.null, id.map { .string($0) } ?? .null)
            }
        let isForeign = if case .foreign = origin { true } else { false }
        return [
            "id": fill.id.json, "order": order, "foreign": .bool(isForeign),
            "exchange_order_id": foreign,
            "exchange": .string(exchange.description), "pair": .string(pair.description),
            "side": .string(side.rawValue), "price": fill.price.json, "quantity": fill.quantity.json,
            "value": value.json, "fee": fill.fee.json, "fee_currency": .string(fill.feeCurrency.description),
            "liquidity": .string(fill.liquidity.rawValue), "at": fill.at.json,
        ]
    }
}

extension TradeRow {
    /// All that an account has traded; newest first unless the filter says otherwise.
    static func rows(of account: AccountID, in ledger: some LedgerReading, _ filter: FillFilter) throws -> [TradeRow] {
        let ours = try ledger.fills(account, filter)
        let foreign = try ledger.foreignFills(account, filter)
        let isByNumber = filter.fromID != nil || filter.toID != nil
        return ours.map { TradeRow($0) }.merged(with: foreign.map { TradeRow($0) }, atMost: filter.limit) {
            let (one, other) = filter.oldestFirst ? ($0.fill, $1.fill) : ($1.fill, $0.fill)
            return isByNumber ? one.id < other.id : (one.at, one.id) < (other.at, other.id)
        }
    }
}
