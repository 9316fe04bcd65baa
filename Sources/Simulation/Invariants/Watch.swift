import Desk
import Exchange
import Ledger
import OrderEngine
import Trading

/// What was seen from outside and is needed to judge later.
struct Watch {
    /// How many orders the newest turn has begun to take off.
    var cancelsInTurn = 0
    /// Whether the newest turn has left trades to the next one.
    var hasTradesLeft = false
    /// When the exchange last refused to take an order off.
    var cancelRefused: [OrderID: Timestamp] = [:]
    /// When an order was placed, or armed again by a cancel that failed, and how many prints of its pair its exchange had made.
    var armed: [OrderID: (at: Timestamp, prints: Int, fills: Int)] = [:]
    /// Turns of the desk so far, and the one in which an order was armed: within it nobody outside knows what came first.
    var turn = 0
    var armedInTurn: [OrderID: Int] = [:]
    /// When the process that runs was started, if it is not the first.
    var startedAt: Timestamp?
    /// The last record that was seen before the last crash.
    var recordsBeforeCrash: Int64?
    var wasInsideCommit = false
    /// Orders that the venue has said to be off the book. The desk believes no end before it has all fills: a fill that comes
    /// after these words finds its order still open here.
    var toldOffBook: Set<OrderID> = []
    /// Where the trigger of a trailing stop has been in the newest turn in which it moved, oldest first.
    var trails: [OrderID: (turn: Int, path: [TrailingStop])] = [:]
    /// Accounts that have stopped everything, and at which exchange, by the records.
    var panics: Set<AccountSeat> = []
    /// Sliced orders that may still have orders to place.
    var ladders: Set<OrderID> = []
    /// What the desk was given since its records were last looked at. Of a turn in which it died, or its ledger failed, the records
    /// are found after the restart.
    var inputsSinceLook: [DeskInput] = []
    /// Round trips, as the records have them.
    var pairedDone: [OrderID: PairedResult] = [:]
    /// The last record when the ledger failed: none comes after it.
    var lastBeforeHalt: RecordNumber?
}

/// An account at one exchange.
struct AccountSeat: Hashable, Comparable, CustomStringConvertible {
    let account: AccountID
    let exchange: ExchangeID

    static func < (one: AccountSeat, other: AccountSeat) -> Bool {
        (one.account, one.exchange.description) < (other.account, other.exchange.description)
    }

    var description: String { "\(account) at \(exchange)" }
}
