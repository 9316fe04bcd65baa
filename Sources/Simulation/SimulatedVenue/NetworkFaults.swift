import Trading
import Venue

/// What a network does to messages. Rates are per mille of the messages of that way.
public struct NetworkFaults: Hashable, Sendable {
    /// Every message takes between these, drawn anew each time: so later ones overtake earlier ones.
    public var delayMinNanoseconds: Int64
    public var delayMaxNanoseconds: Int64
    /// Requests to the venue, and its answers.
    public var droppedPerMille: Int
    public var repeatedPerMille: Int
    /// What the venue says by itself.
    public var reportsDroppedPerMille: Int
    public var reportsRepeatedPerMille: Int
    /// Messages that take up to `lateMaxNanoseconds` longer, reports up to `reportsLateMaxNanoseconds`.
    public var latePerMille: Int
    public var reportsLatePerMille: Int
    public var lateMaxNanoseconds: Int64
    public var reportsLateMaxNanoseconds: Int64

    public init(
        delayMinNanoseconds: Int64 = 1_000_000, delayMaxNanoseconds: Int64 = 1_000_000, droppedPerMille: Int = 0,
        repeatedPerMille: Int = 0, reportsDroppedPerMille: Int = 0, reportsRepeatedPerMille: Int = 0,
        latePerMille: Int = 0, reportsLatePerMille: Int? = nil, lateMaxNanoseconds: Int64 = 0,
        reportsLateMaxNanoseconds: Int64? = nil
    ) {
        self.delayMinNanoseconds = delayMinNanoseconds
        self.delayMaxNanoseconds = delayMaxNanoseconds
        self.droppedPerMille = droppedPerMille
        self.repeatedPerMille = repeatedPerMille
        self.reportsDroppedPerMille = reportsDroppedPerMille
        self.reportsRepeatedPerMille = reportsRepeatedPerMille
        self.latePerMille = latePerMille
        self.reportsLatePerMille = reportsLatePerMille ?? latePerMille
        self.lateMaxNanoseconds = lateMaxNanoseconds
        self.reportsLateMaxNanoseconds = reportsLateMaxNanoseconds ?? lateMaxNanoseconds
    }

    /// A millisecond each way, and nothing is lost.
    public static let none = NetworkFaults()

    /// Faults as a seed decides.
    public static func drawn(seed: UInt64) -> NetworkFaults {
        var chance = SplitMix64(seed: seed)
        return NetworkFaults(
            delayMinNanoseconds: chance.number(0...5_000_000),
            delayMaxNanoseconds: chance.number(5_000_000...400_000_000),
            droppedPerMille: Int(chance.number(0...150)), repeatedPerMille: Int(chance.number(0...150)),
            reportsDroppedPerMille: Int(chance.number(0...300)),
            reportsRepeatedPerMille: Int(chance.number(0...200)),
            latePerMille: Int(chance.number(0...100)), reportsLatePerMille: Int(chance.number(0...400)),
            lateMaxNanoseconds: chance.number(1...30_000_000_000),
            reportsLateMaxNanoseconds: chance.number(1...90_000_000_000))
    }
}

/// What the network did to one kind of message.
public enum NetworkFault: String, Hashable, Sendable, CaseIterable {
    case dropped
    case repeated
    case late
    /// It came after a message that was sent later the same way.
    case overtaken
    /// The process that it was for is gone.
    case undeliverable
}

/// One line of the count of faults.
public struct NetworkFaultCount: Hashable, Sendable {
    public let fault: NetworkFault
    /// `place`, `answer to place`, `fill report`.
    public let message: String
    public let count: Int
}
