import Exchange
import Ledger
import Trading

/// What the desk does again and again by itself: when each was last done, how long it took, and what last went wrong. Since
/// the start of the desk; a pure value, told of by those who do the work.
struct JobBook {
    enum Job: String, Hashable, CaseIterable {
        // Asked of an exchange over the wire
        case pairs
        case tickers
        case openOrders = "open_orders"
        case fills
        case funds
        /// Questions about single orders. One about which the exchange contradicts itself counts as failed.
        case orderChecks = "order_checks"
        case transactions
        /// Trades of before the desk, where its first sweep did not keep them.
        case tradeHistory = "trade_history"
        // Done here
        case tickerStore = "ticker_store"
        case tickerThinning = "ticker_thinning"
        case fundsStore = "funds_store"
        case fundsThinning = "funds_thinning"
        case checkpoints
        case snapshots
        case tags
        case operatorRequests = "operator_requests"

        /// Whether there is nothing to be done of it on a desk that trades on paper.
        var isOverTheWire: Bool {
            switch self {
            case .pairs, .tickers, .openOrders, .fills, .funds, .orderChecks, .transactions, .tradeHistory: true
            case .tickerStore, .tickerThinning, .fundsStore, .fundsThinning, .checkpoints, .snapshots, .tags,
                .operatorRequests:
                false
            }
        }
    }

    /// What is known of a job.
    struct Entry: Hashable {
        /// When it last ended, well or not.
        var lastEndedAt: Timestamp?
        var lastTookNanoseconds: Int64 = 0
        /// Times that it ended, well or not.
        var runs = 0
        var failures = 0
        var lastError: String?
        var lastErrorAt: Timestamp?
    }

    /// In characters: what others say is not remembered at any length.
    private static let errorLengthMax = 200

    private var entries: [Job: Entry] = [:]

    subscript(job: Job) -> Entry { entries[job] ?? Entry() }

    /// A job has ended; `error` says how where it did not go well.
    mutating func ended(_ job: Job, at now: Timestamp, tookNanoseconds: Int64, error: String? = nil) {
        var entry = self[job]
        entry.lastEndedAt = now
        entry.lastTookNanoseconds = max(0, tookNanoseconds)
        entry.runs += 1
        if let error {
            entry.failures += 1
            entry.lastError = String(error.prefix(JobBook.errorLengthMax))
            entry.lastErrorAt = now
        }
        entries[job] = entry
    }

    /// A question to an exchange has been answered; with nil it has not, in time.
    mutating func answered(_ question: Questions.Question, _ answer: ExchangeAnswer?, at now: Timestamp) {
        guard let job = Job(question.purpose) else { return }
        let error: String? =
            switch answer {
            case nil: "no answer in time"
            case .lost: "the answer was lost"
            case .refused(let code, let reason): "\(code.name): \(reason)"
            default: nil
            }
        ended(
            job, at: now, tookNanoseconds: now.nanoseconds(since: question.askedAt), error: error)
    }
}

extension JobBook.Job {
    /// Nil for what a trader's line asks: that is no job of the desk's.
    init?(_ purpose: Questions.Purpose) {
        switch purpose {
        case .pairs: self = .pairs
        case .ticker: self = .tickers
        case .openOrders: self = .openOrders
        case .fills: self = .fills
        case .balances: self = .funds
        case .transactions, .transactionCheck: self = .transactions
        case .tradeHistory: self = .tradeHistory
        case .line: return nil
        }
    }
}

extension DeskCore {
    /// Does a job, and notes how it went and how long it took.
    func perform(_ job: JobBook.Job, _ work: () throws -> Void) throws {
        let start = configuration.stopwatch()
        do {
            try work()
        } catch {
            upkeep.jobs.ended(job, at: now, tookNanoseconds: configuration.stopwatch() - start, error: "\(error)")
            throw error
        }
        upkeep.jobs.ended(job, at: now, tookNanoseconds: configuration.stopwatch() - start)
    }

    /// Notes what the ledger has done by itself.
    func noteCheckpoints() {
        guard let last = ledger.lastCheckpoint, last.number != upkeep.notedCheckpoint else { return }
        upkeep.notedCheckpoint = last.number
        upkeep.jobs.ended(.checkpoints, at: now, tookNanoseconds: last.nanoseconds)
    }
}
