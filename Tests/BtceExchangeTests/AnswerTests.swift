import ExactJSON
import Testing
import Trading

@testable import BtceExchange

@Suite struct `Answers of the protocol` {
    let tapi = TapiReader(.btce)
    let reader = PublicReader(.btce)

    @Test func `getInfo tells funds, rights and the time`() throws {
        let info = try tapi.accountInfo(HTTPResponse(RecordedAnswers.accountInfo))
        #expect(
            info.funds == [
                CoinAmount("btc", .of("23.998")), CoinAmount("nvc", 0), CoinAmount("usd", .of("325.00000001")),
            ])
        #expect(info.rights == KeyRights(info: true, trade: false, withdraw: false))
        #expect(info.openOrderCount == 1 && info.serverTime == Timestamp(seconds: 1_342_123_547))
        let yobit = try TapiReader(.yobit).accountInfo(HTTPResponse(RecordedAnswers.yobitInfo))
        #expect(yobit.funds == [CoinAmount("ltc", 22), CoinAmount("nvc", .of("423.998"))])
        #expect(yobit.fundsWithOrders == [CoinAmount("ltc", 32), CoinAmount("nvc", .of("523.998"))])
    }

    @Test func `Trade tells what came, what is left, and whether there is an order to ask about`() throws {
        let resting = try tapi.trade(HTTPResponse(RecordedAnswers.trade))
        #expect(resting.received == .of("0.1") && resting.remains == .of("0.9") && resting.orderID == 343_148)
        let filled = try tapi.trade(HTTPResponse(RecordedAnswers.filledAtOnce))
        #expect(filled.received == .of("0.998") && filled.remains == 0 && filled.orderID == nil)
        #expect(filled.funds == [CoinAmount("usd", .of("0.00000001"))])
        #expect(try TapiReader(.yobit).trade(HTTPResponse(RecordedAnswers.yobitTrade)).orderID == 100_025_362_000_000)
    }

    @Test func `orders come by number`() throws {
        let orders = try tapi.activeOrders(HTTPResponse(RecordedAnswers.activeOrders))
        #expect(orders.map(\.id) == [343_152, 343_153])
        #expect(
            orders[0]
                == WireOrder(
                    id: 343_152, pair: "btc_usd", side: .sell, rate: .of("485.1"), startAmount: nil,
                    remaining: .of("12.345"),
                    createdAt: Timestamp(seconds: 1_342_448_420), status: .active))
        #expect(orders[1].rate == 350)
        let order = try tapi.orderInfo(HTTPResponse(RecordedAnswers.orderInfo), expected: 343_152)
        #expect(order.startAmount == .of("13.345") && order.status == .canceledInPart)
        #expect(throws: AnswerFailure.unreadable(path: "return", message: "not the order 1")) {
            try tapi.orderInfo(HTTPResponse(RecordedAnswers.orderInfo), expected: 1)
        }
        #expect(try tapi.cancel(HTTPResponse(RecordedAnswers.cancel)).orderID == 343_154)
    }

    @Test func `histories come oldest first`() throws {
        let fills = try tapi.tradeHistory(HTTPResponse(RecordedAnswers.tradeHistory))
        #expect(
            fills
                == [
                    WireFill(
                        id: 166_830, pair: "btc_usd", side: .sell, rate: 450, amount: 1, orderID: 343_148,
                        isYourOrder: true, at: Timestamp(seconds: 1_342_448_420)),
                    WireFill(
                        id: 166_831, pair: "btc_usd", side: .buy, rate: 449, amount: 2, orderID: 9, isYourOrder: false,
                        at: Timestamp(seconds: 1_342_448_421)),
                ])
        let moves = try tapi.transactionPage(HTTPResponse(RecordedAnswers.transactionHistory)).rows
        #expect(moves.map(\.kind) == [.debit, .deposit] && moves.map(\.status) == [.failed, .successful])
        #expect(moves[1].coin == "btc" && moves[1].amount == 1 && moves[1].text == "BTC Payment")
    }

    @Test func `nothing there is an empty list, but never for an order that was asked for`() throws {
        func nothing(_ text: String) -> HTTPResponse { HTTPResponse(#"{"success":0,"error":"\#(text)"}"#) }
        #expect(try tapi.activeOrders(nothing("no orders")) == [])
        #expect(try tapi.tradeHistory(nothing("no trades")) == [])
        #expect(try tapi.transactionPage(nothing("no transactions")).rows == [])
        #expect(try tapi.activeOrders(HTTPResponse(#"{"success":1,"return":[]}"#)) == [])
        #expect(throws: AnswerFailure.refused(.nothingThere, words: "no orders")) {
            try tapi.orderInfo(nothing("no orders"), expected: 1)
        }
        // An empty list is a result, from which it may be concluded that an order never arrived: not under any status.
        for status in [404, 502] {
            #expect(throws: AnswerFailure.refused(.nothingThere, words: "no orders")) {
                try tapi.activeOrders(HTTPResponse(#"{"success":0,"error":"no orders"}"#, status: status))
            }
            #expect(throws: AnswerFailure.refused(.nothingThere, words: "no trades")) {
                try tapi.tradeHistory(HTTPResponse(#"{"success":0,"error":"no trades"}"#, status: status))
            }
        }
    }

    @Test func `info becomes the rules of pairs`() throws {
        let info = try reader.info(HTTPResponse(RecordedAnswers.info))
        #expect(info.pairs.map(\.pair) == ["btc_usd", "ltc_usd"])
        #expect(info.pairs.map(\.isHidden) == [false, true])
        #expect(info.pairs[0].priceMax == 400 && info.pairs[1].feeRate == .of("0.0025"))
        let rules = try info.pairs[0].rules()
        #expect(rules.priceTick == .of("0.001") && rules.quantityMin == .of("0.01") && rules.feeRate == .of("0.002"))
        #expect(rules.feeCurrency(for: .buy) == "btc" && rules.feeCurrency(for: .sell) == "usd")
    }

    @Test func `buy and sell of a ticker are the dialect's`() throws {
        let btce = try reader.tickers(HTTPResponse(RecordedAnswers.tickers))
        #expect(btce.map(\.pair) == ["btc_usd", "ltc_usd"])
        #expect(btce[0].value.ticker.ask == .of("101.9") && btce[0].value.ticker.bid == .of("101.773"))
        #expect(!btce[0].value.isCrossed)
        // A price of 0 is none.
        let other = btce[1].value.ticker
        #expect(other.bid == .of("4.1") && other.ask == nil && other.last == nil)
        #expect(other.at == Timestamp(seconds: 1_370_816_309))
        let yobit = try PublicReader(.yobit).tickers(HTTPResponse(RecordedAnswers.tickers))
        #expect(yobit[0].value.ticker.bid == .of("101.9") && yobit[0].value.isCrossed)
        let old = try reader.fallbackTicker(HTTPResponse(RecordedAnswers.oldTicker))
        #expect(
            old.ticker
                == Ticker(
                    bid: .of("8.5"), ask: .of("8.7"), last: .of("8.6"), at: Timestamp(seconds: 1_370_816_308),
                    day: TickerDay(high: 9, low: 8, average: .of("8.5"), volume: 2, value: 1)))
    }

    /// `vol` is in the quote coin and `vol_cur` in the base coin, in both dialects.
    @Test(arguments: Dialect.allCases)
    func `a ticker keeps the figures of its day, with what the exchange does not say left out`(dialect: Dialect) throws
    {
        let tickers = try PublicReader(dialect).tickers(HTTPResponse(RecordedAnswers.tickers))
        #expect(
            tickers[0].value.ticker.day
                == TickerDay(
                    high: .of("109.88"), low: .of("91.14"), average: .of("100.51"), volume: .of("16541.51969"),
                    value: .of("1632898.2249")))
        func day(_ figures: String) throws -> TickerDay? {
            let body = #"{"btc_usd":{"last":8,"buy":9,"sell":8,"updated":1370816308\#(figures)}}"#
            return try PublicReader(dialect).tickers(HTTPResponse(body))[0].value.ticker.day
        }
        #expect(try day("") == nil)
        // Nothing has traded all day: there is no highest price, and the volume is none.
        #expect(try day(#","high":0,"low":0,"avg":0,"vol":0,"vol_cur":0"#) == TickerDay(volume: 0, value: 0))
        // A figure that is none, or cannot be, spoils neither the price nor the other figures.
        #expect(try day(#","high":[],"low":-1,"avg":"x","vol":1e40,"vol_cur":"2.5""#) == TickerDay(volume: .of("2.5")))
    }

    @Test func `depth, trades and fees are of many pairs at once, and of one in version 2`() throws {
        let depths = try reader.depths(HTTPResponse(RecordedAnswers.depths))
        #expect(depths[0].value.asks[0] == WireLevel(price: .of("103.426"), amount: .of("0.01")))
        #expect(depths[0].value.bids.count == 2 && depths[1].value == WireDepth(asks: [], bids: []))
        let prints = try reader.prints(HTTPResponse(RecordedAnswers.prints))[0].value
        #expect(prints.map(\.takerSide) == [.sell, .buy] && prints.map(\.id) == [4_861_261, 4_861_254])
        #expect(
            try reader.fees(HTTPResponse(RecordedAnswers.fees)) == [
                OfPair("btc_usd", .of("0.002")), OfPair("ltc_usd", .of("0.005")),
            ])
        let old = try reader.fallbackPrints(HTTPResponse(RecordedAnswers.oldPrints), of: "btc_usd")
        #expect(old.map(\.takerSide) == [.buy] && old[0].at == Timestamp(seconds: 1_370_818_007))
        #expect(throws: AnswerFailure.self) {
            try reader.fallbackPrints(HTTPResponse(RecordedAnswers.oldPrints), of: "ltc_usd")
        }
        #expect(try reader.fallbackFee(HTTPResponse(#"{"trade":0.2}"#)) == .of("0.002"))
    }

    @Test(
        arguments: [
            ("", .empty(status: 200)), ("  \r\n", .empty(status: 200)),
            (
                "<!DOCTYPE html><html><head><title>502 Bad\n Gateway</title></head>",
                .html(status: 200, title: "502 bad gateway")
            ),
            ("<html>", .html(status: 200, title: "")),
            (
                #"{"success":1,"return":{"recei"#,
                .notJSON(status: 200, at: 29, message: "a text without end, at the end")
            ),
            ("Too many connections", .notJSON(status: 200, at: 0, message: "no value")),
            ("[]", .unreadable(path: "", message: "expected an object, found a list")),
            ("null", .unreadable(path: "", message: "expected an object, found null")),
            ("{}", .unreadable(path: "", message: "has no success")),
            (#"{"success":2}"#, .unreadable(path: "success", message: "neither 0 nor 1: 2")),
            (#"{"success":1}"#, .unreadable(path: "", message: "has no return")),
            (#"{"success":0}"#, .unreadable(path: "", message: "has no error")),
            (#"{"success":0,"error":{}}"#, .unreadable(path: "error", message: "expected a text, found an object")),
            (
                #"{"success":1,"return":{"received":-1,"remains":0,"order_id":1}}"#,
                .unreadable(path: "return.received", message: "below zero: -1")
            ),
            (
                #"{"success":1,"return":{"received":0,"remains":1,"order_id":0}}"#,
                .unreadable(path: "return.order_id", message: "0 for an order of which 1 are left")
            ),
            (
                #"{"success":1,"return":{"received":1e-19,"remains":0,"order_id":1}}"#,
                .unreadable(path: "return.received", message: "1e-19: more than 18 decimals")
            ),
            (
                #"{"success":1,"return":{"received":0,"remains":0,"order_id":1.5}}"#,
                .unreadable(path: "return.order_id", message: "no whole number: 1.5")
            ),
            (
                #"{"success":1,"return":{"received":0,"remains":0,"order_id":1,"funds":{"btc":"x"}}}"#,
                .unreadable(path: "return.funds.btc", message: "no number: x")
            ),
        ] as [(String, AnswerFailure)])
    func `what is no answer is an error of its own`(body: String, failure: AnswerFailure) {
        #expect(throws: failure) { try tapi.trade(HTTPResponse(body)) }
        // None of them says that nothing was done.
        #expect(!failure.provesNothingWasDone && failure.isOutage && failure.code == .exchangeUnavailable)
    }

    @Test func `what a stranger sent is shown in one short line, wherever it stands`() {
        let hostile = "a\u{1B}[2J\n\u{85}\u{2028}" + String(repeating: "e\u{301}", count: 5_000)
        let text = String(decoding: ExchangeJSON.string(hostile).bytes, as: UTF8.self)
        for body in [
            #"{"success":0,"error":\#(text)}"#, #"{"success":1,"return":{\#(text):{}}}"#,
            #"{"success":1,"return":{"5":{"status":\#(text)}}}"#, "<html><title>\(hostile)</title>",
        ] {
            do {
                Issue.record("\(body) is read as \(try tapi.activeOrders(HTTPResponse(body)))")
            } catch {
                #expect(!error.reason.contains(where: \.isNewline) && !error.reason.contains("\u{1B}"))
                #expect(error.reason.utf8.count < 2_000, "\(body.prefix(40))")
            }
        }
    }

    @Test(arguments: ["", " \\n"])
    func `a refusal without words is told as one`(words: String) {
        do {
            Issue.record("read as \(try tapi.trade(HTTPResponse(#"{"success":0,"error":"\#(words)"}"#)))")
        } catch {
            #expect(error.reason == "a refusal without words" && !error.provesNothingWasDone)
        }
    }

    @Test func `a result under a status of failure is not believed, a refusal is`() {
        #expect(throws: AnswerFailure.unexpectedStatus(502)) {
            try tapi.trade(HTTPResponse(RecordedAnswers.trade, status: 502))
        }
        #expect(throws: AnswerFailure.unexpectedStatus(404)) {
            try reader.tickers(HTTPResponse(RecordedAnswers.tickers, status: 404))
        }
        #expect(throws: AnswerFailure.refused(.invalidKey, words: "invalid api key")) {
            try tapi.trade(HTTPResponse(#"{"success":0,"error":"invalid api key"}"#, status: 403))
        }
        #expect(throws: AnswerFailure.refused(.invalidPair, words: "Invalid pair name: x_y")) {
            try reader.tickers(HTTPResponse(#"{"success":0,"error":"Invalid pair name: x_y"}"#))
        }
        #expect(throws: AnswerFailure.refused(.invalidPair, words: "invalid pair")) {
            try reader.fallbackTicker(HTTPResponse(#"{"error":"invalid pair"}"#))
        }
    }
}
