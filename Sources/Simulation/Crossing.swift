/// Two things at once that a desk can get wrong. A fixed set of seeds that never reaches one of those that are required proves
/// nothing about it, and fails.
public enum Crossing: String, Sendable, CaseIterable {
    /// The power went after the sync and before anything was said.
    case crashBetweenSyncAndWords = "crash between sync and words"
    /// Some of what was to be said had been said.
    case crashBetweenWords = "crash between words"
    /// Lines had come, and nothing of them was done.
    case crashBeforeTurn = "crash before turn"
    /// A record was on disk that no process had lived to speak of.
    case crashInsideCommit = "crash inside a commit that held"
    /// A crash during the opening after a crash.
    case crashWhileOpening = "crash while opening"
    /// The disk would not write, and the desk stopped.
    case diskFailed = "disk failed"
    case diskWasFull = "disk was full"
    case cleanStop = "clean stop"
    /// There was a snapshot, records after it, and a crash.
    case snapshotThenCrash = "snapshot then crash"
    /// A tagged line was repeated to a process that had not seen it first, and answered the same.
    case tagRepeatedOverCrash = "tag repeated over a crash"
    /// The line had been done, and its reply lost with the process.
    case replyLostInCrash = "reply lost in a crash, told by its tag"
    /// A notification was written, and not sent before the crash; a resume brought it.
    case noticeLostInCrash = "notification lost in a crash, resumed"
    case fillWhileCanceling = "fill while canceling"
    case fillWhileExpiring = "fill while expiring"
    case fillAfterOffBook = "fill after the order was off the book"
    case expiryOfPartFilled = "expiry of an order filled in part"
    case expiryWhileDown = "expiry while the desk was down"
    case stopFiredWhileLimitFilled = "stop fired on a limit filled in part"
    case triggeredWithoutFunds = "stop fired and could not be placed"
    case stalePriceAtTrigger = "price told too late at a trigger"
    case triggerFollowed = "trigger followed the market"
    case panicCleared = "panic took all off"
    case panicWhileUnknown = "panic while an order was unknown"
    case crashInPanic = "crash in a panic"
    case contraOfPart = "contra order of a part"
    case pairedDone = "paired order done"
    case selfTradePrevented = "trade with oneself prevented"
    case slicedPartlyRefused = "sliced order refused in part"
    case unknownFilledWhole = "unknown order that had filled whole"
    case unknownNeverArrived = "unknown order that never arrived"
    case unknownStillOpen = "unknown order that was on the book"
    case depositWhileUnknown = "deposit while an order was unknown"
    case crashWhileUnknown = "crash while an order was unknown"
    case crashWhilePending = "crash while an order was pending"
    case crashBeforeRequestSent = "crash between sync and request"
    case orderZero = "order filled at once, its number not told"
    case feeChangedUnderOrder = "fee changed under an open order"
    case cancelRefused = "cancel refused by the exchange"
    case canceledElsewhere = "order canceled elsewhere"
    case replyTimedOut = "reply before the exchange's answer"
    case crashWithOrdersAtSeveral = "crash with orders at several exchanges"
    case panicWithOrdersAtSeveral = "panic with orders at several exchanges"
    case fillNamedByText = "fill named by a text"
    case fillWhileUnknownElsewhere = "fill while an order is unknown at another exchange"

    /// Whether a set of seeds of this profile must reach it.
    ///
    /// The paper exchange answers within the desk's own transaction: no answer of it is late or lost, nobody else acts there,
    /// and nothing fills once it is off the book.
    public func isRequired(in profile: SimulationProfile) -> Bool {
        // Each exchange by itself is looked at in a profile of its own.
        if profile == .seats { return isOfSeveralExchanges }
        return switch self {
        case _ where isOfSeveralExchanges: false
        case .fillWhileCanceling, .fillWhileExpiring, .fillAfterOffBook, .unknownFilledWhole, .unknownNeverArrived,
            .unknownStillOpen, .depositWhileUnknown, .crashWhileUnknown, .crashWhilePending, .crashBeforeRequestSent,
            .orderZero, .cancelRefused, .canceledElsewhere, .replyTimedOut, .panicWhileUnknown:
            profile != .paper
        // The paper exchange tells at once, and of the btc-e family only the account's own trades are told.
        case .stalePriceAtTrigger: profile == .wire || profile == .mixed
        // The paper exchange and the btc-e family number their fills.
        case .fillNamedByText: profile == .wire || profile == .mixed
        // Its fees stand still: docs/btce.md says what the adapter knows of one that was another's.
        case .feeChangedUnderOrder: !profile.isOverHTTP
        default: true
        }
    }

    private var isOfSeveralExchanges: Bool {
        switch self {
        case .crashWithOrdersAtSeveral, .panicWithOrdersAtSeveral, .fillWhileUnknownElsewhere: true
        default: false
        }
    }
}
