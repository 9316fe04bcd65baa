import GRDB
import GRDBSQLite
import Synchronization

/// A checksum at the end of every page of the database file, so that a byte that changed on the disk is an error and never
/// another figure.
///
/// SQLite keeps no checksum of its pages: a changed digit in a row, or a changed key in an index, is read as if it had been
/// written. Its own remedy is a shim between it and the system, `ext/misc/cksumvfs.c`, which Debian does not build; this is the
/// same idea. The last eight bytes of each page are reserved ("reserved space" at offset 20 of the file's head, as
/// <https://sqlite.org/fileformat2.html#resbyte> has it), filled when the page is written and compared when it is read. The
/// page's number is part of the sum, so that a page written to another's place is noticed too.
///
/// Pages that are still in the write-ahead log have the log's own checksums, which SQLite compares when it recovers the log.
enum PageSums {
    /// Bytes at the end of each page. The value is in the file's head and never changes.
    static let reservedBytes: UInt8 = 8
    /// `PRAGMA user_version` of a file whose pages have sums: where the head says so and its reserved space says otherwise,
    /// the head is damaged.
    static let userVersion: Int64 = 1

    /// The page that was last found damaged, by any connection of this process: for the words of the error.
    private static let lastDamaged = Mutex<Int64?>(nil)

    /// Takes the number of the page that was last found damaged.
    static func takeLastDamaged() -> Int64? {
        lastDamaged.withLock { page in
            defer { page = nil }
            return page
        }
    }

    /// Whether bytes read or written at an offset may be a whole page. SQLite also reads the file's head by itself: 100 bytes, and
    /// 16 of them.
    static func mayBePage(count: Int32, offset: Int64) -> Bool {
        count >= 512 && count <= 65_536 && count & (count - 1) == 0 && offset % Int64(count) == 0
            // The page of the lock bytes, at 1 GiB, is never written.
            && offset / Int64(count) != lockOffset / Int64(count)
    }

    private static let lockOffset: Int64 = 0x4000_0000

    /// How long the pages of a file are, where its head says that they have sums; 0 where it does not. The size is at offset 16,
    /// in 16 bits, where 1 stands for 65,536.
    static func pageBytes(announcedInHead head: UnsafeRawBufferPointer) -> Int32 {
        guard head.count > 20, head[0] == UInt8(ascii: "S"), head[20] == reservedBytes else { return 0 }
        let size = Int32(head[16]) << 8 | Int32(head[17])
        return size == 1 ? 65_536 : size
    }

    /// Writes the sum of a page into its last bytes.
    static func seal(_ page: UnsafeMutableRawBufferPointer, at offset: Int64) {
        page.storeBytes(
            of: sum(UnsafeRawBufferPointer(page), at: offset).littleEndian,
            toByteOffset: page.count - Int(reservedBytes),
            as: UInt64.self)
    }

    /// Whether a page is as it was written.
    static func isWhole(_ page: UnsafeRawBufferPointer, at offset: Int64) -> Bool {
        let stored = page.loadUnaligned(fromByteOffset: page.count - Int(reservedBytes), as: UInt64.self)
        if UInt64(littleEndian: stored) == sum(page, at: offset) { return true }
        lastDamaged.withLock { $0 = offset / Int64(page.count) + 1 }
        return false
    }

    /// Each step is a bijection of the state, so that one changed word always changes the sum. Two lanes, because a step waits
    /// for the one before it. The constants are part of the stored format and never change.
    private static func sum(_ page: UnsafeRawBufferPointer, at offset: Int64) -> UInt64 {
        guard let start = page.baseAddress else { return 0 }
        guard UInt(bitPattern: start) % 8 == 0 else {
            // SQLite's allocator aligns its pages; whatever is not aligned is copied to where it is.
            return withUnsafeTemporaryAllocation(byteCount: page.count, alignment: 8) { copy in
                copy.copyMemory(from: page)
                return sum(UnsafeRawBufferPointer(copy), at: offset)
            }
        }
        let words = start.assumingMemoryBound(to: UInt64.self)
        let count = (page.count - Int(reservedBytes)) / 8
        var first = UInt64(bitPattern: offset) &+ multiplier
        var second = UInt64(page.count) &* 0xD6E8_FEB8_6659_FD93
        var index = 0
        // Written out, without a call for each word: a debug build reads as many pages.
        while index &+ 1 < count {
            first = (first ^ UInt64(littleEndian: words[index])) &* multiplier
            first ^= first >> 29
            second = (second ^ UInt64(littleEndian: words[index &+ 1])) &* multiplier
            second ^= second >> 29
            index &+= 2
        }
        if index < count { first = mixed(first ^ UInt64(littleEndian: words[index])) }
        return mixed(first ^ (second << 32 | second >> 32))
    }

    private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func mixed(_ value: UInt64) -> UInt64 {
        let product = value &* multiplier
        return product ^ product >> 29
    }
}

// MARK: A connection

extension PageSums {
    /// Asks for pages with sums where the file is still to be made; how many bytes of its pages are reserved now.
    ///
    /// SQLite's documentation of SQLITE_FCNTL_RESERVE_BYTES: "used to set the number of bytes reserved at the end of each
    /// page"; on a file that is there it takes effect with the next VACUUM.
    @discardableResult
    static func reserve(on database: Database) throws -> UInt8 {
        try reserveBytes(Int32(reservedBytes), on: database)
    }

    /// How many bytes are reserved at the end of each page.
    static func reserved(on database: Database) throws -> UInt8 {
        try reserveBytes(-1, on: database)
    }

    private static func reserveBytes(_ wanted: Int32, on database: Database) throws -> UInt8 {
        var bytes = wanted
        let code = sqlite3_file_control(database.sqliteConnection, "main", SQLITE_FCNTL_RESERVE_BYTES, &bytes)
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
        return UInt8(clamping: bytes)
    }
}
