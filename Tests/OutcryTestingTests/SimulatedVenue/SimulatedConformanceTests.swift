import Exchange
import ExchangeConformance
import Simulation
import Testing
import Trading
import Venue

@Suite struct `Simulated exchange conformance` {
    private static let checks = ExchangeConformance.checks.filter {
        $0.needs.isSubset(of: SimulatedHarness.abilities)
    }

    @Test(arguments: checks, [FeeBasis.quote, .received])
    func `the gateway and a clean venue do what every exchange owes`(
        check: ExchangeConformance.Check, feeBasis: FeeBasis
    ) throws {
        for memory in ClientOrderIDMemory.allCases {
            var traits = VenueTraits()
            traits.clientOrderIDs = memory
            #expect(try ExchangeConformance { try SimulatedHarness(feeBasis: feeBasis, traits: traits) }.run(check))
        }
    }

    /// The suite counts on hearing of a fill before its print, which a network that reorders cannot promise; and it asks for a
    /// state right after it has seen less than all.
    @Test(arguments: checks.filter { $0.name != "every execution prints, after the executions" })
    func `delays and repeats change nothing`(check: ExchangeConformance.Check) throws {
        let faults = NetworkFaults(
            delayMinNanoseconds: 1_000_000, delayMaxNanoseconds: 200_000_000, repeatedPerMille: 300,
            reportsRepeatedPerMille: 300)
        for seed in 1...20 as ClosedRange<UInt64> {
            #expect(
                try ExchangeConformance { try SimulatedHarness(feeBasis: .quote, faults: faults, seed: seed) }
                    .run(check), "seed \(seed)")
        }
    }
}
