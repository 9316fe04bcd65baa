public import Logging
public import OrderEngine
public import Trading

/// What a desk is made of.
public struct DeskConfiguration: Sendable {
    public var engineLimits: EngineLimits
    public var limits: DeskLimits
    /// The zone of accounts that have set none.
    public var timeZone: TimeZoneRules
    /// The currency in which a coin alone is traded, for accounts that have set none.
    public var quote: Coin
    /// Whether people may make accounts of their own, with `register`.
    public var isRegistrationOpen = false
    public var version: String
    /// Where the audit log is said as it is kept; nil: nowhere.
    public var auditLog: Logger?
    /// Measures how long jobs take, in nanoseconds: any clock that only goes forward. One that stands still where the
    /// time is the caller's.
    public var stopwatch: @Sendable () -> Int64 = { 0 }

    /// What the machine's own clock shows, for what other clocks are held against: two-factor codes. The desk's time may be
    /// ahead of it, after it was set back. Nil: they are the same.
    public var wallTime: (@Sendable () -> Timestamp)?

    /// Why the desk only answers questions; nil for one that trades. Its ledger has to discard what is written.
    public var readOnly: ReadOnlyReason?
    /// How many bytes the disk of the database has left; nil where nobody can say.
    public var freeBytes: @Sendable () -> Int64? = { nil }

    public init(
        engineLimits: EngineLimits = EngineLimits(), limits: DeskLimits = DeskLimits(),
        timeZone: TimeZoneRules = .utc, quote: Coin = "usd", version: String = Version.text
    ) {
        self.engineLimits = engineLimits
        self.limits = limits
        self.timeZone = timeZone
        self.quote = quote
        self.version = version
    }
}

/// Which Outcry this is.
public enum Version {
    public static let text = "0.1.0"
}

/// The desk's own limits. Each is a setting; `Limits` has them all.
public struct DeskLimits: Hashable, Sendable {
    /// Sessions of one account.
    public var accountSessions = 16
    /// Seconds after which a session is ended at which nobody has logged in.
    public var loginSeconds = 300
    /// Logins that wait for their password to be checked, and those of one address among them.
    public var loginsWaiting = 1_000
    public var addressLoginsWaiting = 128
    /// Accounts that may be made in an hour, by the operator and by `register`, before `register` is refused.
    public var registrationsPerHour = 20
    /// Lines of one session that wait for their turn, a password check or an exchange. More are refused, and with twice as
    /// many the session is closed.
    public var sessionLinesWaiting = 1_000
    /// Rows read or written that one account's turn may come to before it is another's, about 10 microseconds each.
    public var turnRows = 50
    /// Rows read or written in one transaction before it is synced and answered.
    public var batchRows = 400
    /// Of those, accounts that may be made from one address.
    public var addressRegistrationsPerHour = 5
    /// Seconds that a reply waits for the exchange; then it says that the order is pending.
    public var replySeconds = 10
    /// Notifications that one `resume` brings.
    public var resumeBatch = 500
    /// Bytes of notifications that one `resume` brings; below what may wait for a session.
    public var resumeBytes = 131_072
    /// Seconds between two looks at what every account has, which are kept: so many days each, then one a day for so many days,
    /// then one a week.
    public var fundsStoreSeconds = 21_600
    public var fundsPointsDays = 93
    public var fundsDaysDays = 1_096
    /// Rows that one turn of such a look reads.
    public var fundsStoreBurst = 200
    /// Alerts of one account that wait.
    public var alertsMax = 100
    /// Files of one account that may be fetched at a time, and how long each may be.
    public var downloads = 4
    public var downloadSeconds = 300
    /// Rows of one such file.
    public var downloadRows = 20_000
    /// Bytes of all such files of everybody.
    public var downloadsBytes = 67_108_864
    /// Rows that are read for one before anybody else has a turn.
    public var downloadBurst = 100
    /// Rows of one answer.
    public var answerRows = 200
    /// Aliases of one account.
    public var aliasCount = 100
    /// Aliases that one alias may stand for, one behind the other.
    public var aliasDepth = 8
    /// How long a tag is remembered.
    public var tagMemoryHours = 24
    /// Bytes of a reply that are kept with its tag, in text and JSON together; of a longer one, what makes it again.
    public var tagReplyBytes = 16_384
    /// Old tags that one turn deletes.
    public var tagsPruned = 1_000
    /// Finished orders of one account, without those that are another's children, that are kept on disk. Beyond them the oldest go,
    /// with their fills, but none that was over in the last two days.
    public var accountFinishedOrders = 1_000_000
    /// Rows of pruned orders and notifications that are deleted before anybody else has a turn.
    public var prunedRows = 200
    /// Bytes that an account may make the desk write in a day (UTC) before its new orders are refused.
    public var accountBytesADay = 536_870_912
    /// Milliseconds between two price notifications of one pair.
    public var watchIntervalMilliseconds = 1_000
    /// Records after which a snapshot of the engine is kept.
    public var snapshotRecords = 100_000
    /// Pages of 4 KiB in the write-ahead log after which it is copied into the database.
    public var checkpointPages = 1_000
    /// Inputs that wait for the desk's loop.
    public var inboxInputs = 50_000
    /// Inputs that one transaction takes.
    public var batchInputs = 2_000
    /// Trades of a tape that are played before anybody else has a turn.
    public var tapeBurst = 200
    /// Seconds after which an exchange that has not answered is taken to have said nothing.
    public var answerSeconds = 10
    /// The most seconds between two questions about an order, or for an account, that get no answer.
    public var askAgainSeconds = 60
    /// The most seconds between two questions about an order, or about funds, in which an exchange contradicts itself.
    public var contradictionSeconds = 600
    /// Seconds between two looks at an account's open orders and fills at the exchange.
    public var openOrdersSeconds = 1
    /// Orders of one account that the exchange is asked about one by one after such a look.
    public var statusBurst = 100
    /// Fills that one answer of an exchange brings.
    public var fillsPage = 1_000
    /// Transactions that one answer of an exchange brings.
    public var transactionsPage = 500
    /// Seconds between two looks at an account's list of transactions, where nothing asks for one.
    public var transactionsSeconds = 600
    /// Seconds for which such a look is good enough for a question.
    public var transactionsFreshSeconds = 10
    /// Transactions whose status may change that are asked about one by one after such a look.
    public var transactionChecks = 20
    /// Trades of one account that were not made here and are kept. Beyond them the oldest go.
    public var accountForeignTrades = 1_000_000
    /// Seconds for which a fill that an exchange tells late is still looked for.
    public var fillsOverlapSeconds = 60
    /// Seconds between two comparisons of an account's funds with the exchange's, where nothing asks for one.
    public var fundsSeconds = 21_600
    /// Seconds after which what is known of an account's funds and of orders made elsewhere is asked for again when somebody asks
    /// for it, or is refused for want of funds.
    public var fundsFreshSeconds = 10
    /// Seconds between two questions for the pairs and their rules.
    public var pairsSeconds = 600
    /// Seconds between two questions for a pair's price.
    public var tickerSeconds = 2
    /// Seconds after which a price is too old to trade by.
    public var feedStaleSeconds = 30
    /// Keys that exchanges are being asked about, of all accounts together.
    public var keyChecks = 16
    /// Seconds between two times that the prices of all pairs are stored.
    public var tickerStoreSeconds = 240
    /// Days for which each stored price is kept; after that the last of each hour.
    public var tickerPointsDays = 7
    /// Days for which the last price of each hour is kept; after that the last of each day, for ever.
    public var tickerHoursDays = 90
    /// Lines of the audit log that are kept of each kind: sessions, failed attempts, refused requests, changes.
    public var auditRows = 20_000
    /// Days for which they are kept.
    public var auditDays = 400
    /// Room on the disk of the database, in MiB, below which the admins are told, and below which no new orders are taken.
    public var diskLowMebibytes = 1_024
    public var diskStopMebibytes = 64
    /// Seconds between two looks at that room.
    public var diskCheckSeconds = 10
    /// Orders and fills of an account that are not the desk's, and are remembered as told.
    public var foreignKept = 10_000

    public init() {}

    /// Foreign trades after which it is looked whether an account has too many: a look reads as many entries of an index as the limit is
    /// high.
    var foreignLookRows: Int { max(1, accountForeignTrades / 100) }
}
