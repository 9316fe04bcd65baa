import Testing
import Trading

@testable import BtceExchange

@Suite struct `Requests of the protocol` {
    @Test(
        arguments: [
            (.getInfo, "method=getInfo&nonce=7"),
            (
                .trade(
                    pair: "btc_usd", side: .sell, rate: ExactDecimal("0.00000001")!, amount: ExactDecimal("230.50")!),
                "method=Trade&nonce=7&pair=btc_usd&type=sell&rate=0.00000001&amount=230.5"
            ),
            (.activeOrders(pair: nil), "method=ActiveOrders&nonce=7"),
            (.activeOrders(pair: "ltc_btc"), "method=ActiveOrders&nonce=7&pair=ltc_btc"),
            (.orderInfo(orderID: 343_152), "method=OrderInfo&nonce=7&order_id=343152"),
            (.cancelOrder(orderID: 1_002_536_200_000_000), "method=CancelOrder&nonce=7&order_id=1002536200000000"),
            (
                .tradeHistory(
                    HistoryRange(
                        from: 5, count: 100, firstID: 1, lastID: 9, isOldestFirst: true,
                        since: Timestamp(seconds: 1_700_000_000),
                        end: Timestamp(seconds: 1_700_000_100)), pair: "btc_usd"),
                "method=TradeHistory&nonce=7&from=5&count=100&from_id=1&end_id=9&order=ASC&since=1700000000&end=1700000100&pair=btc_usd"
            ),
            (.transactionHistory(HistoryRange(isOldestFirst: false)), "method=TransHistory&nonce=7&order=DESC"),
        ] as [(TapiRequest, String)])
    func `a private request is a form`(request: TapiRequest, form: String) {
        #expect(String(decoding: request.body(nonce: 7), as: UTF8.self) == form)
    }

    /// RFC 4231, test case 2.
    @Test func `the signature is HMAC-SHA512 in lower case`() {
        let key = TapiKey(key: "K", secret: Array("Jefe".utf8))
        #expect(
            key.sign(Array("what do ya want for nothing?".utf8))
                == "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                + "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737")
        #expect(TapiKey(key: "", secret: []).sign([]).hasPrefix("b936cee86c9f87aa5d3c6f2e84cb5a42"))
    }

    @Test func `what is signed is what is sent, once at most`() throws {
        let key = TapiKey(key: "KEY-1", secret: Array("secret".utf8))
        let request = key.signed(.getInfo, nonce: 3, url: "https://x/tapi")
        guard case .post(let body) = request.method else { throw Wrong.method }
        #expect(request.headers.contains(HTTPHeader("Key", "KEY-1")))
        #expect(request.headers.contains(HTTPHeader("Sign", key.sign(body))))
        #expect(request.delivery == .onceAtMost)
        #expect(request.url == "https://x/tapi")
    }

    @Test func `a secret is not printed`() {
        let key = TapiKey(key: "KEY-123456", secret: Array("hush".utf8))
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] {
            #expect(!text.contains("hush") && !text.contains("104") && !text.contains("123456"))
        }
    }

    @Test func `public requests ask for all pairs at once, each once`() {
        #expect(PublicRequest.info.path == "/api/3/info")
        #expect(
            PublicRequest.ticker(["btc_usd", "ltc_usd", "btc_usd"]).path
                == "/api/3/ticker/btc_usd-ltc_usd?ignore_invalid=1")
        #expect(
            PublicRequest.depth(["btc_usd"], limit: 9_999).path == "/api/3/depth/btc_usd?ignore_invalid=1&limit=2000")
        #expect(PublicRequest.trades(["btc_usd"], limit: nil).path == "/api/3/trades/btc_usd?ignore_invalid=1")
        #expect(PublicRequest.fee(["btc_usd"]).path == "/api/3/fee/btc_usd?ignore_invalid=1")
        #expect(
            PublicRequest.ticker(["btc_usd", "ltc_usd"]).fallbackPaths.map(\.path) == [
                "/api/2/btc_usd/ticker", "/api/2/ltc_usd/ticker",
            ])
        #expect(PublicRequest.get("/api/3/info", baseURL: "http://h").delivery == .mayRepeat)
    }

    private enum Wrong: Error { case method }
}
