import Glibc

/// Bytes from the terminal as keys and pastes.
///
/// What the terminal's encoding does not have comes out as U+FFFD, one for each piece that is wrong and never more than
/// that: what follows is read as it is (Unicode §3.9, "maximal subpart").
struct KeyReader {
    enum Key: Equatable {
        case character(Unicode.Scalar)
        /// What the terminal has put between the marks of a bracketed paste (xterm's control sequences, "Bracketed Paste
        /// Mode"), as it came.
        case pasted(String)
        /// A paste of more than `pasteBytesMax`. None of it is kept.
        case pastedTooMuch
    }

    /// Bytes of one paste.
    static let pasteBytesMax = 262_144
    /// Milliseconds after an Escape in which what belongs to it must come.
    static let escapeMilliseconds: Int32 = 50
    /// Milliseconds of silence after which a paste counts as whole: its end may have been lost.
    static let pasteMilliseconds: Int32 = 2_000

    private static let pasteBegins = Array("\u{1B}[200~".utf8)
    private static let pasteEnds = Array("\u{1B}[201~".utf8)

    private let charset: TerminalCharset
    private var bytes: [UInt8] = []
    /// What has been pasted so far, while that goes on.
    private var paste: [UInt8]?
    private var pastedTooMuch = false
    /// The Escape that stands first is a key: nothing came after it.
    private var escapeIsKey = false

    init(charset: TerminalCharset = .utf8) { self.charset = charset }

    /// How long to wait for more bytes, where what is here may be the beginning of something. nil: as long as one likes.
    var patienceMilliseconds: Int32? {
        if paste != nil { return KeyReader.pasteMilliseconds }
        return isInMark ? KeyReader.escapeMilliseconds : nil
    }

    /// Nothing has come for `patienceMilliseconds`: what is here is all.
    mutating func losePatience() {
        if paste != nil {
            paste?.append(contentsOf: bytes)
            bytes = KeyReader.pasteEnds
        } else if isInMark {
            escapeIsKey = true
        }
    }

    /// The next key that is whole.
    mutating func next() -> Key? {
        if paste == nil, bytes.starts(with: KeyReader.pasteBegins) {
            bytes.removeFirst(KeyReader.pasteBegins.count)
            paste = []
            pastedTooMuch = false
        }
        if paste != nil { return nextPaste() }
        guard !bytes.isEmpty, !isInMark || escapeIsKey else { return nil }
        guard let (scalar, length) = charset.first(of: bytes[...]) else { return nil }
        escapeIsKey = false
        bytes.removeFirst(length)
        return .character(scalar)
    }

    mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    /// Throws away what is here and not read.
    mutating func clear() { bytes = [] }

    /// Reads what is there. False at the end of the input.
    mutating func fill() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = read(STDIN_FILENO, &buffer, buffer.count)
        if count < 0 { return errno == EINTR || errno == EAGAIN }
        append(buffer.prefix(count))
        return count > 0
    }

    /// Whether what is here may become the mark of a paste.
    private var isInMark: Bool {
        !bytes.isEmpty && bytes.count < KeyReader.pasteBegins.count && KeyReader.pasteBegins.starts(with: bytes)
    }

    private mutating func nextPaste() -> Key? {
        let end = KeyReader.place(of: KeyReader.pasteEnds, in: bytes)
        // The last bytes may be the beginning of the mark.
        let taken = end ?? max(0, bytes.count - KeyReader.pasteEnds.count + 1)
        if (paste?.count ?? 0) + taken > KeyReader.pasteBytesMax { pastedTooMuch = true }
        if pastedTooMuch { paste = [] } else { paste?.append(contentsOf: bytes[..<taken]) }
        bytes.removeFirst(taken)
        guard end != nil else { return nil }
        bytes.removeFirst(KeyReader.pasteEnds.count)
        defer { paste = nil }
        return pastedTooMuch ? .pastedTooMuch : .pasted(charset.text(of: paste ?? []))
    }

    private static func place(of mark: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= mark.count else { return nil }
        return (0...bytes.count - mark.count).first { bytes[$0] == mark[0] && bytes[$0...].starts(with: mark) }
    }
}
