import Glibc

/// A file's bytes, in pages of 4 KiB that its copies share: a write copies the pages it touches and nothing else.
///
/// The database's own pages have this size and lie on its boundaries, so that such a page is kept as it was written, once for
/// the cache and once for the platter.
struct FileBytes {
    static let pageBytes = 4_096
    private static let zeros = [UInt8](repeating: 0, count: pageBytes)

    private(set) var count = 0
    /// Each is `pageBytes` long. What lies behind `count` is zeros.
    private var pages: [[UInt8]] = []

    init() {}

    init(_ bytes: [UInt8]) { write(bytes, 0..<bytes.count, at: 0) }

    /// All bytes in one piece.
    var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
            let all = UnsafeMutableRawBufferPointer(target)
            initialized = read(at: 0, into: UnsafeMutableRawBufferPointer(rebasing: all[..<count]))
        }
    }

    // MARK: Reading

    /// Copies bytes out.
    ///
    /// - Returns: how many there were before the end of the file.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let available = max(0, min(buffer.count, count - offset))
        guard let target = buffer.baseAddress else { return 0 }
        FileBytes.forEachPage(of: offset..<offset + available) { page, inside, done in
            pages[page].withUnsafeBytes { bytes in
                guard let source = bytes.baseAddress else { return }
                memcpy(target + done, source + inside.lowerBound, inside.count)
            }
        }
        return available
    }

    // MARK: Changing

    mutating func apply(_ change: SimulatedFile.Change) {
        switch change {
        case .write(let offset, let new): write(new, 0..<new.count, at: offset)
        case .truncate(let size): resize(to: size)
        }
    }

    /// Writes a part of `new` to a place in the file. What lies between the old end and a write beyond it is zeros.
    mutating func write(_ new: [UInt8], _ part: Range<Int>, at offset: Int) {
        guard !part.isEmpty else { return }
        if count < offset + part.count { resize(to: offset + part.count) }
        FileBytes.forEachPage(of: offset..<offset + part.count) { page, inside, done in
            if new.count == FileBytes.pageBytes, inside.count == new.count {
                pages[page] = new
                return
            }
            pages[page].withUnsafeMutableBytes { target in
                new.withUnsafeBytes { source in
                    guard let target = target.baseAddress, let source = source.baseAddress else { return }
                    memcpy(target + inside.lowerBound, source + part.lowerBound + done, inside.count)
                }
            }
        }
    }

    /// Cuts bytes off the end, or adds zeros.
    mutating func resize(to size: Int) {
        let needed = (size + FileBytes.pageBytes - 1) / FileBytes.pageBytes
        if needed < pages.count {
            pages.removeLast(pages.count - needed)
        } else {
            for _ in pages.count..<needed { pages.append(FileBytes.zeros) }
        }
        let end = size % FileBytes.pageBytes
        if size < count, end > 0 {
            for index in end..<FileBytes.pageBytes { pages[needed - 1][index] = 0 }
        }
        count = size
    }

    /// Shares the pages that a write touched with `other`, which has had that write.
    mutating func sharePages(writtenAt offset: Int, _ written: Int, with other: FileBytes) {
        if count < offset + written { resize(to: offset + written) }
        FileBytes.forEachPage(of: offset..<offset + written) { page, _, _ in pages[page] = other.pages[page] }
    }

    /// Calls `body` for each page that has a part of `range`, with the part inside the page, and with how many bytes of the range
    /// came before it.
    private static func forEachPage(
        of range: Range<Int>, _ body: (_ page: Int, _ inside: Range<Int>, _ done: Int) -> Void
    ) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let start = offset % pageBytes
            let end = min(pageBytes, start + range.upperBound - offset)
            body(offset / pageBytes, start..<end, offset - range.lowerBound)
            offset += end - start
        }
    }
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
