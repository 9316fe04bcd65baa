import Exchange
import Foundation
import TestSupport
import Testing
import Trading
import Venue

@testable import Simulation

@Suite struct `Simulated gateway` {
    /// A seed from outside instead of the fixed ones.
    private static var seeds: [UInt64] {
        if let text = ProcessInfo.processInfo.environment["OUTCRY_SEED"], let seed = UInt64(text) { return [seed] }
        return TestExtent.some(of: Array(1...150), every: 3)
    }

    @Test(arguments: seeds)
    func `whatever is lost and whenever it dies, every order is settled as the venue has it`(seed: UInt64) throws {
        var story = try GatewayStory(seed: seed)
        let wrong = story.play()
        #expect(wrong.isEmpty, "seed \(seed): \(wrong.joined(separator: "; "))")
    }

    @Test(arguments: GatewayMistake.allCases)
    func `a gateway with a mistake is found out`(mistake: GatewayMistake) throws {
        let seedsMax: UInt64 = 60
        let found = try (1...seedsMax).first { seed in
            var story = try GatewayStory(seed: seed, mistake: mistake)
            return !story.play().isEmpty
        }
        #expect(found != nil, "\(mistake.rawValue) was not found in \(seedsMax) seeds")
    }

    @Test func `the stories meet what they are about`() throws {
        var met: [String: Int] = [:]
        for seed in 1...60 as ClosedRange<UInt64> {
            var story = try GatewayStory(seed: seed)
            _ = story.play()
            for (name, count) in story.counts { met[name, default: 0] += count }
            for (name, count) in story.venue.counts { met[name, default: 0] += count }
            met["crash", default: 0] += story.crashes
        }
        let wanted = [
            "crash", "place lost", "cancel lost", "late answer", "never arrived", "order 0", "matched by its fills",
            "matched by its terms", "look failed", "call met an invalid nonce", "answered order 0",
            "filled in part before a cancel", "filled whole before a cancel", "refused a nonce of place",
            "canceled elsewhere", "placed elsewhere", "changed a fee", "order never sent", "met down",
        ]
        for name in wanted { #expect(met[name, default: 0] > 0, "\(name) was never met in \(met)") }
    }

    @Test func `the same seed gives the same story`() throws {
        for seed in [3, 11] as [UInt64] {
            var (one, two) = (try GatewayStory(seed: seed), try GatewayStory(seed: seed))
            _ = (one.play(), two.play())
            #expect(one.venue.digest == two.venue.digest && one.counts == two.counts)
        }
    }
}
