import CZlib
import Foundation
import TestSupport
import Testing
import Trading

@testable import Exchange

@Suite struct `Tape reader` {
    private let scratch = Scratch()

    /// Writes a tape into a folder of its own and reads it to the end.
    private func read(_ text: String, pair: Pair? = nil, named name: String = "tape.csv") throws -> [MarketTrade] {
        let path = try scratch.file(name, Data(text.utf8))
        let reader = try TapeReader(path: path, pair: pair)
        var trades: [MarketTrade] = []
        while let trade = try reader.next() { trades.append(trade) }
        return trades
    }

    private func failure(_ text: String, pair: Pair? = "btc_usd") throws -> String {
        do {
            _ = try read(text, pair: pair)
            return "none"
        } catch let error as TapeError {
            return (error.line.map { "\($0): " } ?? "") + error.message
        }
    }

    @Test func `columns come in any order, with what is not needed between`() throws {
        let trades = try read(
            "Side, price ,id,TS_NS,amount,pair\r\nbuy,230.5,7,1500,0.25,btc_usd\r\n\r\n,3,8,1500,1e2,LTC_USD\n")
        #expect(
            trades == [
                MarketTrade(
                    pair: "btc_usd", price: try ExactDecimal(parsing: "230.5"),
                    quantity: try ExactDecimal(parsing: "0.25"), takerSide: .buy, at: Timestamp(nanoseconds: 1_500)),
                MarketTrade(
                    pair: "ltc_usd", price: 3, quantity: 100, takerSide: nil, at: Timestamp(nanoseconds: 1_500)),
            ])
    }

    @Test(
        arguments: [
            ("2013-10-08T09:30:00Z", 1_381_224_600_000_000_000), ("2013-10-08 09:30:00.5z", 1_381_224_600_500_000_000),
            ("2013-10-08T09:30:00.123456789123Z", 1_381_224_600_123_456_789),
            ("2013-10-08T11:30:00+02:00", 1_381_224_600_000_000_000),
            ("2013-10-08T05:00:00-04:30", 1_381_224_600_000_000_000),
            ("1381224600000000000", 1_381_224_600_000_000_000),
            ("1969-12-31T23:59:59Z", -1_000_000_000),
        ] as [(String, Int64)])
    func `a time is RFC 3339 or nanoseconds`(text: String, nanoseconds: Int64) throws {
        let trades = try read("time,price,amount\n\(text),1,1\n", pair: "btc_usd")
        #expect(trades.map(\.at.nanoseconds) == [nanoseconds])
    }

    @Test func `a decimal may have an exponent, and keeps every digit`() throws {
        let trades = try read("ts_ns,price,amount\n1,2.5E3,3.844E-5\n", pair: "btc_usd")
        #expect(trades.map(\.price.description) == ["2500"])
        #expect(trades.map(\.quantity.description) == ["0.00003844"])
    }

    @Test(arguments: [
        ("", "no rows: the file is empty"),
        ("ts_ns,price\n", "1: no column for amount (amount, size, qty, quantity, volume); the header is: ts_ns,price"),
        ("ts_ns,price,amount\n1,230\n", "2: 2 fields, where a row has at least 3: 1,230"),
        ("ts_ns,price,amount\n1,230,1\nx,230,1\n", "3: no time: x is not a number of ns"),
        ("time,price,amount\n2013-02-30T00:00:00Z,230,1\n", "2: no time: 2013-02-30T00:00:00Z"),
        ("time,price,amount\n2013-02-20T24:00:00Z,230,1\n", "2: no time: 2013-02-20T24:00:00Z"),
        ("ts_ns,price,amount\n1,42,000.1,1\n", "2: 4 fields, where the header has 3: 1,42,000.1,1"),
        ("ts_ns,price,amount\n1,2,30,,\n", "none"),
        ("ts_ns,price,amount\n1,12..5,1\n", "2: no price: 12..5 is not a number"),
        ("ts_ns,price,amount\n1,5,1e99\n", "2: no amount: 1e99 is too large"),
        ("ts_ns,price,amount\n1,5,1e-18\n", "none"),
        ("ts_ns,price,amount\n1,5,1.5e-18\n", "2: no amount: 1.5e-18 has more than 18 decimals"),
        ("ts_ns,price,amount\n1,0,1\n", "2: a price must be above zero: 0"),
        ("ts_ns,price,amount,side\n1,5,-1,buy\n", "2: an amount must not be below zero: -1"),
        ("ts_ns,price,amount,side\n1,5,1,up\n", "2: no side: up; expected buy, sell or nothing"),
        (
            "ts_ns,price,amount\n0,5,1\n20000000000,5,1\n\n9999999999,5,1\n",
            "5: the time 1970-01-01T00:00:09.999Z is before that of a row above, 1970-01-01T00:00:20.000Z, by more than 10 s; "
                + "sort the file by time"
        ),
    ])
    func `a bad tape is refused with its line`(text: String, message: String) throws {
        #expect(try failure(text) == message)
    }

    @Test func `without a pair, given or in the header, a tape is refused`() throws {
        #expect(
            try failure("ts_ns,price,amount\n", pair: nil)
                == "1: the header names no pair, and none is given: say PAIR=FILE")
        #expect(try failure("ts_ns,price,amount,pair\n1,1,1,bitcoin\n", pair: nil) == "2: no pair: bitcoin")
    }

    @Test func `a line without end is refused, not kept`() throws {
        let long = String(repeating: "1", count: TapeLines.lineBytesMax + 1)
        #expect(try failure("ts_ns,price,amount\n1,2,\(long)\n") == "2: longer than 4096 bytes")
    }

    @Test func `a file that is not there is refused with the reason`() {
        #expect {
            try TapeReader(path: "/nowhere/tape.csv")
        } throws: { error in
            "\(error)" == "/nowhere/tape.csv: cannot be opened: No such file or directory"
        }
    }

    @Test func `a compressed tape is read, and one that is cut short is refused`() throws {
        let rows = (1...5_000).map { "\($0),\(200 + $0 % 7),0.\($0 % 9 + 1)\n" }.joined()
        let path = try scratch.file("whole.csv.gz", Data())
        let file = try #require(gzopen(path, "wb"))
        let bytes = Array("ts_ns,price,amount\n\(rows)".utf8)
        #expect(gzwrite(file, bytes, UInt32(bytes.count)) == Int32(bytes.count))
        gzclose(file)
        let reader = try TapeReader(path: path, pair: "btc_usd")
        var count = 0
        while try reader.next() != nil { count += 1 }
        #expect(count == 5_000)

        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let cut = try scratch.file("cut.csv.gz", whole.prefix(whole.count / 2))
        #expect(throws: TapeError.self) { try TapeReader(path: cut, pair: "btc_usd") }
    }

    @Test func `the rules of unknown pairs come from the digits of the rows`() throws {
        let path = try scratch.file(
            "digits.csv", Data("ts_ns,price,amount,pair\n1,0.07,5,a_b\n2,0.0731,1.25,a_b\n3,12,1,c_b\n".utf8))
        let reader = try TapeReader(path: path)
        let rules = reader.pairs()
        #expect(rules.map(\.pair) == ["a_b", "c_b"])
        #expect(rules.map(\.priceTick.description) == ["0.0001", "0.01"])
        #expect(rules.map(\.quantityStep.description) == ["0.01", "1"])
        // What was read ahead is still played.
        var count = 0
        while try reader.next() != nil { count += 1 }
        #expect(count == 3)
    }

    @Test(
        .enabled(if: Shared.path("tapes") != nil, "no tapes beside the project"),
        // The last has half a million: in `make proof`.
        arguments: [
            ("mtgox_btc_usd_20130101.csv", 2_331), ("bitstamp_btc_usd_2011.csv", 9_999),
            ("coinbase_btc_usd_20230905.csv", 5_882), ("binance_spot_20240808.csv", 26_010),
            ("spy_20131008.csv.gz", 451_545),
        ].prefix(TestExtent.isWhole ? 5 : 4))
    func `a tape of real trades plays from end to end`(file: String, trades: Int) throws {
        let path = try #require(Shared.path("tapes/\(file)"))
        let player = try TapePlayer([try TapeReader(path: path)], speed: 60, startingAt: Timestamp(seconds: 0))
        let paper = PaperExchange()
        var (count, prints, backwards) = (0, 0, 0)
        var newest = Timestamp(seconds: 0)
        while let trade = try player.next(dueBy: Timestamp(nanoseconds: .max)) {
            count += 1
            if trade.at < newest { backwards += 1 }
            newest = trade.at
            if case .trade = paper.play(trade).first { prints += 1 }
        }
        #expect(count == trades)
        #expect(backwards == 0)
        // Bitstamp's has one row whose amount rounds to nothing.
        #expect(prints == (file.hasPrefix("bitstamp") ? trades - 1 : trades))
        #expect(player.nextDue == nil)
    }
}

@Suite struct `Tape player` {
    /// A tape of prices at seconds.
    final class Prices: TapeSource {
        let name: String
        var identity: String { "prices \(name)" }
        private let rows: [(second: Int64, price: Int)]
        private var row = 0

        init(_ name: String, _ rows: [(second: Int64, price: Int)]) {
            self.name = name
            self.rows = rows
        }

        func rewind() { row = 0 }

        func next() -> MarketTrade? {
            guard row < rows.count else { return nil }
            defer { row += 1 }
            return MarketTrade(
                pair: "btc_usd", price: ExactDecimal(rows[row].price), quantity: 1, takerSide: nil,
                at: Timestamp(seconds: rows[row].second))
        }
    }

    private let start = Timestamp(seconds: 1_000_000)

    private func sources() -> [any TapeSource] {
        [Prices("a", [(100, 1), (110, 3), (130, 5)]), Prices("b", [(105, 2), (110, 4)])]
    }

    /// Plays up to so many trades: price and desk seconds since the start.
    private func play(_ player: TapePlayer, _ count: Int = 100) throws -> [String] {
        var seen: [String] = []
        while seen.count < count, let due = player.nextDue, let trade = try player.next(dueBy: due) {
            #expect(trade.at == due)
            seen.append("\(trade.price)@\(due.nanoseconds(since: start) / 1_000_000)")
        }
        return seen
    }

    @Test func `tapes are merged by time, from the moment of the start on`() throws {
        let player = try TapePlayer(sources(), startingAt: start)
        #expect(try play(player) == ["1@0", "2@5000", "3@10000", "4@10000", "5@30000"])
        #expect(player.nextDue == nil)
    }

    @Test func `nothing plays before it is due`() throws {
        let player = try TapePlayer(sources(), startingAt: start)
        #expect(try player.next(dueBy: start)?.price == 1)
        #expect(try player.next(dueBy: start.advanced(bySeconds: 4)) == nil)
        #expect(try player.next(dueBy: start.advanced(bySeconds: 5))?.price == 2)
    }

    @Test func `speed shortens what lies between`() throws {
        let half = try ExactDecimal(parsing: "2.5")
        #expect(
            try play(TapePlayer(sources(), speed: half, startingAt: start)) == [
                "1@0", "2@2000", "3@4000", "4@4000", "5@12000",
            ])
        #expect(throws: TapeError.self) { try TapePlayer(sources(), speed: 0, startingAt: start) }
    }

    @Test func `a loop begins again a second after its end`() throws {
        let player = try TapePlayer(sources(), loop: true, startingAt: start)
        #expect(try play(player, 8).suffix(4) == ["5@30000", "1@31000", "2@36000", "3@41000"])
    }

    @Test func `a loop of tapes without trades ends`() throws {
        let player = try TapePlayer([Prices("none", [])], loop: true, startingAt: start)
        #expect(player.nextDue == nil)
    }

    @Test(arguments: 0...12) func `restored, it goes on behind what was played`(played: Int) throws {
        let whole = try play(TapePlayer(sources(), loop: true, startingAt: start), 20).map(price)
        let first = try TapePlayer(sources(), loop: true, startingAt: start)
        _ = try play(first, played)
        let position = try #require(TapePosition(bytes: first.position.bytes))
        #expect(position == first.position)
        let later = start.advanced(bySeconds: 3_600)
        let second = try TapePlayer(sources(), loop: true, startingAt: later, position: position)
        #expect((second.nextDue ?? start) >= later)
        #expect(second.position == position)
        #expect(try play(second, 20 - played).map(price) == Array(whole[played...]))
    }

    private func price(_ played: String) -> Substring { played.prefix { $0 != "@" } }

    @Test func `tapes named in another order go on where they were`() throws {
        let first = try TapePlayer(sources(), startingAt: start)
        _ = try play(first, 3)
        let second = try TapePlayer(sources().reversed(), startingAt: start, position: first.position)
        #expect(try play(second).map(price) == ["4", "5"])
    }

    @Test(arguments: [
        ("tape-1 105000000000\n1 a\n1 b", "3"), ("tape-1 104000000000\n1 a\n1 b", "1"),
        ("tape-1 105000000000\n1 z\n1 b", "1"),
    ])
    func `a position of version 1 counts where its trade is in the tapes that it names`(text: String, next: String)
        throws
    {
        let position = try #require(TapePosition(bytes: Array(text.utf8)))
        #expect(position.isByName && position.bytes == Array(text.utf8))
        let player = try TapePlayer(sources(), startingAt: start, position: position)
        #expect(try play(player).first.map(price) == Substring(next))
        #expect(player.position.bytes.starts(with: Array("tape-2 ".utf8)))
    }

    @Test func `the last good trade before a break is played, and the break comes after it`() throws {
        final class Breaking: TapeSource {
            let name = "breaking"
            let identity = "breaking"
            private var row: Int64 = 0

            func rewind() { row = 0 }

            func next() throws(TapeError) -> MarketTrade? {
                row += 1
                guard row < 3 else { throw TapeError(tape: name, line: 4, message: "no price") }
                return MarketTrade(
                    pair: "btc_usd", price: ExactDecimal(Int(row)), quantity: 1, takerSide: nil,
                    at: Timestamp(seconds: row))
            }
        }
        let player = try TapePlayer([Breaking()], startingAt: start)
        let end = Timestamp(nanoseconds: .max)
        #expect(try player.next(dueBy: end)?.price == 1)
        #expect(try player.next(dueBy: end)?.price == 2)
        // Whoever waits for the next trade is woken at once, and told.
        #expect(player.nextDue == start.advanced(bySeconds: 1))
        for _ in 0..<2 { #expect(throws: TapeError.self) { try player.next(dueBy: end) } }
        #expect(player.position.tapes.map(\.rowsPlayed) == [2])
    }

    @Test func `a position of other tapes does not count`() throws {
        let other = TapePosition(newestTapeTime: start, tapes: [.init(identity: "prices z", rowsPlayed: 2)])
        #expect(try play(TapePlayer(sources(), startingAt: start, position: other)).first == "1@0")
        let longer = TapePosition(
            newestTapeTime: start,
            tapes: [.init(identity: "prices a", rowsPlayed: 2), .init(identity: "prices b", rowsPlayed: 20)])
        #expect(try play(TapePlayer(sources(), startingAt: start, position: longer)).count == 5)
        #expect(TapePosition(bytes: Array("tape-3 1".utf8)) == nil)
    }
}

@Suite struct `Synthetic tape` {
    @Test func `it is the same each time, an hour long, and stays within its bounds`() throws {
        let tape = SyntheticTape()
        var trades: [MarketTrade] = []
        while let trade = tape.next() { trades.append(trade) }
        tape.rewind()
        var again: [MarketTrade] = []
        while let trade = tape.next() { again.append(trade) }
        #expect(trades == again)
        #expect(trades.count == 3_600)
        #expect(zip(trades, trades.dropFirst()).allSatisfy { $0.at <= $1.at })
        let first = try #require(trades.first)
        let last = try #require(trades.last)
        #expect((3_500...3_600).contains(last.at.seconds - first.at.seconds))

        let paper = PaperExchange()
        for trade in trades {
            let rules = try #require(paper.rules(of: trade.pair))
            #expect(trade.price.isMultiple(of: rules.priceTick) && trade.quantity.isMultiple(of: rules.quantityStep))
            #expect(trade.quantity.isPositive)
            _ = paper.play(trade)
        }
        for (pair, low, high) in [
            ("btc_usd", "222", "238"), ("ltc_usd", "2.85", "3.15"), ("eur_usd", "1.072", "1.088"),
        ] as [(Pair, String, String)] {
            let prices = trades.filter { $0.pair == pair }.map(\.price)
            let (least, most) = (try #require(prices.min()), try #require(prices.max()))
            #expect(try least >= ExactDecimal(parsing: low) && most <= ExactDecimal(parsing: high))
            // It moves: over a third of its room at the least.
            let room = try ExactDecimal(parsing: high) - ExactDecimal(parsing: low)
            #expect((most - least).units * 3 > room.units, "\(pair) moved from \(least) to \(most)")
        }
    }

    @Test func `the first trades give each pair a bid and an ask`() throws {
        let paper = PaperExchange()
        let player = try TapePlayer([SyntheticTape()], startingAt: Timestamp(seconds: 5))
        while let trade = try player.next(dueBy: Timestamp(seconds: 5)) { _ = paper.play(trade) }
        for pair in ["btc_usd", "ltc_usd", "eur_usd"] as [Pair] {
            let ticker = try #require(paper.ticker(of: pair))
            let (bid, ask) = (try #require(ticker.bid), try #require(ticker.ask))
            #expect(bid < ask)
        }
    }
}

/// Files of a test's own, gone with it.
final class Scratch {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("outcry-\(UUID().uuidString)")

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Writes a file; its path.
    func file(_ name: String, _ contents: Data) throws -> String {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appendingPathComponent(name)
        try contents.write(to: path)
        return path.path
    }
}
