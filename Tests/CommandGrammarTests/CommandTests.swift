import CommandGrammar
import Testing
import Trading

/// What good lines mean, and which ways of writing are the same.
@Suite struct CommandTests {
    @Test func `the three lines of the contract`() throws {
        guard case .place(.order(let order)) = command("buy 0.5 btc_usd at 230 until 18:00") else {
            Issue.record("no order")
            return
        }
        #expect(order.side == .buy)
        #expect(order.amount == Located(.base(ExactDecimal("0.5")!), at: Span(column: 5, length: 3)))
        #expect(order.pair == Located("btc_usd", at: Span(column: 9, length: 7)))
        #expect(order.price == Located(.limit(230), at: Span(column: 20, length: 3)))
        let sixInTheEvening = try #require(ClockTime(hour: 18, minute: 0))
        #expect(
            order.conditions
                == OrderConditions(expiry: Located(.until(.clock(sixInTheEvening)), at: Span(column: 24, length: 11))))

        guard case .place(.slice(let slice)) = command("slice 2 btc 195..199 x20") else {
            Issue.record("no slice")
            return
        }
        #expect(slice.side == nil)
        #expect(slice.amount.value == .base(2))
        #expect(slice.pair.value == "btc_usd")
        #expect(
            slice.range == Located(PriceRange(low: 195, high: 199, includesHigh: true), at: Span(column: 13, length: 8))
        )
        #expect(slice.count == Located(20, at: Span(column: 22, length: 3)))

        #expect(command("report paired") == .report(ReportQuery(kind: .paired)))
    }

    static let alike: [[String]] = [
        [
            "buy 0.5 btc at 230", "BUY 0.5 BTC AT 230", "buy  0.5\tbtc_usd at 230 ", "buy .5 btc/usd at 230.0",
            "buy 0.50 BTC-USD at 230", "buy 0.5 btcusd at 230 // a comment", "[k7] buy 0.5 btc btc_usd at 230",
            "buy\u{A0}0.5 btc_usd at 230", "[k7]buy 0.5 btc_usd at 230\r",
        ],
        ["buy 100 usd btc at 230", "buy 100 usd btc_usd at 230", "buy 0.1k USD btc/usd at 230"],
        ["buy 2.5m ltc at 3", "buy 2500000 ltc_usd at 3", "buy 2500K ltc at 3"],
        ["sell 50% btc at 231", "sell 50% btc_usd at 231"],
        ["sell all btc_usd at market", "sell ALL btc at Market"],
        ["buy 1 btc at last-1%", "buy 1 btc at last -1%", "buy 1 btc at last - 1%", "buy 1 btc at LAST- 1%"],
        ["buy 1 btc at ask+0.5", "buy 1 btc at ask + .5"],
        [
            "buy 1 btc at 230 post until fri 18:00 anyway", "buy 1 btc at 230 anyway until friday 18:00 post",
            "buy 1 btc at 230 until fri 18:00 anyway post",
        ],
        ["buy 1 btc at 230 for 150m", "buy 1 btc at 230 for 2h30m", "buy 1 btc at 230 for 9000S"],
        ["slice buy 2 btc 195..<199 x20 post", "slice buy 2 btc_usd 195..<199 X 20 post"],
        ["cancel 41 #42 41", "cancel #41 42"],
        ["orders stop btc", "orders stops btc_usd"],
        ["? buy 1 btc at 230", "?buy 1 btc at 230", "preview buy 1 btc at 230"].map { String($0) },
        ["trades btc last 10 since 2026-12-31 oldest", "trades btc_usd oldest since 2026-12-31 last 10"],
        ["watch btc ltc_usd btc_usd", "watch btc_usd ltc"],
    ]

    @Test(arguments: alike) func `ways of writing that are the same`(_ lines: [String]) {
        let first = shape(command(lines[0]))
        #expect(first != "no command")
        for line in lines where !line.hasPrefix("?") && !line.hasPrefix("preview") {
            #expect(shape(command(line)) == first, "\(line)")
        }
    }

    @Test func `a preview keeps the line that it is of`() {
        for line in ["? buy 1 btc at 230", "?buy 1 btc at 230", "[a] preview  buy 1 btc at 230 // so"] {
            guard case .preview(let inner, let kept) = command(line) else {
                Issue.record("no preview: \(line)")
                continue
            }
            #expect(kept == "buy 1 btc at 230")
            #expect(shape(inner) == shape(command("buy 1 btc at 230")))
        }
        #expect(command("preview preview funds") == nil)
        #expect(command("? go") == nil)
    }

    @Test func `a stop after the price makes one cancel the other`() {
        guard case .place(.order(let order)) = command("sell 10 btc_usd at 275 stop 265 limit 264 until 18:00") else {
            Issue.record("no order")
            return
        }
        #expect(order.stop?.trigger.value == .limit(265))
        #expect(order.stop?.then?.value == .limit(264))
        #expect(order.conditions.expiry != nil)
        guard case .place(.stop(let stop)) = command("stop sell 10 btc_usd at last-5% market for 3d anyway") else {
            Issue.record("no stop")
            return
        }
        #expect(stop.clause.trigger.value == .relative(to: .last, offset: .percent(-5)))
        #expect(stop.clause.then?.value == .market)
        #expect(stop.conditions.overridesGuard)
        guard case .place(.pair(let pair)) = command("pair buy 0.05 btc at 224.65 then 227.68") else {
            Issue.record("no pair")
            return
        }
        #expect(pair.contraPrice?.value == .limit(ExactDecimal("227.68")!))
    }

    @Test func `a line has a tag, a text and a comment, or nothing at all`() {
        let parsed = sampleParser.parse("  [k7.a_b-C]  funds   // what is left")
        #expect(parsed.tag == "k7.a_b-C")
        #expect(parsed.text == "funds")
        #expect(parsed.command == .funds)
        for line in ["", "   ", "// only this", "  //", "\t", "[k7]", "[k7] // x"] {
            let empty = sampleParser.parse(line)
            #expect(empty.command == nil)
            #expect(empty.refusal == nil, "\(line)")
            #expect(empty.text == "")
        }
        // Not a comment: it stands inside a word.
        #expect(command("set email a//b // c") != nil)
        guard case .set(_, let value) = command("set email a//b // c") else { return }
        #expect(value.value == "a//b")
        let longest = String(repeating: "x", count: 32)
        #expect(sampleParser.parse("[\(longest)] funds").tag == longest)
        #expect(sampleParser.parse("[\(longest)x] funds").refusal?.code == .badTag)
        #expect(CommandParser.isTag("k7"))
        #expect(!CommandParser.isTag("k 7"))
        #expect(!CommandParser.isTag(""))
    }

    @Test func `a coin alone is its pair with the account's quote currency`() {
        let inEuro = CommandParser(vocabulary: Vocabulary(pairs: sampleVocabulary.pairs, quote: "eur"))
        guard case .price(let pair) = inEuro.parse("price btc").command else {
            Issue.record("no price")
            return
        }
        #expect(pair?.value == "btc_eur")
        #expect(
            command("chart btc")
                == .chart(.pair(Located("btc_usd", at: Span(column: 7, length: 3))), durationSeconds: nil))
        #expect(
            command("chart funds btc")
                == .chart(.coin(Located("btc", at: Span(column: 13, length: 3))), durationSeconds: nil))
        #expect(command("chart equity 2h") == .chart(.equity, durationSeconds: 7_200))
        #expect(sampleParser.parse("chart usd").refusal?.suggestion == "funds usd")
        #expect(
            command("chart btc_usd 2h")
                == .chart(.pair(Located("btc_usd", at: Span(column: 7, length: 7))), durationSeconds: 7_200))
    }

    @Test func `names longer than a packed word are found too`() {
        let parser = CommandParser(vocabulary: Vocabulary(pairs: ["abcdefghijklmno_onmlkjihgfedcba"], quote: "usd"))
        for name in [
            "abcdefghijklmno_onmlkjihgfedcba", "ABCDEFGHIJKLMNO/onmlkjihgfedcba", "abcdefghijklmnoonmlkjihgfedcba",
        ] {
            #expect(parser.parse("price \(name)").command != nil, "\(name)")
        }
    }

    @Test func `a coin's name may begin with a digit`() {
        let parser = CommandParser(vocabulary: Vocabulary(pairs: ["1inch_usd"], quote: "usd"))
        let lines = [
            "buy 5 1inch at 3", "buy 5 1inch_usd at 3", "buy 5 1inch 1inch_usd at 3", "buy 5 1inch 1inch at 3",
        ]
        for line in lines {
            #expect(shape(parser.parse(line).command) == shape(parser.parse(lines[0]).command), "\(line)")
            #expect(parser.parse(line).command != nil)
        }
    }

    @Test func `the operator moves the paper exchange by hand`() {
        #expect(
            command("paper quote btc 230 230.2")
                == .paper(
                    .quote(
                        pair: Located("btc_usd", at: Span(column: 13, length: 3)),
                        bid: Located(230, at: Span(column: 17, length: 3)),
                        ask: Located(ExactDecimal("230.2")!, at: Span(column: 21, length: 5)))))
        #expect(command("paper trade btc_usd 229.9 0.2") != nil)
        #expect(command("paper trade btc_usd 229.9 0.2 sell") != nil)
        #expect(
            command("paper deposit ana 1k usd")
                == .paper(
                    .transfer(
                        .deposit, user: Located("ana", at: Span(column: 15, length: 3)),
                        amount: Located(1_000, at: Span(column: 19, length: 2)),
                        coin: Located("usd", at: Span(column: 22, length: 3)))))
    }

    @Test func `getting in, tokens and keys`() {
        #expect(command("login ana") == .login(.password(user: "ana", password: nil)))
        #expect(command("login ana a // b  c") == .login(.password(user: "ana", password: "a // b  c")))
        #expect(command("login token abc") == .login(.token("abc")))
        #expect(command("register ana") == .register(user: "ana", password: nil))
        #expect(command("register ana a // b  c") == .register(user: "ana", password: "a // b  c"))
        #expect(command("password") == .password(keepsTokens: false))
        #expect(command("password keep-tokens") == .password(keepsTokens: true))
        #expect(command("token new bot") == .tokenNew(name: "bot", scope: .read, lifetimeSeconds: nil))
        #expect(
            command("token new bot trade for 30d") == .tokenNew(name: "bot", scope: .trade, lifetimeSeconds: 2_592_000))
        #expect(command("token drop bot") == .tokenDrop(name: "bot"))
        #expect(command("keys") == .keys(exchange: nil))
        #expect(command("keys btce") == .keys(exchange: "btce"))
        #expect(command("keys btce set K a//b c") == .keysSet(exchange: "btce", key: "K", secret: "a//b c"))
        #expect(command("keys btce drop") == .keysDrop(exchange: "btce"))
        #expect(command("resume") == .resume(from: nil))
        #expect(command("resume 1842") == .resume(from: 1_842))
        #expect(
            command("alias b = buy 1 btc at bid")
                == .alias(
                    name: Located("b", at: Span(column: 7, length: 1)),
                    command: Located("buy 1 btc at bid", at: Span(column: 11, length: 16))))
    }

    @Test func `the first word is found without reading the line`() {
        for (line, word) in [
            ("buy 1 btc at 3", "buy"), ("  CANCEL all", "cancel"), ("[k7] Panic", "panic"), ("[k7]panic", "panic"),
            ("?buy 1", "preview"), ("", ""), ("// buy", ""), ("[k7", "[k7"), ("\u{A0}buy", "buy"),
            (String(repeating: "A", count: 900), String(repeating: "a", count: 15)),
        ] {
            #expect(CommandWord.first(of: line) == word)
        }
        for word in commandWords { #expect(CommandWord.first(of: "[t] \(word) x") == word) }
    }
}
