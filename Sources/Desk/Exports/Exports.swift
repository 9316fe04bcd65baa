import CommandGrammar
import Conversation
import Ledger
import Trading

/// The files that are being made, and those that are good at the moment, as far as the limits need to know of them.
struct Exports {
    /// A file under way, and the line that waits for it.
    struct Making {
        let context: LineContext
        let account: AccountID
        let query: ExportQuery
        /// The first moment that is in it; nil from the beginning.
        let since: Timestamp?
        var file: ExportFile
        var position = ExportPosition()

        /// Whose rows are in it; nil for those of all exchanges.
        var exchange: ExchangeID? { context.namedExchange }

        /// Whether rows of an exchange are in it.
        func has(_ exchange: ExchangeID) -> Bool { self.exchange.map { $0 == exchange } ?? true }
    }

    struct Offered {
        let account: AccountID
        let until: Timestamp
        let bytes: Int
    }

    /// In the order in which they were asked for.
    var making: [Making] = []
    private(set) var offered: [Offered] = []

    /// How many of an account's are being made or good.
    func count(of account: AccountID) -> Int {
        making.count { $0.account == account } + offered.count { $0.account == account }
    }

    /// What all of them hold in memory.
    var bytes: Int { offered.reduce(0) { $0 + $1.bytes } + making.reduce(0) { $0 + $1.file.byteCount } }

    mutating func offer(_ bytes: Int, to account: AccountID, until end: Timestamp) {
        offered.append(Offered(account: account, until: end, bytes: bytes))
    }

    mutating func forgetOver(at now: Timestamp) { offered.removeAll { $0.until <= now } }

    mutating func removeAll() { making.removeAll() }
}

/// How far a file has come.
struct ExportPosition {
    var fill: FillRow?
    var foreign: ForeignFill?
    var lastTradeAt: Timestamp?
    var transaction: RecordNumber?
    var listed: ListedTransaction?
    var root: Order?
    /// Whether all that is finished is in it, so that what is open comes next.
    var isFinishedDone = false
}
