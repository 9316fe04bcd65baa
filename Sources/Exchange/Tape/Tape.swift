public import Trading

/// Trades in the order of their times: a file, or made up. `MarketTrade.at` is the tape's own time.
public protocol TapeSource: AnyObject {
    /// What errors and saved positions call it: the path of a file.
    var name: String { get }

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
    /// What was found and what was expected.
    public let message: String

    public init(tape: String, line: Int? = nil, message: String) {
        self.tape = tape
        self.line = line
        self.message = message
    }

    /// `trades.csv:17: no price: 12..5`
    public var description: String {
        line.map { "\(tape):\($0): \(message)" } ?? "\(tape): \(message)"
    }
}
