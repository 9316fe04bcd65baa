import Testing
import Trading

@Suite struct CoinAndPairTests {
    @Test func `a coin is letters and digits, in lower case`() {
        for (text, name) in [("btc", "btc"), ("BTC", "btc"), ("uSd", "usd"), ("1inch", "1inch"), ("a", "a")] {
            #expect(Coin(text)?.description == name)
        }
        #expect(Coin("abcdefghijklmno").description == "abcdefghijklmno")
        for text in ["", "abcdefghijklmnop", "b tc", "btc_", "ñ", "btc\0", "-"] { #expect(Coin(text) == nil) }
        #expect(Coin("BTC") == Coin("btc") && Coin("btc") != Coin("btc2"))
    }

    @Test func `coins are in the order of their names`() {
        let names = ["1inch", "a", "aa", "ab", "b", "btc", "btc2", "eth", "usd", "z"]
        #expect(names.reversed().compactMap { Coin($0) }.sorted().map(\.description) == names)
    }

    @Test func `a pair is two coins with a line between`() {
        let pair: Pair = "btc_usd"
        #expect(pair.base == "btc" && pair.quote == "usd" && pair.description == "btc_usd")
        #expect(Pair("BTC_USD") == pair && Pair(base: "btc", quote: "usd") == pair)
        for text in ["", "_", "btc", "btc_", "_usd", "btc_usd_eur", "btc-usd", "btc usd"] { #expect(Pair(text) == nil) }
        let pairs: [Pair] = ["ltc_btc", "btc_usd", "btc_eur"]
        #expect(pairs.sorted() == ["btc_eur", "btc_usd", "ltc_btc"])
    }

    @Test func `identifiers print as people write them`() {
        #expect(OrderID(41).description == "#41" && OrderID(2) < OrderID(10))
        #expect(ClientOrderID(order: OrderID(41), attempt: 2).description == "41-2")
        #expect(ClientOrderID("41-2") == ClientOrderID(order: OrderID(41), attempt: 2))
        for text in ["", "41", "-", "41-", "-2", "41-2-3", "a-1", "41-4294967296"] {
            #expect(ClientOrderID(text) == nil)
        }
        #expect(ClientOrderID(order: OrderID(1), attempt: 9) < ClientOrderID(order: OrderID(2), attempt: 1))
        #expect(Side.buy.opposite == .sell && Side.sell.opposite == .buy)
    }
}

@Suite struct CalendarTests {
    @Test(arguments: [
        (1970, 1, 1, Int64(0), 3), (2000, 2, 29, 11_016, 1), (2015, 7, 6, 16_622, 0), (2026, 8, 30, 20_695, 6),
        (1900, 1, 1, -25_567, 0), (1969, 12, 31, -1, 2), (2100, 3, 1, 47_541, 0), (1, 1, 1, -719_162, 0),
        (9_999, 12, 31, 2_932_896, 4),
    ])
    func `known days`(year: Int, month: Int, day: Int, days: Int64, weekday: Int) {
        let date = CivilDate(year: year, month: month, day: day)
        #expect(date?.daysSince1970 == days)
        #expect(date?.weekday == weekday)
        #expect(CivilDate(daysSince1970: days) == date)
    }

    @Test(arguments: [
        (2023, 2, 29), (1900, 2, 29), (2100, 2, 29), (2024, 2, 30), (2024, 4, 31), (2024, 13, 1), (2024, 0, 1),
        (2024, 1, 0), (2024, 1, 32), (0, 1, 1), (10_000, 1, 1),
    ])
    func `days that do not exist`(year: Int, month: Int, day: Int) {
        #expect(CivilDate(year: year, month: month, day: day) == nil)
    }

    @Test func `every day from 1900 to 2200 follows the one before`() {
        var (year, month, day) = (1900, 1, 1)
        var wrong = 0
        for number in Int64(-25_567)...84_370 {
            let date = CivilDate(daysSince1970: number)
            if date != CivilDate(year: year, month: month, day: day) || date.daysSince1970 != number { wrong += 1 }
            if date.weekday != Int((number + 25_567) % 7) { wrong += 1 }
            day += 1
            let isLeap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
            if day > [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] {
                (month, day) = (month + 1, 1)
            }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
        #expect(wrong == 0)
        #expect((year, month, day) == (2201, 1, 1))
    }

    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (1_756_576_800_000_000_000, "2025-08-30T18:00:00.000Z"), (951_782_400_123_999_999, "2000-02-29T00:00:00.123Z"),
        (.max, "2262-04-11T23:47:16.854Z"), (.min, "1677-09-21T00:12:43.145Z"),
    ])
    func `moments print in UTC`(nanoseconds: Int64, text: String) {
        #expect(Timestamp(nanoseconds: nanoseconds).description == text)
    }

    @Test func `moments move, and stop at the ends`() {
        let end = Timestamp(nanoseconds: .max)
        let start = Timestamp(nanoseconds: .min)
        #expect(Timestamp(seconds: -2).advanced(byNanoseconds: 1).seconds == -2)
        #expect(Timestamp(nanoseconds: -1).seconds == -1 && Timestamp(nanoseconds: 1_999_999_999).seconds == 1)
        #expect(Timestamp(seconds: .max) == end && Timestamp(seconds: .min) == start)
        #expect(end.advanced(bySeconds: 1) == end && start.advanced(byNanoseconds: -1) == start)
        #expect(Timestamp(seconds: 5).advanced(bySeconds: -7) == Timestamp(seconds: -2))
        #expect(end.nanoseconds(since: start) == .max && start.nanoseconds(since: end) == .min)
        #expect(Timestamp(seconds: 3).nanoseconds(since: Timestamp(seconds: 1)) == 2_000_000_000)
    }
}

@Suite struct PairRulesTests {
    /// What the fills of an order spend is never more than it held, however fine the figures are; in one fill it is at most two units of the
    /// last decimal less.
    @Test(arguments: [FeeBasis.quote, .received])
    func `fills never spend more than the order holds`(_ basis: FeeBasis) throws {
        var random = SplitMix64(seed: 7)
        func units(below limit: Int128) -> ExactDecimal {
            ExactDecimal(units: Int128(random.next()) % limit)
        }
        let one = ExactDecimal(units: 1)
        for _ in 0..<2_000 {
            let (price, fee) = (units(below: 1 << 63) + one, units(below: 1 << 50))
            let rules = try PairRules(
                pair: "btc_usd", priceTick: one, quantityStep: one, quantityMin: one, feeRate: fee, feeBasis: basis)
            let whole = units(below: 1 << 62) + one
            var (left, held) = (whole, rules.reservation(side: .buy, price: price, quantity: whole))
            let once = rules.spending(side: .buy, price: price, quantity: whole)
            #expect(once <= held && held - once <= ExactDecimal(units: 3))
            var spent = ExactDecimal.zero
            while left.isPositive {
                let part = units(below: left.units) + one
                let after = try held.share(of: left - part, in: left, rounding: .up)
                let cost = rules.spending(side: .buy, price: price, quantity: part)
                #expect(cost <= held - after, "\(part) of \(left) at \(price), fee \(fee)")
                #expect(
                    cost <= rules.reservation(side: .buy, price: price, quantity: left)
                        - rules.reservation(side: .buy, price: price, quantity: left - part))
                (left, held, spent) = (left - part, after, spent + cost)
            }
            #expect(held.isZero && spent <= once)
        }
    }

    private func d(_ text: String) throws -> ExactDecimal { try ExactDecimal(parsing: text) }

    private func rules(
        tick: String = "0.001", step: String = "0.00000001", min: String = "0.01", value: String = "0",
        fee: String = "0.002", basis: FeeBasis = .quote
    ) throws -> PairRules {
        try PairRules(
            pair: "btc_usd", priceTick: d(tick), quantityStep: d(step), quantityMin: d(min), valueMin: d(value),
            feeRate: d(fee), feeBasis: basis)
    }

    @Test func `rules of any fineness are taken, and none that make no sense`() throws {
        let least = "0.000000000000000001"
        #expect(try rules(tick: least, step: least, min: least, fee: least).feeRate == d(least))
        #expect(try rules(tick: "25", step: "100", min: "100").feeRate == d("0.002"))
        #expect(try rules().with(feeRate: d("0.00000001")).feeRate == d("0.00000001"))
        for broken in [
            ("0", "0.1", "0.1", "0", "0"), ("-1", "0.1", "0.1", "0", "0"), ("1", "0", "0.1", "0", "0"),
            ("1", "0.1", "0", "0", "0"), ("1", "0.1", "0.1", "-1", "0"), ("1", "0.1", "0.1", "0", "-0.1"),
            ("1", "0.1", "0.1", "0", "1"),
        ] {
            #expect(throws: PairRules.RulesError.outOfRange) {
                try rules(tick: broken.0, step: broken.1, min: broken.2, value: broken.3, fee: broken.4)
            }
        }
    }

    @Test(arguments: [
        ("0.05", "224.65", "227.68", "0.106267"), ("0.01", "218.07", "220.3", "0.0135326"),
        ("0.1", "218.23", "222.18", "0.306918"),
    ])
    func `the fees of 2015 leave the benefits of 2015`(
        quantity: String, entry: String, exit: String, benefit: String
    ) throws {
        let rules = try rules()
        let (quantity, entry, exit) = try (d(quantity), d(entry), d(exit))
        let paid = entry.times(quantity) + rules.fee(side: .buy, price: entry, quantity: quantity)
        let got = exit.times(quantity) - rules.fee(side: .sell, price: exit, quantity: quantity)
        #expect(try got - paid == d(benefit))
        #expect(rules.reservation(side: .buy, price: entry, quantity: quantity) == paid)
        #expect(rules.reservation(side: .sell, price: exit, quantity: quantity) == quantity)
    }

    @Test func `what is held, in which coin, and which coin the fee takes`() throws {
        for (basis, side, reserved, spent, fee, feeCoin) in [
            (FeeBasis.quote, Side.buy, "230.46", Coin("usd"), "0.46", Coin("usd")),
            (.quote, .sell, "1", Coin("btc"), "0.46", Coin("usd")),
            (.received, .buy, "230", Coin("usd"), "0.002", Coin("btc")),
            (.received, .sell, "1", Coin("btc"), "0.46", Coin("usd")),
        ] {
            let rules = try rules(basis: basis)
            #expect(rules.reservation(side: side, price: 230, quantity: 1).description == reserved)
            #expect(rules.reservedCoin(for: side) == spent)
            #expect(rules.fee(side: side, price: 230, quantity: 1).description == fee)
            #expect(rules.feeCurrency(for: side) == feeCoin)
        }
    }

    @Test func `a value that no account can hold does not fit`() throws {
        let rules = try rules()
        #expect(rules.valueFits(price: 230, quantity: 1))
        #expect(try rules.valueFits(price: d("85000000000000000"), quantity: 1))
        #expect(try !rules.valueFits(price: d("86000000000000000"), quantity: 1))
        #expect(try !rules.valueFits(price: d("100000000000000000000"), quantity: 1))
        #expect(try !rules.valueFits(price: d("100000000000"), quantity: d("100000000000")))
    }
}
