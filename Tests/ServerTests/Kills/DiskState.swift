import Foundation

/// What a dead server has left on the disk: the middle of what it was in.
///
/// The layout is that of SQLite's file format, "The Write-Ahead Log" and "The WAL-Index File Format".
struct DiskState {
    /// A copy of the log into the database had begun, and was not over.
    let isInsideCheckpoint: Bool
    /// Frames were written to the log whose commit is not in its index.
    let isInsideCommit: Bool

    init(database path: String) throws {
        let index = try DiskState.bytes(path + "-shm", 0, 136)
        let log = try DiskState.bytes(path + "-wal", 0, 32)
        guard index.count == 136 else {
            (isInsideCheckpoint, isInsideCommit) = (false, false)
            return
        }
        let frames = DiskState.integer(index, 16)
        let (backfilled, attempted) = (DiskState.integer(index, 96), DiskState.integer(index, 128))
        isInsideCheckpoint = attempted > backfilled && backfilled < frames
        let frameBytes: UInt64 = 24 + 4_096
        let next = try DiskState.bytes(path + "-wal", 32 + UInt64(frames) * frameBytes, 24)
        isInsideCommit = log.count == 32 && next.count == 24 && next[8..<16] == log[16..<24]
    }

    private static func bytes(_ path: String, _ offset: UInt64, _ count: Int) throws -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path) else { return [] }
        defer { try? handle.close() }
        try handle.seek(toOffset: offset)
        return Array(try handle.read(upToCount: count) ?? Data())
    }

    /// The index is in the machine's own order of bytes.
    private static func integer(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
    }
}
