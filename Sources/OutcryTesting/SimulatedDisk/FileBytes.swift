import Glibc

/// Makes a change on a file's bytes. What lies between the old end and a write beyond it is zeros.
func apply(_ change: SimulatedFile.Change, to bytes: inout [UInt8]) {
    switch change {
    case .write(let offset, let new): put(new, 0..<new.count, at: offset, in: &bytes)
    case .truncate(let size): resize(&bytes, to: size)
    }
}

/// Writes a part of `new` to a place in a file's bytes.
///
/// Whole blocks are moved by the C library: element by element, an unoptimized build takes a second for a story of a
/// thousand pages.
func put(_ new: [UInt8], _ part: Range<Int>, at offset: Int, in bytes: inout [UInt8]) {
    guard !part.isEmpty else { return }
    if bytes.count < offset + part.count { resize(&bytes, to: offset + part.count) }
    bytes.withUnsafeMutableBytes { target in
        new.withUnsafeBytes { source in
            guard let target = target.baseAddress, let source = source.baseAddress else { return }
            memcpy(target + offset, source + part.lowerBound, part.count)
        }
    }
}

/// Cuts bytes off the end, or adds zeros.
func resize(_ bytes: inout [UInt8], to size: Int) {
    guard size != bytes.count else { return }
    if size < bytes.count {
        bytes.removeLast(bytes.count - size)
        return
    }
    // Room for more than is asked for: a log grows by a page at a time.
    var grown = [UInt8](unsafeUninitializedCapacity: bytes.capacity < size ? size * 2 : bytes.capacity) {
        target, count in
        bytes.withUnsafeBytes { source in
            guard let target = target.baseAddress else { return }
            if let source = source.baseAddress { memcpy(target, source, bytes.count) }
            memset(target + bytes.count, 0, size - bytes.count)
        }
        count = size
    }
    swap(&bytes, &grown)
}

extension [UInt8] {
    /// The first bytes of a buffer.
    init(copying buffer: UnsafeRawBufferPointer, first count: Int) {
        self.init(unsafeUninitializedCapacity: count) { target, initialized in
            if let target = target.baseAddress, let source = buffer.baseAddress { memcpy(target, source, count) }
            initialized = count
        }
    }
}
