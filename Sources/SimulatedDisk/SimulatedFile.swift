/// A file's bytes, without its name: what is in the cache, what is on the platter, and the way from one to the other.
final class SimulatedFile {
    enum Change {
        case write(offset: Int, bytes: [UInt8])
        case truncate(size: Int)
    }

    /// What is read.
    private(set) var cached = FileBytes()
    /// What is there if the power goes and nothing else survives.
    private(set) var platter = FileBytes()
    /// What has happened since the last sync, in order.
    private(set) var unsynced: [Change] = []
    /// Whether the cache has what the platter lacks although nothing is unsynced: a sync has lied.
    private var isForgetful = false
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
        isForgetful = other.isForgetful
    }

    var size: Int { cached.count }

    func change(_ change: Change) {
        cached.apply(change)
        unsynced.append(change)
    }

    func sync() {
        if isForgetful {
            for change in unsynced { platter.apply(change) }
        } else if unsynced.contains(where: \.isTruncation) {
            platter = cached
        } else {
            for case .write(let offset, let bytes) in unsynced {
                platter.sharePages(writtenAt: offset, bytes.count, with: cached)
            }
        }
        unsynced.removeAll(keepingCapacity: true)
    }

    /// Takes what is unsynced for synced though it is not.
    func forgetUnsynced() {
        isForgetful = isForgetful || !unsynced.isEmpty
        unsynced.removeAll()
    }

    /// Throws what is unsynced away.
    func discardUnsynced() {
        unsynced.removeAll()
        cached = platter
        isForgetful = false
    }

    func becomeDurable(as bytes: FileBytes) {
        unsynced.removeAll()
        cached = bytes
        platter = bytes
        isForgetful = false
    }

    /// Copies bytes out; how many there were before the end of the file.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        cached.read(at: offset, into: buffer)
    }
}

extension SimulatedFile.Change {
    fileprivate var isTruncation: Bool {
        if case .truncate = self { true } else { false }
    }
}
