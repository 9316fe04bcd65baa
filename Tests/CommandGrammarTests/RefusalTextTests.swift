import CommandGrammar
import Testing
import Trading

/// Every refusal of the grammar as the text a person sees: the code, the line, and what follows it.
@Suite struct RefusalTextTests {
    struct Refused: Sendable, CustomTestStringConvertible {
        let code: RefusalCode
        let line: String
        let text: String

        init(_ code: RefusalCode, _ line: String, _ text: String) {
            self.code = code
            self.line = line
            self.text = text
        }

        var testDescription: String { line }
    }

    static let commands: [Refused] = [
        Refused(
            .unknownCommand, "byu 0.5 btc at 230",
            """
            ! no command byu; did you mean buy?
              byu 0.5 btc at 230
              ^^^
              try: buy 0.5 btc at 230
            """),
        Refused(
            .unknownCommand, "[k7] cancle all",
            """
            ! no command cancle; did you mean cancel?
              [k7] cancle all
                   ^^^^^^
              try: [k7] cancel all
            """),
        Refused(
            .unknownCommand, "frobnicate",
            """
            ! no command frobnicate
              frobnicate
              ^^^^^^^^^^
              help lists the commands
            """),
        Refused(
            .unknownCommand, "balance",
            """
            ! no command balance; did you mean funds?
              balance
              ^^^^^^^
              try: funds
            """),
        Refused(
            .unknownCommand, "? byu 1 btc at 3",
            """
            ! no command byu; did you mean buy?
              ? byu 1 btc at 3
                ^^^
              try: ? buy 1 btc at 3
            """),
        Refused(
            .unknownCommand, "until 18:00",
            """
            ! no command until
              until 18:00
              ^^^^^
              help lists the commands
            """),
        Refused(
            .unexpectedWord, "funds btc",
            """
            ! expected the end of the line, found btc; did you mean fund?
              funds btc
              ^^^^^
              try: fund btc
            """),
        Refused(
            .badNumber, "[k7] order paired ltc_usd",
            """
            ! expected an ORDER such as #41, found paired; did you mean orders?
              [k7] order paired ltc_usd
                   ^^^^^
              try: [k7] orders paired ltc_usd
            """),
        Refused(
            .unexpectedWord, "help buy sell",
            """
            ! expected full or the end of the line, found sell
              help buy sell
                       ^^^^
            """),
        Refused(
            .nameTaken, "alias buy = sell 1 btc at 3",
            """
            ! buy is a command already
              alias buy = sell 1 btc at 3
                    ^^^
            """),
        Refused(
            .badTag, "[a b] funds",
            """
            ! a tag is 1 to 32 of A-Z a-z 0-9 . _ - between [ and ]
              [a b] funds
              ^^^^^
            """),
        Refused(
            .badTag, "[] funds",
            """
            ! a tag is 1 to 32 of A-Z a-z 0-9 . _ - between [ and ]
              [] funds
              ^^
            """),
        Refused(
            .badTag, "[k7 funds",
            """
            ! a tag is 1 to 32 of A-Z a-z 0-9 . _ - between [ and ]
              [k7 funds
              ^^^
            """),
        Refused(
            .unknownSetting, "set timezon Europe/Madrid",
            """
            ! no setting timezon; there are timezone, quote, pairs, daily, guard, email, quiet, exchange; did you mean timezone?
              set timezon Europe/Madrid
                  ^^^^^^^
              try: set timezone Europe/Madrid
            """),
    ]

    static let pairs: [Refused] = [
        Refused(
            .unknownPair, "buy 0.5 btc_eurr at 230",
            """
            ! no pair btc_eurr; did you mean btc_eur?
              buy 0.5 btc_eurr at 230
                      ^^^^^^^^
              try: buy 0.5 btc_eur at 230
            """),
        Refused(
            .unknownPair, "buy 0.5 btc usd at 230",
            """
            ! a PAIR is one word; did you mean btc_usd?
              buy 0.5 btc usd at 230
                      ^^^^^^^
              try: buy 0.5 btc_usd at 230
            """),
        Refused(
            .unknownPair, "price nmc",
            """
            ! no pair nmc_usd; did you mean nmc_btc?
              price nmc
                    ^^^
              try: price nmc_btc
            """),
        Refused(
            .unknownPair, "fee xyz_abc",
            """
            ! no pair xyz_abc
              fee xyz_abc
                  ^^^^^^^
            """),
        Refused(
            .unknownCoin, "buy 100 usdd btc_usd at 230",
            """
            ! no coin usdd; did you mean usd?
              buy 100 usdd btc_usd at 230
                      ^^^^
              try: buy 100 usd btc_usd at 230
            """),
        Refused(
            .unknownCoin, "fund btv",
            """
            ! no coin btv; did you mean btc?
              fund btv
                   ^^^
              try: fund btc
            """),
        Refused(
            .unexpectedWord, "buy 100 eur btc_usd at 230",
            """
            ! an amount of btc_usd is in btc or usd, found eur
              buy 100 eur btc_usd at 230
                      ^^^
            """),
        Refused(
            .unexpectedWord, "sell all btc btc_usd at 230",
            """
            ! all is a share of the free funds and takes no unit, found btc
              sell all btc btc_usd at 230
                       ^^^^
              try: sell all btc_usd at 230
            """),
        Refused(
            .missingWord, "buy 100 usd at 230",
            """
            ! expected a PAIR such as btc_usd after the amount's unit, found only usd
              buy 100 usd at 230
                      ^^^
            """),
        Refused(
            .missingWord, "buy 0.5 at 230",
            """
            ! expected a PAIR such as btc_usd before at, found at
              buy 0.5 at 230
                      ^^
            """),
    ]

    static let numbers: [Refused] = [
        Refused(
            .badNumber, "buy 10,5 btc at 230",
            """
            ! expected an AMOUNT, found 10,5: a number has no comma; its decimals follow a point; did you mean 10.5?
              buy 10,5 btc at 230
                  ^^^^
              try: buy 10.5 btc at 230
            """),
        Refused(
            .badNumber, "buy 1,000 btc at 230",
            """
            ! 1,000 may mean 1000 or 1.000: type an AMOUNT without a comma
              buy 1,000 btc at 230
                  ^^^^^
              buy 1000 btc at 230
              buy 1.000 btc at 230
            """),
        Refused(
            .badNumber, "buy 1 btc at 1.234,5",
            """
            ! expected a PRICE, found 1.234,5: a number has no comma; its decimals follow a point; did you mean 1234.5?
              buy 1 btc at 1.234,5
                           ^^^^^^^
              try: buy 1 btc at 1234.5
            """),
        Refused(
            .badNumber, "buy 100usd btc at 230",
            """
            ! expected an AMOUNT, found 100usd; did you mean 100 usd?
              buy 100usd btc at 230
                  ^^^^^^
              try: buy 100 usd btc at 230
            """),
        Refused(
            .badNumber, "buy 1 btc at 23o",
            """
            ! expected a PRICE, found 23o
              buy 1 btc at 23o
                           ^^^
            """),
        Refused(
            .badNumber, "cancel 41, 42",
            """
            ! expected an ORDER such as #41, found 41,; did you mean 41?
              cancel 41, 42
                     ^^^
              try: cancel 41 42
            """),
        Refused(
            .badNumber, "buy 0.1234567890123456789 btc at 230",
            """
            ! an AMOUNT has at most 18 decimals, found 0.1234567890123456789
              buy 0.1234567890123456789 btc at 230
                  ^^^^^^^^^^^^^^^^^^^^^
            """),
        Refused(
            .badNumber, "buy 999999999999999999m btc at 230",
            """
            ! 999999999999999999m is too large
              buy 999999999999999999m btc at 230
                  ^^^^^^^^^^^^^^^^^^^
            """),
        Refused(
            .badNumber, "sell 50 % btc at 231",
            """
            ! expected an AMOUNT such as 50%, found 50 %; did you mean 50%?
              sell 50 % btc at 231
                   ^^^^
              try: sell 50% btc at 231
            """),
        Refused(
            .badNumber, "sell 1 btc at last - %",
            """
            ! expected a percentage before %
              sell 1 btc at last - %
                                   ^
            """),
        Refused(
            .outOfRange, "sell 0 btc at 3",
            """
            ! an AMOUNT must be above zero, found 0
              sell 0 btc at 3
                   ^
            """),
        Refused(
            .outOfRange, "sell -5 btc at 3",
            """
            ! an AMOUNT must be above zero, found -5
              sell -5 btc at 3
                   ^^
            """),
        Refused(
            .outOfRange, "sell 150% btc at 3",
            """
            ! an AMOUNT is at most 100%, found 150%
              sell 150% btc at 3
                   ^^^^
            """),
        Refused(
            .outOfRange, "slice 2 btc 195..199 x0",
            """
            ! the number of orders must be above zero, found 0
              slice 2 btc 195..199 x0
                                   ^^
            """),
        Refused(
            .outOfRange, "slice 2 btc 195..199 x100001",
            """
            ! the number of orders is at most 100000, found 100001
              slice 2 btc 195..199 x100001
                                   ^^^^^^^
            """),
        Refused(
            .outOfRange, "buy 1 btc at last-100%",
            """
            ! a price cannot be 100% below another
              buy 1 btc at last-100%
                                ^^^^
            """),
    ]

    static let orders: [Refused] = [
        Refused(
            .missingWord, "buy 0.5 btc_usd",
            """
            ! expected at and a price at the end of the line
              buy 0.5 btc_usd
                              ^
              buy 0.5 btc_usd at market
              buy 0.5 btc_usd at PRICE
            """),
        Refused(
            .missingWord, "buy 0.5 btc_usd 230",
            """
            ! expected at before the price, found 230
              buy 0.5 btc_usd 230
                              ^^^
              try: buy 0.5 btc_usd at 230
            """),
        Refused(
            .missingWord, "buy 0.5 btc_usd until 18:00",
            """
            ! expected at and a price, found until
              buy 0.5 btc_usd until 18:00
                              ^^^^^
              buy 0.5 btc_usd at market
              buy 0.5 btc_usd at PRICE until 18:00
            """),
        Refused(
            .unexpectedWord, "buy 0.5 btc at230",
            """
            ! expected at, found at230; did you mean at 230?
              buy 0.5 btc at230
                          ^^^^^
              try: buy 0.5 btc at 230
            """),
        Refused(
            .unexpectedWord, "buy 0.5 btc at markt",
            """
            ! expected a PRICE such as 230, market, bid, ask or last, found markt; did you mean market?
              buy 0.5 btc at markt
                             ^^^^^
              try: buy 0.5 btc at market
            """),
        Refused(
            .unexpectedWord, "buy 0.5 btc at lst-1%",
            """
            ! expected a PRICE such as 230, market, bid, ask or last, found lst-1%; did you mean last?
              buy 0.5 btc at lst-1%
                             ^^^
              try: buy 0.5 btc at last-1%
            """),
        Refused(
            .unexpectedWord, "buy 0.5 btc at 230 untl 18:00",
            """
            ! expected until, for, day, ioc, fok, post, stop, anyway or the end of the line, found untl; \
            did you mean until?
              buy 0.5 btc at 230 untl 18:00
                                 ^^^^
              try: buy 0.5 btc at 230 until 18:00
            """),
        Refused(
            .unexpectedWord, "stop sell 10 btc at market",
            """
            ! expected a TRIGGER such as 230, found market
              stop sell 10 btc at market
                                  ^^^^^^
            """),
        Refused(
            .conflictingWords, "buy 0.5 btc at 230 ioc fok",
            """
            ! fok does not go with ioc
              buy 0.5 btc at 230 ioc fok
                                     ^^^
            """),
        Refused(
            .conflictingWords, "buy 0.5 btc at 230 post ioc",
            """
            ! ioc does not go with post
              buy 0.5 btc at 230 post ioc
                                      ^^^
            """),
        Refused(
            .conflictingWords, "buy 0.5 btc at market post",
            """
            ! post does not go with market: a market order is never on the book
              buy 0.5 btc at market post
                                    ^^^^
            """),
        Refused(
            .conflictingWords, "buy 0.5 btc at market until 18:00",
            """
            ! until does not go with market: a market order is done at once
              buy 0.5 btc at market until 18:00
                                    ^^^^^
            """),
        Refused(
            .conflictingWords, "buy 0.5 btc at 230 day until 18:00",
            """
            ! until does not go with day: an order expires once
              buy 0.5 btc at 230 day until 18:00
                                     ^^^^^
            """),
        Refused(
            .conflictingWords, "buy 0.5 btc at 230 post post",
            """
            ! post is said twice
              buy 0.5 btc at 230 post post
                                      ^^^^
            """),
        Refused(
            .conflictingWords, "slice buy 2 btc_usd 195..<199 x 20 ioc",
            """
            ! ioc does not go with slice
              slice buy 2 btc_usd 195..<199 x 20 ioc
                                                 ^^^
            """),
        Refused(
            .badRange, "slice 2 btc 199..195 x20",
            """
            ! the low end of a range comes first and is below the high end, found 199..195; did you mean 195..199?
              slice 2 btc 199..195 x20
                          ^^^^^^^^
              try: slice 2 btc 195..199 x20
            """),
        Refused(
            .badRange, "slice 2 btc 195 .. 199 x20",
            """
            ! expected a range LOW..HIGH such as 195..199, found 195 .. 199; did you mean 195..199?
              slice 2 btc 195 .. 199 x20
                          ^^^^^^^^^^
              try: slice 2 btc 195..199 x20
            """),
        Refused(
            .badRange, "slice 2 btc 195-199 x20",
            """
            ! expected a range LOW..HIGH such as 195..199, found 195-199; did you mean 195..199?
              slice 2 btc 195-199 x20
                          ^^^^^^^
              try: slice 2 btc 195..199 x20
            """),
        Refused(
            .badRange, "paper quote btc_usd 231 230",
            """
            ! the ASK is above the BID
              paper quote btc_usd 231 230
                                      ^^^
            """),
    ]

    static let times: [Refused] = [
        Refused(
            .badTime, "buy 0.5 btc at 230 until 25:00",
            """
            ! there is no time 25:00; a day has 0:00 to 23:59
              buy 0.5 btc at 230 until 25:00
                                       ^^^^^
              such as 18:00, tomorrow 9:00, fri 18:00, 2026-12-31 or 2026-12-31 23:10
            """),
        Refused(
            .badTime, "buy 0.5 btc at 230 until 2026-02-30",
            """
            ! there is no day 2026-02-30
              buy 0.5 btc at 230 until 2026-02-30
                                       ^^^^^^^^^^
              such as 18:00, tomorrow 9:00, fri 18:00, 2026-12-31 or 2026-12-31 23:10
            """),
        Refused(
            .badTime, "buy 0.5 btc at 230 until 6pm",
            """
            ! expected WHEN, found 6pm; did you mean 18:00?
              buy 0.5 btc at 230 until 6pm
                                       ^^^
              such as 18:00, tomorrow 9:00, fri 18:00, 2026-12-31 or 2026-12-31 23:10
              try: buy 0.5 btc at 230 until 18:00
            """),
        Refused(
            .badTime, "trades since firday 18:00",
            """
            ! expected WHEN, found firday; did you mean friday?
              trades since firday 18:00
                           ^^^^^^
              such as 18:00, tomorrow 9:00, fri 18:00, 2026-12-31 or 2026-12-31 23:10
              try: trades since friday 18:00
            """),
        Refused(
            .badDuration, "buy 0.5 btc at 230 for 30min",
            """
            ! expected a DURATION such as 90m, 2h30m or 3d, found 30min; did you mean 30m?
              buy 0.5 btc at 230 for 30min
                                     ^^^^^
              try: buy 0.5 btc at 230 for 30m
            """),
        Refused(
            .badDuration, "buy 0.5 btc at 230 for 0s",
            """
            ! a DURATION is from 1s to 3653d, found 0s
              buy 0.5 btc at 230 for 0s
                                     ^^
            """),
    ]

    static let all = commands + pairs + numbers + orders + times

    @Test(arguments: all) func `a refusal says what was found, what was expected, and where`(_ refused: Refused) {
        let parsed = sampleParser.parse(refused.line)
        #expect(parsed.command == nil)
        #expect(parsed.refusal?.code == refused.code)
        #expect(parsed.refusal?.text(over: refused.line) == refused.text)
    }

    @Test(arguments: all) func `a repaired line is a command`(_ refused: Refused) {
        guard let refusal = sampleParser.parse(refused.line).refusal,
            let repaired = refusal.repairedLine(of: refused.line)
        else { return }
        #expect(sampleParser.parse(repaired).command != nil)
    }

    @Test func `a line over its limit is refused whole, and not echoed`() {
        let line = "[k7] buy 1 btc at " + String(repeating: "1", count: 1_100)
        let parsed = sampleParser.parse(line)
        #expect(parsed.refusal?.code == .lineTooLong)
        #expect(parsed.refusal?.text(over: line) == "! a line has at most 1024 bytes")
        #expect(parsed.tag == "k7")
        #expect(sampleParser.parse(String(repeating: "x", count: 1_024)).refusal?.code == .unknownCommand)
        #expect(
            CommandParser(vocabulary: sampleVocabulary, lineBytesMax: 8).parse("whoami //").refusal?.code
                == .lineTooLong)
    }

    @Test func `columns count characters as people do`() {
        let line = "[k1] // е́"
        #expect(sampleParser.parse(line).refusal == nil)
        let spoken = "set email 👩‍👩‍👧 x"
        #expect(sampleParser.parse(spoken).command != nil)
        let refused = "buy 1 👩‍👩‍👧é at 230"
        let refusal = sampleParser.parse(refused).refusal
        #expect(refusal?.span == Span(column: 7, length: 2))
        #expect(
            refusal?.text(over: refused) == """
                ! no pair 👩‍👩‍👧é
                  buy 1 👩‍👩‍👧é at 230
                        ^^
                """)
    }

    @Test func `what cannot be printed cannot fool the reader, and carets stay in place`() {
        let line = "buy\t1 btc\u{1B}[2J_usd\u{202E} at 230"
        let refusal = sampleParser.parse(line).refusal
        #expect(refusal?.code == .unknownPair)
        #expect(
            refusal?.text(over: line) == """
                ! no pair btc�[2J_usd�
                  buy 1 btc�[2J_usd� at 230
                        ^^^^^^^^^^^^
                """)
    }

    @Test func `a long word is cut in the message`() {
        let line = String(repeating: "q", count: 100)
        #expect(sampleParser.parse(line).refusal?.message == "no command \(String(repeating: "q", count: 40))...")
    }
}
