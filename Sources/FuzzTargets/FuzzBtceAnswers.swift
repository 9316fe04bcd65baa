import BtceExchange
import ExactJSON
import Trading

/// What holds for the answers of an exchange of the btc-e family, whatever they are.
///
/// The first byte chooses the call that is answered, the second the dialect and the status; the rest is the body.
enum FuzzBtceAnswers {
    private typealias Read = (_ call: Int, Dialect, HTTPResponse) throws(AnswerFailure) -> AnyHashable

    static func account(_ bytes: [UInt8]) throws(FuzzFinding) { try answer(bytes, readAccount) }
    static func market(_ bytes: [UInt8]) throws(FuzzFinding) { try answer(bytes, readMarket) }

    private static func readAccount(
        _ call: Int, _ dialect: Dialect, _ answer: HTTPResponse
    ) throws(AnswerFailure) -> AnyHashable {
        let reader = TapiReader(dialect)
        switch call % 7 {
        case 0: return AnyHashable(try reader.accountInfo(answer))
        case 1: return AnyHashable(try reader.trade(answer))
        case 2: return AnyHashable(try reader.cancel(answer))
        case 3: return AnyHashable(try reader.activeOrders(answer))
        case 4: return AnyHashable([try reader.orderInfo(answer, expected: orderAskedFor)])
        case 5: return AnyHashable(try reader.tradeHistory(answer))
        default: return AnyHashable(try reader.transactionPage(answer))
        }
    }

    private static func readMarket(
        _ call: Int, _ dialect: Dialect, _ answer: HTTPResponse
    ) throws(AnswerFailure) -> AnyHashable {
        let reader = PublicReader(dialect)
        let pair: Pair = "btc_usd"
        switch call % 9 {
        case 0: return AnyHashable(try reader.info(answer))
        case 1: return AnyHashable(try reader.tickers(answer))
        case 2: return AnyHashable(try reader.depths(answer))
        case 3: return AnyHashable(try reader.prints(answer))
        case 4: return AnyHashable(try reader.fees(answer))
        case 5: return AnyHashable([OfPair(pair, try reader.fallbackTicker(answer))])
        case 6: return AnyHashable([OfPair(pair, try reader.fallbackDepth(answer))])
        case 7: return AnyHashable([OfPair(pair, try reader.fallbackPrints(answer, of: pair))])
        default: return AnyHashable([OfPair(pair, try reader.fallbackFee(answer))])
        }
    }

    /// The number of the order that OrderInfo answers about.
    private static let orderAskedFor: UInt64 = 343_152

    private static let statuses = [200, 200, 404, 502]

    private static func answer(_ bytes: [UInt8], _ read: Read) throws(FuzzFinding) {
        guard bytes.count >= 2 else { return }
        // As digits: "0" is the first of each.
        let call = Int(bytes[0] & 0x0F)
        let dialect = bytes[1] & 1 == 0 ? Dialect.btce : .yobit
        let status = statuses[Int(bytes[1] >> 1) % statuses.count]
        let body = Array(bytes[2...])
        func reading(_ body: [UInt8]) -> Result<AnyHashable, AnswerFailure> {
            do throws(AnswerFailure) {
                return .success(try read(call, dialect, HTTPResponse(status: status, body: body)))
            } catch {
                return .failure(error)
            }
        }

        let outcome = reading(body)
        let json = try? ExchangeJSONReader.read(body)
        switch outcome {
        case .success(let value):
            guard status == 200, let json else { throw FuzzFinding("of HTTP \(status) was made \(value)") }
            try AnswerLaws(value, numbers: json.numbers).hold()
        case .failure(let failure):
            try refusal(failure, json)
        }
        if let json {
            try expect(reading(json.bytes) == outcome, "written again it reads \(reading(json.bytes)), not \(outcome)")
            try expect(reading(body + Array(" \r\n".utf8)) == outcome, "with a line break behind it is another answer")
            try cut(body, reading)
        }
    }

    /// What was cut off on its way is never an answer: neither a result nor a refusal.
    private static func cut(
        _ body: [UInt8], _ reading: ([UInt8]) -> Result<AnyHashable, AnswerFailure>
    ) throws(FuzzFinding) {
        let body = body[...(body.lastIndex { $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "]") } ?? 0)]
        guard body.count > 1 else { return }
        let somewhere = Int(body.reduce(0) { $0 &* 31 &+ Int($1) }.magnitude % UInt(body.count))
        for count in [somewhere, body.count - 1] {
            switch reading(Array(body.prefix(count))) {
            case .success(let value): throw FuzzFinding("cut to \(count) bytes it reads \(value)")
            case .failure(let failure):
                try expect(!failure.provesNothingWasDone, "cut to \(count) bytes it proves \(failure)")
            }
        }
    }

    /// What a refusal says is shown in one line; and it proves that nothing was done only in words that are known.
    private static func refusal(_ failure: AnswerFailure, _ json: ExchangeJSON?) throws(FuzzFinding) {
        let reason = failure.reason
        try expect(
            reason.contains { !$0.isWhitespace } && reason.utf8.count <= 4_000,
            "the reason has \(reason.utf8.count) bytes: \(failure)")
        try expect(
            !reason.contains(where: \.isNewline)
                && !reason.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F },
            "the reason is not one line of plain characters: \(reason.debugDescription)")
        guard failure.provesNothingWasDone else { return }
        guard case .refused = failure, case .object(let members)? = json,
            case .string(let words)? = members.first(where: { $0.name == "error" })?.value
        else { throw FuzzFinding("it proves that nothing was done: \(failure)") }
        let said = words.lowercased()
        try expect(
            knownWords.contains { said.contains($0) } && !said.contains("invalid nonce"),
            "it proves that nothing was done: \(words.debugDescription)")
    }

    /// In which exchanges of this family say that they have not done what they were asked.
    private static let knownWords = [
        "it is not enough", "insufficient funds", "not enough", "you incorrectly entered", "must be greater",
        "total transaction amount", "total order amount", "price per ", "invalid pair", "empty pair", "duplicated pair",
        "permission", "invalid api key", "invalid key", "invalid sign", "invalid method", "invalid order", "bad status",
        "has already been", "too often",
    ]
}
