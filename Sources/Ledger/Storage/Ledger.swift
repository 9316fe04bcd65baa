public import GRDB
import GRDBSQLite
import Glibc
import OrderEngine
public import Trading

/// The desk's books in one SQLite file: records, the tables made of them, snapshots, notifications, tags.
///
/// One connection, used from one thread. What a transaction wrote is on the disk when `transaction` returns.
public final class Ledger: LedgerReading {
    public let path: String
    let options: LedgerOptions
    let queue: DatabaseQueue
    private let connection: LedgerConnection
    private var lock: ServingLock?
    /// Of the desk's own database while it is being served.
    private var mark: ServingMarkFile?
    private(set) var isInTransaction = false
    /// Heads of what is numbered without gaps; forgotten whenever they may be ahead of the disk.
    var heads = Heads()

    /// What measures how long checkpoints take, in nanoseconds: any clock that only goes forward.
    public var stopwatch: () -> Int64 = { 0 }
    /// Rows read and statements run since it was opened.
    public var rowCount: Int { connection.rowCount }
    /// The last checkpoint of this connection; nil before the first.
    public private(set) var lastCheckpoint: Checkpoint?

    /// The log, copied into the database.
    public struct Checkpoint: Hashable, Sendable {
        /// From 1.
        public let number: Int
        /// How long it took.
        public let nanoseconds: Int64
    }

    /// The first failure of a transaction. From then on none is taken: what the engine holds is ahead of the disk.
    public private(set) var failure: LedgerError?

    /// Why the pages of the file have no checksums, where an attempt to give them some has failed: for the log.
    public let sumsNotice: String?

    struct Heads {
        var record: RecordNumber?
        /// By account.
        var notifications: [Int64: UInt64] = [:]
    }

    /// Opens or makes the database at `path`, and brings its tables up to date.
    ///
    /// `registerMigrations` adds the tables of other rooms, always the same ones in the same order.
    public convenience init(
        path: String, options: LedgerOptions = .serve,
        registerMigrations: (inout DatabaseMigrator) -> Void = { _ in }
    ) throws(LedgerError) {
        var migrator = DatabaseMigrator()
        Schema.register(in: &migrator)
        registerMigrations(&migrator)
        try self.init(path: path, options: options, applicationID: Schema.applicationID, migrator)
        if Ledger.isMarked(options) { try takeMark() }
    }

    /// A mark is kept of what a server has on the machine's own files.
    private static func isMarked(_ options: LedgerOptions) -> Bool { options.use == .serve && options.vfs == nil }

    /// The random name that the database was given when it was made: 32 lower-case hex digits.
    private func name() throws(LedgerError) -> String {
        let name = try read { try String.fetchOne($0, sql: "SELECT name FROM identity") ?? "" }
        guard name.utf8.count == ServingMark.identityBytes else {
            throw .corrupt(detail: "it has lost its name, in the table identity")
        }
        return name
    }

    /// What makes the client order ids of its orders its own.
    public func clientOrderPrefix() throws(LedgerError) -> ClientOrderPrefix {
        guard let prefix = ClientOrderPrefix(ofDatabase: try name()) else {
            throw .corrupt(detail: "its name, in the table identity, is not one of hex digits")
        }
        return prefix
    }

    /// Compares the database with the mark of what was committed to it, and keeps the mark from now on.
    private func takeMark() throws(LedgerError) {
        let identity = Array(try name().utf8)
        let head = try recordHead()
        if let known = ServingMark.read(beside: path), !options.acceptsLoss {
            guard known.identity == identity else { throw .replaced(path: path, records: known.records) }
            guard known.records <= head else { throw .recordsLost(path: path, found: head, committed: known.records) }
        }
        guard !options.discardsWrites else { return }
        mark = try ServingMarkFile(beside: path, identity: identity, records: head)
        try onConnection { WriteAheadLog.setCheckpointOnClose(true, $0.database) }
    }

    /// The same with other tables, under another name in the file's head. `postponed` are migrations that are left for whoever opens it
    /// next.
    init(
        path: String, options: LedgerOptions, applicationID: Int64, _ migrator: DatabaseMigrator,
        postponed: Set<String> = []
    ) throws(LedgerError) {
        self.path = path
        self.options = options
        lock = options.use == .serve && options.vfs == nil ? try ServingLock(database: path) : nil
        if applicationID == Schema.applicationID, Ledger.isMarked(options) { try Ledger.checkLog(path, options) }
        do {
            queue = try Ledger.open(path, options, applicationID: applicationID)
            try Ledger.mark(postponed, asDone: true, queue)
            try Ledger.migrate(queue, migrator, path, options)
            try Ledger.mark(postponed, asDone: false, queue)
            sumsNotice = try Ledger.sumPages(queue, path, options)
            connection = queue.writeWithoutTransaction { database in
                // A database with a mark is compared with it first.
                let isCompared = applicationID == Schema.applicationID && Ledger.isMarked(options)
                WriteAheadLog.setCheckpointOnClose(!isCompared && !options.discardsWrites, database)
                return LedgerConnection(database, checkpointPages: options.checkpointPages)
            }
        } catch {
            throw LedgerError(error, path: path, busyMilliseconds: options.busyMillisecondsMax)
        }
    }

    /// Closes the database. A ledger that is let go of closes by itself, without saying whether that went well.
    public func close() throws(LedgerError) {
        queue.unsafeReentrantWrite { _ in connection.close() }
        do {
            try queue.close()
        } catch {
            throw translated(error)
        }
        if failure == nil { mark?.close() }
        mark = nil
        lock = nil
    }

    // MARK: Transactions

    /// Does `body` in one transaction, which is on the disk when this returns. Without a write it costs no I/O.
    ///
    /// Any failure, `body`'s own errors included, rolls back and stops the ledger for good: see `failure`.
    public func transaction<T>(_ body: (LedgerTransaction) throws -> T) throws(LedgerError) -> T {
        if let failure { throw .poisoned(failure) }
        precondition(!isInTransaction, "a transaction inside a transaction")
        isInTransaction = true
        defer { isInTransaction = false }
        let result: T
        do {
            result = try queue.unsafeReentrantWrite { _ in
                let transaction = LedgerTransaction(ledger: self, connection: connection)
                return try transaction.perform(body)
            }
        } catch {
            throw failed(error)
        }
        // What was to be written is on the disk, whatever comes of this; a failure is the next transaction's.
        if let record = heads.record { mark?.note(record, logPages: connection.log.pages) }
        do {
            let start = stopwatch()
            if try queue.unsafeReentrantWrite({ _ in try connection.log.checkpointIfDue() }) {
                lastCheckpoint = Checkpoint(number: (lastCheckpoint?.number ?? 0) + 1, nanoseconds: stopwatch() - start)
                mark?.sync()
            }
        } catch {
            _ = failed(error)
        }
        return result
    }

    /// Takes no more transactions, and leaves the log as it is: what the system says of the file now may not be what is on
    /// the disk.
    func failed(_ error: any Error) -> LedgerError {
        var first = translated(error)
        if case .ioFailed = first, hasNoRoom { first = .diskFull }
        failure = first
        heads = Heads()
        queue.unsafeReentrantWrite { WriteAheadLog.setCheckpointOnClose(false, $0) }
        return first
    }

    /// Reads another room's tables. A question that needs no transaction is not held up by anybody's.
    public func read<T>(_ body: (Database) throws -> T) throws(LedgerError) -> T {
        try onConnection { try body($0.database) }
    }

    /// What the queries stand on.
    public func onConnection<T>(_ body: (LedgerConnection) throws -> T) throws(LedgerError) -> T {
        do {
            return try queue.unsafeReentrantWrite { _ in try body(connection) }
        } catch {
            throw translated(error)
        }
    }

    /// A number that changes when another process has written.
    public func dataVersion() throws(LedgerError) -> Int64 {
        try onConnection { connection in
            try Int64.fetchOne(connection.database.cachedStatement(sql: "PRAGMA data_version")) ?? 0
        }
    }

    /// The connection as it is, for what is no transaction of the ledger's.
    func withoutTransaction<T>(_ body: (Database) throws -> T) throws -> T {
        heads = Heads()
        return try queue.unsafeReentrantWrite(body)
    }

    func translated(_ error: any Error) -> LedgerError {
        LedgerError(error, path: path, busyMilliseconds: options.busyMillisecondsMax)
    }
}

// MARK: Opening

extension Ledger {
    private static func open(
        _ path: String, _ options: LedgerOptions, applicationID: Int64
    ) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(Double(options.busyMillisecondsMax) / 1_000)
        configuration.label = "ledger"
        // Until it is open and whole.
        configuration.prepareDatabase { WriteAheadLog.setCheckpointOnClose(false, $0) }
        // Password hashes are in it. Whatever keeps the file from being made here, SQLite meets next, and says in its own words.
        if options.vfs == nil { PrivateFile.make(database: path) }
        let vfs = try summedVFS(options)
        let queue = try withExtendedLifetime(vfs) {
            try DatabaseQueue(path: location(path, vfs: vfs.name), configuration: configuration)
        }
        try queue.writeWithoutTransaction { database in
            // Before anything is changed in it: is it ours?
            let id = try Int64.fetchOne(database, sql: "PRAGMA application_id") ?? 0
            // The list of migrations is made in a transaction of its own, before the first of them: where the power went between
            // the two, there is nothing in it yet.
            let others = "SELECT count(*) FROM sqlite_master WHERE tbl_name <> 'grdb_migrations'"
            let isEmpty = try Int64.fetchOne(database, sql: others) == 0
            guard id == applicationID || isEmpty else { throw LedgerError.foreignDatabase(path: path) }
            if isEmpty { try PageSums.reserve(on: database) }
            try makeDurable(database, options)
            if options.use == .serve, !options.discardsWrites { try WriteAheadLog.makeDurable(database) }
            try check(database, options)
        }
        return queue
    }

    static func summedVFS(_ options: LedgerOptions) throws -> SummedVFS {
        guard let vfs = SummedVFS(over: options.vfs) else {
            throw LedgerError.cannotOpen(path: options.vfs ?? "", detail: "SQLite has no such file system")
        }
        return vfs
    }

    /// GRDB has no parameter for SQLite's file system, and SQLite reads it out of a URI where it was built to (Debian's is).
    static func location(_ path: String, vfs: String?) throws -> String {
        guard let vfs else { return path }
        guard sqlite3_compileoption_used("USE_URI") != 0 else {
            throw LedgerError.cannotOpen(path: path, detail: "this SQLite reads no URIs, so it cannot be given \(vfs)")
        }
        return "file:\(escaped(path))?vfs=\(escaped(vfs))"
    }

    /// RFC 3986, section 2.3: the unreserved characters stay, and here the slashes between the parts.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                escaped.append(Character(Unicode.Scalar(byte)))
            default:
                let digits = String(byte, radix: 16)
                escaped += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return escaped
    }

    /// Before SQLite reads the log: one that is another database's would be taken for this one's, page by page.
    static func checkLog(_ path: String, _ options: LedgerOptions) throws(LedgerError) {
        guard let mark = ServingMark.read(beside: path), mark.isOpen, let known = mark.salts,
            let found = LogSalts(beside: path), !found.mayFollow(known)
        else { return }
        guard options.acceptsLoss else { throw .foreignLog(path: path + "-wal") }
        for suffix in ["-wal", "-shm"] { rename(path + suffix, path + suffix + ".set-aside") }
    }

    private static func mark(_ migrations: Set<String>, asDone isDone: Bool, _ queue: DatabaseQueue) throws {
        guard !migrations.isEmpty else { return }
        try queue.write { database in
            try database.execute(
                sql: "CREATE TABLE IF NOT EXISTS grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
            for name in migrations {
                let change =
                    isDone
                    ? "INSERT INTO grdb_migrations VALUES (?)" : "DELETE FROM grdb_migrations WHERE identifier = ?"
                try database.execute(sql: change, arguments: [name])
            }
        }
    }

    private static func migrate(
        _ queue: DatabaseQueue, _ migrator: DatabaseMigrator, _ path: String, _ options: LedgerOptions
    ) throws {
        let isComplete = try queue.read { database in
            guard try !migrator.hasBeenSuperseded(database) else {
                let unknown = try migrator.appliedIdentifiers(database).subtracting(migrator.migrations).sorted()
                throw LedgerError.newerVersion(path: path, unknownMigrations: unknown)
            }
            return try migrator.hasCompletedMigrations(database)
        }
        guard !isComplete else { return }
        // A tool that is newer than the running server must not change the tables under it.
        let lock = options.use == .tool && options.vfs == nil ? try ServingLock(database: path) : nil
        try withExtendedLifetime(lock) { try migrator.migrate(queue) }
    }

    /// Gives the pages of a database of before there were `PageSums` their sums, by writing it anew once. Says what kept it from
    /// that: such a database is served as before.
    private static func sumPages(_ queue: DatabaseQueue, _ path: String, _ options: LedgerOptions) throws -> String? {
        try queue.writeWithoutTransaction { database in
            let isMarked = try Int64.fetchOne(database, sql: "PRAGMA user_version") == PageSums.userVersion
            if try PageSums.reserved(on: database) == PageSums.reservedBytes {
                if !isMarked, !options.discardsWrites {
                    try database.execute(sql: "PRAGMA user_version = \(PageSums.userVersion)")
                }
                return nil
            }
            guard !isMarked else {
                throw LedgerError.corrupt(detail: "its head says that its pages have no checksums, and they had some")
            }
            guard options.use == .serve, !options.discardsWrites else { return nil }
            do {
                try PageSums.reserve(on: database)
                try database.execute(sql: "VACUUM")
                try database.execute(sql: "PRAGMA user_version = \(PageSums.userVersion)")
                _ = try database.checkpoint(.truncate)
                return nil
            } catch let error as DatabaseError
                where [.SQLITE_FULL, .SQLITE_BUSY, .SQLITE_NOMEM, .SQLITE_IOERR, .SQLITE_CANTOPEN].contains(
                    error.resultCode)
            {
                return "\(LedgerError(error, path: path, busyMilliseconds: options.busyMillisecondsMax))"
            }
        }
    }

    /// SQLite's documentation on `synchronous=FULL` in WAL mode: "the WAL file is synced after each transaction commit".
    /// GRDB sets NORMAL wherever it is the one that turns WAL on, so both are set here, and read back.
    private static func makeDurable(_ database: Database, _ options: LedgerOptions) throws {
        let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL") ?? "none"
        guard mode == "wal" else {
            throw LedgerError.notDurable(setting: "journal_mode", expected: "wal", found: mode)
        }
        try database.execute(sql: "PRAGMA synchronous = FULL")
        let synchronous = try Int64.fetchOne(database, sql: "PRAGMA synchronous") ?? -1
        guard synchronous == 2 else {
            throw LedgerError.notDurable(setting: "synchronous", expected: "2", found: "\(synchronous)")
        }
        // Done by `WriteAheadLog`.
        _ = try Int64.fetchOne(database, sql: "PRAGMA wal_autocheckpoint = 0")
        _ = try Int64.fetchOne(database, sql: "PRAGMA journal_size_limit = \(options.logBytesKept)")
    }

    private static func check(_ database: Database, _ options: LedgerOptions) throws {
        let pages = try Int64.fetchOne(database, sql: "PRAGMA page_count") ?? 0
        let pageSize = try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 0
        guard pages * pageSize <= options.quickCheckBytesMax else { return }
        let quickCheck = { try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "no answer" }
        let answer = try quickCheck()
        guard answer != "ok" else { return }
        // Of a page in the list of free ones SQLite does not say why it did not get it. One that it gets now is not damaged.
        if answer.contains("failed to get page"), try quickCheck() == "ok" {
            throw LedgerError.ioFailed(detail: answer)
        }
        throw LedgerError(quickCheck: answer)
    }
}
