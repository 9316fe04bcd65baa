import Conversation
import ExactJSON
import Trading

/// What holds for JSON as an exchange sends it.
enum FuzzExactJSON {
    /// What is read is written again as the same bytes; its numbers keep their digits; a second reader, the chat server's,
    /// agrees where it takes the text; what is refused is refused at a place in it.
    static func text(_ bytes: [UInt8]) throws(FuzzFinding) {
        let value: ExchangeJSON
        do throws(ExchangeJSONError) {
            value = try ExchangeJSONReader.read(bytes)
        } catch {
            try expect((0...bytes.count).contains(error.offset), "byte \(error.offset) is not in the text")
            try refusedByOthers(bytes, error)
            return
        }
        let written = value.bytes
        let again = try? ExchangeJSONReader.read(written)
        try expect(
            again == value && again?.bytes == written,
            "it reads otherwise when it is written again: \(String(decoding: written, as: UTF8.self))")
        try expect(value.height <= ExchangeJSONReader.depthMax + 1, "it is nested \(value.height) deep")
        let mended = Array(String(decoding: bytes, as: UTF8.self).utf8)
        try expect(
            (try? ExchangeJSONReader.read(mended)) == value, "it reads otherwise where its bytes are mended to UTF-8")
        if let strict = try? JSONReader.read(String(decoding: bytes, as: UTF8.self)) {
            try expect(value.isLike(strict), "two readers disagree: \(value) and \(strict)")
        }
        try numbers(value)
    }

    /// The strict reader takes less, but for what is bounded here.
    private static func refusedByOthers(_ bytes: [UInt8], _ error: ExchangeJSONError) throws(FuzzFinding) {
        let isTooMuch = ["more than", "nested", "an endless number"].contains { error.message.hasPrefix($0) }
        guard !isTooMuch, String(validating: bytes, as: UTF8.self) != nil else { return }
        try expect(
            (try? JSONReader.read(String(decoding: bytes, as: UTF8.self))) == nil,
            "\(error) was refused, and the strict reader takes it")
    }

    private static func numbers(_ value: ExchangeJSON) throws(FuzzFinding) {
        switch value {
        case .null, .bool, .string: break
        case .number(let number): try self.number(number)
        case .array(let values): for value in values { try numbers(value) }
        case .object(let members): for member in members { try numbers(member.value) }
        }
    }

    /// A number is the decimal that it says, however it is written, or refused.
    private static func number(_ number: JSONNumber) throws(FuzzFinding) {
        let text = number.text
        let exact = try? number.decimal()
        let cut = try? number.roundedDecimal()
        if let exact {
            try expect(cut == exact, "\(text) is cut to \(String(describing: cut))")
            try expect(
                (try? ExchangeJSONReader.read(ExchangeJSON.decimal(exact).bytes)) == .decimal(exact),
                "\(exact) is written as no number")
        } else if let cut {
            // Only digits below the last decimal were in the way.
            try expect(cut.isZero || cut.isNegative == text.hasPrefix("-"), "\(text) is cut to \(cut)")
        }
        guard !text.contains(where: { $0 == "e" || $0 == "E" }) else { return }
        try expect(
            (try? ExactDecimal(parsing: text)) == exact,
            "\(text) is \(String(describing: exact)) here and another number elsewhere")
        guard let exact else { return }
        try expect((try? JSONNumber(text: "\(text)e0").decimal()) == exact, "\(text)e0 is another number")
        if let tenfold = try? exact.multiplied(by: 10, rounding: .exact) {
            try expect((try? JSONNumber(text: "\(text)e1").decimal()) == tenfold, "\(text)e1 is not \(tenfold)")
        }
    }
}

extension ExchangeJSON {
    /// How many values stand inside one another, this one included.
    fileprivate var height: Int {
        switch self {
        case .null, .bool, .number, .string: 1
        case .array(let values): 1 + (values.map(\.height).max() ?? 0)
        case .object(let members): 1 + (members.map(\.value.height).max() ?? 0)
        }
    }

    fileprivate func isLike(_ other: JSONValue) -> Bool {
        switch (self, other) {
        case (.null, .null): true
        case (.bool(let one), .bool(let two)): one == two
        case (.number(let one), .int(let two)): Int64(one.text) == two
        case (.number(let one), .raw(let two)): one.text == two
        case (.string(let one), .string(let two)): one.utf8.elementsEqual(two.utf8)
        case (.array(let one), .array(let two)): one.count == two.count && zip(one, two).allSatisfy { $0.isLike($1) }
        case (.object(let one), .object(let two)):
            one.count == two.members.count
                && zip(one, two.members).allSatisfy { $0.name == $1.name && $0.value.isLike($1.value) }
        default: false
        }
    }
}
