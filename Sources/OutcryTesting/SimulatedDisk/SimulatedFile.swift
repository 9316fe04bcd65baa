import Glibc

/// A file's bytes, without its name: what is in the cache, what is on the platter, and the way from one to the other.
final class SimulatedFile {
    enum Change {
        case write(offset: Int, bytes: [UInt8])
        case truncate(size: Int)
    }

    /// What is read.
    private(set) var cached: [UInt8] = []
    /// What is there if the power goes and nothing else survives.
    private(set) var platter: [UInt8] = []
    /// What has happened since the last sync, in order.
    private(set) var unsynced: [Change] = []
    /// Those who have it open: locks are between them.
    var openFiles: [OpenFile] = []
    /// What they share in memory while at least one has mapped it. Never on the platter.
    var sharedMemory: SharedMemory?

    init() {}

    /// The same file on another disk, opened by nobody.
    init(copying other: SimulatedFile) {
        cached = other.cached
        platter = other.platter
        unsynced = other.unsynced
    }

    var size: Int { cached.count }

    func change(_ change: Change) {
        apply(change, to: &cached)
        unsynced.append(change)
    }

    func sync() {
        for change in unsynced { apply(change, to: &platter) }
        unsynced.removeAll(keepingCapacity: true)
    }

    /// Takes what is unsynced for synced though it is not.
    func forgetUnsynced() { unsynced.removeAll() }

    /// Throws what is unsynced away.
    func discardUnsynced() {
        unsynced.removeAll()
        cached = platter
    }

    func becomeDurable(as bytes: [UInt8]) {
        unsynced.removeAll()
        cached = bytes
        platter = bytes
    }

    /// Copies bytes out; how many there were before the end of the file.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let available = max(0, min(buffer.count, cached.count - offset))
        cached.withUnsafeBytes { bytes in
            guard available > 0, let source = bytes.baseAddress, let target = buffer.baseAddress else { return }
            memcpy(target, source + offset, available)
        }
        return available
    }
}
