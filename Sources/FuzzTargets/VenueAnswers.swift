import BtceExchange
import Trading
import Venue

/// The venue's answers as the adapter reads them; nil where it would not have asked so.
struct VenueAnswers {
    private let answer: HTTPResponse
    private let dialect: Dialect

    init(_ answer: VenueHTTPResponse, _ dialect: VenueDialect) {
        self.answer = HTTPResponse(status: answer.status, body: answer.body)
        self.dialect = dialect == .btce ? .btce : .yobit
    }

    /// A page, by the parts of its path.
    func page(_ parts: [String]) throws(AnswerFailure) -> AnyHashable? {
        guard parts.count >= 3, parts[0] == "api" else { return nil }
        let reader = PublicReader(dialect)
        switch (parts[1], parts[1] == "2" && parts.count > 3 ? parts[3] : parts[2]) {
        case ("3", "info"): return AnyHashable(try reader.info(answer))
        case ("3", "ticker"): return AnyHashable(try reader.tickers(answer))
        case ("3", "depth"): return AnyHashable(try reader.depths(answer))
        case ("3", "trades"): return AnyHashable(try reader.prints(answer))
        case ("3", "fee"): return AnyHashable(try reader.fees(answer))
        case ("2", "ticker"): return AnyHashable(try reader.fallbackTicker(answer))
        case ("2", "depth"): return AnyHashable(try reader.fallbackDepth(answer))
        case ("2", "trades"):
            guard let pair = Pair(parts[2]) else { return nil }
            return AnyHashable(try reader.fallbackPrints(answer, of: pair))
        case ("2", "fee"): return AnyHashable(try reader.fallbackFee(answer))
        default: return nil
        }
    }

    /// A private call by its form, where it names one method in plain letters.
    func call(_ form: String) throws(AnswerFailure) -> AnyHashable? {
        let fields = form.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1) }
        let methods = fields.filter { $0.first == "method" && $0.count == 2 }
        guard !form.contains("%"), methods.count == 1, let name = methods.first?.last else { return nil }
        let reader = TapiReader(dialect)
        switch name {
        case "getInfo": return AnyHashable(try reader.accountInfo(answer))
        case "Trade": return AnyHashable(try reader.trade(answer))
        case "CancelOrder": return AnyHashable(try reader.cancel(answer))
        case "ActiveOrders": return AnyHashable(try reader.activeOrders(answer))
        case "OrderInfo":
            guard let text = fields.last(where: { $0.first == "order_id" && $0.count == 2 })?.last,
                let number = UInt64(text)
            else { return nil }
            return AnyHashable(try reader.orderInfo(answer, expected: number))
        case "TradeHistory": return AnyHashable(try reader.tradeHistory(answer))
        case "TransHistory": return AnyHashable(try reader.transactionPage(answer))
        default: return nil
        }
    }
}
