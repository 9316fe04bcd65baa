import Trading

/// What must always hold. A name once given is never given to anything else: seeds that fail are kept by it.
public enum Invariant: String, Hashable, Sendable, CaseIterable {
    /// What was answered `+` is there, also after a crash.
    case answeredIsThere = "answered_is_there"
    /// What was written and synced is there after a crash, and reads the same.
    case recordsAreKept = "records_are_kept"
    /// One tagged line makes at most one order.
    case oneLineOneOrder = "one_line_one_order"
    /// The nonces of a key grow with each request, over crashes too.
    case noncesGrow = "nonces_grow"
    /// One client order id makes at most one order at the exchange.
    case onePlacement = "one_placement"
    /// Every line has exactly one reply, under its own tag, in its turn.
    case oneReply = "one_reply"
    /// The same line with the same tag gets the first reply again.
    case sameTagSameReply = "same_tag_same_reply"
    /// Notifications of an account: no gap, no repeat, in order, the same number always in the same words.
    case notificationsInOrder = "notifications_in_order"
    /// What came while nobody of an account was there is in its inbox.
    case inboxIsWhole = "inbox_is_whole"
    /// The orders of a whole are for all of it; a contra order is for what its entry has brought.
    case partsAreTheWhole = "parts_are_the_whole"
    /// In the end everybody has been told everything.
    case allIsTold = "all_is_told"
    /// Funds are the same by the engine and by the exchange's own ledger.
    case fundsAgree = "funds_agree"
    /// The tables are what the records make of them.
    case tablesAreTheRecords = "tables_are_the_records"
    /// The engine that the disk would bring back is the one that works.
    case restoredIsLive = "restored_is_live"
    /// Nothing expires before its time, and what is due does.
    case expiry
    /// A stop fires at a print that reached its trigger, at the first one, and not without one.
    case trigger
    /// An account in panic sends nothing new, and nothing of it stays.
    case panicHolds = "panic_holds"
    /// What a round trip is said to have come to is what the fills and fees come to.
    case pairedBenefit = "paired_benefit"
    /// A fill that was told is one of the exchange's, and all of the exchange's are told.
    case fillsAgree = "fills_agree"
    /// Orders are open here that are open at the exchange, and no others.
    case ordersAgree = "orders_agree"
    /// An order whose answer was lost is `unknown`, and settled by the exchange's word only.
    case unknownIsSettled = "unknown_is_settled"
    /// A desk whose ledger failed takes nothing more, and says so.
    case haltIsSaid = "halt_is_said"
    /// The desk opens on what a crash left.
    case opens
    /// The desk logs no error that the faults do not explain.
    case noAnomaly = "no_anomaly"
    /// Once the faults stop, all comes to rest.
    case comesToRest = "comes_to_rest"
    /// What is sent to a session can be read, and its text and its JSON say the same.
    case wellFormed = "well_formed"
}

/// Something that must always hold, and did not.
public struct Violation: Error, Hashable, Sendable, CustomStringConvertible {
    public let invariant: Invariant
    /// What was expected, and what was found.
    public let text: String

    init(_ invariant: Invariant, _ text: String) {
        self.invariant = invariant
        self.text = text
    }

    init(_ invariant: Invariant, expected: some Any, found: some Any, _ what: String) {
        self.init(invariant, "\(what): expected \(expected), found \(found)")
    }

    public var description: String { "\(invariant.rawValue): \(text)" }
}
