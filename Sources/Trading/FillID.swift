/// An exchange's own name of a fill; the same fill told twice carries the same name.
///
/// Most exchanges number their fills, some give them texts: `TZX2WP-XSEOP-FP7WYR`. Within what a name is one fill's alone, an account or
/// one of its pairs, is the exchange's to say (`ExchangeTraits.fillNumbering`).
public struct FillID: Hashable, Sendable {
    private enum Name: Hashable {
        case number(UInt64)
        /// Never a number that the other case has.
        case text(String)
    }

    private let name: Name

    public init(_ number: UInt64) { name = .number(number) }

    /// A name as an exchange writes it: a number without zeros before it is that number. Nil for a name that is empty, is longer than
    /// `lengthMax` or has anything but printable ASCII without spaces.
    public init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        guard (1...FillID.lengthMax).contains(bytes.count), bytes.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        if let number = FillID.number(bytes) {
            name = .number(number)
        } else {
            name = .text(String(text))
        }
    }

    /// Characters of a name; those of today's exchanges have 20 at most.
    public static let lengthMax = 64

    /// The number that it is; nil for a text.
    public var number: UInt64? {
        switch name {
        case .number(let number): number
        case .text: nil
        }
    }

    private static func number(_ bytes: some Collection<UInt8>) -> UInt64? {
        guard bytes.first != UInt8(ascii: "0") || bytes.count == 1 else { return nil }
        var number: UInt64 = 0
        for byte in bytes {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            let (tens, isTooMuch) = number.multipliedReportingOverflow(by: 10)
            let (next, isStillTooMuch) = tens.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
            guard !isTooMuch, !isStillTooMuch else { return nil }
            number = next
        }
        return number
    }
}

extension FillID: Comparable {
    /// Numbers as numbers, and before all texts; texts by their characters.
    public static func < (left: FillID, right: FillID) -> Bool {
        switch (left.name, right.name) {
        case (.number(let left), .number(let right)): left < right
        case (.number, .text): true
        case (.text, .number): false
        case (.text(let left), .text(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
        }
    }
}

extension FillID: CustomStringConvertible {
    /// As the exchange writes it.
    public var description: String {
        switch name {
        case .number(let number): "\(number)"
        case .text(let text): text
        }
    }
}
