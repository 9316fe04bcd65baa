import ExactJSON
import Testing
import Trading

@testable import Venue

@Suite struct `The public pages` {
    @Test func `info has every pair with its rules, and no pair that is off`() throws {
        let venue = VenueUnderTest()
        try venue.control("/pair", #"{"pair":"ltc_btc","off":true}"#)
        try venue.control("/pair", #"{"pair":"ltc_usd","hidden":true,"fee":"0.3"}"#)
        #expect(
            try venue.get("/api/3/info").text
                == #"{"server_time":1772366400,"pairs":{"btc_usd":{"decimal_places":3,"min_price":0.1,"max_price":1000000,"#
                + #""min_amount":0.01,"hidden":0,"fee":0.2},"ltc_usd":{"decimal_places":3,"min_price":0.1,"#
                + #""max_price":1000000,"min_amount":0.1,"hidden":1,"fee":0.3}}}"#)
        #expect(try venue.get("/api/3/fee/ltc_usd").text == #"{"ltc_usd":0.3}"#)
        #expect(try venue.get("/api/3/fee/ltc_btc")["error"] == "Invalid pair name: ltc_btc")
        #expect(
            try venue.refusal("ann", "Trade", "pair=ltc_btc&type=buy&rate=0.01&amount=1")
                == "Invalid pair name: ltc_btc")
        try venue.trade("ann", "sell", "1", at: "4", pair: "ltc_usd")
    }

    @Test(arguments: [
        ("/api/3/ticker/xxx_yyy", "Invalid pair name: xxx_yyy"), ("/api/3/depth/BTC_USD", "Invalid pair name: BTC_USD"),
        ("/api/3/ticker/btc_usd-btc_usd", "Duplicated pair name: btc_usd"),
        ("/api/3/ticker/xxx_yyy-xxx_yyy?ignore_invalid=1", "Duplicated pair name: xxx_yyy"),
        ("/api/3/ticker/", "Empty pair list"), ("/api/3/ticker", "Empty pair list"),
        ("/api/3/ticker/xxx_yyy?ignore_invalid=1", "Empty pair list"), ("/api/3/nothing", "Invalid method"),
        ("/api/3", "Invalid method"), ("/api/2/xxx_yyy/ticker", "Invalid pair name: xxx_yyy"),
        ("/api/2/btc_usd/nothing", "Invalid method"), ("/api/2/btc_usd/info", "Invalid method"),
        ("/api/2/btc_usd", "Invalid method"),
    ])
    func `a question that cannot be answered gets its error`(target: String, error: String) throws {
        let answer = try VenueUnderTest().get(target)
        #expect(answer["success"] == 0)
        #expect(answer["error"] == .string(error))
    }

    @Test func `many pairs come in one answer, in the order asked, without those to be ignored`() throws {
        let venue = VenueUnderTest()
        #expect(try venue.get("/api/3/fee/ltc_usd-btc_usd").names == ["ltc_usd", "btc_usd"])
        #expect(try venue.get("/api/3/fee/ltc_usd-xxx_yyy-btc_usd?ignore_invalid=1").names == ["ltc_usd", "btc_usd"])
        #expect(try venue.get("/api/3/fee/ltc_usd-xxx_yyy?ignore_invalid=0")["error"] != nil)
    }

    @Test(arguments: [(VenueDialect.btce, "230.23", "229.77"), (.yobit, "229.77", "230.23")])
    func `buy of a ticker is the best ask, and of YoBit's the best bid`(
        dialect: VenueDialect, buy: String, sell: String
    ) throws {
        let ticker = try #require(try VenueUnderTest(dialect).get("/api/3/ticker/btc_usd")["btc_usd"])
        #expect(
            ticker.text
                == #"{"high":230,"low":230,"avg":230,"vol":2.3,"vol_cur":0.01,"last":230,"buy":\#(buy),"sell":\#(sell),"#
                + #""updated":1772366400}"#)
    }

    @Test func `a day's figures are those of the last 24 hours`() throws {
        let venue = VenueUnderTest(prices: [:])
        for (price, amount) in [("200", "2"), ("210.5", "1"), ("190", "3")] {
            try venue.control("/trade", #"{"pair":"btc_usd","price":\#(price),"amount":\#(amount),"side":"buy"}"#)
            venue.pass(seconds: 43_200)
        }
        #expect(
            try venue.get("/api/3/ticker/btc_usd").text
                == #"{"btc_usd":{"high":210.5,"low":190,"avg":200.25,"vol":780.5,"vol_cur":4,"last":190,"buy":0,"sell":0,"#
                + #""updated":1772496000}}"#)
    }

    @Test func `depth is what rests by price, nearest first, as deep as asked`() throws {
        let venue = VenueUnderTest()
        try venue.control("/quote", #"{"pair":"btc_usd","bid":"229","ask":"231","amount":"5"}"#)
        try venue.trade("ann", "sell", "1.5", at: "231")
        try venue.trade("ann", "sell", "2", at: "232.5")
        try venue.trade("bob", "buy", "0.25", at: "228.125")
        #expect(
            try venue.get("/api/3/depth/btc_usd").text
                == #"{"btc_usd":{"asks":[[231,6.5],[232.5,2]],"bids":[[229,5],[228.125,0.25]]}}"#)
        #expect(
            try venue.get("/api/3/depth/btc_usd?limit=1").text == #"{"btc_usd":{"asks":[[231,6.5]],"bids":[[229,5]]}}"#)
        #expect(try venue.get("/api/2/btc_usd/depth?limit=1").text == #"{"asks":[[231,6.5]],"bids":[[229,5]]}"#)
    }

    @Test func `trades are told newest first, an ask where the taker sold`() throws {
        let venue = VenueUnderTest(prices: [:])
        try venue.control("/trade", #"{"pair":"btc_usd","price":"230","amount":"1","side":"sell"}"#)
        venue.pass(seconds: 1)
        try venue.control("/trade", #"{"pair":"btc_usd","price":"231.5","amount":"0.5","side":"buy"}"#)
        #expect(
            try venue.get("/api/3/trades/btc_usd").text
                == #"{"btc_usd":[{"type":"bid","price":231.5,"amount":0.5,"tid":2,"timestamp":1772366401},"#
                + #"{"type":"ask","price":230,"amount":1,"tid":1,"timestamp":1772366400}]}"#)
        #expect(
            try venue.get("/api/2/btc_usd/trades?limit=1").text
                == #"[{"date":1772366401,"price":231.5,"amount":0.5,"tid":2,"price_currency":"USD","item":"BTC","#
                + #""trade_type":"bid"}]"#)
        #expect(try venue.get("/api/2/btc_usd/fee").text == #"{"trade":0.2}"#)
        #expect(try venue.get("/api/2/btc_usd/ticker")["ticker"]?.names.last == "server_time")
    }

    @Test(arguments: [("", 150), ("?limit=3", 3), ("?limit=2000", 2_000), ("?limit=9999", 2_000), ("?limit=x", 150)])
    func `150 trades are told unless told otherwise, and 2000 at most`(query: String, count: Int) throws {
        let venue = VenueUnderTest(prices: [:])
        for _ in 0..<2_100 {
            venue.venue.commit(.print("btc_usd", .buy, price: 230, quantity: 1), at: venue.now)
        }
        let answer = try #require(try venue.get("/api/3/trades/btc_usd\(query)")["btc_usd"])
        #expect(answer[count - 1] != nil)
        #expect(answer[count] == nil)
    }

    @Test func `an answer stays for two seconds, whatever else is asked with it`() throws {
        let venue = VenueUnderTest()
        let first = try venue.get("/api/3/depth/btc_usd")
        try venue.control("/quote", #"{"pair":"btc_usd","bid":"100","ask":"101","amount":"5"}"#)
        venue.now = venue.now.advanced(byNanoseconds: 1_999_999_999)
        #expect(try venue.get("/api/3/depth/btc_usd") == first)
        #expect(try venue.get("/api/3/depth/ltc_usd-btc_usd")["btc_usd"] == first["btc_usd"])
        venue.now = venue.now.advanced(byNanoseconds: 1)
        #expect(try venue.get("/api/3/depth/btc_usd")["btc_usd"]?["asks"]?[0]?[0] == 101)
    }
}
