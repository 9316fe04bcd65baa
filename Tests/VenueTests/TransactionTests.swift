import ExactJSON
import Testing
import Trading

@testable import Venue

/// Money that comes and goes at the venue, with all kinds and statuses, and the rows that orders leave.
@Suite struct `Transactions at the venue` {
    private func rows(_ venue: VenueUnderTest, _ key: String = "ann", _ fields: String = "order=ASC") throws -> [String]
    {
        let answer = try venue.call(key, "TransHistory", fields)
        return answer.names.compactMap { name in
            guard let row = answer[name], let type = row["type"], let amount = row["amount"],
                let coin = row["currency"],
                let status = row["status"], case .string(let text)? = row["desc"], case .string(let coin) = coin
            else { return nil }
            return "\(type.text) \(amount.text) \(coin) \(status.text) \(text)"
        }
    }

    private func free(_ venue: VenueUnderTest, _ coin: String) throws -> String {
        try #require(try venue.call("ann", "getInfo")["funds"]?[coin]?.text)
    }

    /// What a transaction moves at once, what it moves when it becomes another, and what is free in the end.
    @Test(arguments: [
        ("/deposit", "", "waiting", "10000", "successful", "10050"),
        ("/deposit", "", "waiting", "10000", "canceled", "10000"),
        ("/deposit", "", "unconfirmed", "10000", "waiting", "10000"),
        ("/deposit", "credit", "unconfirmed", "10000", "successful", "10050"),
        ("/withdraw", "", "waiting", "9950", "successful", "9950"),
        ("/withdraw", "", "waiting", "9950", "canceled", "10000"),
        ("/withdraw", "debit", "unconfirmed", "9950", "canceled", "10000"),
    ])
    func `money that waits is free once it is successful, and what was to go comes back where it is canceled`(
        path: String, type: String, status: String, atOnce: String, end: String, inTheEnd: String
    ) throws {
        let venue = VenueUnderTest()
        let answer = try venue.control(
            path,
            #"{"key":"ann","coin":"usd","amount":50,"type":"\#(type)","status":"\#(status)","description":"a wire"}"#)
        let number = try #require(answer["number"]?.text)
        #expect(answer["free"] == .string(atOnce))
        #expect(try free(venue, "usd") == atOnce)
        #expect(try venue.control("/settle", #"{"number":\#(number),"status":"\#(end)"}"#)["free"] == .string(inTheEnd))
        #expect(try free(venue, "usd") == inTheEnd)
        #expect(venue.venue.books.imbalances.isEmpty)
        let code = ["canceled": 0, "waiting": 1, "successful": 2, "unconfirmed": 3][end]
        #expect(try rows(venue).last?.hasSuffix(" 50 USD \(try #require(code)) a wire") == true)
    }

    @Test func `what is final stays`() throws {
        let venue = VenueUnderTest()
        let number = try #require(
            try venue.control("/deposit", #"{"key":"ann","coin":"usd","amount":5}"#)["number"]?.text)
        let before = venue.venue.report(at: venue.now)
        #expect(
            try venue.control("/settle", #"{"number":\#(number),"status":"canceled"}"#)["error"]
                == "it is successful, and stays so")
        #expect(try venue.control("/settle", #"{"number":999,"status":"canceled"}"#)["error"] == "no such transaction")
        #expect(venue.venue.report(at: venue.now) == before)
    }

    @Test func `a row has every kind, every status and the description as it was given`() throws {
        let venue = VenueUnderTest()
        let description = #"a \"wire\" of 50%\n\u0000=ü "#
        for (path, type) in [
            ("/deposit", "deposit"), ("/withdraw", "withdrawal"), ("/deposit", "credit"), ("/withdraw", "debit"),
        ] {
            for status in TransactionStatus.allCases {
                try venue.control(
                    path,
                    #"{"key":"ann","coin":"btc","amount":"0.5","type":"\#(type)","status":"\#(status.name)","description":"\#(description)"}"#
                )
            }
        }
        let answer = try venue.call("ann", "TransHistory", "order=ASC&from=3")
        let codes = answer.names.compactMap { answer[$0] }.map {
            "\($0["type"]?.text ?? "") \($0["status"]?.text ?? "")"
        }
        #expect(codes == [1, 2, 4, 5].flatMap { type in (0...3).map { "\(type) \($0)" } })
        #expect(
            answer.names.allSatisfy { answer[$0]?["desc"] == .string("a \"wire\" of 50%\n\u{0}=ü ") })
        #expect(venue.venue.books.imbalances.isEmpty)
    }

    /// The texts are those of answers that were recorded at btc-e.
    @Test func `orders leave rows of what they take and bring`() throws {
        let venue = VenueUnderTest(prices: [:])
        let sale = try #require(try venue.trade("ann", "sell", "2", at: "230")["order_id"]?.text)
        try venue.trade("bob", "buy", "0.5", at: "231")
        try venue.call("ann", "CancelOrder", "order_id=\(sale)")
        #expect(
            try rows(venue, "ann", "order=ASC&from=3") == [
                "5 2 BTC 2 In payment for a warrant :order:\(sale):",
                "4 114.77 USD 2 Bought 0.5 BTC from your order :order:\(sale): by price 230 USD total 115 USD (-0.2%)",
                "4 1.5 BTC 2 Cancel order :order:\(sale):",
            ])
        #expect(
            try rows(venue, "bob", "order=ASC&from=3") == [
                "5 115 USD 2 Buy 0.5 BTC (-0.2%) from order :order:\(sale): by price 230 USD"
            ])
        let buy = try #require(try venue.trade("bob", "buy", "1", at: "220")["order_id"]?.text)
        try venue.trade("ann", "sell", "1", at: "220")
        #expect(
            try rows(venue, "bob", "order=ASC&from=4") == [
                "5 220 USD 2 In payment for a warrant :order:\(buy):",
                "4 0.998 BTC 2 Buy 1 BTC (-0.2%) from your order :order:\(buy): by price 220 USD",
            ])
        #expect(
            try rows(venue, "ann", "order=ASC&from=6") == [
                "4 219.56 USD 2 Sell 1 BTC from order :order:\(buy): by price 220 USD total 220 USD (-0.2%)"
            ])
        #expect(venue.venue.books.imbalances.isEmpty)
    }

    @Test func `in YoBit's dialect orders leave none`() throws {
        let venue = VenueUnderTest(.yobit)
        try venue.trade("ann", "sell", "2", at: "240")
        #expect(try rows(venue).count == 3)
    }

    @Test(arguments: [
        ("", [3, 2, 1]), ("order=ASC", [1, 2, 3]), ("count=1", [3]), ("from=1&count=1", [2]),
        ("from_id=2&order=ASC", [2, 3]),
        ("end_id=2", [2, 1]), ("from_id=2&end_id=2", [2]), ("since=1772366400", [1, 2, 3]),
        ("end=1772366400&order=DESC", [1, 2, 3]),
    ])
    func `rows of transactions are chosen by place, number and time`(fields: String, expected: [Int]) throws {
        let venue = VenueUnderTest(prices: [:])
        #expect(try venue.call("ann", "TransHistory", fields).names == expected.map(String.init))
    }

    @Test func `a venue that was killed comes back with transactions, rights and orders from elsewhere`() throws {
        let venue = VenueUnderTest(prices: [:])
        let waiting = try #require(
            try venue.control(
                "/deposit", #"{"key":"ann","coin":"usd","amount":50,"status":"waiting","description":"of a b"}"#)[
                    "number"]?.text)
        try venue.control(
            "/withdraw", #"{"key":"ann","coin":"usd","amount":20,"status":"unconfirmed","description":""}"#)
        try venue.control("/rights", #"{"key":"ann","trade":false}"#)
        let order = try #require(
            try venue.control("/order", #"{"key":"ann","pair":"btc_usd","type":"sell","rate":240,"amount":"0.5"}"#)[
                "order_id"]?.text)
        try venue.control("/fill", #"{"order_id":\#(order),"amount":"0.2"}"#)
        let bytes = VenueJournal.headingLine + venue.venue.drainRecords().flatMap(VenueJournal.line)
        let again = VenueUnderTest(again: try VenueJournal.read(bytes).records)
        #expect(again.venue.report(at: venue.now) == venue.venue.report(at: venue.now))
        #expect(again.venue.drainRecords().isEmpty)
        #expect(try again.control("/settle", #"{"number":\#(waiting),"status":"successful"}"#)["free"] == "10077.904")
    }

    /// Such books know nothing of rows of orders, of statuses and of rights.
    @Test func `books of an earlier version open, and keep the numbers of their rows`() throws {
        let lines = [
            "1772366400000000000 account ann",
            "1772366400000000000 pair btc_usd 0.001 0.00000001 0.01 0 0.002 received 0.1 1000000 shown on",
            "1772366400000000000 money 1 1000 usd deposit", "1772366400000000000 money 1 3 btc deposit",
            "1772366400000000000 order 1 btc_usd sell 240 0.5", "1772366400000000000 money 1 2 usd debit",
        ]
        let old = lines.compactMap { VenueRecord(words: $0) }
        #expect(old.count == lines.count)
        let venue = VenueUnderTest(again: old) { $0.accounts.removeLast(2) }
        #expect(
            try rows(venue) == ["1 1000 USD 2 Deposit", "1 3 BTC 2 Deposit", "5 2 USD 2 Debit"])
        try venue.call("ann", "CancelOrder", "order_id=1")
        try venue.trade("ann", "sell", "1", at: "250")
        #expect(try rows(venue).dropFirst(3) == ["5 1 BTC 2 In payment for a warrant :order:2:"])
        #expect(try venue.call("ann", "TransHistory").names == ["4", "3", "2", "1"])
    }
}
