import CommandGrammar
import Testing
import Trading

/// What a trader types who has read nothing, and the line that is meant: at least nine of ten lead to it in one step.
///
/// A line leads to the right one where it is that line, where its refusal offers it (`try:`, for `go`), or where the refusal shows it.
/// Words in capitals (`AMOUNT`, `PRICE`) are what only the trader knows.
@Suite struct UntutoredLineTests {
    /// Written before the tables of other names were tuned to it.
    private static let tuned: [(String, String)] = [
        ("what is my balance", "funds"), ("balance", "funds"), ("btc price?", "price btc"),
        ("price of btc", "price btc"), ("how much is btc", "price btc"), ("show my orders", "orders"),
        ("my positions", "funds"), ("order book btc", "depth btc"), ("pnl", "report"), ("my trades", "trades"),
        ("long 1 btc", "buy 1 btc at market"), ("buy btc", "buy AMOUNT btc at market"),
        ("market buy 1 btc", "buy 1 btc at market"), ("buy 1 btc market", "buy 1 btc at market"),
        ("buy 1 btc", "buy 1 btc at market"), ("limit buy 0.5 BTC @ 220", "buy 0.5 BTC @ 220"),
        ("buy limit 0.5 btc 220", "buy 0.5 btc at 220"), ("buy 0.5 btc_usd 220", "buy 0.5 btc_usd at 220"),
        ("BUY BTCUSD 0.5 220", "BUY 0.5 BTCUSD at 220"), ("buy btc 0.5 @ market", "buy 0.5 btc @ market"),
        ("buy 100 dollars of btc", "buy 100 usd btc at market"),
        ("buy 500 usd worth of btc", "buy 500 usd btc at market"),
        ("sell 0.1 bitcoin at 250", "sell 0.1 btc at 250"), ("go long btc 0.5", "buy 0.5 btc at market"),
        ("short 0.5 btc", "sell 0.5 btc at market"), ("bid 0.5 btc at 220", "buy 0.5 btc at 220"),
        ("please buy 0.1 btc at 220", "buy 0.1 btc at 220"), ("sell everything", "sell all btc_usd at market"),
        ("close position", "sell all btc_usd at market"), ("close btc", "sell all btc at market"),
        ("take profit at 250", "sell all btc_usd at 250"), ("tp 250", "sell all btc_usd at 250"),
        ("set stop loss 5%", "stop sell all btc_usd at last-5%"),
        ("stop loss 0.1 btc at 220", "stop sell 0.1 btc at 220"),
        ("trailing stop 2%", "trail sell all btc_usd by 2%"), ("cancel last order", "cancel last"),
        ("cancel my order 10", "cancel 10"), ("cancel everything", "cancel all"),
        ("change order 10 to 227", "move 10 to 227"),
        ("remind me when btc hits 300", "alert btc above 300"),
    ]

    /// Written after that, from what other bots and chats take, and not looked at before: how far the tables reach.
    private static let untuned: [(String, String)] = [
        ("/forcebuy btc", "buy AMOUNT btc at market"),
        ("/forcesell all", "sell all btc_usd at market"),
        ("/profit", "report"),
        ("/status table", "summary"),
        ("/count", "orders"),
        ("BTO BTC/USD @ 220", "buy AMOUNT BTC/USD @ 220"),
        ("view positions", "funds"),
        ("checkbal", "funds"),
        ("closeposition btc", "sell all btc at market"),
        ("mytrades", "trades"),
        ("ticker btc_usd", "price btc_usd"),
        ("order_book btc", "depth btc"),
        ("what's bitcoin at", "price btc"),
        ("how much money do i have", "funds"),
        ("how many btc do i own", "fund btc"),
        ("any open orders?", "orders"),
        ("buy me 0.1 btc", "buy 0.1 btc at market"),
        ("i want to sell 0.5 btc at 240", "sell 0.5 btc at 240"),
        ("buy 0.2 btc when it drops to 210", "buy 0.2 btc at 210"),
        ("sell half my bitcoin", "sell half btc at market"),
        ("sell 0.5 btc now", "sell 0.5 btc at market"),
        ("buy $200 of btc", "buy $200 btc at market"),
        ("open long 0.5 btc", "buy 0.5 btc at market"),
        ("place limit order buy 0.3 btc at 222", "buy 0.3 btc at 222"),
        ("BUY 0.3 BTC LMT 222 GTC", "buy 0.3 btc at 222 gtc"),
        ("SELL 0.3 BTC_USD MKT", "sell 0.3 btc_usd at market"),
        ("buy 0.3 btc @market", "buy 0.3 btc @ market"),
        ("put a stop at 215", "stop sell all btc_usd at 215"),
        ("stop at 215 for 0.2 btc", "stop sell 0.2 btc at 215"),
        ("trail 3%", "trail sell all btc_usd by 3%"),
        ("cancel that", "cancel last"),
        ("cancel all btc orders", "cancel all btc"),
        ("delete order #10", "cancel 10"),
        ("cancel order 10 and 26", "cancel 10 26"),
        ("edit order 10 price 226", "move 10 to 226"),
        ("undo that", "undo"),
        ("alert me if btc goes above 300", "alert btc above 300"),
        ("show me the chart for btc", "chart btc"),
        ("trading history", "trades"),
        ("transaction history", "transactions"),
    ]

    private static let parser = CommandParser(vocabulary: Vocabulary(pairs: ["btc_usd"], quote: "usd"))

    /// The command of a line without the places of its words; nil where it is none.
    private static func shape(_ line: String) -> String? {
        parser.parse(line, lastOrder: OrderID(26)).command.map {
            "\($0)".replacing(#/Span\(column: \d+, length: \d+\)/#, with: "")
        }
    }

    private static func filled(_ line: String) -> String {
        line.replacing("AMOUNT", with: "0.1").replacing("PRICE", with: "228")
    }

    /// How a line leads to the right one: `as typed`, `try`, `shown`; nil where it does not.
    static func way(_ typed: String, to right: String, _ bench: SightBench) -> String? {
        guard let meant = shape(filled(right)) else { return nil }
        if shape(typed) == meant { return "as typed" }
        let reply = bench.type(typed.hasPrefix("?") ? typed : "? \(typed)", bench.ann)
        guard reply.hasPrefix("!") else { return nil }
        for line in reply.split(separator: "\n").dropFirst().map({ String($0.dropFirst(2)) }) {
            if line.hasPrefix("try: ? "), shape(String(line.dropFirst(7))) == meant { return "try" }
            let shown = line.hasPrefix("? ") ? String(line.dropFirst(2)) : line
            if shown != typed, shape(filled(shown)) == meant { return "shown" }
        }
        return nil
    }

    @Test func `of forty lines that a trader types without reading, thirty-six lead to the right one in a step`() throws
    {
        try judge(Self.tuned)
        try judge(Self.untuned)
    }

    private func judge(_ lines: [(String, String)]) throws {
        let bench = try SightBench()
        var missed: [String] = []
        for (typed, right) in lines {
            let works = bench.type("? \(Self.filled(right))", bench.ann)
            #expect(works.hasPrefix("?") && !works.contains("would be refused"), "\(right): \(works)")
            let typed = typed.hasPrefix("/") ? String(typed.dropFirst()) : typed
            if Self.way(typed, to: right, bench) == nil { missed.append("\(typed) -> \(right)") }
        }
        #expect(lines.count == 40 && missed.count <= 4, "\(missed)")
    }

    /// What changes nothing may be offered in other words; what trades only with every figure as typed.
    @Test(arguments: [
        "buy btc for 100", "buy btc limit 220", "withdraw 100", "change price 227 order 10", "buy 1 btc for 230",
        "sell 5 then buy 3",
        "set 10 227", "buy 1 btc or 2 btc", "please buy something", "sell 0.1 btc 240 250", "buy 1 2 3",
    ])
    func `what is not understood to its last word is offered nothing`(line: String) throws {
        let bench = try SightBench()
        let reply = bench.type("? \(line)", bench.ann)
        #expect(reply.hasPrefix("!") && !reply.contains("\n  try: "), "\(reply)")
    }
}
