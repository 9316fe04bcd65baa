import Conversation
import Foundation
import Glibc
import Testing
import Threads

extension `The server` {
    /// A seed gives the same lines, limits and kinds of kills again, and not the same moments: those are the machine's. What
    /// SIGKILL leaves of the disk is all that was written, synced or not; that a sync is made is shown elsewhere.
    @Suite struct `killed again and again` {
        /// In the test command's time. As many as one likes with OUTCRY_KILLS.
        private static let killsDefault = 45
        /// Desks side by side, each with a server of its own.
        private static let deskCount = 3
        /// A desk is begun anew after so many, so that a run of many hours checks young and old ones.
        private static let killsOfOneDesk = 100

        private static func setting(_ name: String) -> UInt64? {
            ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
        }

        private static func openFiles() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        }

        @Test func `every answer is true after every kill`() throws {
            let seed = Self.setting("OUTCRY_SEED") ?? 1
            let kills = Self.setting("OUTCRY_KILLS").map { Int(clamping: $0) } ?? Self.killsDefault
            print("killed again and again: OUTCRY_SEED=\(seed) OUTCRY_KILLS=\(kills)")
            let begin = Moment.milliseconds
            let openFiles = try Self.openFiles()
            let board = Monitor(KillBoard(killsLeft: kills))
            for number in 0..<Self.deskCount {
                Thread.detachNewThread { Self.kill(seed, number, board) }
            }
            let result: KillBoard? = board.wait(seconds: .max >> 32) { $0.desksOver == Self.deskCount ? $0 : nil }
            guard let result else { throw Unexpected("the kills have no end") }
            print(result.tally.text(seconds: (Moment.milliseconds - begin) / 1_000))
            for failure in result.failures { Issue.record("\(failure)") }
            #expect(result.failures.isEmpty && result.tally.kills == kills)
            // The tests themselves last as long as one likes: they keep no file for each server that was.
            #expect(try Self.openFiles() < openFiles + 100)
            #expect(result.tally.doneLines > 0 && result.tally.unansweredLines > 0 && result.tally.fills > 0)
        }

        /// Takes shares of the kills, a desk each, until none is left or something has gone wrong.
        private static func kill(_ seed: UInt64, _ number: Int, _ board: Monitor<KillBoard>) {
            var desks: UInt64 = 0
            while true {
                let share = board.withLock { $0.take(killsOfOneDesk, of: deskCount) }
                guard share > 0 else { break }
                let deskSeed = seed &* 1_000_003 &+ UInt64(number) &* 1_009 &+ desks
                desks += 1
                let (tally, failure) = killOneDesk(deskSeed, kills: share, hasTape: number == 1, board)
                let (soFar, isLast) = board.withLock { board in
                    board.tally = board.tally + tally
                    if let failure { board.failures.append("OUTCRY_SEED=\(seed), desk \(number), \(failure)") }
                    return (board.tally.kills, board.killsLeft == 0)
                }
                // Who stops a run of hours wants to know what it has shown.
                if !isLast { print("\(soFar) kills so far") }
            }
            board.withLock { $0.desksOver += 1 }
        }

        private static func killOneDesk(
            _ seed: UInt64, kills: Int, hasTape: Bool, _ board: Monitor<KillBoard>
        ) -> (KillTally, String?) {
            do {
                let desk = try KillDesk(seed: seed, hasTape: hasTape)
                do {
                    try desk.run(kills: kills) { board.withLock { !$0.failures.isEmpty } }
                    return (desk.tally, nil)
                } catch {
                    return (desk.tally, desk.report(error))
                }
            } catch {
                return (KillTally(), "\(error)")
            }
        }
    }
}

/// What the desks that are killed side by side share.
private struct KillBoard: Sendable {
    var killsLeft: Int
    var desksOver = 0
    var tally = KillTally()
    var failures: [String] = []

    init(killsLeft: Int) { self.killsLeft = killsLeft }

    /// The next share of the kills; none once something has gone wrong.
    mutating func take(_ most: Int, of desks: Int) -> Int {
        guard failures.isEmpty else { return 0 }
        let share = min(most, killsLeft, max(1, (killsLeft + desks - 1) / desks))
        killsLeft -= share
        return share
    }
}
