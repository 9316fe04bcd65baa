import OutcryTesting
import Testing

/// A set of seeds proves something only about what it reaches.
@Suite struct SimulatorCrossingTests {
    /// Chosen by need: together they reach all that is required of their profile. When a change of the simulator makes seeds go
    /// other ways, `outcry-simulate --profile wire --seeds 60 --crossings` says which seeds reach what.
    static func seeds(_ profile: SimulationProfile) -> [UInt64] {
        switch profile {
        case .paper: [16, 22, 35, 47]
        case .wire, .mixed: [2, 3, 10, 12, 13, 16, 17, 22, 23, 98, 107, 122, 2332, 2572, 1_795_420_869_371]
        }
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
