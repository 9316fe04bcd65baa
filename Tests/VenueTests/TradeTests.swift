import ExactJSON
import Testing
import Trading

@testable import Venue

/// Trade and CancelOrder: what comes back, and what is left in the books.
@Suite struct `Trading with the venue` {
    @Test func `an order that fills at once has no number, and its fee is gone from what is received`() throws {
        let venue = VenueUnderTest()
        #expect(
            try venue.trade("ann", "buy", "0.1", at: "240").text
                == #"{"received":0.0998,"remains":0,"order_id":0,"funds":{"btc":100.0998,"ltc":1000,"usd":9976.977}}"#)
        // The best bid is 229.77: 0.1 × 229.77 × 0.998.
        #expect(
            try venue.trade("bob", "sell", "0.1", at: "200").text
                == #"{"received":22.931046,"remains":0,"order_id":0,"funds":{"btc":99.9,"ltc":1000,"usd":10022.931046}}"#
        )
        // Nobody can ask for it again, though its number is in the books.
        #expect(try venue.refusal("ann", "OrderInfo", "order_id=0") == "invalid order")
        let number = try #require(venue.venue.books.orders.first?.number)
        #expect(try venue.refusal("ann", "OrderInfo", "order_id=\(number)") == "invalid order")
        #expect(try venue.refusal("ann", "CancelOrder", "order_id=\(number)") == "invalid order")
    }

    @Test func `an order that fills in part rests with the rest of it`() throws {
        let venue = VenueUnderTest()
        try venue.control("/quote", #"{"pair":"btc_usd","bid":229,"ask":230,"amount":0.25}"#)
        let answer = try venue.trade("ann", "buy", "1", at: "231.5")
        #expect(answer["received"]?.text == "0.2495")
        #expect(answer["remains"]?.text == "0.75")
        // 10,000 − 0.25 × 230 − 0.75 × 231.5
        #expect(answer["funds"]?["usd"]?.text == "9768.875")
        let number = try #require(answer["order_id"]?.text)
        #expect(number != "0")
        #expect(
            try venue.call("ann", "ActiveOrders").text
                == #"{"\#(number)":{"pair":"btc_usd","type":"buy","amount":0.75,"rate":231.5,"#
                + #""timestamp_created":1772366400,"status":0}}"#)
        #expect(
            try venue.call("ann", "OrderInfo", "order_id=\(number)").text
                == #"{"\#(number)":{"pair":"btc_usd","type":"buy","start_amount":1,"amount":0.75,"rate":231.5,"#
                + #""timestamp_created":1772366400,"status":0}}"#)
        #expect(
            try venue.call("ann", "CancelOrder", "order_id=\(number)").text
                == #"{"order_id":\#(number),"funds":{"btc":100.2495,"ltc":1000,"usd":9942.5}}"#)
        #expect(try venue.call("ann", "OrderInfo", "order_id=\(number)")[number]?["status"] == 3)
        #expect(try venue.refusal("ann", "CancelOrder", "order_id=\(number)") == "bad status")
        #expect(try venue.refusal("ann", "ActiveOrders") == "no orders")
    }

    @Test func `an order ends executed, or canceled, and is nobody else's`() throws {
        let venue = VenueUnderTest()
        let number = try #require(try venue.trade("ann", "sell", "1", at: "235")["order_id"]?.text)
        let other = try #require(try venue.trade("ann", "sell", "1", at: "236")["order_id"]?.text)
        for method in ["OrderInfo", "CancelOrder"] {
            #expect(try venue.refusal("bob", method, "order_id=\(number)") == "invalid order")
        }
        for wrong in ["", "order_id=", "order_id=x", "order_id=999999", "order_id=-1"] {
            #expect(try venue.refusal("ann", "CancelOrder", wrong) == "invalid order")
        }
        try venue.control("/trade", #"{"pair":"btc_usd","price":"235.5","amount":"1.5","side":"buy"}"#)
        #expect(try venue.call("ann", "OrderInfo", "order_id=\(number)")[number]?["status"] == 1)
        #expect(try venue.refusal("ann", "CancelOrder", "order_id=\(number)") == "bad status")
        try venue.call("ann", "CancelOrder", "order_id=\(other)")
        #expect(try venue.call("ann", "OrderInfo", "order_id=\(other)")[other]?["status"] == 2)
    }

    @Test(arguments: [
        ("pair=btc_usd&type=buy&rate=230&amount=100", "It is not enough USD in the account for purchase"),
        ("pair=btc_usd&type=sell&rate=230&amount=100.00000001", "It is not enough BTC in the account for sale"),
        ("pair=btc_usd&type=buy&rate=230&amount=0.00999999", "Value BTC must be greater than 0.01 BTC."),
        ("pair=ltc_usd&type=sell&rate=3&amount=0.01", "Value LTC must be greater than 0.1 LTC."),
        ("pair=btc_usd&type=buy&rate=0.099&amount=1", "Price per BTC must be greater than 0.1 USD."),
        ("pair=btc_usd&type=buy&rate=1000000.001&amount=1", "Price per BTC must be lower than 1000000 USD."),
        ("pair=x&type=buy&rate=230&amount=1", "Invalid pair name: x"),
        ("pair=BTC_USD&type=buy&rate=230&amount=1", "Invalid pair name: BTC_USD"),
        ("pair=usd_btc&type=buy&rate=230&amount=1", "Invalid pair name: usd_btc"),
        ("type=buy&rate=230&amount=1", "You incorrectly entered one of fields."),
        ("pair=btc_usd&rate=230&amount=1", "You incorrectly entered one of fields."),
        ("pair=btc_usd&type=Buy&rate=230&amount=1", "You incorrectly entered one of fields."),
        ("pair=btc_usd&type=buy&amount=1", "You incorrectly entered one of fields."),
        ("pair=btc_usd&type=buy&rate=230", "You incorrectly entered one of fields."),
        ("pair=btc_usd&type=buy&rate=abc&amount=1", "You incorrectly entered one of fields."),
        ("pair=btc_usd&type=buy&rate=-230&amount=1", "You incorrectly entered one of fields."),
        ("pair=btc_usd&type=buy&rate=0&amount=1", "You incorrectly entered one of fields."),
        ("pair=btc_usd&type=buy&rate=230&amount=0", "You incorrectly entered one of fields."),
        ("pair=btc_usd&type=buy&rate=1e2&amount=1", "You incorrectly entered one of fields."),
        ("pair=btc_usd&type=buy&rate=230.1234&amount=1", "You incorrectly entered one of fields."),
        ("pair=btc_usd&type=buy&rate=230&amount=1.000000001", "You incorrectly entered one of fields."),
        ("pair=btc_usd&type=sell&rate=1000000&amount=170000000000000000000", "You incorrectly entered one of fields."),
        ("pair=btc_usd&type=sell&rate=230&amount=999999999999999999999999", "You incorrectly entered one of fields."),
    ])
    func `an order that may not be is refused, and changes nothing`(fields: String, error: String) throws {
        let venue = VenueUnderTest()
        #expect(try venue.refusal("ann", "Trade", fields) == error)
        #expect(venue.venue.books.orders.isEmpty)
        #expect(try venue.call("ann", "getInfo")["funds"]?.text == #"{"btc":100,"ltc":1000,"usd":10000}"#)
    }

    @Test func `the better price trades first, and at one price who came first`() throws {
        let venue = VenueUnderTest(prices: [:])
        let late = try #require(try venue.trade("ann", "sell", "1", at: "231")["order_id"]?.text)
        let first = try #require(try venue.trade("ann", "sell", "1", at: "230")["order_id"]?.text)
        let second = try #require(try venue.trade("ann", "sell", "1", at: "230")["order_id"]?.text)
        // 1.5 × 230, at the makers' price, and not at 235.
        #expect(try venue.trade("bob", "buy", "1.5", at: "235")["funds"]?["usd"]?.text == "9655")
        let left = try [first, second, late].map {
            try venue.call("ann", "OrderInfo", "order_id=\($0)")[$0]?["amount"]?.text
        }
        #expect(left == ["0", "0.5", "1"])
    }

    @Test func `an account may trade with itself, and pays for it twice`() throws {
        let venue = VenueUnderTest(prices: [:])
        try venue.trade("ann", "sell", "1", at: "230")
        #expect(
            try venue.trade("ann", "buy", "1", at: "230")["funds"]?.text == #"{"btc":99.998,"ltc":1000,"usd":9999.54}"#)
        #expect(try venue.call("ann", "TradeHistory").names.count == 2)
    }

    @Test func `YoBit's orders have sixteen digits, and Trade tells the time`() throws {
        let venue = VenueUnderTest(.yobit)
        let answer = try venue.trade("ann", "sell", "1", at: "235")
        #expect(answer.names == ["received", "remains", "order_id", "funds", "server_time"])
        let number = try #require(answer["order_id"]?.text)
        #expect(number.count == 16)
        #expect(try venue.call("ann", "ActiveOrders", "pair=btc_usd").names == [number])
        for method in ["ActiveOrders", "TradeHistory"] {
            #expect(try venue.call("bob", method, "pair=btc_usd").text == "{}")
        }
        #expect(try venue.refusal("ann", "ActiveOrders") == "You incorrectly entered one of fields.")
        #expect(try venue.refusal("ann", "TradeHistory") == "You incorrectly entered one of fields.")
        #expect(try venue.call("ann", "CancelOrder", "order_id=\(number)")["order_id"]?.text == number)
        #expect(try venue.call("ann", "getInfo").names.contains("funds_incl_orders"))
    }

    @Test func `btc-e's answers have the fields that are known of them, and no others`() throws {
        let venue = VenueUnderTest()
        let answer = try venue.trade("ann", "sell", "1", at: "235")
        #expect(answer.names == ["received", "remains", "order_id", "funds"])
        #expect(
            try venue.call("ann", "getInfo").text
                == #"{"funds":{"btc":99,"ltc":1000,"usd":10000},"rights":{"info":1,"trade":1,"withdraw":0},"#
                + #""transaction_count":4,"open_orders":1,"server_time":1772366400}"#)
    }
}
