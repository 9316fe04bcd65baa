import GRDB
import Glibc

/// Why the ledger would not open, write or read. The description is for the operator.
public enum LedgerError: Error, Hashable, Sendable {
    /// No file there, and none could be made.
    case cannotOpen(path: String, detail: String)
    /// The file or its folder may not be written to.
    case readOnly(path: String)
    /// Another server has it.
    case locked(path: String)
    /// Another process held the write lock for longer than the limit.
    case busy(waitedMilliseconds: Int)
    /// The file is something else, or its head is damaged.
    case notADatabase(path: String)
    /// A database, but some other program's.
    case foreignDatabase(path: String)
    /// The log beside it is another database's, or an older one.
    case foreignLog(path: String)
    /// Another database than the one that was served under this name last.
    case replaced(path: String, records: RecordNumber)
    /// Records are gone that had been committed: its log was lost, or the file is an older copy.
    case recordsLost(path: String, found: RecordNumber, committed: RecordNumber)
    /// Written by a newer version of the program: it has migrations that this one does not know.
    case newerVersion(path: String, unknownMigrations: [String])
    /// Pages or rows do not hold together.
    case corrupt(detail: String)
    /// The same, and `rebuild` cannot make it anew.
    case beyondRebuild(detail: String)
    case diskFull
    /// The disk would not do it.
    case ioFailed(detail: String)
    /// A setting that durability rests on could not be had.
    case notDurable(setting: String, expected: String, found: String)
    /// A record's bytes cannot be read.
    case badRecord(RecordNumber, StoredBytesError)
    /// A row's bytes cannot be read; the tables can be rebuilt from the records.
    case badRow(table: String, detail: String)
    /// What was to be done inside a transaction threw. It was rolled back.
    case abandoned(detail: String)
    /// Any other answer of SQLite, with its extended result code.
    case failed(code: Int32, detail: String)
    /// A transaction failed before: what the engine holds is ahead of what is on disk, so nothing more is taken.
    indirect case poisoned(LedgerError)
}

extension LedgerError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cannotOpen(let path, let detail): "cannot open the database \(path): \(LedgerError.printable(detail))"
        case .readOnly(let path):
            """
            the database \(path) or its folder cannot be written to: give this user the right to write to both, or mount \
            the file system for writing
            """
        case .locked(let path): "another server is using the database \(path); stop it first"
        case .busy(let milliseconds):
            "another process kept the database locked for more than \(milliseconds) ms; try again when it has finished"
        case .notADatabase(let path):
            "\(path) is not a database, or its head is damaged; if it was one, restore it from a backup"
        case .foreignDatabase(let path):
            "\(path) is the database of another program; name another file with --database"
        case .foreignLog(let path):
            """
            the log \(path) is not the one that this database was last written with, so opening it would mix two databases; \
            put the right one back, restore a backup, or leave the log out and lose what was only in the right one with \
            outcry serve --accept-loss
            """
        case .replaced(let path, let records):
            """
            \(path) is not the database that was served here last, which had \(records) records; put that one back, or \
            serve this one instead of it with outcry serve --accept-loss
            """
        case .recordsLost(let path, let found, let committed):
            """
            the database \(path) has lost what was committed to it: it ends with record \(found), and record \(committed) \
            was written here. Its log (\(path)-wal) was deleted or damaged, or the file is an older copy. Put them back; or \
            serve what is left, without those orders and fills, with outcry serve --accept-loss
            """
        case .newerVersion(let path, let unknown):
            """
            the database \(path) was written by a newer version (\(LedgerError.printable(unknown.joined(separator: ", ")))); \
            use that one
            """
        case .corrupt(let detail):
            """
            the database is damaged: \(LedgerError.printable(detail)); stop the server and run outcry rebuild, or restore it \
            from a backup
            """
        case .beyondRebuild(let detail):
            """
            the database cannot be made anew: \(LedgerError.printable(detail)); restore it from a backup. If another program has \
            opened it after the server was killed (sqlite3, say), nothing may be damaged: outcry rebuild --trust-pages
            """
        case .diskFull: "the disk is full, so nothing was written; free some space and try again"
        case .ioFailed(let detail):
            "the disk failed: \(LedgerError.printable(detail)); see the system's log, and mend or replace the disk"
        case .notDurable(let setting, let expected, let found):
            """
            the database will not promise durability: \(setting) is \(LedgerError.printable(found)), not \(expected); close \
            other programs that have it open
            """
        case .badRecord(let number, let error): "record \(number) is damaged: \(error); restore it from a backup"
        case .badRow(let table, let detail):
            """
            a row of the table \(table) is damaged: \(LedgerError.printable(detail)); stop the server and run outcry rebuild, \
            or restore a backup
            """
        case .abandoned(let detail): "a transaction was abandoned: \(LedgerError.printable(detail))"
        case .failed(let code, let detail): "the database answered \(code): \(LedgerError.printable(detail))"
        case .poisoned(let first): "the ledger takes nothing more, because of an earlier failure: \(first)"
        }
    }

    /// Words that may have come out of a damaged file: printable ASCII, and not too many.
    private static func printable(_ text: String) -> String {
        let kept = text.unicodeScalars.prefix(detailCharactersMax).map { scalar in
            (0x20...0x7E).contains(scalar.value) ? Character(scalar) : "?"
        }
        return String(kept) + (text.unicodeScalars.count > detailCharactersMax ? "..." : "")
    }

    private static let detailCharactersMax = 200

    /// Whether the file does not hold together, so that `outcry rebuild` or a backup is the way on.
    public var isDamage: Bool {
        switch self {
        case .notADatabase, .corrupt, .beyondRebuild, .badRecord, .badRow: true
        case .poisoned(let first): first.isDamage
        default: false
        }
    }

    /// Whether there was no room for what was to be written.
    public var isDiskFull: Bool {
        switch self {
        case .diskFull: true
        case .poisoned(let first): first.isDiskFull
        default: false
        }
    }
}

extension LedgerError {
    /// What an error thrown while the database was used means.
    init(_ error: any Error, path: String, busyMilliseconds: Int) {
        switch error {
        case let error as LedgerError: self = error
        case let error as DatabaseError: self.init(error, path: path, busyMilliseconds: busyMilliseconds)
        default: self = .abandoned(detail: String(describing: error))
        }
    }

    /// What `PRAGMA quick_check` found. It also puts into words that the disk would not give it a page, with the extended
    /// result code at the end; such a database is not damaged.
    init(quickCheck answer: String) {
        let code = answer.wholeMatch(of: /(?s).*unable to get the page\. error code=(\d+)/)?.output.1
        if let code, let number = Int32(code), number == ioErrorData {
            self = .damagedPage()
        } else if let code, let number = Int32(code), number & 0xFF == ResultCode.SQLITE_IOERR.rawValue {
            self = .ioFailed(detail: answer)
        } else {
            self = .corrupt(detail: answer)
        }
    }

    private init(_ error: DatabaseError, path: String, busyMilliseconds: Int) {
        let detail = error.message ?? error.resultCode.description
        switch error.resultCode {
        case _ where error.extendedResultCode.rawValue == ioErrorData: self = .damagedPage()
        case .SQLITE_FULL: self = .diskFull
        case .SQLITE_IOERR: self = .ioFailed(detail: error.extendedResultCode.description)
        case .SQLITE_CORRUPT: self = .corrupt(detail: detail)
        case .SQLITE_NOTADB: self = .notADatabase(path: path)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(waitedMilliseconds: busyMilliseconds)
        case .SQLITE_READONLY, .SQLITE_PERM: self = .readOnly(path: path)
        case .SQLITE_CANTOPEN: self = LedgerError.unopened(path) ?? .cannotOpen(path: path, detail: detail)
        default: self = .failed(code: error.extendedResultCode.rawValue, detail: detail)
        }
    }

    /// The checksum of a page of the file does not match.
    private static func damagedPage() -> LedgerError {
        let page = PageSums.takeLastDamaged().map { "page \($0)" } ?? "a page"
        return .corrupt(detail: "the checksum of \(page) does not match")
    }

    /// Why the system would not open or make a file, for `errno`.
    init(systemError code: Int32, path: String) {
        switch code {
        case EROFS: self = .readOnly(path: path)
        case EACCES, EPERM: self = LedgerError.unopened(path) ?? .readOnly(path: path)
        case ENOSPC, EDQUOT, EFBIG: self = .diskFull
        default: self = LedgerError.unopened(path) ?? .cannotOpen(path: path, detail: String(cString: strerror(code)))
        }
    }

    /// What a person would see who looks why a database cannot be opened; nil where that shows nothing.
    static func unopened(_ path: String) -> LedgerError? {
        var status = stat()
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        guard stat(folder, &status) == 0 else {
            return .cannotOpen(path: path, detail: "there is no folder \(folder)")
        }
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT, access(folder, W_OK | X_OK) != 0 else { return nil }
            return .cannotOpen(path: path, detail: "this user may not make files in \(folder)")
        }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            return .cannotOpen(path: path, detail: "it is a folder; name a file")
        }
        guard access(path, R_OK | W_OK) != 0 else { return nil }
        return errno == EROFS
            ? .readOnly(path: path)
            : .cannotOpen(
                path: path, detail: "this user may not read and write it; its owner can say chmod u+rw")
    }
}
