/// A JSON value, to be written or as it was read. Money is a `.string` of an exact decimal, never a number.
public enum JSONValue: Hashable, Sendable, Codable {
    case null
    case bool(Bool)
    case int(Int64)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
    /// JSON text that somebody has already written; it is passed on as it is and must be valid.
    case raw(String)
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(nilLiteral: ()) { self = .null }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
}

/// Names and values in the order in which they are written.
public struct JSONObject: Hashable, Sendable, Codable {
    /// A name with its value.
    public struct Member: Hashable, Sendable, Codable {
        public var name: String
        public var value: JSONValue

        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    public private(set) var members: [Member]

    public init(_ members: [(String, JSONValue)] = []) {
        self.members = members.map { Member($0.0, $0.1) }
    }

    public var isEmpty: Bool { members.isEmpty }

    /// Adds a member at the end. That no name comes twice is the caller's to see to.
    public mutating func append(_ name: String, _ value: JSONValue) {
        members.append(Member(name, value))
    }

    /// The value under a name, or nil where the name is absent; setting a new name adds it at the end. Names are the same
    /// where their bytes are: `==` of strings would first bring both into a Unicode normal form, which costs more than
    /// linear time for what a stranger may send.
    public subscript(name: String) -> JSONValue? {
        get { members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value }
        set {
            let index = members.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): append(name, value)
            case (nil, nil): break
            }
        }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
