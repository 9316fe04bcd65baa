import Foundation
import GRDBSQLite
import Glibc

/// What the disk answers to SQLite. Every operation is counted, written down, and given to the faults first.
extension SimulatedDisk {
    /// Does an operation, or the fault that is planned for it. `onFault` does the part of it that a fault leaves.
    private func operate(
        _ kind: DiskOperation.Kind, _ path: String, offset: Int = 0, length: Int = 0,
        _ body: () -> Int32, onFault: (DiskFault.Effect) -> Void = { _ in }
    ) -> Int32 {
        mutex.lock()
        defer { mutex.unlock() }
        counts.count(kind)
        var operation = DiskOperation(
            number: counts.total, kind: kind, file: path, offset: offset, length: length, outcome: .done)
        let code: Int32
        if isPowerless {
            code = kind.errorCode
            operation.outcome = .powerless
        } else if let fault = faults.first(where: { $0.happens(to: kind, counts) }) {
            (code, operation.outcome) = outcome(of: fault.effect, kind)
            if fault.effect == .powerFails { isPowerless = true }
            onFault(fault.effect)
            if firstFault == nil { firstFault = operation }
        } else {
            code = body()
            if code != SQLITE_OK { operation.outcome = code == SQLITE_FULL ? .full : .failed }
        }
        if isLogging { log.append(operation) }
        return code
    }

    private func outcome(
        of effect: DiskFault.Effect, _ kind: DiskOperation.Kind
    ) -> (code: Int32, outcome: DiskOperation.Outcome) {
        switch effect {
        case .full where kind == .write: (SQLITE_FULL, .full)
        case .cutShort where kind == .write: (IOErrorCode.write, .cutShort)
        case .powerFails: (kind.errorCode, .powerless)
        default: (kind.errorCode, .failed)
        }
    }

    // MARK: By name

    func open(
        _ path: String?, flags: Int32, through registration: VFSRegistration, _ opened: inout OpenFile?
    ) -> Int32 {
        var file: OpenFile?
        defer { opened = file }
        let found = path.flatMap { directory.names[$0] }
        return operate(.open, path ?? "") {
            if found != nil, flags & SQLITE_OPEN_EXCLUSIVE != 0 { return SQLITE_CANTOPEN }
            guard found != nil || flags & SQLITE_OPEN_CREATE != 0 else { return SQLITE_CANTOPEN }
            let isLog = flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL) != 0
            let new = OpenFile(
                found ?? directory.make(path), path: path ?? "", registration: registration,
                deletesOnClose: flags & SQLITE_OPEN_DELETEONCLOSE != 0, owesDirectorySync: found == nil && isLog)
            new.file.openFiles.append(new)
            file = new
            return SQLITE_OK
        } onFault: { effect in
            let makes = found == nil && flags & SQLITE_OPEN_CREATE != 0
            if effect == .powerFails, makes, let path { _ = directory.make(path) }
        }
    }

    func delete(_ path: String, syncsDirectory: Bool) -> Int32 {
        let code = operate(.delete, path) {
            guard directory.names[path] != nil else { return IOErrorCode.deleteMissing }
            directory.delete(path)
            return SQLITE_OK
        } onFault: { effect in
            if effect == .powerFails { directory.delete(path) }
        }
        guard code == SQLITE_OK, syncsDirectory else { return code }
        return syncDirectory(path)
    }

    /// As SQLite's Unix layer answers: an empty file is as good as none.
    func access(_ path: String, _ result: inout Int32) -> Int32 {
        operate(.access, path) {
            result = directory.names[path].map { $0.size > 0 ? 1 : 0 } ?? 0
            return SQLITE_OK
        }
    }

    private func syncDirectory(_ path: String) -> Int32 {
        operate(.directorySync, path) {
            directory.sync()
            return SQLITE_OK
        }
    }

    // MARK: By handle

    func close(_ open: OpenFile) {
        mutex.lock()
        defer { mutex.unlock() }
        _ = unmapSharedMemory(open)
        open.file.openFiles.removeAll { $0 === open }
        if open.deletesOnClose, directory.names[open.path] === open.file { directory.delete(open.path) }
        if open.file.openFiles.isEmpty { directory.closed(open.file) }
    }

    func read(_ open: OpenFile, into buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Int32 {
        operate(.read, open.path, offset: offset, length: buffer.count) {
            let read = open.file.read(at: offset, into: buffer)
            guard read < buffer.count else { return SQLITE_OK }
            // SQLite's documentation of xRead: "the VFS must fill in the unread portions of the buffer with zeros".
            if let start = buffer.baseAddress { memset(start + read, 0, buffer.count - read) }
            return IOErrorCode.shortRead
        }
    }

    func write(_ open: OpenFile, _ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int32 {
        func take(_ count: Int) {
            guard count > 0 else { return }
            open.file.change(.write(offset: offset, bytes: Array(copying: bytes, first: count)))
        }
        return operate(
            .write, open.path, offset: offset, length: bytes.count
        ) {
            let missing = missingRoom(for: offset + bytes.count - open.file.size)
            take(bytes.count - missing)
            return missing > 0 ? SQLITE_FULL : SQLITE_OK
        } onFault: { effect in
            switch effect {
            case .cutShort: take(bytes.count / 2)
            // It was on its way: the crash decides how much of it arrives.
            case .powerFails: take(bytes.count)
            default: break
            }
        }
    }

    /// How many bytes of a file's growth have no room.
    private func missingRoom(for growth: Int) -> Int {
        guard let capacityBytes, growth > 0 else { return 0 }
        return min(growth, max(0, directory.usedBytes + growth - capacityBytes))
    }

    func truncate(_ open: OpenFile, to size: Int) -> Int32 {
        operate(.truncate, open.path, offset: size) {
            open.file.change(.truncate(size: size))
            return SQLITE_OK
        } onFault: { effect in
            if effect == .powerFails { open.file.change(.truncate(size: size)) }
        }
    }

    func sync(_ open: OpenFile) -> Int32 {
        let code = operate(.sync, open.path) {
            open.file.sync()
            return SQLITE_OK
        } onFault: { effect in
            switch effect {
            case .syncForgets: open.file.forgetUnsynced()
            case .syncDiscards: open.file.discardUnsynced()
            default: break
            }
        }
        guard code == SQLITE_OK, open.owesDirectorySync else { return code }
        let directoryCode = syncDirectory(open.path)
        if directoryCode == SQLITE_OK { open.owesDirectorySync = false }
        return directoryCode
    }

    func fileSize(_ open: OpenFile, _ size: inout Int64) -> Int32 {
        operate(.fileSize, open.path) {
            size = Int64(open.file.size)
            return SQLITE_OK
        }
    }

    // MARK: Locks and shared memory

    func lock(_ open: OpenFile, _ level: Int32) -> Int32 {
        operate(.lock, open.path, offset: Int(level)) { open.takeLock(level) }
    }

    func unlock(_ open: OpenFile, _ level: Int32) -> Int32 {
        mutex.lock()
        defer { mutex.unlock() }
        open.releaseLock(to: level)
        return SQLITE_OK
    }

    func checkReservedLock(_ open: OpenFile, _ result: inout Int32) -> Int32 {
        mutex.lock()
        defer { mutex.unlock() }
        result = open.isReserved ? 1 : 0
        return SQLITE_OK
    }

    func mapSharedMemory(
        _ open: OpenFile, _ index: Int, bytes: Int, isMadeIfMissing: Bool, _ region: inout UnsafeMutableRawPointer?
    ) -> Int32 {
        region = nil
        return operate(.sharedMemoryMap, open.path, offset: index, length: bytes) {
            let memory = open.sharedMemory ?? open.file.sharedMemory ?? SharedMemory()
            if open.sharedMemory == nil {
                open.file.sharedMemory = memory
                open.sharedMemory = memory
                memory.join(open)
            }
            region = memory.region(index, bytes: bytes, isMadeIfMissing: isMadeIfMissing)
            return SQLITE_OK
        }
    }

    func changeSharedLocks(_ open: OpenFile, offset: Int32, count: Int32, flags: Int32) -> Int32 {
        // Giving a lock back cannot fail in the machine's own locks.
        if flags & SQLITE_SHM_UNLOCK != 0 {
            mutex.lock()
            defer { mutex.unlock() }
            return open.sharedMemory?.changeLocks(of: open, offset: offset, count: count, flags: flags) ?? SQLITE_OK
        }
        return operate(.sharedMemoryLock, open.path, offset: Int(offset), length: Int(count)) {
            open.sharedMemory?.changeLocks(of: open, offset: offset, count: count, flags: flags)
                ?? IOErrorCode.sharedMemoryLock
        }
    }

    func unmapSharedMemory(_ open: OpenFile) -> Int32 {
        mutex.lock()
        defer { mutex.unlock() }
        guard let memory = open.sharedMemory else { return SQLITE_OK }
        open.sharedMemory = nil
        if memory.leave(open), open.file.sharedMemory === memory { open.file.sharedMemory = nil }
        return SQLITE_OK
    }
}
