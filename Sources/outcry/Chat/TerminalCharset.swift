import Glibc

/// How the terminal writes characters as bytes: UTF-8, or one of the older sets with a byte for each.
struct TerminalCharset: Equatable {
    static let utf8 = TerminalCharset(scalars: nil)

    /// What each byte stands for, where that is not UTF-8.
    private let scalars: [Unicode.Scalar]?

    private init(scalars: [Unicode.Scalar]?) { self.scalars = scalars }

    /// A set by its name, `ISO-8859-1`. nil for one that the system does not know, and for those in which a character may
    /// have several bytes.
    init?(named name: String) {
        guard let tool = TerminalCharset.open(to: "UTF-8", from: name) else { return nil }
        defer { iconv_close(tool) }
        var found: [Unicode.Scalar] = []
        for byte in UInt8.min...UInt8.max {
            guard let scalar = TerminalCharset.decode(byte, tool) else { return nil }
            found.append(scalar)
        }
        // A terminal's control sequences are ASCII.
        guard (0..<128).allSatisfy({ found[$0].value == UInt32($0) }) else { return nil }
        scalars = found
    }

    /// What the user's environment says, by the locale's name alone: the locale itself need not be installed. UTF-8 where it
    /// says nothing: so are terminals today.
    static func ofEnvironment(_ variables: [String: String]? = nil) -> TerminalCharset {
        func value(_ name: String) -> String? {
            guard let variables else { return getenv(name).map { String(cString: $0) } }
            return variables[name]
        }
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(value).first { !$0.isEmpty } ?? ""
        let parts = locale.split(separator: "@", maxSplits: 1)
        if let dot = parts.first?.firstIndex(of: "."), let name = parts.first?[dot...].dropFirst() {
            return ["utf8", "utf-8", ""].contains(name.lowercased())
                ? .utf8 : TerminalCharset(named: String(name)) ?? .utf8
        }
        // The locales of the euro's countries without a set's name (glibc's SUPPORTED).
        return parts.count > 1 && parts[1].lowercased() == "euro"
            ? TerminalCharset(named: "ISO-8859-15") ?? .utf8 : .utf8
    }

    // MARK: Reading

    /// The first character and how many bytes it has; nil where it is not whole. U+FFFD for what stands for none.
    func first(of bytes: ArraySlice<UInt8>) -> (Unicode.Scalar, Int)? {
        guard let first = bytes.first else { return nil }
        if let scalars { return (scalars[Int(first)], 1) }
        let length = TerminalCharset.length(first)
        guard length > 1 else { return (first < 0x80 ? Unicode.Scalar(first) : "\u{FFFD}", 1) }
        var count = 1
        for byte in bytes.dropFirst().prefix(length - 1) {
            let range = count == 1 ? TerminalCharset.second(after: first) : 0x80...0xBF
            guard range.contains(byte) else { return ("\u{FFFD}", count) }
            count += 1
        }
        guard count == length else { return nil }
        return String(decoding: bytes.prefix(length), as: UTF8.self).unicodeScalars.first.map { ($0, length) }
    }

    func text(of bytes: [UInt8]) -> String {
        guard let scalars else { return String(decoding: bytes, as: UTF8.self) }
        return String(String.UnicodeScalarView(bytes.map { scalars[Int($0)] }))
    }

    // MARK: Writing

    /// What the set does not have is written as `?`.
    func bytes(of text: String) -> [UInt8] {
        guard let scalars else { return Array(text.utf8) }
        return text.unicodeScalars.map { scalar in
            scalar.isASCII
                ? UInt8(scalar.value) : scalars.firstIndex(of: scalar).map { UInt8($0) } ?? UInt8(ascii: "?")
        }
    }

    // MARK: Tables

    /// Bytes of a character that begins so (Unicode's table 3-7).
    private static func length(_ first: UInt8) -> Int {
        switch first {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
    }

    private static func second(after first: UInt8) -> ClosedRange<UInt8> {
        switch first {
        case 0xE0: 0xA0...0xBF
        case 0xED: 0x80...0x9F
        case 0xF0: 0x90...0xBF
        case 0xF4: 0x80...0x8F
        default: 0x80...0xBF
        }
    }

    /// nil where the system has no such conversion.
    private static func open(to: String, from: String) -> iconv_t? {
        let tool = iconv_open(to, from)
        return Int(bitPattern: tool) == -1 ? nil : tool
    }

    /// U+FFFD for a byte that stands for nothing; nil for one that is only the beginning of a character.
    private static func decode(_ byte: UInt8, _ tool: iconv_t) -> Unicode.Scalar? {
        var input = [CChar(bitPattern: byte)]
        var output = [CChar](repeating: 0, count: 8)
        var (inputLeft, outputLeft) = (1, output.count)
        let result = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                var (from, to) = (input.baseAddress, output.baseAddress)
                return iconv(tool, &from, &inputLeft, &to, &outputLeft)
            }
        }
        guard result != -1 else { return errno == EINVAL ? nil : "\u{FFFD}" }
        let bytes = output.prefix(8 - outputLeft).map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self).unicodeScalars.first ?? "\u{FFFD}"
    }
}
