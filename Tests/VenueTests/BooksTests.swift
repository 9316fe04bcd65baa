import ExactJSON
import Testing
import Trading

@testable import Venue

/// Chance with a seed that is printed when a test fails; `OUTCRY_SEED` tells a story again.
func seeds(_ count: UInt64) -> [UInt64] {
    if let text = ProcessEnvironment.value("OUTCRY_SEED"), let seed = UInt64(text) { return [seed] }
    return Array(1...count)
}

@Suite struct `The venue's books` {
    /// A story of many calls, made from a seed: orders, cancels, quotes, prints, money, faults, and wrong calls.
    static func story(_ seed: UInt64, steps: Int, faults: String = "", each: (VenueUnderTest) throws -> Void = { _ in })
        throws -> VenueUnderTest
    {
        var chance = SplitMix64(seed: seed)
        let dialect = chance.pick(VenueDialect.allCases)
        let parsed = try VenueFaults(parsing: faults)
        let prices: [Pair: ExactDecimal] = [
            "btc_usd": 230, "ltc_usd": 4, "ltc_btc": ExactDecimal(units: 17_390_000_000_000_000),
        ]
        let venue = VenueUnderTest(dialect, prices: prices) {
            $0.faults = parsed
            $0.seed = seed
        }
        for _ in 0..<steps {
            let key = chance.pick(["ann", "bob", "eve"])
            let rules = chance.pick(PairRules.tested)
            let middle = venue.venue.books.markets[rules.pair]?.ticker.last?.units ?? prices[rules.pair]?.units ?? 0
            let tick = rules.priceTick.units
            let price = ExactDecimal(
                units: max(middle / tick + Int128(chance.number(-60...60)) * max(middle / tick / 2_000, 1), 101) * tick)
            let amount = ExactDecimal(
                units: rules.quantityMin.units * Int128(chance.number(1...300)) + Int128(chance.number(0...99))
                    * rules.quantityStep.units)
            let side = chance.happens(perMille: 500) ? "buy" : "sell"
            func call(_ method: String, _ fields: String) {
                let nonce = venue.nextNonce(key)
                let request = venue.request(key, "method=\(method)&nonce=\(nonce)&\(fields)")
                _ = venue.venue.react(to: request, at: venue.now)
            }
            switch chance.number(0...19) {
            case 0...9: call("Trade", "pair=\(rules.pair)&type=\(side)&rate=\(price)&amount=\(amount)")
            case 10...12:
                let open = venue.venue.books.openOrderNumbers.values.flatMap(\.self).sorted()
                call("CancelOrder", "order_id=\(venue.venue.told(chance.pick(ifAny: open) ?? 1))")
            case 13...15:
                try venue.control(
                    "/trade", #"{"pair":"\#(rules.pair)","price":"\#(price)","amount":"\#(amount)","side":"\#(side)"}"#)
            case 16:
                let ask = ExactDecimal(units: price.units + tick * Int128(chance.number(1...20)))
                let size = chance.happens(perMille: 500) ? #","amount":"\#(amount)""# : ""
                try venue.control("/quote", #"{"pair":"\#(rules.pair)","bid":"\#(price)","ask":"\#(ask)"\#(size)}"#)
            case 17: try venue.control("/deposit", #"{"key":"\#(key)","coin":"usd","amount":"12.3456789"}"#)
            case 18: try venue.control("/withdraw", #"{"key":"\#(key)","coin":"btc","amount":"\#(amount)"}"#)
            default: venue.pass(seconds: chance.number(0...5))
            }
            try each(venue)
        }
        return venue
    }

    /// What the numbers of the books have to do with one another, whatever has happened.
    static func check(_ venue: TapiVenue, _ place: Comment) {
        let books = venue.books
        #expect(books.imbalances.isEmpty, place)
        for account in venue.accounts {
            for coin in books.ledger.coins {
                let held = books.orders.filter {
                    $0.account == account.id && $0.status == .open && $0.coinSpent == coin
                }
                .reduce(Int128(0)) { $0 + $1.hold(for: $1.left) }
                #expect(books.ledger[.held(.account(account.id)), coin] == held, place)
                #expect(books.ledger[.free(.account(account.id)), coin] >= 0, place)
            }
        }
        for order in books.orders {
            let filled = order.fills.reduce(Int128(0)) { $0 + books.fills[$1].fill.quantity.units }
            #expect(filled == order.filled && order.left >= 0, place)
            #expect((order.left == 0) == (order.status == .filled), place)
            for index in order.fills {
                let fill = books.fills[index].fill
                #expect(order.accepts(fill.price.units), place)
                let gross =
                    order.side == .buy ? fill.quantity.units : exactProduct(fill.price.units, fill.quantity.units)
                #expect(fill.fee.units == exactProduct(gross, order.feeRate), place)
            }
        }
        for market in books.markets.values {
            let (bids, asks) = (market.book.bids.orders, market.book.asks.orders)
            #expect(zip(bids, bids.dropFirst()).allSatisfy { ($0.price, $1.number) >= ($1.price, $0.number) }, place)
            #expect(zip(asks, asks.dropFirst()).allSatisfy { ($0.price, $0.number) <= ($1.price, $1.number) }, place)
            if let bid = bids.first, let ask = asks.first { #expect(bid.price < ask.price, place) }
        }
    }

    @Test(arguments: seeds(12))
    func `every coin stays, and every number agrees with the others`(seed: UInt64) throws {
        var steps = 0
        let venue = try Self.story(seed, steps: 400, faults: seed % 2 == 0 ? "partial=0.3,cancel-elsewhere=0.05" : "") {
            steps += 1
            if steps % 20 == 0 { Self.check($0.venue, "seed \(seed), step \(steps)") }
        }
        #expect(venue.venue.books.fills.count > 20, "seed \(seed) trades")
    }

    @Test(arguments: seeds(8))
    func `what was paid in is what is there and what went, told by the control port`(seed: UInt64) throws {
        let venue = try Self.story(seed, steps: 300)
        let report = venue.venue.control(VenueHTTPRequest("GET", "/books"), at: venue.now)
        let books = try ExchangeJSONReader.read(report.body)
        func decimal(_ value: ExchangeJSON?) throws -> ExactDecimal {
            guard case .string(let text)? = value else { throw Said("no amount") }
            return try ExactDecimal(parsing: text)
        }
        for coin in ["btc", "ltc", "usd"] {
            let purses = try #require(books["coins"]?[coin])
            let names = ["accounts", "strangers", "fees", "outside"]
            #expect(try names.map { try decimal(purses[$0]) }.reduce(.zero, +) == .zero, "\(coin), seed \(seed)")
            #expect(purses["sum"] == "0")
            var all = ExactDecimal.zero
            for index in 0..<3 { all += try decimal(books["accounts"]?[index]?["funds"]?[coin]?["total"]) }
            #expect(try all == decimal(purses["accounts"]))
        }
    }

    @Test(arguments: seeds(6))
    func `the records of a story make the same venue again, to the last number`(seed: UInt64) throws {
        let told = try Self.story(seed, steps: 300, faults: "partial=0.3,cancel-elsewhere=0.05,lose-answer=0.1")
        var bytes = VenueJournal.headingLine
        for record in told.venue.drainRecords() { bytes += VenueJournal.line(record) }
        let contents = try VenueJournal.read(bytes)
        #expect(contents.wholeBytes == bytes.count)
        let again = TapiVenue(told.venue.settings)
        for record in contents.records { again.replay(record) }
        again.start(at: told.now)
        #expect(again.drainRecords().isEmpty, "it knows all that the settings bring")
        told.venue.faults = .none
        again.faults = .none
        #expect(again.report(at: told.now) == told.venue.report(at: told.now), "seed \(seed)")
        told.pass(seconds: 10)
        for path in ["ticker", "trades", "depth"] {
            let request = VenueHTTPRequest("GET", "/api/3/\(path)/btc_usd-ltc_btc-ltc_usd")
            #expect(again.answer(request, at: told.now) == told.venue.answer(request, at: told.now))
        }
    }
}
