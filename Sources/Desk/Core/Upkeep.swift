import Trading

/// What the desk does by itself, now and then: when each is due, and how far it has come.
struct Upkeep {
    /// Seconds between two looks at what is rarely due: an operator's requests, old tags.
    static let lookSeconds: Int64 = 1
    /// Seconds between two looks at what of the stored prices, and of the stored funds, is old enough to be thinned.
    static let tickerThinningSeconds: Int64 = 3_600
    static let fundsThinningSeconds: Int64 = 86_400

    /// How the desk's own jobs went.
    var jobs = JobBook()
    /// When it looks next at what is rarely due.
    var nextLook: Timestamp
    var nextTickerStore: Timestamp
    var nextTickerThinning: Timestamp
    var fundsStoring: FundsStoring
    var disk: DiskWatch
    var pruning = PruningProgress()
    /// The number of the last checkpoint that was noted as a job.
    var notedCheckpoint = 0
    /// What the opening wants asked of the exchanges: said with the outputs of the first batch.
    var openingOutputs: [DeskOutput] = []
    /// Whether the log beside the database is to be copied into it as soon as no transaction is open.
    var isLogToBeEmptied = false

    init(fundsStoring: FundsStoring, _ limits: DeskLimits, at now: Timestamp) {
        nextLook = now
        nextTickerStore = DeskCore.nextTickerStore(after: now, limits)
        nextTickerThinning = now
        self.fundsStoring = fundsStoring
        disk = DiskWatch(nextCheck: now)
    }
}

/// What is known of the disk of the database.
struct DiskWatch {
    /// How much room it had when it was last looked at.
    var room = DiskRoom.good
    /// Nil before the first look, and where nobody knows.
    var freeBytes: Int64?
    var nextCheck: Timestamp
}

/// How far the removal of what is long over has come.
struct PruningProgress {
    /// Whether the ledger may have rows that are marked as pruned.
    var mayHaveMarks = true
    /// Orders that were over since their account was last looked at for `account_finished_orders`.
    var finishedSinceLook: [AccountID: Int] = [:]
    /// The accounts that were looked at in this run.
    var lookedAt: Set<AccountID> = []
}
