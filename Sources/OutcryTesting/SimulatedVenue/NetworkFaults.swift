/// What a network does to messages. Rates are per mille of the messages of that way.
public struct NetworkFaults: Hashable, Sendable {
    /// Every message takes between these, drawn anew each time: so later ones overtake earlier ones.
    public var delayMin_ns: Int64
    public var delayMax_ns: Int64
    /// Requests to the venue, and its answers.
    public var dropped_perMille: Int
    public var repeated_perMille: Int
    /// What the venue says by itself.
    public var reportsDropped_perMille: Int
    public var reportsRepeated_perMille: Int
    /// Messages that take up to `lateMax_ns` longer.
    public var late_perMille: Int
    public var lateMax_ns: Int64

    public init(
        delayMin_ns: Int64 = 1_000_000, delayMax_ns: Int64 = 1_000_000, dropped_perMille: Int = 0,
        repeated_perMille: Int = 0, reportsDropped_perMille: Int = 0, reportsRepeated_perMille: Int = 0,
        late_perMille: Int = 0, lateMax_ns: Int64 = 0
    ) {
        self.delayMin_ns = delayMin_ns
        self.delayMax_ns = delayMax_ns
        self.dropped_perMille = dropped_perMille
        self.repeated_perMille = repeated_perMille
        self.reportsDropped_perMille = reportsDropped_perMille
        self.reportsRepeated_perMille = reportsRepeated_perMille
        self.late_perMille = late_perMille
        self.lateMax_ns = lateMax_ns
    }

    /// A millisecond each way, and nothing is lost.
    public static let none = NetworkFaults()

    /// Faults as a seed decides.
    public static func drawn(seed: UInt64) -> NetworkFaults {
        var chance = VenueChance(seed: seed)
        return NetworkFaults(
            delayMin_ns: chance.number(0...5_000_000), delayMax_ns: chance.number(5_000_000...400_000_000),
            dropped_perMille: Int(chance.number(0...150)), repeated_perMille: Int(chance.number(0...150)),
            reportsDropped_perMille: Int(chance.number(0...300)),
            reportsRepeated_perMille: Int(chance.number(0...200)),
            late_perMille: Int(chance.number(0...100)), lateMax_ns: chance.number(1...30_000_000_000))
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
