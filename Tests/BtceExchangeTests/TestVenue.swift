import ExactJSON
import Trading

@testable import BtceExchange

/// An exchange of the btc-e family with one account, small enough to be believed: its books are what tests hold the adapter
/// against. It shares no figures with the adapter: money is counted here in units of 10^-8 of its own.
final class TestVenue {
    struct Order {
        let number: UInt64
        let side: Side
        let rate: Int64
        let start: Int64
        var remaining: Int64
        let created: Int64
        var isCanceled = false

        var isActive: Bool { remaining > 0 && !isCanceled }
    }

    struct Row {
        let side: Side
        let rate: Int64
        let amount: Int64
        let order: UInt64
        let isYours: Bool
        let at: Int64
    }

    /// A row of TransHistory, by the codes of the protocol.
    struct Transaction {
        let type: Int
        let amount: Int64
        let coin: String
        let text: String
        var status: Int

        init(_ type: Int, _ amount: Int64, _ coin: String, _ text: String = "", status: Int = 2) {
            (self.type, self.amount, self.coin, self.text, self.status) = (type, amount, coin, text, status)
        }
    }

    struct KeyRights {
        var info: Bool
        var trade: Bool
        static let all = KeyRights(info: true, trade: true)
    }

    /// 10^8.
    static let unit: Int64 = 100_000_000

    var now = Timestamp(seconds: 1_795_000_000)
    /// How far its clock, with which it stamps and compares, is ahead of everybody's.
    var clockAheadSeconds: Int64 = 0
    private var clock: Int64 { now.seconds + clockAheadSeconds }
    var usd: Int64
    var btc: Int64
    private(set) var orders: [UInt64: Order] = [:]
    private(set) var rows: [Row] = []
    /// Orders that filled at once have no number; all that were ever taken on, by what was asked for.
    private(set) var taken: [(side: Side, rate: Int64, amount: Int64, number: UInt64)] = []
    /// What strangers offer and bid, best first: rate and amount.
    var asks: [(rate: Int64, amount: Int64)] = []
    var bids: [(rate: Int64, amount: Int64)] = []
    var transactions: [Transaction] = []
    var rights = KeyRights.all
    /// Methods that it does not have.
    var unknownMethods: Set<String> = []
    private(set) var lastNonce: UInt64 = 0
    private var lastNumber: UInt64 = 1_000
    /// Whether the exchange gives no number to an order that fills at once.
    var hidesNumbers = true
    /// Whether it knows nothing any more of an order that is off its book.
    var forgetsEnded = false
    /// Rows that its history never shows, by their numbers.
    var hiddenRows: Set<Int> = []
    /// Orders that ActiveOrders lists though they are off the book, and that it does not list though they are on it.
    var ghosts: Set<UInt64> = []
    var unlisted: Set<UInt64> = []
    /// For how long a trade is not in the history yet.
    var historyLagSeconds: Int64 = 0
    private(set) var requests: [String] = []

    init(usd: Int64 = 1_000, btc: Int64 = 10) {
        self.usd = usd * TestVenue.unit
        self.btc = btc * TestVenue.unit
    }

    /// What was ever taken on, and how much of it has filled.
    var truth: [(side: Side, rate: Int64, amount: Int64, filled: Int64)] {
        taken.map { order in
            let left = orders[order.number].map { $0.remaining } ?? 0
            return (order.side, order.rate, order.amount, order.amount - left)
        }
    }

    // MARK: Requests

    func handle(_ request: HTTPRequest) -> HTTPResponse {
        guard case .post(let body) = request.method else { return HTTPResponse(publicAnswer(request.url)) }
        var form: [String: String] = [:]
        for part in String(decoding: body, as: UTF8.self).split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1)
            form[String(sides[0])] = String(sides[1])
        }
        requests.append(form["method"] ?? "")
        let nonce = UInt64(form["nonce"] ?? "") ?? 0
        guard nonce > lastNonce else {
            return refuse("invalid nonce parameter; on key:\(lastNonce), you sent:\(nonce)")
        }
        lastNonce = nonce
        let method = form["method"] ?? ""
        guard !unknownMethods.contains(method) else { return refuse("invalid method") }
        let isTrading = method == "Trade" || method == "CancelOrder"
        guard isTrading ? rights.trade : rights.info else {
            return refuse("api key dont have \(isTrading ? "trade" : "info") permission")
        }
        switch method {
        case "getInfo": return HTTPResponse(#"{"success":1,"return":\#(info)}"#)
        case "Trade": return trade(form)
        case "CancelOrder": return cancelOrder(UInt64(form["order_id"] ?? "") ?? 0)
        case "ActiveOrders":
            let active = orders.values.filter { order in
                ghosts.contains(order.number) || (order.isActive && !unlisted.contains(order.number))
            }.sorted { $0.number < $1.number }
            return active.isEmpty ? refuse("no orders") : object(active.map { text($0, isWhole: false) })
        case "OrderInfo":
            guard let order = orders[UInt64(form["order_id"] ?? "") ?? 0], order.isActive || !forgetsEnded else {
                return refuse("invalid order")
            }
            return object([text(order, isWhole: true)])
        case "TradeHistory": return history(form)
        case "TransHistory": return transactionHistory(form)
        default: return refuse("invalid method")
        }
    }

    /// Somebody places an order at the exchange's own page.
    func byHand(_ side: Side, _ amount: String, at rate: String) {
        _ = trade(["pair": "btc_usd", "type": side.rawValue, "amount": amount, "rate": rate])
    }

    private func trade(_ form: [String: String]) -> HTTPResponse {
        guard form["pair"] == "btc_usd" else { return refuse("Invalid pair name: \(form["pair"] ?? "")") }
        let side: Side = form["type"] == "buy" ? .buy : .sell
        let (rate, amount) = (units(form["rate"] ?? ""), units(form["amount"] ?? ""))
        guard amount >= TestVenue.unit / 100 else { return refuse("Value BTC must be greater than 0.01 BTC.") }
        let needed = side == .buy ? times(rate, amount) : amount
        guard needed <= (side == .buy ? usd : btc) else {
            return refuse("It is not enough \(side == .buy ? "USD" : "BTC") in the account for \(side.rawValue).")
        }
        if side == .buy { usd -= needed } else { btc -= needed }
        var (left, received) = (amount, Int64(0))
        while left > 0, let level = (side == .buy ? asks : bids).first,
            side == .buy ? level.rate <= rate : level.rate >= rate
        {
            let traded = min(left, level.amount)
            if side == .buy { asks[0].amount -= traded } else { bids[0].amount -= traded }
            if side == .buy, asks[0].amount == 0 { asks.removeFirst() }
            if side == .sell, bids[0].amount == 0 { bids.removeFirst() }
            received += book(side, level.rate, traded, order: 7, isYours: false, reservedAt: rate)
            left -= traded
        }
        lastNumber += 1
        if left > 0 || !hidesNumbers {
            orders[lastNumber] = Order(
                number: lastNumber, side: side, rate: rate, start: amount, remaining: left, created: clock)
        }
        let number = left > 0 || !hidesNumbers ? lastNumber : 0
        taken.append((side, rate, amount, number))
        return HTTPResponse(
            """
            {"success":1,"return":{"received":\(decimal(received)),"remains":\(decimal(left)),"order_id":\(number),\
            "funds":{"usd":\(decimal(usd)),"btc":\(decimal(btc))}}}
            """)
    }

    /// What a trade brought, net of the fee of 0.2%.
    private func book(
        _ side: Side, _ rate: Int64, _ amount: Int64, order: UInt64, isYours: Bool, reservedAt: Int64
    ) -> Int64 {
        rows.append(Row(side: side, rate: rate, amount: amount, order: order, isYours: isYours, at: clock))
        let gross = side == .buy ? amount : times(rate, amount)
        let net = gross - gross / 500
        precondition(gross % 500 == 0, "the tests' figures keep to what has an exact fee")
        if side == .buy {
            btc += net
            usd += times(reservedAt, amount) - times(rate, amount)
        } else {
            usd += net
        }
        return net
    }

    private func cancelOrder(_ number: UInt64) -> HTTPResponse {
        guard let order = orders[number] else { return refuse("invalid order") }
        guard order.isActive else { return refuse("bad status") }
        takeOff(number)
        return HTTPResponse(#"{"success":1,"return":{"order_id":\#(number),"funds":{"usd":\#(decimal(usd))}}}"#)
    }

    /// By hand, at the exchange's own page.
    func takeOff(_ number: UInt64) {
        guard let order = orders[number], order.isActive else { return }
        orders[number]?.isCanceled = true
        if order.side == .buy { usd += times(order.rate, order.remaining) } else { btc += order.remaining }
    }

    /// A stranger trades with the account's own orders, best first.
    func hit(_ side: Side, upTo limit: Int64, _ amount: Int64) {
        var left = amount
        let resting = orders.values.filter { $0.isActive && $0.side == side.opposite }
            .sorted {
                side == .buy ? ($0.rate, $0.number) < ($1.rate, $1.number) : ($1.rate, $0.number) < ($0.rate, $1.number)
            }
        for order in resting where side == .buy ? order.rate <= limit : order.rate >= limit {
            let traded = min(left, order.remaining)
            guard traded > 0 else { return }
            orders[order.number]?.remaining -= traded
            _ = book(order.side, order.rate, traded, order: order.number, isYours: true, reservedAt: order.rate)
            left -= traded
        }
    }

    /// The exchange lies: its history has a trade that never was.
    func showTrade(of number: UInt64, _ side: Side, _ rate: Int64, _ amount: Int64) {
        rows.append(Row(side: side, rate: rate, amount: amount, order: number, isYours: true, at: clock))
    }

    private func history(_ form: [String: String]) -> HTTPResponse {
        let first = Int(form["from_id"] ?? "") ?? 0
        let since = Int64(form["since"] ?? "") ?? 0
        let count = Int(form["count"] ?? "") ?? 1_000
        let newest = clock - historyLagSeconds
        let all = rows.enumerated().filter { row in
            row.offset + 1 >= first && row.element.at >= since && row.element.at <= newest
                && !hiddenRows.contains(row.offset + 1)
        }
        // Newest first, unless it is told otherwise, or times are given.
        let isAscending = form["order"] == "ASC" || form["since"] != nil
        let found = (isAscending ? all : all.reversed()).prefix(count)
        guard !found.isEmpty else { return refuse("no trades") }
        return object(
            found.map { index, row in
                """
                "\(index + 1)":{"pair":"btc_usd","type":"\(row.side.rawValue)","amount":\(decimal(row.amount)),\
                "rate":\(decimal(row.rate)),"order_id":\(row.order),"is_your_order":\(row.isYours ? 1 : 0),\
                "timestamp":\(row.at)}
                """
            })
    }

    private func transactionHistory(_ form: [String: String]) -> HTTPResponse {
        let first = Int(form["from_id"] ?? "") ?? 0
        let isAscending = form["order"] == "ASC" || form["since"] != nil
        let all = transactions.enumerated().filter { $0.offset + 1 >= first }
        let found = (isAscending ? all : all.reversed()).prefix(Int(form["count"] ?? "") ?? 1_000)
        guard !found.isEmpty else { return refuse("no transactions") }
        return object(
            found.map { index, row in
                """
                "\(index + 1)":{"type":\(row.type),"amount":\(decimal(row.amount)),"currency":"\(row.coin)",\
                "desc":\(String(decoding: ExchangeJSON.string(row.text).bytes, as: UTF8.self)),"status":\(row.status),\
                "timestamp":1795000000}
                """
            })
    }

    private func publicAnswer(_ url: String) -> String {
        if url.hasSuffix("/api/3/info") {
            return """
                {"server_time":\(clock),"pairs":{"btc_usd":{"decimal_places":3,"min_price":0.1,"max_price":400,\
                "min_amount":0.01,"hidden":0,"fee":0.2}}}
                """
        }
        guard url.contains("btc_usd") else { return "{}" }
        return """
            {"btc_usd":{"last":100,"buy":\(decimal(asks.first?.rate ?? 0)),"sell":\(decimal(bids.first?.rate ?? 0)),\
            "updated":\(clock)}}
            """
    }

    // MARK: Text

    private var info: String {
        """
        {"funds":{"usd":\(decimal(usd)),"btc":\(decimal(btc))},"rights":{"info":\(rights.info ? 1 : 0),"trade":\(rights.trade ? 1 : 0),"withdraw":0},\
        "transaction_count":0,"open_orders":\(orders.values.count(where: \.isActive)),"server_time":\(clock)}
        """
    }

    private func text(_ order: Order, isWhole: Bool) -> String {
        let status = order.isActive ? 0 : order.remaining == 0 ? 1 : order.remaining == order.start ? 2 : 3
        let start = isWhole ? #""start_amount":\#(decimal(order.start)),"# : ""
        return """
            "\(order.number)":{"pair":"btc_usd","type":"\(order.side.rawValue)",\(start)"amount":\(decimal(order.remaining)),\
            "rate":\(decimal(order.rate)),"timestamp_created":\(order.created),"status":\(status)}
            """
    }

    private func object(_ members: [String]) -> HTTPResponse {
        HTTPResponse(#"{"success":1,"return":{\#(members.joined(separator: ","))}}"#)
    }

    private func refuse(_ words: String) -> HTTPResponse { HTTPResponse(#"{"success":0,"error":"\#(words)"}"#) }

    private func times(_ rate: Int64, _ amount: Int64) -> Int64 {
        let product = rate.multipliedFullWidth(by: amount)
        return TestVenue.unit.dividingFullWidth(product).quotient
    }

    private func decimal(_ units: Int64) -> String {
        let fraction = String(units % TestVenue.unit)
        return "\(units / TestVenue.unit)." + String(repeating: "0", count: 8 - fraction.count) + fraction
    }

    private func units(_ text: String) -> Int64 {
        let parts = text.split(separator: ".")
        let fraction = parts.count > 1 ? parts[1] : ""
        return (Int64(parts[0]) ?? 0) * TestVenue.unit
            + (Int64(fraction + String(repeating: "0", count: 8 - fraction.count)) ?? 0)
    }
}
