import Glibc

/// A small file beside a database, `outcry.db-served`, that says what had been committed when it was last served.
///
/// A commit stands in the write-ahead log until a checkpoint copies it. Where the log is deleted, cut short, damaged, or an older
/// one, SQLite opens the database without a word, as it was at the last checkpoint: orders that were answered `+` are gone. The
/// mark is what notices. It is written after each transaction that has records, when that is on the disk already, so it never
/// claims what was not; it is not synced each time, so after a power cut it may claim less. Orders, fills and money are records;
/// a lost log with nothing but settings or tags in it is not noticed.
struct ServingMark: Hashable {
    /// False once the database was closed with everything in it.
    var isOpen: Bool
    /// The name that the database was given when it was made.
    var identity: [UInt8]
    /// The last record that was committed.
    var records: RecordNumber
    /// The two salts in the head of the log, which change with each new log; nil where there was none.
    var salts: LogSalts?

    static func path(beside database: String) -> String { database + "-served" }

    /// The mark beside a database; nil where there is none that can be read.
    static func read(beside database: String) -> ServingMark? {
        guard let bytes = Bytes.read(path(beside: database), count: byteCount) else { return nil }
        return ServingMark(bytes)
    }

    static func remove(beside database: String) { unlink(path(beside: database)) }

    // MARK: As bytes

    /// Of the name: hexadecimal digits.
    static let identityBytes = 32
    /// "OUTCSRV1", flags, salts, the record's number, the identity, the checksum of all that.
    private static let magic: [UInt8] = Array("OUTCSRV1".utf8)
    private static let byteCount = 8 + 8 + 8 + 8 + identityBytes + 4

    func write(into writer: inout ByteWriter) {
        writer.removeAll()
        writer.append(rawBytes: ServingMark.magic)
        writer.append(fixed32: isOpen ? 1 : 0)
        writer.append(fixed32: salts == nil ? 0 : 1)
        writer.append(fixed32: salts?.first ?? 0)
        writer.append(fixed32: salts?.second ?? 0)
        writer.append(fixed32: UInt32(truncatingIfNeeded: records.rawValue))
        writer.append(fixed32: UInt32(truncatingIfNeeded: records.rawValue >> 32))
        writer.append(rawBytes: identity)
        writer.appendChecksum(from: 0)
    }

    init(isOpen: Bool, identity: [UInt8], records: RecordNumber, salts: LogSalts?) {
        self.isOpen = isOpen
        self.identity = identity
        self.records = records
        self.salts = salts
    }

    private init?(_ bytes: [UInt8]) {
        guard bytes.count == ServingMark.byteCount, bytes.starts(with: ServingMark.magic) else { return nil }
        let payload = Array(bytes.dropLast(4))
        guard Checksum.appended(to: payload) == bytes else { return nil }
        func word(_ offset: Int) -> UInt32 {
            bytes.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
        }
        isOpen = word(8) == 1
        salts = word(12) == 1 ? LogSalts(first: word(16), second: word(20)) : nil
        records = RecordNumber(Int64(bitPattern: UInt64(word(24)) | UInt64(word(28)) << 32))
        identity = Array(bytes[32..<32 + ServingMark.identityBytes])
    }
}

/// What tells one write-ahead log of a database from another: bytes 16 to 23 of its head.
/// <https://sqlite.org/fileformat2.html#walformat>: "salt-1: random integer incremented with each checkpoint; salt-2: a different
/// random number for each checkpoint".
struct LogSalts: Hashable {
    let first: UInt32
    let second: UInt32

    init(first: UInt32, second: UInt32) {
        self.first = first
        self.second = second
    }

    /// Of the log beside a database; nil where there is none, or an empty one.
    init?(beside database: String) {
        guard let head = Bytes.read(database + "-wal", count: 32), head.starts(with: [0x37, 0x7F, 0x06]) else {
            return nil
        }
        func word(_ offset: Int) -> UInt32 {
            head.withUnsafeBytes { UInt32(bigEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
        }
        self.init(first: word(16), second: word(20))
    }

    /// Whether a log with these salts may be the one with `earlier`, or one that followed it in the same file.
    func mayFollow(_ earlier: LogSalts) -> Bool {
        self == earlier || (1...LogSalts.restartsMax).contains(first &- earlier.first)
    }

    /// Logs begun without the mark's knowing: by tools while no server ran.
    private static let restartsMax: UInt32 = 65_536
}

/// The mark of a database that is being served, kept up to date.
final class ServingMarkFile {
    private let database: String
    private let descriptor: Int32
    private var mark: ServingMark
    private var logPages: Int32 = 0
    /// Used again for every commit, so that a commit costs no allocation.
    private var writer = ByteWriter()

    /// Writes the mark of a database that is open now, and syncs it.
    init(beside database: String, identity: [UInt8], records: RecordNumber) throws(LedgerError) {
        self.database = database
        mark = ServingMark(isOpen: true, identity: identity, records: records, salts: LogSalts(beside: database))
        let path = ServingMark.path(beside: database)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, write(), fsync(descriptor) == 0 else {
            throw LedgerError(systemError: errno, path: path)
        }
        try Ledger.syncFolder(of: path)
    }

    deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

    /// A transaction is on the disk. `logPages` is how long the log is now: where it has become shorter, it is another.
    func note(_ records: RecordNumber, logPages pages: Int32) {
        let isOther = pages < logPages || mark.salts == nil
        logPages = pages
        guard isOther || records != mark.records else { return }
        if isOther { mark.salts = LogSalts(beside: database) }
        mark.records = records
        // Where it fails the mark claims less than it could, and never too much.
        _ = write()
    }

    func sync() { _ = fsync(descriptor) }

    /// The database was closed. Where its log has gone with that, all is in it.
    func close() {
        guard LogSalts(beside: database) == nil else { return sync() }
        mark.isOpen = false
        mark.salts = nil
        _ = write()
        sync()
    }

    private func write() -> Bool {
        mark.write(into: &writer)
        return writer.bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) } == writer.count
    }
}

private enum Bytes {
    /// The first bytes of a file; nil where it has fewer, or is not there.
    static func read(_ path: String, count: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(0, pread(descriptor, buffer.baseAddress, count, 0))
        }
        return bytes.count == count ? bytes : nil
    }
}
