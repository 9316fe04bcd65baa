import OutcryTesting
import Testing

/// A set of seeds proves something only about what it reaches.
@Suite struct SimulatorCrossingTests {
    /// Chosen so that together with `SimulatorTests.seeds` they reach all that is required, and no more than that takes.
    /// When a change of the simulator makes seeds go other ways: `outcry-simulate --profile wire --seeds 100 --crossings`.
    static func seeds(_ profile: SimulationProfile) -> [UInt64] {
        SimulatorTests.fixedSeeds + (profile == .wire ? [] : [])
    }

    @Test(arguments: [SimulationProfile.paper, .wire])
    func `the seeds of make test reach every crossing that is required`(profile: SimulationProfile) {
        var coverage = SimulationCoverage()
        for seed in SimulatorCrossingTests.seeds(profile) {
            let result = Simulation.run(seed: seed, profile: profile, linesKept: 60)
            coverage.merge(result.coverage)
            #expect(
                result.violation == nil,
                "seed \(seed) failed: \(result.violation?.description ?? "")\n\(result.lines.suffix(60).joined(separator: "\n"))"
            )
        }
        print("\(profile.rawValue): \(coverage.summary)")
        let missing = coverage.missing(in: profile).map(\.rawValue)
        #expect(missing.isEmpty, "never reached: \(missing.joined(separator: ", "))")
    }
}
