public import Exchange
public import Trading

/// A change to the venue. All that it knows is the sum of its entries: read again in their order, they make the same
/// books, to the last number.
public enum VenueEntry: Hashable, Sendable {
    /// A key is known from now on, under the next account number.
    case account(key: String)
    /// A pair is new, or its rules are.
    case pair(VenuePair)
    case money(AccountID, ExactDecimal, Coin, BalanceChangeReason)
    /// The same with all that can be said of a transaction: it may wait, and has a text.
    case transaction(AccountID, ExactDecimal, Coin, BalanceChangeReason, TransactionStatus, text: String)
    /// A transaction that waited is another now, by its number.
    case settle(UInt64, TransactionStatus)
    /// Orders leave rows among the transactions from now on.
    case orderRows
    /// An account's key may do this from now on, whatever the settings say.
    case rights(AccountID, Set<KeyRight>)
    /// A private call was let in.
    case nonce(AccountID, UInt64)
    case order(AccountID, Pair, Side, price: ExactDecimal, quantity: ExactDecimal)
    /// By the books' number.
    case cancel(UInt64)
    /// Strangers take so much of an order that rests.
    case take(UInt64, ExactDecimal)
    /// Strangers offer this and nothing else. What is taken of standing offers comes back.
    case quote(Pair, [Level], isStanding: Bool)
    /// Strangers trade at a price, after they have taken what rests there or better.
    case print(Pair, Side, price: ExactDecimal, quantity: ExactDecimal)
    /// A trade of a tape: a print, and quotes around it. With where it stands on the tape.
    case tape(Pair, Side?, price: ExactDecimal, quantity: ExactDecimal, TapeMark)

    /// From now on the trades are those of a tape with this identity, which has no spaces.
    case tapeIs(String)

    /// Where a tape is.
    public struct TapeMark: Hashable, Sendable {
        /// How many of its trades have been played since its beginning.
        public let row: UInt64
        /// The tape's own time of the last of them.
        public let time: Timestamp

        public init(row: UInt64, time: Timestamp) {
            self.row = row
            self.time = time
        }
    }

    /// What strangers offer at a price.
    public struct Level: Hashable, Sendable {
        public let side: Side
        public let price: ExactDecimal
        public let quantity: ExactDecimal

        public init(_ side: Side, price: ExactDecimal, quantity: ExactDecimal) {
            self.side = side
            self.price = price
            self.quantity = quantity
        }
    }
}

/// An entry with its moment.
public struct VenueRecord: Hashable, Sendable {
    public let at: Timestamp
    public let entry: VenueEntry

    public init(at: Timestamp, _ entry: VenueEntry) {
        self.at = at
        self.entry = entry
    }
}
