import Foundation
import Testing

extension `The server` {
    /// The desk over the wire and its venues, all as programs, with faults between them and SIGKILL for all. A seed gives
    /// the same lines, faults and kinds of kills again, and not the same moments: those are the machine's.
    @Suite struct `that trades at a venue, both of them killed` {
        /// In the test command's time. As many as one likes with OUTCRY_VENUE_KILLS.
        private static let killsDefault = 6
        private static let tapeKillsDefault = 3

        private static func setting(_ name: String) -> UInt64? {
            ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
        }

        @Test func `the books of both are equal at the end`() throws {
            try Self.run(kills: Self.killsDefault, "both ends killed")
        }

        @Test(.enabled(if: Tapes.areThere, "the tapes of ../shared are not here: skipped"))
        func `the books of both are equal at the end, over a tape of real trades`() throws {
            // Nine months of trades, 40 a second.
            let tape = ["--tape", Tapes.path("bitstamp_btc_usd_2011.csv"), "--speed", "100000", "--loop"]
            try Self.run(kills: Self.tapeKillsDefault, "both ends killed over a tape", tape: tape)
        }

        @Test func `the books of both are equal at the end, with two venues`() throws {
            try Self.run(kills: Self.killsDefault, "one of three killed", exchanges: ["btce", "yobit"])
        }

        private static func run(
            kills: Int, _ name: String, exchanges: [String] = ["btce"], tape: [String] = []
        ) throws {
            let seed = setting("OUTCRY_SEED") ?? 1
            let wanted = setting("OUTCRY_VENUE_KILLS").map { Int(clamping: $0) }
            let kills = wanted ?? kills
            print("\(name): OUTCRY_SEED=\(seed) OUTCRY_VENUE_KILLS=\(kills)")
            let begin = Moment.milliseconds
            let ends = try BothEnds(seed: seed, exchanges: exchanges, tape: tape)
            do {
                // Who asks for many has the time to let more happen between them.
                try ends.run(kills: kills, mostMillisecondsBetween: wanted == nil ? 2_500 : 8_000)
                let settling = Moment.milliseconds
                try ends.settle()
                let now = Moment.milliseconds
                print("\((now - begin) / 1_000) s, \((now - settling) / 1_000) s of them to settle; \(ends.tally.text)")
            } catch {
                Issue.record("OUTCRY_SEED=\(seed), \(ends.report(error))")
                return
            }
            #expect(ends.tally.kills >= kills && ends.tally.fills > 0 && ends.tally.lines > kills)
        }
    }
}
