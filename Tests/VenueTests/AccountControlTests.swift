import ExactJSON
import Testing
import Trading

@testable import Venue

/// What an operator does to an account, as if its trader had done it somewhere else.
@Suite struct `An account used elsewhere` {
    @Test(arguments: VenueDialect.allCases)
    func `an order from elsewhere holds what it spends, and is listed like any other`(dialect: VenueDialect) throws {
        let venue = VenueUnderTest(dialect, prices: [:])
        let pair = dialect == .yobit ? "pair=btc_usd" : ""
        let placed = try venue.control(
            "/order", #"{"key":"ann","pair":"btc_usd","type":"sell","rate":"240","amount":"0.5"}"#)
        let number = try #require(placed["order_id"]?.text)
        #expect(placed["remains"] == "0.5")
        #expect(try venue.call("ann", "ActiveOrders", pair).names == [number])
        #expect(try venue.call("ann", "getInfo")["funds"]?["btc"]?.text == "99.5")
        #expect(try venue.control("/fill", #"{"order_id":\#(number),"amount":"0.2"}"#)["remains"] == "0.3")
        let history = try venue.call("ann", "TradeHistory", pair)
        #expect(history.names.count == 1)
        #expect(
            history[history.names[0]]?["is_your_order"] == 1 && history[history.names[0]]?["order_id"]?.text == number)
        #expect(try venue.control("/fill", #"{"order_id":\#(number)}"#)["remains"] == "0")
        #expect(try venue.control("/fill", #"{"order_id":\#(number)}"#)["error"] == "it is filled")
        #expect(venue.venue.books.imbalances.isEmpty)
    }

    @Test func `an order from elsewhere obeys the rules of any order`() throws {
        let venue = VenueUnderTest(prices: [:])
        for (fields, error) in [
            (#""pair":"xxx_yyy","type":"buy","rate":1,"amount":1"#, "Invalid pair name: xxx_yyy"),
            (#""pair":"btc_usd","type":"up","rate":1,"amount":1"#, "You incorrectly entered one of fields."),
            (
                #""pair":"btc_usd","type":"buy","rate":230,"amount":1000"#,
                "It is not enough USD in the account for purchase"
            ),
            (#""pair":"btc_usd","type":"buy","rate":230,"amount":"0.001""#, "Value BTC must be greater than 0.01 BTC."),
        ] as [(String, ExchangeJSON)] {
            #expect(try venue.control("/order", #"{"key":"ann",\#(fields)}"#)["error"] == error)
        }
        #expect(venue.venue.books.orders.isEmpty)
    }

    @Test func `rights change while the venue runs`() throws {
        let venue = VenueUnderTest()
        #expect(
            try venue.control("/rights", #"{"key":"ann","trade":false}"#).text
                == #"{"success":1,"info":1,"trade":0,"withdraw":0}"#)
        #expect(
            try venue.refusal("ann", "Trade", "pair=btc_usd&type=buy&rate=200&amount=1")
                == "api key dont have trade permission")
        #expect(try venue.call("ann", "getInfo")["rights"]?.text == #"{"info":1,"trade":0,"withdraw":0}"#)
        try venue.control("/rights", #"{"key":"ann","info":0,"trade":1,"withdraw":true}"#)
        #expect(try venue.refusal("ann", "getInfo") == "api key dont have info permission")
        try venue.trade("ann", "buy", "1", at: "200")
        try venue.control("/rights", #"{"key":"ann","info":1}"#)
        #expect(try venue.call("ann", "getInfo")["rights"]?.text == #"{"info":1,"trade":1,"withdraw":1}"#)
        // Nobody else's have changed.
        #expect(try venue.call("bob", "getInfo")["rights"]?.text == #"{"info":1,"trade":1,"withdraw":0}"#)
    }

    @Test(arguments: [
        (
            "/deposit", #"{"key":"ann","coin":"usd","amount":1,"status":"done"}"#,
            "status is one of canceled, waiting, successful, unconfirmed"
        ),
        ("/settle", #"{"number":1}"#, "it is successful, and stays so"), ("/settle", "{}", "number is missing"),
        ("/fill", #"{"order_id":77}"#, "no such order"), ("/rights", #"{"key":"nobody"}"#, "no such key"),
        ("/rights", #"{"key":"ann","trade":"no"}"#, "trade is true or false, not no"),
        ("/withdraw", #"{"key":"ann","coin":"usd","amount":10001,"status":"waiting"}"#, "only 10000 is free"),
    ])
    func `what cannot be done to an account is said`(path: String, body: String, error: String) throws {
        let venue = VenueUnderTest()
        let before = venue.venue.report(at: venue.now)
        #expect(try venue.control(path, body)["error"] == .string(error))
        #expect(venue.venue.report(at: venue.now) == before)
    }

    @Test func `a description is bounded`() throws {
        let venue = VenueUnderTest()
        for (count, isTaken) in [(512, true), (513, false)] {
            let text = String(repeating: "x", count: count)
            let answer = try venue.control(
                "/deposit", #"{"key":"ann","coin":"usd","amount":1,"description":"\#(text)"}"#)
            #expect((answer["success"] == 1) == isTaken)
        }
    }
}
