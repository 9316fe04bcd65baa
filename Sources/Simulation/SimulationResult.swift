/// What came of one seed.
public struct SimulationResult: Sendable {
    public let seed: UInt64
    /// Of the whole trace, as `Trace` says.
    public let hash: UInt64
    public let lineCount: Int
    /// What happened in it, counted: turns, messages, acts.
    public let steps: Int
    /// The last lines of the trace, where lines are kept.
    public let lines: [String]
    /// Nil where all held.
    public let violation: Violation?
    public let coverage: SimulationCoverage

    /// The hash as people write it.
    public var hashText: String {
        String(repeating: "0", count: hash.leadingZeroBitCount / 4) + (hash == 0 ? "" : String(hash, radix: 16))
    }
}

extension Simulation {
    /// Runs one seed to its end, or to the first thing that does not hold.
    public static func run(
        seed: UInt64, profile: SimulationProfile = .paper, linesKept: Int = 0
    ) -> SimulationResult {
        let simulation = Simulation(seed: seed, profile: profile, linesKept: linesKept)
        var violation: Violation?
        do {
            try simulation.run()
        } catch let error as Violation {
            violation = error
        } catch {
            violation = Violation(.opens, "\(error)")
        }
        if let violation { simulation.trace.add("! \(violation)", at: simulation.clock) }
        return SimulationResult(
            seed: seed, hash: simulation.trace.hash, lineCount: simulation.trace.lineCount, steps: simulation.steps,
            lines: simulation.trace.lines, violation: violation, coverage: simulation.coverage)
    }
}
