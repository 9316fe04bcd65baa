public import ArgumentParser
public import OutcryTesting

/// Runs the simulator: `outcry-simulate --seeds 1000`.
@main
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outcry-simulate", abstract: "Tries to lose an order, seed by seed.")

    @Option(help: "How many seeds.")
    var seeds = 100

    @Option(help: "The first of them.")
    var firstSeed: UInt64 = 1

    @Flag(help: "Say nothing but what failed.")
    var quiet = false

    @Option(help: "Run this seed alone, and print its whole transcript.")
    var trace: UInt64?

    @Option(help: "Which worlds: paper, wire or mixed.")
    var profile = SimulationProfile.mixed

    func run() throws {
        if let trace {
            let result = Simulation.run(seed: trace, profile: profile, linesKept: 1_000_000)
            for line in result.lines { print(line) }
            print("seed \(trace) hash \(String(result.hash, radix: 16))")
            if let violation = result.violation {
                print("seed \(trace) failed: \(violation)")
                throw ExitCode(1)
            }
            return
        }
        let clock = ContinuousClock()
        let start = clock.now
        for seed in firstSeed..<firstSeed + UInt64(seeds) {
            let result = Simulation.run(seed: seed, profile: profile, linesKept: 200)
            if let violation = result.violation {
                for line in result.lines.suffix(60) { print(line) }
                print("seed \(seed) failed: \(violation)")
                throw ExitCode(1)
            }
        }
        let seconds = Double((clock.now - start).components.seconds) + Double((clock.now - start).components.attoseconds) / 1e18
        if !quiet { print("\(seeds) seeds, \(Double(seeds) / seconds) a second") }
    }
}

extension SimulationProfile: ExpressibleByArgument {}
