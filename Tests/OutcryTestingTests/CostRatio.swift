import Glibc

/// How much more something costs at its limit than at an eighth of it: 8 where it is linear, 64 where it is quadratic.
///
/// Costs are the thread's own time on a processor, so that others on the machine do not count; each is the best of several
/// repetitions, and all is measured again where it looks too high: noise only ever adds.
enum CostRatio {
    /// What a reader is held to. One that costs its bytes comes to 8, one that costs their square to 64: no neighbor on the machine makes
    /// one look like the other.
    static let most = 24.0

    /// Nanoseconds that one repetition takes at least, above the grain of the clock and the cost of a page fault.
    private static let repetition: Int64 = 500_000
    private static let repetitions = 5
    private static let attempts = 25

    /// The lowest ratio of some attempts; the first that is within `most`.
    static func measure<Input>(
        limit: Input, eighth: Input, most: Double = CostRatio.most, _ read: (Input) throws -> Void
    ) rethrows -> Double {
        var lowest = Double.infinity
        for _ in 0..<attempts {
            let rounds = try roundsFor(eighth, read)
            var (atLimit, atEighth) = (Int64.max, Int64.max)
            for _ in 0..<repetitions {
                atEighth = min(atEighth, try cost(of: eighth, rounds: rounds, read))
                atLimit = min(atLimit, try cost(of: limit, rounds: rounds, read))
            }
            lowest = min(lowest, Double(atLimit) / Double(max(1, atEighth)))
            if lowest < most { return lowest }
        }
        return lowest
    }

    private static func roundsFor<Input>(_ input: Input, _ read: (Input) throws -> Void) rethrows -> Int {
        let once = max(1, try cost(of: input, rounds: 1, read))
        return Int(max(1, repetition / once))
    }

    private static func cost<Input>(of input: Input, rounds: Int, _ read: (Input) throws -> Void) rethrows -> Int64 {
        let start = threadNanoseconds
        for _ in 0..<rounds { try read(input) }
        return threadNanoseconds - start
    }

    private static var threadNanoseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
