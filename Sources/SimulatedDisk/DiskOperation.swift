/// One call that SQLite made on a simulated disk.
public struct DiskOperation: Hashable, Sendable, CustomStringConvertible {
    /// What SQLite asks of a disk and a disk may refuse. Closing, unlocking and letting go of shared memory cannot fail in
    /// a way that SQLite looks at, so they are none.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case open, delete, access
        case read, write, truncate, fileSize
        case sync
        /// Of the directory: what makes a new or deleted name durable.
        case directorySync = "directory_sync"
        case lock
        case sharedMemoryMap = "shm_map"
        case sharedMemoryLock = "shm_lock"

        /// Whether it changes what will be on the platter.
        public var isMutation: Bool {
            switch self {
            case .open, .delete, .write, .truncate, .sync, .directorySync: true
            case .access, .read, .fileSize, .lock, .sharedMemoryMap, .sharedMemoryLock: false
            }
        }
    }

    /// What became of it.
    public enum Outcome: String, Hashable, Sendable {
        case done, failed, full
        /// It failed after some of its bytes had been taken.
        case cutShort = "cut_short"
        /// The power went while it ran, or had gone before.
        case powerless
    }

    /// Among all operations of the disk, from 1.
    public let number: Int
    public let kind: Kind
    /// The file's path on the disk; empty for a temporary file.
    public let file: String
    /// In bytes; for a truncation the size that is left, for a lock its level or its slots.
    public let offset: Int
    /// In bytes.
    public let length: Int
    public internal(set) var outcome: Outcome

    public var description: String { "\(number) \(kind.rawValue) \(file) \(offset)+\(length) \(outcome.rawValue)" }
}

/// How many operations a disk has been asked for, also those that it refused.
public struct DiskCounts: Hashable, Sendable {
    private var counts: [DiskOperation.Kind: Int] = [:]
    /// Of all kinds together.
    public private(set) var total = 0

    public subscript(kind: DiskOperation.Kind) -> Int { counts[kind, default: 0] }

    mutating func count(_ kind: DiskOperation.Kind) {
        counts[kind, default: 0] += 1
        total += 1
    }
}
