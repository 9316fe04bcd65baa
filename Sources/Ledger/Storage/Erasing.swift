import GRDB
import GRDBSQLite

/// Getting something out of the file for good: what a DELETE takes away stays in the file's free space and in the log until
/// something else is written there.
extension Ledger {
    /// What came of `erase`.
    public enum Erasure: Hashable, Sendable {
        case done
        /// Somebody else reads the database, so its log cannot be emptied now.
        case logInUse
        /// There is no room to write the database anew.
        case diskFull
        /// It is still in the file.
        case found
    }

    /// From now on this connection overwrites with zeros what it deletes (SQLite, "PRAGMA secure_delete": "When secure_delete is on,
    /// SQLite overwrites deleted content with zeros").
    public func overwriteDeleted() throws(LedgerError) {
        try onConnection { _ = try Int64.fetchOne($0.database, sql: "PRAGMA secure_delete = ON") }
    }

    /// Sees to it that none of these texts, which have been deleted, is anywhere in the database's file or its log.
    ///
    /// Empties the log into the file and reads the file through. Only where something is found, or `mayHide` says that there is
    /// something which cannot be looked for, is the database written anew (VACUUM), which takes as much room again. For a caller
    /// at its start: it takes as long as the disk takes.
    public func erase(_ texts: [String], mayHide: Bool = false) throws(LedgerError) -> Erasure {
        guard try emptyLog() else { return .logInUse }
        let wanted = ByteSearch(texts.map { Array($0.utf8) })
        if !mayHide, try !isAnywhere(wanted) { return .done }
        do throws(LedgerError) {
            try onConnection { try $0.database.execute(sql: "VACUUM") }
        } catch {
            guard error == .diskFull else { throw error }
            return .diskFull
        }
        guard try emptyLog() else { return .logInUse }
        return try isAnywhere(wanted) ? .found : .done
    }

    /// Copies the whole log into the database and cuts it to nothing. False where a reader keeps it.
    private func emptyLog() throws(LedgerError) -> Bool {
        try onConnection { connection in
            do {
                _ = try connection.database.checkpoint(.truncate)
                return true
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                return false
            }
        }
    }

    /// Reads the file through SQLite's own handle: to open it once more, and close it, would drop SQLite's locks on it.
    private func isAnywhere(_ wanted: ByteSearch) throws(LedgerError) -> Bool {
        try onConnection { connection in
            var found: UnsafeMutablePointer<sqlite3_file>?
            let code = sqlite3_file_control(
                connection.database.sqliteConnection, "main", SQLITE_FCNTL_FILE_POINTER, &found)
            guard code == SQLITE_OK, let file = found, let methods = file.pointee.pMethods?.pointee else {
                throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "the database has no file")
            }
            var size: sqlite3_int64 = 0
            try WriteAheadLog.check(methods.xFileSize(file, &size))
            return try wanted.isFound(inBytes: size) { buffer, offset in
                try WriteAheadLog.check(methods.xRead(file, buffer.baseAddress, Int32(buffer.count), offset))
            }
        }
    }
}

/// Looks for any of several byte strings, in one pass over a file.
struct ByteSearch {
    private static let chunkBytes: Int64 = 1 << 20
    /// The wanted strings by their first two bytes.
    private let wanted: [UInt16: [[UInt8]]]
    /// Whether a wanted string begins with these two bytes.
    private let isBeginning: [Bool]
    private let longest: Int64

    /// Strings below two bytes are found nowhere.
    init(_ strings: [[UInt8]]) {
        let strings = strings.filter { $0.count >= 2 }
        wanted = Dictionary(grouping: strings) { UInt16($0[0]) << 8 | UInt16($0[1]) }
        longest = Int64(strings.map(\.count).max() ?? 0)
        var isBeginning = [Bool](repeating: false, count: 1 << 16)
        for key in wanted.keys { isBeginning[Int(key)] = true }
        self.isBeginning = isBeginning
    }

    /// `read` fills a buffer from an offset on. Chunks overlap, so that a string may lie across two.
    func isFound(
        inBytes size: Int64, read: (UnsafeMutableRawBufferPointer, Int64) throws -> Void
    ) throws -> Bool {
        guard longest > 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: Int(min(size, ByteSearch.chunkBytes + longest)))
        var offset: Int64 = 0
        while offset < size {
            let count = Int(min(Int64(buffer.count), size - offset))
            try buffer.withUnsafeMutableBytes {
                try read(UnsafeMutableRawBufferPointer(rebasing: $0[..<count]), offset)
            }
            if buffer.withUnsafeBytes({ isFound(in: UnsafeRawBufferPointer(rebasing: $0[..<count])) }) { return true }
            offset += ByteSearch.chunkBytes
        }
        return false
    }

    private func isFound(in bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= 2 else { return false }
        for index in 0..<bytes.count - 1 {
            let key = UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])
            guard isBeginning[Int(key)], let candidates = wanted[key] else { continue }
            if candidates.contains(where: { bytes[index...].starts(with: $0) }) { return true }
        }
        return false
    }
}
