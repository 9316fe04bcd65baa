/// How a ledger is opened, with its limits.
public struct LedgerOptions: Hashable, Sendable {
    /// Who opens it.
    public enum Use: Hashable, Sendable {
        /// The server: at most one at a time.
        case serve
        /// A short visit, beside a server or without one.
        case tool
    }

    public var use: Use
    /// How long to wait for another process's transaction to end, in milliseconds.
    public var busyMillisecondsMax: Int
    /// The largest file whose pages are all checked on opening, in bytes. Beyond it, damage shows when it is read.
    public var quickCheckBytesMax: Int64
    /// After how many pages of 4 KiB the write-ahead log is copied into the database.
    public var checkpointPages: Int
    /// What the write-ahead log is cut down to after it has grown, in bytes.
    public var logBytesKept: Int
    /// The name of the SQLite file system (VFS) that the database is on; nil for the machine's own files. On another one there
    /// are no other processes: no lock file is made, and no file is made private.
    public var vfs: String?
    /// Whether every transaction is rolled back at its end: nothing is written, and questions are answered as if it were. For a
    /// desk that only answers questions, while the disk is full.
    public var discardsWrites = false
    /// Whether a database that has lost what was committed to it is opened nevertheless, and a log that is not its own set aside.
    public var acceptsLoss = false

    public init(
        use: Use = .serve, busyMillisecondsMax: Int = 5_000, quickCheckBytesMax: Int64 = 256 << 20,
        checkpointPages: Int = 4_000, logBytesKept: Int = 64 << 20, vfs: String? = nil
    ) {
        self.use = use
        self.busyMillisecondsMax = busyMillisecondsMax
        self.quickCheckBytesMax = quickCheckBytesMax
        self.checkpointPages = checkpointPages
        self.logBytesKept = logBytesKept
        self.vfs = vfs
    }

    /// For a server.
    public static let serve = LedgerOptions(use: .serve)
    /// For a command beside it. It does not check all pages.
    public static let tool = LedgerOptions(use: .tool, quickCheckBytesMax: 0)
}

/// The number of a record: from 1, without gaps.
public struct RecordNumber: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    public let rawValue: Int64

    public init(rawValue: Int64) { self.rawValue = rawValue }
    public init(_ rawValue: Int64) { self.rawValue = rawValue }

    /// Before the first record.
    public static let none = RecordNumber(0)

    public static func < (left: RecordNumber, right: RecordNumber) -> Bool { left.rawValue < right.rawValue }

    public var description: String { "\(rawValue)" }
}
