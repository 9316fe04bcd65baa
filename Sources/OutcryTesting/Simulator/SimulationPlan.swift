import Desk
import Trading

/// Which worlds are simulated.
public enum SimulationProfile: String, Sendable, CaseIterable {
    /// The paper exchange, in the desk's own transactions.
    case paper
}

/// How large and how wild one run is: drawn from its seed before anything else.
struct SimulationPlan {
    let start: Timestamp
    let horizon: Timestamp
    let traderCount: Int
    let marketCount: Int
    /// The longest pause between two acts of a trader, in milliseconds.
    let pauseMilliseconds: Int
    /// How many of a thousand turns of the desk end in a crash.
    let crashPermille: Int
    let configuration: DeskConfiguration
    let funds: [(amount: Int, coin: Coin)] = [(2_000, "usd"), (10, "btc"), (300, "ltc")]

    /// How long everything may take to come to rest once the faults have stopped.
    static let restSecondsMax: Int64 = 900

    init(_ profile: SimulationProfile, _ chance: inout Chance) {
        // From a summer's afternoon, so that days end and months turn in some of the runs.
        start = Timestamp(seconds: 1_788_102_000 + Int64(chance.below(200_000)))
        horizon = start.advanced(bySeconds: Int64(chance.pick([5, 15, 40, 60])))
        traderCount = chance.within(2...4)
        marketCount = chance.within(1...3)
        pauseMilliseconds = chance.pick([200, 800, 2_000])
        crashPermille = chance.pick([0, 10, 30, 80])
        var configuration = DeskConfiguration()
        configuration.limits.snapshotRecords = chance.pick([3, 20, 100, 100_000])
        configuration.limits.resumeBatch = chance.pick([2, 7, 500])
        self.configuration = configuration
    }
}
