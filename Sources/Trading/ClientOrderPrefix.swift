/// What makes the client order ids of one desk's database its own: 64 random bits, drawn once and kept with the database.
///
/// An id is 32 lower-case hex digits: 16 of the prefix, 11 of the order's number, 5 of the attempt. It is the one form that Binance,
/// Kraken, OKX and Bitstamp all take. It says itself which order it is, so that an order is found back without a table; no other
/// database makes it, and no attempt of this one makes it twice. A copy of the database file that is put back has the same prefix: it
/// makes again the ids that the original has made since the copy.
public struct ClientOrderPrefix: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Reads the prefix at the beginning of a database's random name; nil for a name that does not begin with 16 hex digits.
    public init?(ofDatabase name: some StringProtocol) {
        guard let number = ClientOrderPrefix.number(name.prefix(Digits.prefix), digits: Digits.prefix) else {
            return nil
        }
        rawValue = number
    }

    private enum Digits {
        static let prefix = 16
        static let order = 11
        static let attempt = 5
        static let all = prefix + order + attempt
    }

    /// What the exchange is told. Nil for an order or an attempt beyond what the digits hold: 17,592,186,044,415 and 1,048,575.
    public func text(of id: ClientOrderID) -> String? {
        guard id.order.rawValue < 1 << (4 * Digits.order), id.attempt < 1 << (4 * Digits.attempt) else { return nil }
        return ClientOrderPrefix.hex(rawValue, digits: Digits.prefix)
            + ClientOrderPrefix.hex(id.order.rawValue, digits: Digits.order)
            + ClientOrderPrefix.hex(UInt64(id.attempt), digits: Digits.attempt)
    }

    /// The order that an exchange's client order id is; nil for one that this database has not made.
    public func id(in text: some StringProtocol) -> ClientOrderID? {
        let number = text.dropFirst(Digits.prefix).prefix(Digits.order)
        guard text.utf8.count == Digits.all, ClientOrderPrefix(ofDatabase: text) == self,
            let order = ClientOrderPrefix.number(number, digits: Digits.order),
            let attempt = ClientOrderPrefix.number(text.suffix(Digits.attempt), digits: Digits.attempt)
        else { return nil }
        return ClientOrderID(order: OrderID(order), attempt: UInt32(attempt))
    }

    public var description: String { ClientOrderPrefix.hex(rawValue, digits: Digits.prefix) }

    private static func hex(_ number: UInt64, digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: digits - text.utf8.count) + text
    }

    /// Lower-case digits only: an id is the same text wherever it is told.
    private static func number(_ text: some StringProtocol, digits: Int) -> UInt64? {
        let isHex = text.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
        return isHex && text.utf8.count == digits ? UInt64(text, radix: 16) : nil
    }
}
