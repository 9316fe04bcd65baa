import ExactJSON
import Trading

/// Why a call to the control port comes to nothing, with the status that says so.
struct ControlRefusal: Error, Hashable, Sendable {
    let status: Int
    let message: String

    init(_ message: String, status: Int = 400) {
        self.message = message
        self.status = status
    }
}

/// The object that a call to the control port carries. Numbers may be written as numbers or as texts; both keep their digits.
struct ControlBody: Sendable {
    let members: [ExchangeJSON.Member]

    init(_ bytes: [UInt8]) throws(ControlRefusal) {
        let value: ExchangeJSON
        do {
            value = try ExchangeJSONReader.read(bytes)
        } catch {
            throw ControlRefusal("the body is no JSON: \(error.message), at byte \(error.offset)")
        }
        guard case .object(let members) = value else {
            throw ControlRefusal("the body is \(value.kind), not an object")
        }
        self.members = members
    }

    func text(_ name: String) throws(ControlRefusal) -> String {
        guard let value = try optional(name) else { throw ControlRefusal("\(name) is missing") }
        return value
    }

    /// A member as text, whether it was a text, a number or a truth value.
    func optional(_ name: String) throws(ControlRefusal) -> String? {
        let found = members.filter { $0.name == name }
        guard found.count <= 1 else { throw ControlRefusal("\(name) comes twice") }
        return try found.first.map { member throws(ControlRefusal) in try ControlBody.text(member) }
    }

    static func text(_ member: ExchangeJSON.Member) throws(ControlRefusal) -> String {
        switch member.value {
        case .string(let text): return text
        case .number(let number): return number.text
        case .bool(let value): return value ? "1" : "0"
        case .null, .array, .object: throw ControlRefusal("\(member.name) is \(member.value.kind)")
        }
    }

    func decimal(_ name: String) throws(ControlRefusal) -> ExactDecimal {
        let text = try text(name)
        // A text is read as what it holds: as it is, it may be no number at all.
        guard case .number(let number)? = try? ExchangeJSONReader.read(Array(text.utf8)),
            let decimal = try? number.decimal()
        else { throw ControlRefusal("\(name) is no number: \(text)") }
        return decimal
    }

    func positive(_ name: String) throws(ControlRefusal) -> ExactDecimal {
        let number = try decimal(name)
        guard number.isPositive, number <= ControlBody.amountMax else {
            throw ControlRefusal("\(name) must be above 0 and at most \(ControlBody.amountMax)")
        }
        return number
    }

    static let amountMax = TapiVenue.amountMax
}
