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
        if available > 0 {
            cached.withUnsafeBytes { bytes in
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + available]))
            }
        }
        return available
    }
}

/// Makes a change on a file's bytes. What lies between the old end and a write beyond it is zeros.
func apply(_ change: SimulatedFile.Change, to bytes: inout [UInt8]) {
    switch change {
    case .write(let offset, let new): put(new[...], at: offset, in: &bytes)
    case .truncate(let size): resize(&bytes, to: size)
    }
}

func put(_ new: ArraySlice<UInt8>, at offset: Int, in bytes: inout [UInt8]) {
    guard !new.isEmpty else { return }
    if bytes.count < offset + new.count { resize(&bytes, to: offset + new.count) }
    bytes.withUnsafeMutableBytes { target in
        new.withUnsafeBytes {
            UnsafeMutableRawBufferPointer(rebasing: target[offset..<offset + new.count]).copyMemory(from: $0)
        }
    }
}

func resize(_ bytes: inout [UInt8], to size: Int) {
    if size < bytes.count {
        bytes.removeLast(bytes.count - size)
    } else {
        bytes.append(contentsOf: repeatElement(0, count: size - bytes.count))
    }
}
