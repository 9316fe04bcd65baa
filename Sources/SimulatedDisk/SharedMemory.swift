import GRDBSQLite

/// The wal-index of one database: regions of memory and eight locks that its connections share.
///
/// It is never on the disk. When its last user has gone it is empty again, as after a restart of the machine.
final class SharedMemory {
    private struct Holder {
        var shared: UInt32 = 0
        var exclusive: UInt32 = 0
    }

    private var regions: [UnsafeMutableRawBufferPointer] = []
    /// By connection.
    private var holders: [ObjectIdentifier: Holder] = [:]

    deinit {
        for region in regions { region.deallocate() }
    }

    func join(_ user: OpenFile) { holders[ObjectIdentifier(user)] = Holder() }

    /// Whether that was the last one.
    func leave(_ user: OpenFile) -> Bool {
        holders[ObjectIdentifier(user)] = nil
        return holders.isEmpty
    }

    /// A region's address, which stays the same for as long as anybody uses the memory; nil for one that nobody has made.
    func region(_ index: Int, bytes: Int, isMadeIfMissing: Bool) -> UnsafeMutableRawPointer? {
        while index >= regions.count {
            guard isMadeIfMissing else { return nil }
            let region = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 16)
            region.initializeMemory(as: UInt8.self, repeating: 0)
            regions.append(region)
        }
        return regions[index].baseAddress
    }

    /// Takes or gives back the locks `offset..<offset + count`: all of them or none.
    func changeLocks(of user: OpenFile, offset: Int32, count: Int32, flags: Int32) -> Int32 {
        let mask = (UInt32(1) << UInt32(offset + count)) - (UInt32(1) << UInt32(offset))
        let key = ObjectIdentifier(user)
        guard var mine = holders[key] else { return IOErrorCode.sharedMemoryLock }
        let others = holders.filter { $0.key != key }.values
        switch flags {
        case SQLITE_SHM_UNLOCK | SQLITE_SHM_SHARED, SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE:
            mine.shared &= ~mask
            mine.exclusive &= ~mask
        case SQLITE_SHM_LOCK | SQLITE_SHM_SHARED:
            guard !others.contains(where: { $0.exclusive & mask != 0 }) else { return SQLITE_BUSY }
            mine.shared |= mask
        default:
            guard !others.contains(where: { ($0.exclusive | $0.shared) & mask != 0 }) else { return SQLITE_BUSY }
            mine.exclusive |= mask
        }
        holders[key] = mine
        return SQLITE_OK
    }
}
