import Exchange
import Trading

/// The questions that an exchange has not answered yet. Each has a number of its own, so that an answer that comes late, twice
/// or from before a restart is known, and does nothing.
struct Questions {
    /// What an answer is for.
    enum Purpose: Hashable {
        case pairs
        case ticker(Pair)
        case openOrders(AccountID)
        case fills(AccountID)
        case balances(AccountID)
        /// What was traded before such trades were kept.
        case tradeHistory(AccountID)
        case transactions(AccountID)
        /// One row that may have changed.
        case transactionCheck(AccountID)
        /// A line that waits for the answer, by its number.
        case line(UInt64)
    }

    struct Question {
        let purpose: Purpose
        let askedAt: Timestamp
    }

    private let answerSeconds: Int64
    private var open: [QueryID: Question] = [:]
    private var deadlines = Deadlines<QueryID>()
    private var nextID: UInt64

    /// Numbers go on from the moment of the start: no run has those of the one before.
    init(answerSeconds: Int, startedAt now: Timestamp) {
        self.answerSeconds = Int64(answerSeconds)
        nextID = UInt64(clamping: now.nanoseconds)
    }

    var next: Timestamp? { deadlines.next }

    mutating func ask(_ purpose: Purpose, at now: Timestamp) -> QueryID {
        nextID += 1
        let id = QueryID(nextID)
        open[id] = Question(purpose: purpose, askedAt: now)
        deadlines.set(id, to: now.advanced(bySeconds: answerSeconds))
        return id
    }

    /// The question that an answer belongs to; nil where that has been answered, or given up.
    mutating func answered(_ id: QueryID) -> Question? {
        deadlines.remove(id)
        return open.removeValue(forKey: id)
    }

    /// The next question that has not been answered in time.
    mutating func popDue(by now: Timestamp) -> Question? {
        deadlines.popDue(by: now).flatMap { open.removeValue(forKey: $0) }
    }
}
