import Exchange
import Testing
import Trading

@testable import Venue

@Suite struct `The file of the books` {
    private let records: [VenueRecord] = {
        let at = Timestamp(nanoseconds: 1_772_366_400_123_456_789)
        let pair = VenuePair(tradedBy: PairRules.tested[2])
        let entries: [VenueEntry] = [
            .account(key: "ann"), .pair(pair), .money(AccountID(1), 10, "usd", .debit),
            .nonce(AccountID(1), 4_294_967_294),
            .transaction(AccountID(1), 50, "usd", .deposit, .waiting, text: "50% of a\nwire, ü = \u{0} "),
            .transaction(AccountID(1), 50, "usd", .credit, .unconfirmed, text: ""), .settle(2, .canceled), .orderRows,
            .rights(AccountID(1), [.info, .withdraw]), .rights(AccountID(2), []),
            .order(AccountID(1), "ltc_btc", .sell, price: ExactDecimal(units: 17_390_000_000_000_000), quantity: 1),
            .cancel(3), .take(4, ExactDecimal(units: 10_000_000_000)),
            .quote(
                "ltc_btc", [.init(.buy, price: 1, quantity: 2), .init(.sell, price: 3, quantity: 4)], isStanding: true),
            .quote("ltc_btc", [], isStanding: false), .print("btc_usd", .buy, price: 230, quantity: 1),
            .tapeIs("161-0f3c2a9b77d01e54"), .tape("btc_usd", nil, price: 230, quantity: 1, .init(row: 7, time: at)),
            .tape("btc_usd", .sell, price: 230, quantity: 1, .init(row: 8, time: at)),
        ]
        return entries.map { VenueRecord(at: at, $0) }
    }()

    private var bytes: [UInt8] { VenueJournal.headingLine + records.flatMap(VenueJournal.line) }

    @Test func `every kind of record reads back as it was`() throws {
        let contents = try VenueJournal.read(bytes)
        #expect(contents.records == records)
        #expect(contents.wholeBytes == bytes.count)
        var hidden = VenuePair(tradedBy: PairRules.tested[0])
        hidden.isHidden = true
        hidden.isOff = true
        let record = VenueRecord(at: Timestamp(seconds: 1), .pair(hidden))
        #expect(VenueRecord(words: record.words) == record)
    }

    @Test func `wherever it was cut, what is whole before the cut is read`() throws {
        let lines = [VenueJournal.headingLine] + records.map(VenueJournal.line)
        for length in 0...bytes.count {
            let contents = try VenueJournal.read(Array(bytes.prefix(length)))
            var whole = 0
            var count = 0
            for line in lines {
                guard whole + line.count <= length else { break }
                whole += line.count
                count += 1
            }
            #expect(contents.wholeBytes == whole, "cut after \(length) bytes")
            #expect(contents.records == Array(records.prefix(max(count - 1, 0))), "cut after \(length) bytes")
        }
    }

    @Test func `a last line that is whole and wrong is cut, one before it is refused`() throws {
        var damaged = bytes
        damaged[damaged.count - 3] ^= 1
        #expect(try VenueJournal.read(damaged).records == Array(records.dropLast()))
        damaged = bytes
        damaged[VenueJournal.headingLine.count + 20] ^= 1
        #expect(throws: VenueJournal.Unreadable.self) { try VenueJournal.read(damaged) }
    }

    @Test(arguments: ["x", "another file\n", "outcry venue books 2\n"])
    func `a file of something else is refused`(text: String) {
        #expect(throws: VenueJournal.Unreadable.self) { try VenueJournal.read(Array(text.utf8)) }
    }
}
