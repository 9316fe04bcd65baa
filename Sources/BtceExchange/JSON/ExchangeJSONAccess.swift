import ExactJSON
import Trading

/// What is wrong with an answer's content, with the place: `return.343152.rate: no number`.
struct UnreadableAnswer: Error, Hashable, Sendable {
    let path: String
    let message: String
}

/// A value and the way to it, read with errors that name the place.
struct JSONPlace {
    let value: ExchangeJSON
    let path: String

    init(_ value: ExchangeJSON, path: String = "") {
        self.value = value
        self.path = path
    }

    func unreadable(_ message: String) -> UnreadableAnswer { UnreadableAnswer(path: path, message: message) }

    /// Bytes of a name that a path shows: with the whole of a long one in the path of each value inside it, reading would
    /// cost the square of what was sent.
    private static let nameBytesShown = 64

    private func place(_ name: String, _ value: ExchangeJSON) -> JSONPlace {
        var shown = name
        if name.utf8.count > JSONPlace.nameBytesShown {
            shown = String(decoding: name.utf8.prefix(JSONPlace.nameBytesShown), as: UTF8.self) + "..."
        }
        return JSONPlace(value, path: path.isEmpty ? shown : "\(path).\(shown)")
    }

    /// The member of that name, or nil where it is absent or null. Two of one name are an error: neither is the right
    /// one.
    func optional(_ name: String) throws(UnreadableAnswer) -> JSONPlace? {
        guard case .object(let members) = value else { throw unreadable("expected an object, found \(value.kind)") }
        var found: ExchangeJSON?
        // Bytes, not characters: `==` of strings brings both into a Unicode normal form first.
        for member in members where member.name.utf8.elementsEqual(name.utf8) {
            guard found == nil else { throw place(name, member.value).unreadable("comes twice") }
            found = member.value
        }
        guard let found, found != .null else { return nil }
        return place(name, found)
    }

    func required(_ name: String) throws(UnreadableAnswer) -> JSONPlace {
        guard let found = try optional(name) else { throw unreadable("has no \(name)") }
        return found
    }

    /// All members in their order, for objects whose names are data: pairs, coins, numbers of orders.
    ///
    /// An empty list counts as an empty object: that is how PHP writes one, and btc-e was written in it.
    func members() throws(UnreadableAnswer) -> [(name: String, place: JSONPlace)] {
        if value == .array([]) { return [] }
        guard case .object(let members) = value else { throw unreadable("expected an object, found \(value.kind)") }
        var seen = Set<[UInt8]>()
        var result: [(name: String, place: JSONPlace)] = []
        for member in members {
            guard seen.insert(Array(member.name.utf8)).inserted else {
                throw place(member.name, member.value).unreadable("comes twice")
            }
            result.append((member.name, place(member.name, member.value)))
        }
        return result
    }

    /// The members whose names mean something, in their order; others are left out: nothing of them can be traded here.
    /// Two names that mean the same, as `btc` and `BTC`, are as bad as one that comes twice.
    func members<Name: Hashable>(
        named meaning: (String) -> Name?
    ) throws(UnreadableAnswer) -> [(name: Name, place: JSONPlace)] {
        var seen = Set<Name>()
        var result: [(name: Name, place: JSONPlace)] = []
        for (text, place) in try members() {
            guard let name = meaning(text) else { continue }
            guard seen.insert(name).inserted else { throw place.unreadable("comes twice") }
            result.append((name, place))
        }
        return result
    }

    func elements() throws(UnreadableAnswer) -> [JSONPlace] {
        guard case .array(let values) = value else { throw unreadable("expected a list, found \(value.kind)") }
        return values.enumerated().map { place(String($0.offset), $0.element) }
    }

    func text() throws(UnreadableAnswer) -> String {
        guard case .string(let text) = value else { throw unreadable("expected a text, found \(value.kind)") }
        return text
    }

    /// A number, also one in quotes: some of btc-e's relatives quote theirs.
    private func number() throws(UnreadableAnswer) -> JSONNumber {
        switch value {
        case .number(let number): return number
        case .string(let text):
            if case .number(let number)? = try? ExchangeJSONReader.read(Array(text.utf8)) { return number }
            throw unreadable("no number: \(text.prefix(32))")
        default: throw unreadable("expected a number, found \(value.kind)")
        }
    }

    /// Money or a rate, without loss.
    func decimal() throws(UnreadableAnswer) -> ExactDecimal {
        let number = try number()
        do {
            return try number.decimal()
        } catch {
            throw unreadable("\(number.text.prefix(64)): \(describe(error))")
        }
    }

    /// Money that cannot be owed.
    func amount() throws(UnreadableAnswer) -> ExactDecimal {
        let amount = try decimal()
        guard !amount.isNegative else { throw unreadable("below zero: \(amount)") }
        return amount
    }

    /// A price or quantity of something that was traded or may be.
    func positiveAmount() throws(UnreadableAnswer) -> ExactDecimal {
        let amount = try amount()
        guard amount.isPositive else { throw unreadable("must be above zero") }
        return amount
    }

    /// A figure to be shown: nil where it does not fit.
    func figure() throws(UnreadableAnswer) -> ExactDecimal? {
        try? number().roundedDecimal()
    }

    /// A count, number or time in seconds, of 63 bits at most: exchanges count in signed numbers, and so does who asks
    /// for what comes behind the last.
    func whole() throws(UnreadableAnswer) -> UInt64 {
        let number = try number()
        // PHP turns large numbers into 1.0E+15: the same whole number.
        if let whole = Int64(number.text), whole >= 0 { return UInt64(whole) }
        guard let decimal = try? number.decimal(), decimal.isMultiple(of: .one), !decimal.isNegative,
            let whole = Int64(exactly: decimal.units / ExactDecimal.one.units)
        else { throw unreadable("no whole number: \(number.text.prefix(64))") }
        return UInt64(whole)
    }

    func timestamp() throws(UnreadableAnswer) -> Timestamp {
        let seconds = try whole()
        // A time in milliseconds or beyond 2262 is no time of this protocol.
        guard seconds <= 9_000_000_000 else { throw unreadable("no time in seconds: \(seconds)") }
        return Timestamp(seconds: Int64(seconds))
    }

    /// 0 or 1, or the word for it.
    func flag() throws(UnreadableAnswer) -> Bool {
        if case .bool(let value) = value { return value }
        switch try whole() {
        case 0: return false
        case 1: return true
        case let other: throw unreadable("neither 0 nor 1: \(other)")
        }
    }

    func pair() throws(UnreadableAnswer) -> Pair {
        let text = try text()
        guard let pair = Pair(text) else { throw unreadable("no pair: \(text.prefix(32))") }
        return pair
    }

    func side() throws(UnreadableAnswer) -> Side {
        switch try text() {
        case "buy": return .buy
        case "sell": return .sell
        case let other: throw unreadable("neither buy nor sell: \(other.prefix(32))")
        }
    }
}

private func describe(_ error: ExactDecimal.ParseError) -> String {
    switch error {
    case .notANumber: "no number"
    case .tooManyDecimals: "more than \(ExactDecimal.decimals) decimals"
    case .overflow: "out of range"
    }
}
