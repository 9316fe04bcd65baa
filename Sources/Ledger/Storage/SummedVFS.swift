import GRDBSQLite
import Synchronization

/// SQLite's file system with `PageSums` on it: what SQLite opens through it is the system's own file, except that the pages of
/// a main database are sealed as they are written and compared as they are read.
///
/// The system's file object is made as it always is; then its table of methods is changed for a copy in which three are ours.
/// What we know of a file stands behind the system's object, in memory that SQLite allocates with it.
final class SummedVFS {
    fileprivate let base: UnsafeMutablePointer<sqlite3_vfs>
    private let vfs: UnsafeMutablePointer<sqlite3_vfs>
    private let nameBytes: UnsafeMutablePointer<CChar>
    /// What it is called among SQLite's file systems.
    let name: String

    /// Over the file system of that name, or SQLite's default one. Nil where there is no such file system.
    ///
    /// It stays in memory as long as it is held by anybody, or a database that was opened through it is open: SQLite closes the
    /// database's own file last.
    init?(over baseName: String?) {
        guard let base = sqlite3_vfs_find(baseName) else { return nil }
        self.base = base
        let number = SummedVFS.count.withLock { count in
            count += 1
            return count
        }
        name = "outcry-sums-\(number)"
        let characters = name.utf8CString
        nameBytes = .allocate(capacity: characters.count)
        _ = UnsafeMutableBufferPointer(start: nameBytes, count: characters.count).initialize(from: characters)
        vfs = .allocate(capacity: 1)
        var methods = sqlite3_vfs()
        methods.iVersion = min(2, base.pointee.iVersion)
        methods.szOsFile = Int32(SummedFile.offset(behind: base)) + Int32(MemoryLayout<SummedFile>.stride)
        methods.mxPathname = base.pointee.mxPathname
        methods.xOpen = openFile
        methods.xDelete = { vfs, name, syncs in with(vfs) { $0.pointee.xDelete?($0, name, syncs) } }
        methods.xAccess = { vfs, name, flags, result in with(vfs) { $0.pointee.xAccess?($0, name, flags, result) } }
        methods.xFullPathname = { vfs, name, count, target in
            with(vfs) { $0.pointee.xFullPathname?($0, name, count, target) }
        }
        methods.xRandomness = { vfs, count, target in with(vfs) { $0.pointee.xRandomness?($0, count, target) } }
        methods.xSleep = { vfs, time in with(vfs) { $0.pointee.xSleep?($0, time) } }
        methods.xCurrentTime = { vfs, days in with(vfs) { $0.pointee.xCurrentTime?($0, days) } }
        methods.xCurrentTimeInt64 = { vfs, time in with(vfs) { $0.pointee.xCurrentTimeInt64?($0, time) } }
        methods.xGetLastError = { vfs, count, target in with(vfs) { $0.pointee.xGetLastError?($0, count, target) } }
        vfs.initialize(to: methods)
        vfs.pointee.zName = UnsafePointer(nameBytes)
        vfs.pointee.pAppData = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_vfs_register(vfs, 0)
    }

    /// How many there have been: each has a name of its own.
    private static let count = Mutex(0)

    /// What the file system without checksums is called.
    var baseName: String { String(cString: base.pointee.zName) }

    deinit {
        sqlite3_vfs_unregister(vfs)
        vfs.deallocate()
        nameBytes.deallocate()
    }
}

/// What is known of an open file, behind the system's own object.
private struct SummedFile {
    /// The system's methods; they live as long as the process.
    var methods: UnsafePointer<sqlite3_io_methods>
    /// How long its pages are, once its head has been seen to say that they have sums; 0 before. It never says otherwise after
    /// that.
    var summedPageBytes: Int32
    /// Held until the file is closed.
    let vfs: Unmanaged<SummedVFS>

    static func offset(behind base: UnsafeMutablePointer<sqlite3_vfs>) -> Int {
        let alignment = MemoryLayout<SummedFile>.alignment
        return (Int(base.pointee.szOsFile) + alignment - 1) / alignment * alignment
    }
}

// Functions of no type: a callback to C captures nothing, not even a type.

private func with(
    _ vfs: UnsafeMutablePointer<sqlite3_vfs>?, _ body: (UnsafeMutablePointer<sqlite3_vfs>) -> Int32?
) -> Int32 {
    guard let data = vfs?.pointee.pAppData else { return SQLITE_IOERR }
    return body(Unmanaged<SummedVFS>.fromOpaque(data).takeUnretainedValue().base) ?? SQLITE_IOERR
}

private let openFile:
    @convention(c) (
        UnsafeMutablePointer<sqlite3_vfs>?, UnsafePointer<CChar>?, UnsafeMutablePointer<sqlite3_file>?, Int32,
        UnsafeMutablePointer<Int32>?
    ) -> Int32 = { vfs, name, file, flags, outFlags in
        guard let file else { return SQLITE_CANTOPEN }
        return with(vfs) { base in
            let code = base.pointee.xOpen?(base, name, file, flags, outFlags)
            guard code == SQLITE_OK, flags & SQLITE_OPEN_MAIN_DB != 0, let methods = file.pointee.pMethods,
                let data = vfs?.pointee.pAppData
            else { return code }
            let owner = Unmanaged<SummedVFS>.fromOpaque(data).retain()
            let offset = SummedFile.offset(behind: base)
            UnsafeMutableRawPointer(file).advanced(by: offset)
                .initializeMemory(as: SummedFile.self, to: SummedFile(methods: methods, summedPageBytes: 0, vfs: owner))
            file.pointee.pMethods = summed(methods, offset: offset)
            return code
        }
    }

/// The tables of methods that were made, by the system's own. There are a few of the system's, and they live as long as the
/// process; so do these.
private let tables = Mutex<[UInt: UInt]>([:])

/// A copy of the system's methods in which reading and writing are ours.
///
/// The place of what is known of a file follows from the file system's object, which a method is not told: it stands in front of
/// the table.
private func summed(_ methods: UnsafePointer<sqlite3_io_methods>, offset: Int) -> UnsafePointer<sqlite3_io_methods> {
    let address = tables.withLock { tables in
        let key = UInt(bitPattern: methods)
        if let known = tables[key] { return known }
        let table = UnsafeMutablePointer<SummedTable>.allocate(capacity: 1)
        var copy = methods.pointee
        // Without memory maps of the file: every page goes through here.
        copy.iVersion = min(2, copy.iVersion)
        copy.xClose = closeFile
        copy.xRead = readFile
        copy.xWrite = writeFile
        table.initialize(to: SummedTable(methods: copy, offset: offset))
        tables[key] = UInt(bitPattern: table)
        return UInt(bitPattern: table)
    }
    // The methods are the first part of the table, at its own address.
    guard let table = UnsafePointer<sqlite3_io_methods>(bitPattern: address) else { return methods }
    return table
}

private struct SummedTable {
    var methods: sqlite3_io_methods
    let offset: Int
}

private func state(of file: UnsafeMutablePointer<sqlite3_file>) -> UnsafeMutablePointer<SummedFile>? {
    guard let methods = file.pointee.pMethods else { return nil }
    let offset = UnsafeRawPointer(methods).assumingMemoryBound(to: SummedTable.self).pointee.offset
    return UnsafeMutableRawPointer(file).advanced(by: offset).assumingMemoryBound(to: SummedFile.self)
}

private let closeFile: @convention(c) (UnsafeMutablePointer<sqlite3_file>?) -> Int32 = { file in
    guard let file, let state = state(of: file) else { return SQLITE_OK }
    let (methods, vfs) = (state.pointee.methods, state.pointee.vfs)
    let code = methods.pointee.xClose?(file) ?? SQLITE_OK
    vfs.release()
    return code
}

private let readFile:
    @convention(c) (UnsafeMutablePointer<sqlite3_file>?, UnsafeMutableRawPointer?, Int32, sqlite3_int64) -> Int32 = {
        file, target, count, offset in
        guard let file, let target, let state = state(of: file), let read = state.pointee.methods.pointee.xRead else {
            return SQLITE_IOERR
        }
        let code = read(file, target, count, offset)
        // A page behind the end of the file is read as zeros, with SQLITE_IOERR_SHORT_READ.
        guard code == SQLITE_OK, PageSums.mayBePage(count: count, offset: offset) else { return code }
        let page = UnsafeRawBufferPointer(start: target, count: Int(count))
        // Whoever looks for something in the file reads more than a page at once.
        guard summedPageBytes(file, state, first: offset == 0 ? page : nil) == count else { return code }
        return PageSums.isWhole(page, at: offset) ? SQLITE_OK : ioErrorData
    }

private let writeFile:
    @convention(c) (UnsafeMutablePointer<sqlite3_file>?, UnsafeRawPointer?, Int32, sqlite3_int64) -> Int32 = {
        file, source, count, offset in
        guard let file, let source, let state = state(of: file), let write = state.pointee.methods.pointee.xWrite else {
            return SQLITE_IOERR
        }
        if PageSums.mayBePage(count: count, offset: offset) {
            let page = UnsafeRawBufferPointer(start: source, count: Int(count))
            if summedPageBytes(file, state, first: offset == 0 ? page : nil) == count {
                // SQLite's own shim does the same: the buffer is a page of the cache or of a checkpoint, both SQLite's to write
                // to, and its last bytes are reserved for this.
                PageSums.seal(UnsafeMutableRawBufferPointer(mutating: page), at: offset)
            }
        }
        return write(file, source, count, offset)
    }

/// How long the pages of a file are that have sums, by its first page: the one that is being read or written, or the one on the
/// disk. 0 where they have none.
private func summedPageBytes(
    _ file: UnsafeMutablePointer<sqlite3_file>, _ state: UnsafeMutablePointer<SummedFile>,
    first page: UnsafeRawBufferPointer?
) -> Int32 {
    if let page {
        state.pointee.summedPageBytes = PageSums.pageBytes(announcedInHead: page)
    } else if state.pointee.summedPageBytes == 0 {
        // A checkpoint writes the first page before all others, but another connection may have made that checkpoint.
        withUnsafeTemporaryAllocation(byteCount: 100, alignment: 8) { head in
            guard let read = state.pointee.methods.pointee.xRead,
                read(file, head.baseAddress, Int32(head.count), 0) == SQLITE_OK
            else { return }
            state.pointee.summedPageBytes = PageSums.pageBytes(announcedInHead: UnsafeRawBufferPointer(head))
        }
    }
    return state.pointee.summedPageBytes
}

/// SQLITE_IOERR_DATA of <sqlite3.h>, an expression that Swift does not import: "used only by checksum VFS shim to indicate
/// that the checksum on a page of the database file is incorrect".
let ioErrorData: Int32 = SQLITE_IOERR | (32 << 8)
