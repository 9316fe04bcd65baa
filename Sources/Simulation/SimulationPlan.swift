import Desk
import OrderEngine
import SimulatedDisk
import Trading

/// Which worlds are simulated.
public enum SimulationProfile: String, Sendable, CaseIterable {
    /// The paper exchange, in the desk's own transactions.
    case paper
    /// An exchange with books of its own, over a network that loses, repeats, delays and reorders.
    case wire
    /// Paper, wire or yobit, as the seed has it.
    case mixed
    /// The product's own adapter to exchanges of the btc-e family, whose requests and answers are bytes of HTTP, and
    /// the product's own venue at the other end of a network that loses, repeats, delays and cuts them.
    case btce
    /// The same in YoBit's dialect: one pair a question, order numbers of 16 digits, funds told with what is on orders.
    case yobit
    /// Two or three of those at once.
    case seats

    /// Whether the product's own adapter and venue are in the loop.
    var isOverHTTP: Bool { self == .btce || self == .yobit }
}

/// How large and how wild one run is: drawn from its seed before anything else.
struct SimulationPlan {
    /// An exchange at which the desk trades.
    enum World: CaseIterable {
        case paper
        case wire
        case btce
        case yobit

        /// What the desk calls it.
        var exchange: ExchangeID {
            switch self {
            case .paper: .paper
            case .wire: "simulated"
            case .btce: "btce"
            case .yobit: "yobit"
            }
        }
    }

    /// Of a thousand seeds of the profile mixed, those that trade over the simulated wire, and those in YoBit's dialect.
    private static let mixedWirePermille = 600
    private static let mixedYobitPermille = 80

    let worlds: [World]
    let start: Timestamp
    let horizon: Timestamp
    let traderCount: Int
    let marketCount: Int
    /// The longest pause between two acts of a trader, in milliseconds.
    let pauseMilliseconds: Int
    /// How many of a thousand turns of the desk end in a crash.
    let crashPermille: Int
    /// How many of a thousand turns meet a failing disk.
    let diskPermille: Int
    /// How many of a thousand openings meet one.
    let openingPermille: Int
    /// How many of a thousand turns the operator stops the server after.
    let stopPermille: Int
    /// The longest time that the server is down, in milliseconds.
    let downMilliseconds: Int
    let disk: SimulatedDisk.Configuration
    let crashModel: CrashModel
    let checkpointPages: Int
    /// For how long, at the end, nobody types anything: who repeats a line after that may rely on its tag.
    let absenceSeconds: Int64
    let configuration: DeskConfiguration
    let funds: [(amount: Int, coin: Coin)] = [(2_000, "usd"), (10, "btc"), (300, "ltc")]

    /// How long everything may take to come to rest once the faults have stopped.
    static let restSecondsMax: Int64 = 900
    /// How many steps one run may take: many times what any needs, so that one which finds no end is seen to.
    static let stepsMax = 200_000
    /// How many lines each trader repeats at the end.
    static let repeatedLinesMax = 5

    init(_ profile: SimulationProfile, _ chance: inout SplitMix64) {
        switch profile {
        case .paper: worlds = [.paper]
        case .wire: worlds = [.wire]
        case .mixed:
            // One lot for all, so that the seeds of the other worlds stay what they were.
            let lot = chance.below(1_000)
            if lot >= 1_000 - SimulationPlan.mixedYobitPermille {
                worlds = [.yobit]
            } else {
                worlds = lot < SimulationPlan.mixedWirePermille ? [.wire] : [.paper]
            }
        case .btce: worlds = [.btce]
        case .yobit: worlds = [.yobit]
        case .seats:
            var left = World.allCases
            worlds = (0..<chance.within(2...3)).map { _ in left.remove(at: chance.below(left.count)) }
        }
        // From a summer's afternoon, so that days end and months turn in some of the runs.
        start = Timestamp(seconds: 1_788_102_000 + Int64(chance.below(200_000)))
        horizon = start.advanced(bySeconds: Int64(chance.pick([4, 8, 15, 25])))
        traderCount = chance.within(2...3)
        marketCount = chance.within(1...3)
        pauseMilliseconds = chance.pick([300, 600, 1_000])
        crashPermille = chance.pick([0, 15, 40])
        diskPermille = chance.pick([0, 10, 30])
        openingPermille = chance.pick([0, 200, 500])
        stopPermille = chance.pick([0, 4])
        downMilliseconds = chance.pick([500, 2_000, 6_000])
        var disk = SimulatedDisk.Configuration()
        disk.sectorBytes = chance.pick([512, 4_096])
        disk.isPowersafe = chance.permille(500)
        self.disk = disk
        crashModel = chance.pick([
            CrashModel(), CrashModel(survival: .prefix, tearing: .never),
            CrashModel(survival: .anySectors, tearing: .betweenSectors), .worst,
        ])
        checkpointPages = chance.pick([8, 40, 1_000])
        absenceSeconds = Int64(chance.pick([90, 90, 600]))
        var configuration = DeskConfiguration()
        configuration.limits.snapshotRecords = chance.pick([3, 20, 100, 100_000])
        configuration.limits.resumeBatch = chance.pick([2, 7, 500])
        // Money that came without a word is seen at the next comparison: the end of a run has to be long enough for one.
        configuration.limits.fundsSeconds = 120
        configuration.limits.replySeconds = chance.pick([1, 10])
        configuration.limits.answerSeconds = chance.pick([1, 3, 10])
        configuration.limits.feedStaleSeconds = chance.pick([2, 5, 30])
        if checkpointPages == 8 {
            // Turns so short that ladders, cancels, panics and the triggers of one trade are cut in the middle.
            configuration.engineLimits.decisionOrdersMax = 2
            configuration.limits.turnRows = 10
            configuration.limits.batchRows = 20
        }
        // So few that what an account has filled is more than a page.
        if profile == .seats { configuration.limits.fillsPage = chance.pick([2, 5, 1_000]) }
        self.configuration = configuration
    }
}
