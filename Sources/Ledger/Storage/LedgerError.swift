import GRDB

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
    /// Written by a newer version of the program: it has migrations that this one does not know.
    case newerVersion(path: String, unknownMigrations: [String])
    /// Pages or rows do not hold together.
    case corrupt(detail: String)
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
        case .cannotOpen(let path, let detail): "cannot open the database \(path): \(detail)"
        case .readOnly(let path): "the database \(path) or its folder cannot be written to"
        case .locked(let path): "another server is using the database \(path)"
        case .busy(let milliseconds):
            "another process kept the database locked for more than \(milliseconds) ms"
        case .notADatabase(let path): "\(path) is not a database, or its head is damaged"
        case .foreignDatabase(let path): "\(path) is the database of another program"
        case .newerVersion(let path, let unknown):
            "the database \(path) was written by a newer version (\(unknown.joined(separator: ", "))); use that one"
        case .corrupt(let detail): "the database is damaged: \(detail); restore it from a backup"
        case .diskFull: "the disk is full"
        case .ioFailed(let detail): "the disk failed: \(detail)"
        case .notDurable(let setting, let expected, let found):
            "the database will not promise durability: \(setting) is \(found), not \(expected)"
        case .badRecord(let number, let error): "record \(number) is damaged: \(error); restore from a backup"
        case .badRow(let table, let detail): "a row of the table \(table) is damaged: \(detail)"
        case .abandoned(let detail): "a transaction was abandoned: \(detail)"
        case .failed(let code, let detail): "the database answered \(code): \(detail)"
        case .poisoned(let first): "the ledger takes nothing more, because of an earlier failure: \(first)"
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
        if let code, let number = Int32(code), number & 0xFF == ResultCode.SQLITE_IOERR.rawValue {
            self = .ioFailed(detail: answer)
        } else {
            self = .corrupt(detail: answer)
        }
    }

    private init(_ error: DatabaseError, path: String, busyMilliseconds: Int) {
        let detail = error.message ?? error.resultCode.description
        switch error.resultCode {
        case .SQLITE_FULL: self = .diskFull
        case .SQLITE_IOERR: self = .ioFailed(detail: error.extendedResultCode.description)
        case .SQLITE_CORRUPT: self = .corrupt(detail: detail)
        case .SQLITE_NOTADB: self = .notADatabase(path: path)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(waitedMilliseconds: busyMilliseconds)
        case .SQLITE_READONLY, .SQLITE_PERM: self = .readOnly(path: path)
        case .SQLITE_CANTOPEN: self = .cannotOpen(path: path, detail: detail)
        default: self = .failed(code: error.extendedResultCode.rawValue, detail: detail)
        }
    }
}
