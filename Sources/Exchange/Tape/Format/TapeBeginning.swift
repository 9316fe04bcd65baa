import Trading

/// Finds out what a file is from its first bytes and lines.
struct TapeBeginning {
    /// How a file is packed. Refuses, in words, what is no table of text.
    static func packing(of file: TapeFile) throws(TapeError) -> TapePacking {
        var block = [UInt8](repeating: 0, count: TapeFingerprint.blockBytes)
        let count = try file.read(0, into: &block)
        let first = block[..<min(count, 4)]
        if first.starts(with: [0x1F, 0x8B]) { return .gzip }
        if first.starts(with: Array("PK".utf8) + [3, 4]) || first.starts(with: Array("PK".utf8) + [5, 6]) {
            return .zip(try ZipEntry(in: file))
        }
        return .plain
    }

    /// Refuses what is not text, when it is unpacked; leaves `bytes` at their beginning.
    static func requireText(_ bytes: TapeBytes) throws(TapeError) {
        var block = [UInt8](repeating: 0, count: TapeFingerprint.blockBytes)
        let count = try bytes.read(into: &block)
        bytes.rewind()
        if let message = problem(with: block[..<min(count, 512)]) {
            throw TapeError(tape: bytes.file.path, message: message)
        }
    }

    private static let magics: [(bytes: [UInt8], words: String)] = [
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "is packed with xz: unpack it first, with xz -d"),
        (Array("BZh".utf8), "is packed with bzip2: unpack it first, with bzip2 -d"),
        ([0x28, 0xB5, 0x2F, 0xFD], "is packed with zstd: unpack it first, with zstd -d"),
        ([0x04, 0x22, 0x4D, 0x18], "is packed with lz4: unpack it first, with lz4 -d"),
        ([0x37, 0x7A, 0xBC, 0xAF], "is packed with 7-Zip: unpack it first"),
        ([0x52, 0x61, 0x72, 0x21], "is packed with RAR: unpack it first"),
        ([0x1F, 0x8B], "is packed with gzip twice: unpack it once first"),
        ([0x50, 0x4B, 0x03, 0x04], "has a zip inside of it: unpack it first"),
        (Array("PAR1".utf8), "is a Parquet file: write it as CSV first"),
        (Array("ARROW1".utf8), "is an Arrow file: write it as CSV first"),
        (Array("FEA1".utf8), "is a Feather file: write it as CSV first"),
        ([0x89, 0x48, 0x44, 0x46], "is an HDF5 file: write it as CSV first"),
        ([0x93, 0x4E, 0x55, 0x4D], "is a NumPy file: write it as CSV first"),
        ([0xD0, 0xCF, 0x11, 0xE0], "is an Excel file: save it as CSV first"),
        (Array("SQLite format".utf8), "is an SQLite database: write its table as CSV first"),
        (Array("%PDF".utf8), "is a PDF: a tape is a CSV file"),
        ([0xFF, 0xFE], "is UTF-16 text: save it as UTF-8 first, with iconv -f UTF-16 -t UTF-8"),
        ([0xFE, 0xFF], "is UTF-16 text: save it as UTF-8 first, with iconv -f UTF-16 -t UTF-8"),
    ]

    private static func problem(with first: ArraySlice<UInt8>) -> String? {
        guard !first.isEmpty else { return "no rows: the file is empty" }
        for magic in magics where first.starts(with: magic.bytes) { return magic.words }
        if first.count >= 262, first.dropFirst(257).starts(with: Array("ustar".utf8)) {
            return "is a tar archive: unpack it first"
        }
        // Every other byte of UTF-16 digits is zero.
        if first.prefix(4).contains(0) {
            return first.prefix(4).contains { $0 != 0 } && first.count > 3
                ? "is no UTF-8 text; if it is UTF-16: iconv -f UTF-16LE -t UTF-8" : "is no text"
        }
        let text = first.drop { $0.isBlank || $0 == 0x0A || $0 == 0x0D || $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }
        switch text.first {
        case UInt8(ascii: "["), UInt8(ascii: "{"): return "is JSON: write it as CSV first"
        case UInt8(ascii: "<")
        where text.dropFirst().first.map({ $0 == UInt8(ascii: "!") || $0 == UInt8(ascii: "?") }) == true:
            return "is HTML or XML: a tape is a CSV file"
        default: return nil
        }
    }

    // MARK: The first lines

    private let lines: TapeLines
    private let givenPair: Pair?
    private var line: [UInt8] = []
    private var delimiter: UInt8?
    /// A header that stands in a comment.
    private var commented: (columns: TapeColumns, fields: Int)?

    private init(_ lines: TapeLines, _ pair: Pair?) {
        self.lines = lines
        givenPair = pair
    }

    /// Reads up to the first row, and takes the lines back.
    static func layout(of lines: TapeLines, pair: Pair?) throws(TapeError) -> TapeLayout {
        var beginning = TapeBeginning(lines, pair)
        let layout = try beginning.read()
        lines.rewind()
        return layout
    }

    private func failure(_ message: String) -> TapeError {
        TapeError(tape: lines.bytes.file.path, line: lines.lineNumber, message: message)
    }

    private mutating func read() throws(TapeError) -> TapeLayout {
        let path = lines.bytes.file.path
        repeat {
            guard try lines.next(into: &line) else { throw TapeError(tape: path, message: "no rows") }
            guard !line.contains(UInt8(ascii: "\r")) else {
                throw TapeError(
                    tape: path,
                    message: "no rows: its lines end in CR alone, as on old Macs; write them anew with tr '\\r' '\\n'")
            }
            guard !lines.isTooLong else { throw failure("longer than \(TapeLines.lineBytesMax) bytes") }
        } while try isBeforeHeader()
        guard let delimiter = delimiter ?? TapeFields.delimiter(of: line) else {
            throw failure(
                "one field only: \(TapeText.shown(line)); expected a time, a price and an amount with commas, semicolons or "
                    + "tabs between them")
        }
        do {
            return try layout(delimiter)
        } catch {
            throw failure(error.message)
        }
    }

    /// Passes over empty lines, comments, and what some sources write above the header.
    private mutating func isBeforeHeader() throws(TapeError) -> Bool {
        let text = line.drop(while: \.isBlank)
        guard let first = text.first else { return true }
        let words = String(decoding: text.prefix(8), as: UTF8.self).lowercased()
        if words.hasPrefix("http://") || words.hasPrefix("https://") { return true }
        if words.hasPrefix("sep="), text.count == 5 {
            delimiter = text.last
            return true
        }
        guard first == UInt8(ascii: "#") else { return false }
        readComment(Array(text.dropFirst()))
        return true
    }

    private mutating func readComment(_ text: [UInt8]) {
        var fields = TapeFields()
        guard let delimiter = delimiter ?? TapeFields.delimiter(of: text),
            (try? fields.split(text, by: delimiter)) != nil, case let header = TapeHeader(fields), header.isHeader,
            let columns = try? header.columns(pair: givenPair)
        else { return }
        commented = (columns, fields.count)
    }

    private func layout(_ delimiter: UInt8) throws(TapeProblem) -> TapeLayout {
        var fields = TapeFields()
        try fields.split(line, by: delimiter)
        let header = TapeHeader(fields)
        var columns: TapeColumns
        let isHeader = header.isHeader
        if isHeader {
            columns = try header.columns(pair: givenPair)
        } else if let commented, commented.fields >= fields.count {
            columns = commented.columns
        } else if let shape = TapeShape.columns(of: fields) {
            columns = shape
        } else {
            throw TapeProblem(
                "no header that names time, price and amount, and no row of a source that is known: \(TapeText.shown(line))"
            )
        }
        let fromName =
            givenPair == nil && columns.pair == nil
            ? TapePairName.pair(inFileNamed: lines.bytes.file.path) : nil
        guard columns.pair != nil || givenPair != nil || fromName != nil else {
            throw TapeProblem(
                "\(isHeader ? "the header names no pair" : "the rows have no pair"), and none is given: say PAIR=FILE")
        }
        let time = TapeTime(declaredUnit: columns.declaredUnit)
        return TapeLayout(
            delimiter: delimiter, hasHeader: isHeader || commented != nil,
            firstRowLine: lines.lineNumber + (isHeader ? 1 : 0),
            fieldsMax: isHeader ? fields.count : commented?.fields ?? fields.count, columns: columns,
            pair: givenPair ?? fromName, time: time)
    }
}
