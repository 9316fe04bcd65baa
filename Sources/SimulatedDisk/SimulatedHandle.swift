import GRDBSQLite

/// SQLite's `sqlite3_file` with our object behind it, and what SQLite calls on it.
struct SimulatedHandle {
    private var base: sqlite3_file
    fileprivate var file: Unmanaged<OpenFile>

    static func initialize(_ target: UnsafeMutablePointer<sqlite3_file>, with file: OpenFile) {
        UnsafeMutableRawPointer(target).initializeMemory(
            as: SimulatedHandle.self,
            to: SimulatedHandle(base: sqlite3_file(pMethods: table), file: Unmanaged.passRetained(file)))
    }

    // It is made once, never changed and never freed, so every thread may read it.
    nonisolated(unsafe) private static let table: UnsafePointer<sqlite3_io_methods> = {
        let table = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        table.initialize(to: methods())
        return UnsafePointer(table)
    }()

    /// Version 2: with shared memory, without memory maps of the file, so that every byte goes through here.
    private static func methods() -> sqlite3_io_methods {
        var methods = sqlite3_io_methods()
        methods.iVersion = 2
        methods.xClose = { pointer in
            guard let pointer, let handle = handle(pointer) else { return SQLITE_OK }
            let file = handle.takeUnretainedValue()
            // A dead handle has nothing left to give back but its memory.
            file.registration.disk?.close(file)
            pointer.pointee.pMethods = nil
            handle.release()
            return SQLITE_OK
        }
        methods.xRead = { pointer, target, count, offset in
            let buffer = UnsafeMutableRawBufferPointer(start: target, count: Int(count))
            return with(pointer) { $0.read($1, into: buffer, at: Int(offset)) }
        }
        methods.xWrite = { pointer, source, count, offset in
            let buffer = UnsafeRawBufferPointer(start: source, count: Int(count))
            return with(pointer) { $0.write($1, buffer, at: Int(offset)) }
        }
        methods.xTruncate = { pointer, size in with(pointer) { $0.truncate($1, to: Int(size)) } }
        methods.xSync = { pointer, _ in with(pointer) { $0.sync($1) } }
        methods.xFileSize = { pointer, target in
            guard let target else { return IOErrorCode.fileSize }
            return with(pointer) { $0.fileSize($1, &target.pointee) }
        }
        methods.xLock = { pointer, level in with(pointer) { $0.lock($1, level) } }
        methods.xUnlock = { pointer, level in with(pointer) { $0.unlock($1, level) } }
        methods.xCheckReservedLock = { pointer, target in
            guard let target else { return IOErrorCode.checkReservedLock }
            return with(pointer) { $0.checkReservedLock($1, &target.pointee) }
        }
        methods.xFileControl = { _, _, _ in SQLITE_NOTFOUND }
        methods.xSectorSize = { pointer in Int32(disk(of: pointer)?.configuration.sectorBytes ?? 0) }
        methods.xDeviceCharacteristics = { pointer in
            // Nothing is atomic, an append is not safe, and the order of writes is nobody's promise.
            disk(of: pointer)?.configuration.isPowersafe == true ? SQLITE_IOCAP_POWERSAFE_OVERWRITE : 0
        }
        methods.xShmMap = { pointer, index, bytes, isMadeIfMissing, target in
            guard let target else { return IOErrorCode.sharedMemoryMap }
            return with(pointer) {
                $0.mapSharedMemory(
                    $1, Int(index), bytes: Int(bytes), isMadeIfMissing: isMadeIfMissing != 0, &target.pointee)
            }
        }
        methods.xShmLock = { pointer, offset, count, flags in
            with(pointer) { $0.changeSharedLocks($1, offset: offset, count: count, flags: flags) }
        }
        // One process, whose threads use a connection one after another, under GRDB's queue: that orders their memory.
        methods.xShmBarrier = { _ in }
        methods.xShmUnmap = { pointer, _ in with(pointer) { $0.unmapSharedMemory($1) } }
        return methods
    }
}

// Functions of no type: a callback to C captures nothing, not even a type.

private func handle(_ pointer: UnsafeMutablePointer<sqlite3_file>?) -> Unmanaged<OpenFile>? {
    // SQLite gives back the memory of `szOsFile` bytes that `initialize` has filled.
    pointer.map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: SimulatedHandle.self).pointee.file }
}

/// Does it on a file whose disk still lives; everything else is an I/O error.
private func with(
    _ pointer: UnsafeMutablePointer<sqlite3_file>?, _ body: (SimulatedDisk, OpenFile) -> Int32
) -> Int32 {
    guard let file = handle(pointer)?.takeUnretainedValue(), let disk = file.registration.disk else {
        return SQLITE_IOERR
    }
    return body(disk, file)
}

private func disk(of pointer: UnsafeMutablePointer<sqlite3_file>?) -> SimulatedDisk? {
    handle(pointer)?.takeUnretainedValue().registration.disk
}
