import Exchange
import Trading

/// When an account's open orders and fills are asked for.
struct AccountAsking {
    /// Nil while they are being asked for, or nothing of the account is there.
    var openOrdersDueAt: Timestamp?
    var sweepDueAt: Timestamp?
    /// Whether they are being asked for.
    var isListing = false
    var isSweeping = false
    /// Questions that came to nothing, one after the other.
    var failures = 0
}

/// How the funds here are compared with the exchange's.
struct FundsWatch {
    var check: BalanceCheck
    /// How old what is known of the money is.
    var age = FundsAge()
    /// Times in a row that the funds could not be compared, and that a difference of them was booked.
    var failures = 0
    var adjustments = 0
    /// What the exchange itself has said of money that came or went: a hint for the words, not for the figures.
    var reasons: [Coin: BalanceChangeReason] = [:]
}

/// What had been seen when each order was sent.
struct PlacementMarks {
    var byPair: [Pair: SeenMarks]
    /// Marks of a pair of which there are none.
    let fresh: SeenMarks
}

/// What has been told of orders and fills of others' making.
struct ForeignTold {
    /// By the exchange's numbers.
    var orders: Set<String> = []
    var fills = ToldFills()
    /// When fills that are nobody's yet were first seen, by the desk's clock.
    private var firstSights: [FillName: Timestamp] = [:]
    /// Those of them that the sweep which is under way has seen.
    private var seenInSweep: Set<FillName> = []

    mutating func sweepBegins() { seenInSweep.removeAll(keepingCapacity: true) }

    /// When a fill that is nobody's yet was first seen: now, where it is new. Of more than `most` the others count as
    /// seen long ago.
    mutating func firstSight(of fill: FillName, at now: Timestamp, most: Int) -> Timestamp? {
        if let known = firstSights[fill] {
            seenInSweep.insert(fill)
            return known
        }
        guard firstSights.count < most else { return nil }
        firstSights[fill] = now
        seenInSweep.insert(fill)
        return now
    }

    /// A fill that is somebody's.
    mutating func forgetFirstSight(of fill: FillName) { firstSights[fill] = nil }

    /// What a whole sweep has not met is not read again.
    mutating func forgetUnseenSights() { firstSights = firstSights.filter { seenInSweep.contains($0.key) } }
}
