import ExactJSON
import Testing
import Trading

@testable import Venue

@Suite struct `The control port` {
    @Test func `a quote trades with what it crosses, for no more than its amount`() throws {
        let venue = VenueUnderTest()
        try venue.trade("ann", "buy", "2", at: "229")
        #expect(
            try venue.control("/quote", #"{"pair":"btc_usd","bid":"227","ask":"228","amount":"1.5"}"#)["success"] == 1)
        #expect(venue.venue.books.orders[0].filled == ExactDecimal("1.5")?.units)
        #expect(venue.venue.books.orders[0].status == .open)
    }

    @Test func `standing quotes come back after a second, exact ones do not`() throws {
        let venue = VenueUnderTest()
        func asks() -> Int128 {
            venue.venue.books.markets["btc_usd"]?.book.asks.orders.reduce(Int128(0)) { $0 + $1.left } ?? 0
        }
        let all = asks()
        try venue.trade("ann", "buy", "15", at: "240")
        #expect(asks() < all)
        venue.venue.replenish(at: venue.now)
        let once = asks()
        #expect(once == all)
        try venue.control("/quote", #"{"pair":"btc_usd","bid":"229","ask":"230","amount":"5"}"#)
        try venue.trade("ann", "buy", "2", at: "240")
        venue.pass(seconds: 10)
        venue.venue.replenish(at: venue.now)
        #expect(asks() == 3 * ExactDecimal.one.units)
    }

    @Test func `a trade fills what rests at its price or better, and says how much did`() throws {
        let venue = VenueUnderTest(prices: [:])
        try venue.trade("ann", "buy", "1", at: "229")
        try venue.trade("bob", "buy", "1", at: "231")
        let trade = #"{"pair":"btc_usd","price":"230","amount":"5","side":"sell"}"#
        #expect(try venue.control("/trade", trade).text == #"{"success":1,"fills":1}"#)
        #expect(venue.venue.books.orders.map(\.status) == [.open, .filled])
        #expect(venue.venue.books.markets["btc_usd"]?.ticker.last == 230)
    }

    @Test func `an order is canceled elsewhere once`() throws {
        let venue = VenueUnderTest(.yobit)
        let number = try #require(try venue.trade("ann", "buy", "1", at: "200")["order_id"]?.text)
        #expect(try venue.control("/cancel", #"{"order_id":\#(number)}"#)["success"] == 1)
        #expect(try venue.control("/cancel", #"{"order_id":"\#(number)"}"#)["error"] == "it is canceled")
        #expect(try venue.control("/cancel", #"{"order_id":7}"#)["error"] == "no such order")
        #expect(try venue.refusal("ann", "CancelOrder", "order_id=\(number)") == "bad status")
    }

    @Test func `faults are set whole while it runs`() throws {
        let venue = VenueUnderTest()
        #expect(
            try venue.control("/fault", #"{"lose-answer":0.5,"delay":"10ms"}"#).text
                == #"{"success":1,"faults":"lose-answer=0.5,delay=10ms..10ms"}"#)
        #expect(try venue.control("/fault", "{}")["faults"] == "none")
        #expect(venue.venue.faults == .none)
    }

    @Test(arguments: [
        ("/quote", "", "the body is no JSON: no value, at the end, at byte 0"),
        ("/quote", "[]", "the body is a list, not an object"),
        ("/quote", #"{"bid":1,"ask":2}"#, "pair is missing"),
        ("/quote", #"{"pair":"xxx_yyy","bid":1,"ask":2}"#, "no pair xxx_yyy"),
        ("/quote", #"{"pair":"btc_usd","bid":2,"ask":1}"#, "the bid 2 is not below the ask 1"),
        ("/quote", #"{"pair":"btc_usd","bid":1.0001,"ask":2}"#, "1.0001 is no multiple of 0.001"),
        ("/quote", #"{"pair":"btc_usd","bid":"x","ask":2}"#, "bid is no number: x"),
        ("/deposit", #"{"key":"ann","coin":"usd","amount":"1.2.3"}"#, "amount is no number: 1.2.3"),
        ("/pair", #"{"pair":"btc_usd","fee":""}"#, "fee is no number: "),
        ("/quote", #"{"pair":"btc_usd","pair":"btc_usd","bid":1,"ask":2}"#, "pair comes twice"),
        ("/trade", #"{"pair":"btc_usd","price":230,"amount":1,"side":"up"}"#, "side is buy or sell"),
        (
            "/trade", #"{"pair":"btc_usd","price":230,"amount":0,"side":"buy"}"#,
            "amount must be above 0 and at most 1000000000000"
        ),
        ("/deposit", #"{"key":"nobody","coin":"usd","amount":1}"#, "no such key"),
        ("/deposit", #"{"key":"ann","coin":"doge","amount":1}"#, "no pair has that coin"),
        ("/fault", #"{"delay":[]}"#, "delay is a list"),
        ("/fault", #"{"lose-answer":2}"#, "lose-answer takes a share of 0 to 1, not 2"),
        (
            "/pair", #"{"pair":"btc_usd","fee":"0.12345678901"}"#,
            "a fee of 0.12345678901% cannot be taken exactly on btc_usd"
        ),
        (
            "/nothing", "{}",
            "there are GET /books and POST /cancel, /deposit, /fault, /fill, /order, /pair, /quote, /rights, /settle, /trade, /withdraw"
        ),
    ])
    func `what cannot be done is said`(path: String, body: String, error: String) throws {
        let venue = VenueUnderTest()
        let before = venue.venue.report(at: venue.now)
        #expect(try venue.control(path, body)["error"] == .string(error))
        #expect(venue.venue.report(at: venue.now) == before)
    }
}
