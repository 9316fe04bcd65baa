public import Trading

/// For how long a venue knows an order by the client order id under which it was placed.
public enum ClientOrderIDMemory: String, Hashable, Sendable, CaseIterable {
    case forEver
    /// As long as the order is on the book.
    case whileOpen
    /// Not at all: it takes none, as btc-e.
    case never
}

/// What a venue is like, and what it does wrong.
///
/// The first part is its nature and stays; the rest are faults and a world that moves, which `SimulatedVenue.stopFaults`
/// and `stopMarket` end. Rates are per mille of the calls that they are about; `…Every` is a mean time in milliseconds, nil
/// for never.
public struct VenueTraits: Hashable, Sendable {
    // MARK: Its nature

    public var clientOrderIDs = ClientOrderIDMemory.forEver
    /// Answers `order 0` for an order that filled whole at once, reports nothing of it, and knows it no more when asked by
    /// number. The history shows its fills, under a number that nobody was told.
    public var answersOrderZero = false
    /// How far its clock is ahead of ours, in nanoseconds; at most 2 s either way.
    public var clockSkew_ns: Int64 = 0
    /// The most rows of one answer to `history`.
    public var historyRowsMax = 100

    // MARK: Faults

    /// Calls of one account in a second beyond which it answers `tooOften`; nil for any number.
    public var callsPerSecondMax: Int?
    public var garbledAnswers_perMille = 0
    /// Orders that it refuses for reasons of its own.
    public var rejections_perMille = 0
    /// Orders whose cancel it refuses for up to five seconds.
    public var refusedCancels_perMille = 0
    /// Orders that fill a bit more, or whole, between the request to cancel them and the cancel.
    public var fillsBeforeCancel_perMille = 0
    /// It goes down this often, for up to `downtimeMax_ms`; half of the times it says so, half of the times it hangs.
    public var downEvery_ms: Int64?
    public var downtimeMax_ms: Int64 = 10_000
    /// How often the trader cancels an order on the venue's own page.
    public var cancelsElsewhereEvery_ms: Int64?
    /// How often the trader places an order there.
    public var ordersElsewhereEvery_ms: Int64?
    public var depositsEvery_ms: Int64?
    public var withdrawalsEvery_ms: Int64?
    public var feeChangesEvery_ms: Int64?
    /// The rates that a fee change chooses from.
    public var feeRates: [ExactDecimal] = [
        .zero, .step(decimals: 3), ExactDecimal(units: 2 * ExactDecimal.step(decimals: 3).units),
        ExactDecimal(units: 3 * ExactDecimal.step(decimals: 3).units),
    ]

    // MARK: The market

    /// How often the market of a pair moves or prints.
    public var marketMovesEvery_ms: Int64?
    /// The most that strangers offer at one price, in steps of `quantityMin`.
    public var strangerSizeMax: Int64 = 50

    public init() {}

    /// A venue with the faults that are on unless the seed has them off, each as the seed decides.
    public static func drawn(seed: UInt64) -> VenueTraits {
        var chance = VenueChance(seed: seed)
        var traits = VenueTraits()
        traits.clientOrderIDs = chance.pick(ClientOrderIDMemory.allCases) ?? .forEver
        traits.answersOrderZero = chance.perMille(400)
        traits.clockSkew_ns = chance.number(-2_000_000_000...2_000_000_000)
        traits.historyRowsMax = Int(chance.number(2...40))
        if chance.perMille(300) { traits.callsPerSecondMax = Int(chance.number(5...20)) }
        if chance.perMille(500) { traits.garbledAnswers_perMille = Int(chance.number(1...80)) }
        if chance.perMille(500) { traits.rejections_perMille = Int(chance.number(1...80)) }
        if chance.perMille(400) { traits.refusedCancels_perMille = Int(chance.number(1...300)) }
        if chance.perMille(600) { traits.fillsBeforeCancel_perMille = Int(chance.number(1...500)) }
        if chance.perMille(400) { traits.downEvery_ms = chance.number(5_000...60_000) }
        if chance.perMille(400) { traits.cancelsElsewhereEvery_ms = chance.number(2_000...30_000) }
        if chance.perMille(300) { traits.ordersElsewhereEvery_ms = chance.number(2_000...30_000) }
        if chance.perMille(300) { traits.depositsEvery_ms = chance.number(5_000...30_000) }
        if chance.perMille(300) { traits.withdrawalsEvery_ms = chance.number(5_000...30_000) }
        if chance.perMille(300) { traits.feeChangesEvery_ms = chance.number(5_000...60_000) }
        traits.marketMovesEvery_ms = chance.number(100...3_000)
        traits.strangerSizeMax = chance.number(1...200)
        return traits
    }
}
