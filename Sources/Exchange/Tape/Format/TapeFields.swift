import Glibc

/// The fields of a line, without spaces around them and without quotes.
struct TapeFields {
    /// Where each field stands in `line`.
    private(set) var ranges: [Range<Int>] = []
    /// The line that `ranges` belongs to; its quotes are taken out.
    private(set) var line: [UInt8] = []

    var count: Int { ranges.count }

    subscript(index: Int) -> ArraySlice<UInt8> { line[ranges[index]] }

    /// What may stand between fields.
    static let delimiters: [UInt8] = [
        UInt8(ascii: "\t"), UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: ","),
    ]

    /// Takes a line apart. Quoting is that of RFC 4180, but for line ends within quotes.
    mutating func split(_ text: [UInt8], by delimiter: UInt8) throws(TapeProblem) {
        ranges.removeAll(keepingCapacity: true)
        guard text.position(of: UInt8(ascii: "\"")) == nil else { return try splitQuoted(text, by: delimiter) }
        // Copied into room that is there already: shared, it would be new room for each line that the caller reads.
        line.removeAll(keepingCapacity: true)
        line.append(contentsOf: text)
        var start = 0
        while let index = text.position(of: delimiter, from: start) {
            append(start..<index)
            start = index + 1
        }
        append(start..<text.count)
    }

    private mutating func splitQuoted(_ text: [UInt8], by delimiter: UInt8) throws(TapeProblem) {
        let quote = UInt8(ascii: "\"")
        line = []
        var (start, index) = (0, 0)
        var isQuoted = false
        while index < text.count {
            let byte = text[index]
            index += 1
            switch byte {
            case quote where isQuoted && index < text.count && text[index] == quote:
                line.append(quote)
                index += 1
            case quote: isQuoted.toggle()
            case delimiter where !isQuoted:
                append(start..<line.count)
                start = line.count
            default: line.append(byte)
            }
        }
        guard !isQuoted else { throw TapeProblem("a quote is opened and not closed") }
        append(start..<line.count)
    }

    private mutating func append(_ range: Range<Int>) {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, line[start].isBlank { start += 1 }
        while end > start, line[end - 1].isBlank { end -= 1 }
        ranges.append(start..<end)
    }

    /// What stands between the fields of a line: what is there most often, outside of quotes; nil where nothing is.
    static func delimiter(of line: [UInt8]) -> UInt8? {
        var counts = Array(repeating: 0, count: delimiters.count)
        var isQuoted = false
        for byte in line {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            guard !isQuoted, let index = delimiters.firstIndex(of: byte) else { continue }
            counts[index] += 1
        }
        guard let most = counts.max(), most > 0 else { return nil }
        return counts.firstIndex(of: most).map { delimiters[$0] }
    }
}

extension [UInt8] {
    /// Where a byte stands first, of those before `end`.
    func position(of byte: UInt8, from start: Int = 0, before end: Int? = nil) -> Int? {
        let count = (end ?? self.count) - start
        guard count > 0 else { return nil }
        return withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, let found = memchr(base + start, Int32(byte), count) else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }
}

extension UInt8 {
    /// A space or a tab.
    var isBlank: Bool { self == 0x20 || self == 0x09 }
    var isDigit: Bool { (0x30...0x39).contains(self) }
}
