import Ledger
import Testing
import Trading

@Suite struct PriceTests {
    private static let day: Int64 = 86_400
    /// A midnight.
    private static let start: Int64 = 20_000 * day

    private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: Self.start + seconds) }

    private func point(_ seconds: Int64, _ last: ExactDecimal) -> PricePoint {
        PricePoint(at: at(seconds), bid: nil, ask: last, last: last)
    }

    private func ledger(_ scratch: Scratch, _ points: [(Int64, ExactDecimal)]) throws -> Ledger {
        let ledger = try scratch.open()
        try ledger.transaction { transaction in
            for (seconds, last) in points { try transaction.store(point(seconds, last), of: "btc_usd", at: .paper) }
            try transaction.store(point(0, 7), of: "ltc_usd", at: .paper)
        }
        return ledger
    }

    private func read(_ ledger: Ledger, _ since: Int64 = -1, _ until: Int64 = 1_000 * day) throws -> [String] {
        try ledger.prices(of: "btc_usd", at: .paper, since: at(since), until: at(until)).map { point in
            #expect(point.bid == nil && point.ask == point.last)
            return "\((point.at.seconds - Self.start)) \(point.last ?? 0)"
        }
    }

    @Test func `what was stored is read back, between two moments, and by pair`() throws {
        let scratch = try Scratch()
        let ledger = try ledger(scratch, [(0, 1), (240, 2), (480, 3)])
        #expect(try read(ledger) == ["0 1", "240 2", "480 3"])
        #expect(try read(ledger, 240, 480) == ["240 2"])
        #expect(try read(ledger, 481) == [])
        #expect(try ledger.prices(of: "ltc_usd", at: .paper, since: at(0), until: at(1)).map(\.last) == [7])
        #expect(try ledger.prices(of: "nmc_usd", at: .paper, since: at(0), until: at(1)) == [])
    }

    @Test func `what has become too fine is left at the last of its hour, then of its day`() throws {
        let scratch = try Scratch()
        // Every 20 minutes for two days and a bit; the price counts them.
        let points = (0..<150).map { (Int64($0) * 1_200, ExactDecimal($0)) }
        let ledger = try ledger(scratch, points)
        #expect(try read(ledger).count == 150)
        // Points of the last hour and a half only; a whole hour is told by them or by its row, never by both.
        try ledger.transaction { try $0.forgetPrices(.point, before: at(149 * 1_200 - 5_400)) }
        let newest = ["174000 145", "175200 146", "176400 147", "177600 148", "178800 149"]
        #expect(try read(ledger).suffix(7) == ["165600 140", "169200 143"] + newest)
        #expect(try read(ledger).prefix(3) == ["0 2", "3600 5", "7200 8"])
        try ledger.transaction { try $0.forgetPrices(.hour, before: at(Self.day)) }
        #expect(try read(ledger).prefix(3) == ["0 71", "86400 74", "90000 77"])
        try ledger.transaction { transaction in
            try transaction.forgetPrices(.point, before: at(1_000 * Self.day))
            try transaction.forgetPrices(.hour, before: at(1_000 * Self.day))
        }
        #expect(try read(ledger) == ["0 71", "86400 143", "172800 149"])
    }

    @Test func `a point is stored anew at the same moment`() throws {
        let scratch = try Scratch()
        let ledger = try ledger(scratch, [(0, 1), (0, 2)])
        #expect(try read(ledger) == ["0 2"])
    }
}
