import Foundation
import Trading

/// Two things that were said do not agree: the server has lost, repeated or changed something.
struct Contradiction: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// A JSON object of the server, read with Foundation and not with the server's own reader.
struct Fields {
    private let values: [String: Any]

    init(_ raw: String) throws {
        guard let values = try JSONSerialization.jsonObject(with: Data(raw.utf8)) as? [String: Any] else {
            throw Contradiction("no JSON object: \(raw)")
        }
        self.values = values
    }

    private init(_ values: [String: Any]) { self.values = values }

    func text(_ name: String) -> String? { values[name] as? String }
    func number(_ name: String) -> UInt64? { (values[name] as? NSNumber)?.uint64Value }
    func flag(_ name: String) -> Bool? { values[name] as? Bool }
    func object(_ name: String) -> Fields? { (values[name] as? [String: Any]).map(Fields.init) }

    func objects(_ name: String) throws -> [Fields] {
        guard let objects = values[name] as? [[String: Any]] else { throw Contradiction("no \(name) in \(values)") }
        return objects.map(Fields.init)
    }

    /// Money is a string of an exact decimal, never a number.
    func money(_ name: String) throws -> ExactDecimal {
        guard let amount = text(name).flatMap({ ExactDecimal($0) }) else {
            throw Contradiction("no amount \(name) in \(values)")
        }
        return amount
    }

    /// The number of an event, without reading the rest of it.
    static func sequence(of raw: String) -> UInt64? {
        let start = "{\"type\":\"event\",\"seq\":"
        guard raw.hasPrefix(start) else { return nil }
        return UInt64(raw.dropFirst(start.count).prefix(while: \.isNumber))
    }
}
