public import Trading

/// Trades in the order of their times: a file, or made up. `MarketTrade.at` is the tape's own time.
public protocol TapeSource: AnyObject {
    /// What errors call it: the path of a file.
    var name: String { get }
    /// What saved positions call it. Two tapes with the same trades have the same identity, whatever their files are called.
    var identity: String { get }

    /// The next trade, or nil at the end.
    func next() throws(TapeError) -> MarketTrade?

    /// Starts again from the first trade.
    func rewind() throws(TapeError)
}

/// Why a tape cannot be played.
public struct TapeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Which tape: the path of a file.
    public let tape: String
    /// The line, counted from 1, where the trouble is one line's.
    public let line: Int?
    /// What was found and what was expected, in printable characters.
    public let message: String

    public init(tape: String, line: Int? = nil, message: String) {
        self.tape = tape
        self.line = line
        self.message = message
    }

    /// `trades.csv:17: no price: 12..5 is not a number`
    public var description: String {
        let name = TapeText.printable(tape)
        return line.map { "\(name):\($0): \(message)" } ?? "\(name): \(message)"
    }

    /// Two lines of a file that plays, for whoever has one that does not.
    public static let example = """
        time,pair,price,amount,side
        2024-01-01T00:00:00Z,btc_usd,42000.1,0.25,sell
        """
}

/// What is wrong with a piece of a tape, before it is known which tape and which line.
struct TapeProblem: Error, Hashable {
    let message: String

    init(_ message: String) { self.message = message }
}

/// Bytes of a file as they may be shown on a terminal and written to a log.
enum TapeText {
    /// The most bytes of a field that a message shows.
    static let shownBytesMax = 60

    /// Printable ASCII as it is, every other byte as `\x1A`, cut at `shownBytesMax`.
    static func shown(_ bytes: some Collection<UInt8>) -> String {
        var text = ""
        for byte in bytes.prefix(shownBytesMax) {
            if (0x20...0x7E).contains(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return bytes.count > shownBytesMax ? text + "..." : text
    }

    /// A name without control characters, which could move a terminal's cursor.
    static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) }) else {
            return text
        }
        return text.unicodeScalars.map { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) ? "?" : String($0) }
            .joined()
    }
}
