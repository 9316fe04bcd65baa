import Ledger
import OrderEngine
import Trading

/// How far the records of all seats have come.
struct Recorded {
    var last: RecordNumber
    var sinceSnapshot: Int
    /// The number that the next order gets, wherever it is placed.
    var nextOrderID: OrderID
    /// The number under which the next trade is kept that is left to a later turn.
    var nextTradeLeft: Int64
    /// The engines of exchanges at which this desk has no seat now: they are kept in every snapshot, since no number that they gave
    /// an order is given again.
    let unseated: [EngineSnapshot]
}

/// The desk's time, and what it knows of the machine's.
struct DeskClock {
    /// The moment of the batch that is being taken, or was last. It never goes back.
    private(set) var now: Timestamp
    var watch = ClockWatch()

    init(now: Timestamp) { self.now = now }

    mutating func advance(to moment: Timestamp) { now = max(now, moment) }
}
