import Simulation
import Testing

/// A set of seeds proves something only about what it reaches.
@Suite struct SimulatorCrossingTests {
    /// Chosen by need: together they reach all that is required of their profile, over the wire each by two of them where the first
    /// three hundred seeds have two. When a change of the simulator makes seeds go other ways, `outcry-simulate --profile wire --seeds 300
    /// --crossings` says which seeds reach what. What a seed has found is not kept by its number, which such a change makes another
    /// world, but by a test of the room that was at fault, and by a mutant.
    static func seeds(_ profile: SimulationProfile) -> [UInt64] {
        switch profile {
        case .paper: [1, 2, 3, 9, 22, 40, 106, 178]
        // Not held to crossings: its seeds are for what the adapter and the venue say to each other.
        case .btce, .yobit, .seats: [1, 2, 6, 8]
        case .wire, .mixed: [12, 21, 57, 61, 81, 103, 113, 128, 135, 165, 170, 178, 258]
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
