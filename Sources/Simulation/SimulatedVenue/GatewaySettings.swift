/// How a gateway waits, and how much it keeps waiting.
public struct GatewaySettings: Hashable, Sendable {
    /// For how long the venue knows client order ids, by its documentation.
    public var clientOrderIDs: ClientOrderIDMemory
    /// After which a call is taken to have got no answer.
    public var callTimeoutNanoseconds: Int64 = 4_000_000_000
    /// After which a question is answered with `lost`.
    public var askTimeoutNanoseconds: Int64 = 9_000_000_000
    /// An order that could not be sent for this long is refused: it never was sent, and never will be.
    public var unsentTimeMaxNanoseconds: Int64 = 8_000_000_000
    /// After a look at an account that came to nothing; doubled each time up to the most.
    public var retryDelayMinNanoseconds: Int64 = 500_000_000
    public var retryDelayMaxNanoseconds: Int64 = 4_000_000_000
    /// Between two looks at an account with orders at the venue.
    public var pollIntervalNanoseconds: Int64 = 10_000_000_000
    /// After something that the venue should report by itself: the report may have been lost.
    public var reportPatienceNanoseconds: Int64 = 1_000_000_000
    /// How far the venue's clock may be from ours.
    public var clockSkewMaxNanoseconds: Int64 = 2_000_000_000
    /// Orders of one account that wait to be sent, and everything else that waits for its turn, each.
    public var waitingMax = 1_000
    /// Rows asked for in one call to `history`.
    public var historyRows = 500

    public init(clientOrderIDs: ClientOrderIDMemory) {
        self.clientOrderIDs = clientOrderIDs
    }
}

/// A mistake that an adapter may make, for tests that have to see it caught.
public enum GatewayMistake: String, Hashable, Sendable, CaseIterable {
    /// Takes an order that is not on the book for one that never arrived.
    case trustsFirstNotFound
    /// Takes `invalid nonce` for a refusal of the order.
    case takesInvalidNonceForRejection
    /// Matches without regard to what other orders have been found to be.
    case matchesWithoutClaims
    /// Takes a time-out for a refusal.
    case takesTimeoutForRejection
    /// Sends an order again whose answer did not come.
    case sendsAgain
    /// Lets orders that look the same be in flight together.
    case letsTwinsFly
}
