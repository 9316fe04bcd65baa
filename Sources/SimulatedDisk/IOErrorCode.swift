import GRDBSQLite

/// SQLite's extended codes for what a disk would not do. The header has them as expressions, which Swift does not import.
enum IOErrorCode {
    static let read = extended(1)
    static let shortRead = extended(2)
    static let write = extended(3)
    static let sync = extended(4)
    static let directorySync = extended(5)
    static let truncate = extended(6)
    static let fileSize = extended(7)
    static let delete = extended(10)
    static let access = extended(13)
    static let checkReservedLock = extended(14)
    static let lock = extended(15)
    static let sharedMemoryLock = extended(20)
    static let sharedMemoryMap = extended(21)
    /// There is no such file to delete.
    static let deleteMissing = extended(23)

    private static func extended(_ number: Int32) -> Int32 { SQLITE_IOERR | number << 8 }
}

extension DiskOperation.Kind {
    /// What SQLite's Unix layer answers where it goes wrong.
    var errorCode: Int32 {
        switch self {
        case .open: SQLITE_CANTOPEN
        case .delete: IOErrorCode.delete
        case .access: IOErrorCode.access
        case .read: IOErrorCode.read
        case .write: IOErrorCode.write
        case .truncate: IOErrorCode.truncate
        case .fileSize: IOErrorCode.fileSize
        case .sync: IOErrorCode.sync
        case .directorySync: IOErrorCode.directorySync
        case .lock: IOErrorCode.lock
        case .sharedMemoryMap: IOErrorCode.sharedMemoryMap
        case .sharedMemoryLock: IOErrorCode.sharedMemoryLock
        }
    }
}
