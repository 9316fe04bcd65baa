import ExactJSON
import Testing
import Trading

@testable import Venue

/// TradeHistory and TransHistory: which rows, in which order, how far back.
@Suite struct `The histories` {
    /// Ann has sold 1 btc a day for nine days, at 231, 232 and so on, to strangers.
    private func venueWithHistory() throws -> VenueUnderTest {
        let venue = VenueUnderTest(prices: [:])
        for day in 1...9 {
            try venue.trade("ann", "sell", "1", at: "\(230 + day)")
            try venue.control("/trade", #"{"pair":"btc_usd","price":\#(230 + day),"amount":1,"side":"buy"}"#)
            if day < 9 { venue.pass(seconds: 86_400) }
        }
        return venue
    }

    private func rates(_ answer: ExchangeJSON) -> [String] { answer.names.compactMap { answer[$0]?["rate"]?.text } }

    @Test(arguments: [
        ("", [239, 238, 237, 236, 235, 234, 233, 232, 231]),
        ("order=ASC", [231, 232, 233, 234, 235, 236, 237, 238, 239]),
        ("count=2", [239, 238]), ("from=1&count=2", [238, 237]), ("order=ASC&from=7", [238, 239]),
        // Times force the order and reach back a week at most.
        ("since=0", [232, 233, 234, 235, 236, 237, 238, 239]), ("since=0&order=DESC&count=2", [232, 233]),
        ("end=1772712000", [232, 233, 234, 235]), ("since=1772798400&end=1772884800", [236, 237]),
    ])
    func `rows are chosen by place, number and time`(fields: String, expected: [Int]) throws {
        let venue = try venueWithHistory()
        #expect(rates(try venue.call("ann", "TradeHistory", fields)) == expected.map(String.init))
    }

    @Test func `numbers bound the rows from both sides`() throws {
        let venue = try venueWithHistory()
        let numbers = try venue.call("ann", "TradeHistory", "order=ASC").names
        let answer = try venue.call("ann", "TradeHistory", "from_id=\(numbers[2])&end_id=\(numbers[4])&order=ASC")
        #expect(answer.names == Array(numbers[2...4]))
        #expect(
            try venue.refusal("ann", "TradeHistory", "from_id=\(numbers[4])&end_id=\(numbers[2])") == "no trades")
    }

    @Test(arguments: ["count=x", "from=-1", "order=asc", "since=1.5", "from_id=99999999999999999999"])
    func `a field that is none is refused`(fields: String) throws {
        #expect(
            try venueWithHistory().refusal("ann", "TradeHistory", fields) == "You incorrectly entered one of fields.")
    }

    @Test func `a row names the maker's order, and says whether it is one's own`() throws {
        let venue = VenueUnderTest(prices: [:])
        let maker = try #require(try venue.trade("ann", "sell", "2", at: "230")["order_id"]?.text)
        try venue.trade("bob", "buy", "0.5", at: "231")
        let (anns, bobs) = (try venue.call("ann", "TradeHistory"), try venue.call("bob", "TradeHistory"))
        let figures = #""amount":0.5,"rate":230,"order_id":\#(maker),"#
        #expect(
            anns[anns.names[0]]?.text
                == #"{"pair":"btc_usd","type":"sell",\#(figures)"is_your_order":1,"timestamp":1772366400}"#)
        #expect(
            bobs[bobs.names[0]]?.text
                == #"{"pair":"btc_usd","type":"buy",\#(figures)"is_your_order":0,"timestamp":1772366400}"#)
        #expect(anns.names != bobs.names)
        #expect(try venue.refusal("ann", "TradeHistory", "pair=ltc_usd") == "no trades")
        #expect(try venue.refusal("ann", "TradeHistory", "pair=xxx_yyy") == "Invalid pair name: xxx_yyy")
        #expect(try venue.call("ann", "TradeHistory", "pair=btc_usd").names == anns.names)
    }

    @Test func `no more than a thousand rows come at once`() throws {
        let venue = VenueUnderTest(prices: [:])
        for _ in 0..<1_003 {
            try venue.trade("ann", "sell", "0.01", at: "230")
            try venue.trade("bob", "buy", "0.01", at: "230")
        }
        #expect(try venue.call("ann", "TradeHistory", "count=5000").names.count == 1_000)
        #expect(try venue.call("ann", "TradeHistory", "from=1000&count=5000").names.count == 3)
    }

    @Test func `money that came and went is told by its kind`() throws {
        let venue = VenueUnderTest()
        try venue.control("/withdraw", #"{"key":"ann","coin":"btc","amount":0.5}"#)
        try venue.control("/deposit", #"{"key":"ann","coin":"usd","amount":"5","type":"credit"}"#)
        try venue.control("/withdraw", #"{"key":"ann","coin":"usd","amount":"7","type":"debit"}"#)
        let answer = try venue.call("ann", "TransHistory", "order=ASC&from=2")
        let rows = answer.names.compactMap { answer[$0]?.text }
        #expect(
            rows == [
                #"{"type":1,"amount":1000,"currency":"LTC","desc":"Deposit","status":2,"timestamp":1772366400}"#,
                #"{"type":2,"amount":0.5,"currency":"BTC","desc":"Withdrawal","status":2,"timestamp":1772366400}"#,
                #"{"type":4,"amount":5,"currency":"USD","desc":"Credit","status":2,"timestamp":1772366400}"#,
                #"{"type":5,"amount":7,"currency":"USD","desc":"Debit","status":2,"timestamp":1772366400}"#,
            ])
        #expect(try venue.refusal("ann", "TransHistory", "from=6") == "no transactions")
        #expect(
            try venue.control("/withdraw", #"{"key":"ann","coin":"btc","amount":1000}"#)["error"]
                == "only 99.5 is free")
    }
}
