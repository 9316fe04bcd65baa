import Foundation
import Simulation
import Synchronization

/// Seeds one after the other, several at a time, until all are done, one fails, or the time is over.
struct SeedRange {
    let first: UInt64
    let count: UInt64
    let profile: SimulationProfile
    let jobs: Int

    struct Outcome {
        var count = 0
        /// Of the longest of them.
        var stepsMax = 0
        /// Of those that failed, the one with the lowest seed.
        var failed: SimulationResult?
        var coverage = SimulationCoverage()
        /// One line a seed, where lines are wanted.
        var lines: [UInt64: String] = [:]
    }

    private struct Progress {
        var next: UInt64 = 0
        var outcome = Outcome()
    }

    static var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// A seed that no run before had: seconds since 1970, with room for a thousand seeds a second.
    static func firstSeedOfNow() -> UInt64 { UInt64(Date().timeIntervalSince1970) * 1_000 }

    func run(while isTime: @Sendable () -> Bool, line: (@Sendable (SimulationResult) -> String)? = nil) -> Outcome {
        let progress = Mutex(Progress())
        DispatchQueue.concurrentPerform(iterations: jobs) { _ in
            while isTime(), let seed = take(progress) {
                let result = Simulation.run(seed: seed, profile: profile)
                progress.withLock { progress in
                    progress.outcome.count += 1
                    progress.outcome.stepsMax = max(progress.outcome.stepsMax, result.steps)
                    progress.outcome.coverage.merge(result.coverage)
                    if let line { progress.outcome.lines[result.seed] = line(result) }
                    guard result.violation != nil else { return }
                    if progress.outcome.failed.map({ result.seed < $0.seed }) ?? true {
                        progress.outcome.failed = result
                    }
                }
            }
        }
        return progress.withLock { $0.outcome }
    }

    private func take(_ progress: borrowing Mutex<Progress>) -> UInt64? {
        progress.withLock { progress in
            guard progress.outcome.failed == nil, progress.next < count else { return nil }
            defer { progress.next += 1 }
            return first &+ progress.next
        }
    }
}
