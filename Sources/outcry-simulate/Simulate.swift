public import ArgumentParser
public import Simulation

/// Runs the simulator: `outcry-simulate --seeds 1000000`.
@main
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outcry-simulate", abstract: "Tries to lose an order, seed by seed.",
        discussion: """
            Each seed decides a whole world: traders, their lines and connections, the disk, the exchange, the network, and where \
            the power goes. All invariants hold in all of them, or the seed is printed with its transcript and the exit code is 1.
            """)

    @Option(help: "How many seeds.")
    var seeds = 1_000

    @Option(help: "The first of them. With --minutes and without this one: from the clock.")
    var firstSeed: UInt64?

    @Option(help: "How many at a time. (default: one a core)")
    var jobs: Int?

    @Option(help: "Run as many seeds as fit in so many minutes.")
    var minutes: Int?

    @Option(help: "Which worlds: paper, wire, mixed, btce, yobit or seats.")
    var profile = SimulationProfile.mixed

    @Flag(help: "Say nothing but what failed.")
    var quiet = false

    @Flag(help: "Print what was met, and fail where a crossing that must be met was not.")
    var coverage = false

    @Flag(help: "Print nothing but each seed's hash: the same in every process and every build.")
    var hashes = false

    @Flag(help: "Print which crossings each seed reached.")
    var crossings = false

    @Option(help: "Run this seed alone, and print its whole transcript.")
    var trace: UInt64?

    /// How much of a failed seed's transcript is printed, in lines.
    static let transcriptLines = 80

    func validate() throws {
        guard seeds >= 1 else { throw ValidationError("--seeds is at least 1") }
        guard jobs.map({ (1...256).contains($0) }) ?? true else { throw ValidationError("--jobs is from 1 to 256") }
        guard minutes.map({ $0 >= 1 }) ?? true else { throw ValidationError("--minutes is at least 1") }
        guard !(hashes && crossings) else { throw ValidationError("--hashes or --crossings, not both") }
    }

    func run() throws {
        if let trace { return try replay(trace) }
        let clock = ContinuousClock()
        let start = clock.now
        let first = firstSeed ?? (minutes == nil ? 1 : SeedRange.firstSeedOfNow())
        let end = minutes.map { start + .seconds(60 * $0) }
        let isTalking = !quiet && !hashes
        if isTalking { print("first seed \(first), \(profile.rawValue)") }
        let range = SeedRange(
            first: first, count: minutes == nil ? UInt64(seeds) : .max, profile: profile, jobs: jobs ?? SeedRange.cores)
        let outcome = range.run(while: { end.map { clock.now < $0 } ?? true }, line: line)
        for (_, line) in outcome.lines.sorted(by: { $0.key < $1.key }) { print(line) }
        if let failed = outcome.failed {
            tell(failed)
            throw ExitCode(1)
        }
        if isTalking {
            let (seconds, attoseconds) = (clock.now - start).components
            let took = Double(seconds) + Double(attoseconds) / 1e18
            let rate = (Double(outcome.count) / took * 10).rounded() / 10
            print("\(outcome.count) seeds, \(rate) a second, \(outcome.stepsMax) steps at most")
        }
        if isTalking || coverage { try tell(outcome.coverage) }
    }

    /// What is said of each seed.
    private var line: (@Sendable (SimulationResult) -> String)? {
        if hashes { return { "seed \($0.seed) hash \($0.hashText) after \($0.lineCount) lines" } }
        if crossings { return { "seed \($0.seed) reached \($0.coverage.crossings.joined(separator: "; "))" } }
        return nil
    }

    private func replay(_ seed: UInt64) throws {
        let result = Simulation.run(seed: seed, profile: profile, linesKept: 10_000_000)
        for line in result.lines { print(line) }
        print("seed \(seed) hash \(result.hashText) after \(result.lineCount) lines")
        guard let violation = result.violation else { return }
        print("seed \(seed) failed: \(violation)")
        throw ExitCode(1)
    }

    private func tell(_ failed: SimulationResult) {
        // Run again with its lines kept: what a seed does, it does again.
        let again = Simulation.run(seed: failed.seed, profile: profile, linesKept: Simulate.transcriptLines)
        for line in again.lines.suffix(Simulate.transcriptLines) { print(line) }
        if let violation = failed.violation { print("seed \(failed.seed) failed: \(violation)") }
        print("the whole: outcry-simulate --profile \(profile.rawValue) --trace \(failed.seed)")
    }

    private func tell(_ coverage: SimulationCoverage) throws {
        if self.coverage { for line in coverage.lines { print(line) } }
        if !quiet { print(coverage.summary) }
        let missing = coverage.missing(in: profile)
        for crossing in missing { print("never reached: \(crossing.rawValue)") }
        if self.coverage, !missing.isEmpty { throw ExitCode(1) }
    }
}

extension SimulationProfile: ExpressibleByArgument {}
