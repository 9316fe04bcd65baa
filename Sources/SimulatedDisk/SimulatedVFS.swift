import GRDBSQLite

/// What SQLite calls on the disk itself: by name, without a handle.
enum SimulatedVFS {
    /// All but the name and who answers.
    static func methods() -> sqlite3_vfs {
        var vfs = sqlite3_vfs()
        vfs.iVersion = 2
        vfs.szOsFile = Int32(MemoryLayout<SimulatedHandle>.stride)
        vfs.mxPathname = 512
        vfs.xOpen = open
        vfs.xDelete = { vfs, name, syncsDirectory in
            guard let disk = disk(of: vfs), let name else { return IOErrorCode.delete }
            return disk.delete(String(cString: name), syncsDirectory: syncsDirectory != 0)
        }
        vfs.xAccess = { vfs, name, _, result in
            guard let disk = disk(of: vfs), let name, let result else { return IOErrorCode.access }
            return disk.access(String(cString: name), &result.pointee)
        }
        vfs.xFullPathname = { _, name, capacity, target in
            guard let name, let target else { return SQLITE_CANTOPEN }
            // Names are taken as they are: the disk has one folder.
            var length = 0
            while name[length] != 0 { length += 1 }
            guard length < Int(capacity) else { return SQLITE_CANTOPEN }
            target.update(from: name, count: length + 1)
            return SQLITE_OK
        }
        vfs.xRandomness = { vfs, count, target in
            guard let disk = disk(of: vfs), let target else { return 0 }
            disk.fillWithChance(UnsafeMutableRawBufferPointer(start: target, count: Int(count)))
            return count
        }
        // Nobody waits: the disk's clock moves on by as much.
        vfs.xSleep = { vfs, microseconds in
            disk(of: vfs)?.sleep(microseconds: Int64(microseconds))
            return microseconds
        }
        vfs.xCurrentTime = { vfs, days in
            days?.pointee = Double(disk(of: vfs)?.julianMilliseconds ?? 0) / 86_400_000
            return SQLITE_OK
        }
        vfs.xCurrentTimeInt64 = { vfs, milliseconds in
            milliseconds?.pointee = disk(of: vfs)?.julianMilliseconds ?? 0
            return SQLITE_OK
        }
        vfs.xGetLastError = { _, _, _ in 0 }
        return vfs
    }

    private static let open:
        @convention(c) (
            UnsafeMutablePointer<sqlite3_vfs>?, UnsafePointer<CChar>?, UnsafeMutablePointer<sqlite3_file>?, Int32,
            UnsafeMutablePointer<Int32>?
        ) -> Int32 = { vfs, name, target, flags, outFlags in
            guard let target else { return SQLITE_CANTOPEN }
            // Without methods SQLite does not close what was not opened.
            target.pointee.pMethods = nil
            guard let registration = registration(of: vfs), let disk = registration.disk else { return SQLITE_IOERR }
            var file: OpenFile?
            let code = disk.open(name.map { String(cString: $0) }, flags: flags, through: registration, &file)
            guard code == SQLITE_OK, let file else { return code }
            SimulatedHandle.initialize(target, with: file)
            outFlags?.pointee = flags
            return SQLITE_OK
        }
}

// Functions of no type: a callback to C captures nothing, not even a type.

private func registration(of vfs: UnsafeMutablePointer<sqlite3_vfs>?) -> VFSRegistration? {
    guard let data = vfs?.pointee.pAppData else { return nil }
    return Unmanaged<VFSRegistration>.fromOpaque(data).takeUnretainedValue()
}

private func disk(of vfs: UnsafeMutablePointer<sqlite3_vfs>?) -> SimulatedDisk? {
    registration(of: vfs)?.disk
}
