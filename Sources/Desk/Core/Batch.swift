import Conversation
import Ledger
import OrderEngine
import Trading

/// What exists while inputs are taken: the open transaction, what is to be done and said once it is on disk, and what it has cost so far.
///
/// Each batch begins with `begin`. Only two counts of cost go on from one batch to the next.
struct Batch {
    /// Open while the batch is being taken.
    var transaction: LedgerTransaction?
    /// To be done once all of the batch is on disk, in this order.
    var outputs: [DeskOutput] = []
    /// The lines that had no answer yet when it began: all of them are refused where the ledger fails.
    var unanswered: [DeskCore.Unanswered] = []

    // What has happened and is not told yet

    var events: [OrderEvent] = []
    /// What is told of accounts as a whole, with the events.
    var panicEvents: [SeatPanic] = []
    var alertsFired: [FiredAlert] = []

    // What it costs

    /// What has been done that is no row, in rows' worth. Never set back: costs are told apart by differences.
    var otherCost = 0
    /// Messages sent that are too few yet to cost a row.
    var messagesNotCharged = 0
    /// How much the batch may cost before the rest waits for the next one.
    var share = 0
    /// What the turns of the batch have cost, without lines that hurried.
    var turnsCost = 0
    /// Who has had a turn in it.
    var served: Set<TurnRing.Owner> = []

    /// Forgets the batch before. Room that it took is kept: most batches are small and alike.
    mutating func begin(unanswered: [DeskCore.Unanswered]) {
        outputs.removeAll(keepingCapacity: true)
        self.unanswered = unanswered
    }

    /// The turns begin, with so many rows to be shared among them.
    mutating func beginTurns(share: Int) {
        self.share = share
        turnsCost = 0
        served.removeAll(keepingCapacity: true)
    }

    /// The ledger has failed: nothing that the batch wanted to say may be said.
    mutating func abandon() {
        outputs.removeAll()
        events.removeAll()
        panicEvents.removeAll()
        alertsFired.removeAll()
    }
}
