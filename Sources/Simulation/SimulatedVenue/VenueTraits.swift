public import Trading
import Venue

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
    public var clockSkewNanoseconds: Int64 = 0
    /// The most rows of one answer to `history`.
    public var historyRowsMax = 100
    /// Names its fills by texts that say nothing about which came first.
    public var namesFillsByText = false

    // MARK: Faults

    /// Calls of one account in a second beyond which it answers `tooOften`; nil for any number.
    public var callsPerSecondMax: Int?
    public var garbledAnswersPerMille = 0
    /// Orders that it refuses for reasons of its own.
    public var rejectionsPerMille = 0
    /// Orders whose cancel it refuses for up to five seconds.
    public var refusedCancelsPerMille = 0
    /// Orders that fill a bit more, or whole, between the request to cancel them and the cancel.
    public var fillsBeforeCancelPerMille = 0
    /// It goes down this often, for up to `downtimeMaxMilliseconds`; half of the times it says so, half of the times it hangs.
    public var downEveryMilliseconds: Int64?
    public var downtimeMaxMilliseconds: Int64 = 10_000
    /// How often the trader cancels an order on the venue's own page.
    public var cancelsElsewhereEveryMilliseconds: Int64?
    /// How often the trader places an order there.
    public var ordersElsewhereEveryMilliseconds: Int64?
    public var depositsEveryMilliseconds: Int64?
    public var withdrawalsEveryMilliseconds: Int64?
    public var feeChangesEveryMilliseconds: Int64?
    /// The rates that a fee change chooses from.
    public var feeRates: [ExactDecimal] = [
        .zero, .step(decimals: 3), ExactDecimal(units: 2 * ExactDecimal.step(decimals: 3).units),
        ExactDecimal(units: 3 * ExactDecimal.step(decimals: 3).units),
    ]

    // MARK: The market

    /// How often the market of a pair moves or prints.
    public var marketMovesEveryMilliseconds: Int64?
    /// The most that strangers offer at one price, in steps of `quantityMin`.
    public var strangerSizeMax: Int64 = 50

    public init() {}

    /// A venue with the faults that are on unless the seed has them off, each as the seed decides.
    public static func drawn(seed: UInt64) -> VenueTraits {
        var chance = SplitMix64(seed: seed)
        var traits = VenueTraits()
        traits.clientOrderIDs = chance.pick(ClientOrderIDMemory.allCases)
        traits.answersOrderZero = chance.happens(perMille: 400)
        traits.clockSkewNanoseconds = chance.number(-2_000_000_000...2_000_000_000)
        traits.historyRowsMax = Int(chance.number(2...40))
        if chance.happens(perMille: 300) { traits.callsPerSecondMax = Int(chance.number(5...20)) }
        if chance.happens(perMille: 500) { traits.garbledAnswersPerMille = Int(chance.number(1...80)) }
        if chance.happens(perMille: 500) { traits.rejectionsPerMille = Int(chance.number(1...80)) }
        if chance.happens(perMille: 400) { traits.refusedCancelsPerMille = Int(chance.number(1...300)) }
        if chance.happens(perMille: 600) { traits.fillsBeforeCancelPerMille = Int(chance.number(1...500)) }
        if chance.happens(perMille: 400) { traits.downEveryMilliseconds = chance.number(5_000...60_000) }
        if chance.happens(perMille: 400) { traits.cancelsElsewhereEveryMilliseconds = chance.number(2_000...30_000) }
        if chance.happens(perMille: 300) { traits.ordersElsewhereEveryMilliseconds = chance.number(2_000...30_000) }
        if chance.happens(perMille: 300) { traits.depositsEveryMilliseconds = chance.number(5_000...30_000) }
        if chance.happens(perMille: 300) { traits.withdrawalsEveryMilliseconds = chance.number(5_000...30_000) }
        if chance.happens(perMille: 300) { traits.feeChangesEveryMilliseconds = chance.number(5_000...60_000) }
        traits.marketMovesEveryMilliseconds = chance.number(100...3_000)
        traits.strangerSizeMax = chance.number(1...200)
        traits.namesFillsByText = chance.happens(perMille: 400)
        return traits
    }
}
