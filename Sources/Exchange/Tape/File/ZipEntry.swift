/// The one table in a zip archive, and where it is.
///
/// Numbers and names of fields are those of PKWARE's APPNOTE.TXT, sections 4.3.7 to 4.3.16.
struct ZipEntry: Hashable, Sendable {
    let name: String
    /// Where its compressed bytes begin in the file.
    let start: Int
    let compressedBytes: Int
    let bytes: Int
    let crc32: UInt32
    /// Otherwise it is stored as it is.
    let isDeflated: Bool

    /// The most bytes of the archive's directory, and of the search for its end: the comment behind it has at most 65,535.
    private static let directoryBytesMax = 4 * 1_024 * 1_024
    private static let endBytesMax = 22 + 65_535

    /// Finds the archive's only table. Refuses an archive without one, with several, with a password, or damaged.
    init(in file: TapeFile) throws(TapeError) {
        func failure(_ message: String) -> TapeError { TapeError(tape: file.path, message: message) }
        let directory = try ZipEntry.directory(of: file)
        var entries: [Listed] = []
        var rest = directory[...]
        while rest.count >= 46, rest.little(0, 4) == 0x0201_4B50 {
            guard let entry = Listed(&rest) else { throw failure("is a damaged zip: its directory cannot be read") }
            if !entry.isHousekeeping { entries.append(entry) }
        }
        guard rest.isEmpty else { throw failure("is a damaged zip: its directory cannot be read") }
        let tables = entries.filter(\.isNamedAsTable)
        let candidates = tables.isEmpty ? entries : tables
        guard let entry = candidates.first, candidates.count == 1 else {
            let names = candidates.prefix(5).map(\.name).joined(separator: ", ")
            throw failure(
                candidates.isEmpty
                    ? "is a zip without a file in it"
                    : "is a zip with \(candidates.count) files (\(names)\(candidates.count > 5 ? ", ..." : "")); one CSV plays: "
                        + "unpack it and name each file")
        }
        guard !entry.isEncrypted else { throw failure("is a zip with a password; unpack it first") }
        guard entry.method == 0 || entry.method == 8 else {
            throw failure("is a zip packed with method \(entry.method); unpack it first")
        }
        var header = [UInt8](repeating: 0, count: 30)
        guard try file.read(at: entry.header, 30, into: &header) == 30, header[...].little(0, 4) == 0x0403_4B50 else {
            throw failure("is a damaged zip: \(entry.name) is not where the directory says")
        }
        name = entry.name
        start = entry.header + 30 + header[...].little(26, 2) + header[...].little(28, 2)
        compressedBytes = entry.compressedBytes
        bytes = entry.bytes
        crc32 = entry.crc32
        isDeflated = entry.method == 8
        guard start <= file.bytes, compressedBytes <= file.bytes - start else {
            throw failure("is a zip that is cut short: \(entry.name) does not fit into it")
        }
    }

    private static func directory(of file: TapeFile) throws(TapeError) -> [UInt8] {
        func read(_ offset: Int, _ count: Int) throws(TapeError) -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: count)
            let got = try file.read(at: offset, count, into: &bytes)
            return Array(bytes.prefix(got))
        }
        let tailStart = max(0, file.bytes - endBytesMax)
        let tail = try read(tailStart, file.bytes - tailStart)
        guard
            let end = stride(from: tail.count - 22, through: 0, by: -1).first(where: {
                tail[$0...].little(0, 4) == 0x0605_4B50
            })
        else { throw TapeError(tape: file.path, message: "is a zip that is cut short: it has no directory") }
        var (size, start) = (tail[end...].little(12, 4), tail[end...].little(16, 4))
        // The larger form has its own end, and a pointer to it right before this one.
        if end >= 20, tail[(end - 20)...].little(0, 4) == 0x0706_4B50 {
            let large = try read(min(tail[(end - 20)...].little(8, 8), file.bytes), 56)
            guard large.count == 56, large[...].little(0, 4) == 0x0606_4B50 else {
                throw TapeError(tape: file.path, message: "is a damaged zip: its directory cannot be found")
            }
            (size, start) = (large[...].little(40, 8), large[...].little(48, 8))
        }
        guard size <= directoryBytesMax, start <= file.bytes, size <= file.bytes - start else {
            throw TapeError(tape: file.path, message: "is a damaged zip: its directory does not fit into it")
        }
        return try read(start, size)
    }

    /// A line of the directory.
    private struct Listed {
        let name: String
        let method: Int
        let isEncrypted: Bool
        let crc32: UInt32
        var compressedBytes: Int
        var bytes: Int
        var header: Int

        /// Takes one off the front of a directory; nil where it does not fit.
        init?(_ directory: inout ArraySlice<UInt8>) {
            let fixed = directory
            let (nameBytes, extraBytes, commentBytes) = (fixed.little(28, 2), fixed.little(30, 2), fixed.little(32, 2))
            guard directory.count >= 46 + nameBytes + extraBytes + commentBytes else { return nil }
            isEncrypted = fixed.little(8, 2) & 1 != 0
            method = fixed.little(10, 2)
            crc32 = UInt32(truncatingIfNeeded: fixed.little(16, 4))
            compressedBytes = fixed.little(20, 4)
            bytes = fixed.little(24, 4)
            header = fixed.little(42, 4)
            directory = directory.dropFirst(46)
            name = TapeText.shown(directory.prefix(nameBytes))
            directory = directory.dropFirst(nameBytes)
            takeLargeNumbers(directory.prefix(extraBytes))
            directory = directory.dropFirst(extraBytes + commentBytes)
            guard compressedBytes >= 0, bytes >= 0, header >= 0 else { return nil }
        }

        /// Field 1 of the extra ones has, in this order, the numbers that do not fit into four bytes.
        private mutating func takeLargeNumbers(_ extra: ArraySlice<UInt8>) {
            var rest = extra
            while rest.count >= 4 {
                let (id, count) = (rest.little(0, 2), rest.little(2, 2))
                var field = rest.dropFirst(4).prefix(count)
                rest = rest.dropFirst(4 + count)
                guard id == 1 else { continue }
                func take(_ number: inout Int) {
                    guard number == 0xFFFF_FFFF, field.count >= 8 else { return }
                    number = field.little(0, 8)
                    field = field.dropFirst(8)
                }
                take(&bytes)
                take(&compressedBytes)
                take(&header)
            }
        }

        /// Folders, and what some systems add to every archive.
        var isHousekeeping: Bool {
            name.hasSuffix("/") || name.hasPrefix("__MACOSX/") || name.hasSuffix(".DS_Store")
        }

        var isNamedAsTable: Bool {
            let name = name.lowercased()
            return [".csv", ".tsv", ".txt"].contains { name.hasSuffix($0) }
        }
    }
}

extension ArraySlice<UInt8> {
    /// A number of `count` bytes, lowest first, `offset` bytes behind the start; zero where the slice ends before. What does not
    /// fit into an `Int` comes out negative.
    fileprivate func little(_ offset: Int, _ count: Int) -> Int {
        guard startIndex + offset + count <= endIndex else { return 0 }
        var number: UInt64 = 0
        for index in (0..<count).reversed() { number = number << 8 | UInt64(self[startIndex + offset + index]) }
        return Int(truncatingIfNeeded: number)
    }
}
