/// A place in one of an exchange's lists. Only the adapter that gave it understands it: it is kept, and handed back, as it is.
///
/// It stays valid over restarts of the desk and of the exchange, for the account and the exchange that it was given for.
public struct HistoryCursor: Hashable, Sendable, Codable, CustomStringConvertible {
    public let text: String

    /// The most that a cursor has, in bytes of UTF-8.
    public static let bytesMax = 128

    /// Nil where the text is empty or longer than `bytesMax`: no adapter gives such a cursor.
    public init?(_ text: String) {
        guard !text.isEmpty, text.utf8.count <= HistoryCursor.bytesMax else { return nil }
        self.text = text
    }

    /// The place of a row in a list that is counted with numbers.
    public init(number: UInt64) { text = String(number) }

    public var description: String { text }
}
