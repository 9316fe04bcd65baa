import ExactJSON
import Foundation
import Glibc
import Trading

/// The file that `--config` or `OUTCRY_CONFIG` names: settings of the server at the top level, a block of limits, and a block for
/// each exchange. All of it is known when it has been read: an unknown key, a key that comes twice or a value of the wrong type is
/// an error.
///
/// JSON, read by the strict reader that reads the exchanges. swift-configuration's own snapshots of files do not tell which keys
/// there are, take the last of two equal keys, take 1 for true, and lose the order of the exchanges; its file provider is
/// asynchronous, and most commands begin and end on one thread. Its YAML comes with a parser in C that nothing else here needs, and
/// it has no TOML.
struct ConfigurationFile: Sendable {
    /// Bytes that a file may have.
    static let bytesMax = 256 << 10
    /// Bytes of a key that a message quotes.
    private static let quotedMax = 40

    static let limitsKey = "limits"
    static let exchangesKey = "exchanges"

    /// As it was named.
    let path: String
    private var values: [SettingName: SettingValue] = [:]
    /// Limits as they stand in the file, in its order.
    private(set) var limits: [(name: String, value: Int)] = []
    /// The exchanges' blocks as they stand in the file, in its order; nil where it has none.
    private(set) var exchanges: [(name: ExchangeID, block: [ExchangeSettingName: String])]?

    /// A value at the top level.
    enum SettingValue: Equatable, Sendable {
        /// A text, or a number as it was written.
        case text(String)
        case flag(Bool)
        case list([String])
    }

    /// Reads a file. Throws a `Failure` of one line, with the file's name and where in it.
    init(path: String) throws {
        try self.init(path: path, bytes: try ConfigurationFile.bytes(of: path))
    }

    /// Reads what stands in the file.
    init(path: String, bytes: [UInt8]) throws {
        self.path = path
        guard path.lowercased().hasSuffix(".json") else {
            throw Failure("\(path.printable): a configuration file is JSON, and its name ends in .json")
        }
        guard bytes.count <= ConfigurationFile.bytesMax else {
            throw Failure("\(path.printable) is too large: a configuration file has at most \(Self.bytesMax) bytes")
        }
        if let offset = ConfigurationFile.offsetOfBadUTF8(bytes) {
            throw Failure("\(ConfigurationFile.place(path, bytes, offset)): not UTF-8")
        }
        let document: ExchangeJSON
        do {
            document = try ExchangeJSONReader.read(bytes)
        } catch {
            throw Failure("\(ConfigurationFile.place(path, bytes, error.offset)): not JSON: \(error.message)")
        }
        guard case .object(let members) = document else {
            throw Failure("\(path.printable): expected an object, {\"listen\": ...}, and found \(document.kind)")
        }
        try take(members)
    }

    /// What stands there for a setting of the server; nil where nothing does.
    func value(_ name: SettingName) -> SettingValue? { values[name] }

    /// Where a key stands, for messages and `outcry config`.
    func source(_ key: String) -> SettingSource { .file(path: path, key: key) }

    /// Where a key of an exchange's block stands.
    func source(_ key: ExchangeSettingName, of exchange: ExchangeID) -> SettingSource {
        source("\(ConfigurationFile.exchangesKey).\(exchange).\(key.rawValue)")
    }

    /// An exchange's block; empty where there is none.
    func block(of exchange: ExchangeID) -> [ExchangeSettingName: String] {
        exchanges?.first { $0.name == exchange }?.block ?? [:]
    }

    // MARK: What it means

    private mutating func take(_ members: [ExchangeJSON.Member]) throws {
        try refuseDoubles(members, in: nil)
        for member in members {
            switch member.name {
            case ConfigurationFile.limitsKey: limits = try limits(member)
            case ConfigurationFile.exchangesKey: exchanges = try exchanges(member)
            default:
                guard let name = SettingName(rawValue: member.name) else { throw unknown(member.name) }
                values[name] = try value(member.value, name.form, at: name.rawValue)
            }
        }
    }

    private func unknown(_ name: String) -> Failure {
        Failure(
            "\(path): \(ConfigurationFile.quoted(name)) is no setting of this file".printable + MisplacedName.hint(name)
        )
    }

    private func limits(_ member: ExchangeJSON.Member) throws -> [(name: String, value: Int)] {
        guard case .object(let members) = member.value else {
            throw wrong("a block of limits", member.value, member.name)
        }
        try refuseDoubles(members, in: member.name)
        return try members.map { limit in
            let key = "\(member.name).\(limit.name)"
            guard case .text(let text) = try value(limit.value, .wholeNumber, at: key), let number = Int(text) else {
                throw wrong(SettingForm.wholeNumber.words, limit.value, key)
            }
            return (limit.name, number)
        }
    }

    private func exchanges(
        _ member: ExchangeJSON.Member
    ) throws -> [(name: ExchangeID, block: [ExchangeSettingName: String])] {
        guard case .object(let members) = member.value else {
            throw wrong("a block for each exchange", member.value, member.name)
        }
        try refuseDoubles(members, in: member.name)
        var found: [(name: ExchangeID, block: [ExchangeSettingName: String])] = []
        for exchange in members {
            let key = "\(member.name).\(exchange.name)"
            guard let name = ExchangeID(exchange.name) else {
                throw Failure("\(at(key)) is no name of an exchange: \(ExchangeWord.nameRule)")
            }
            guard !found.contains(where: { $0.name == name }) else { throw Failure("\(at(key)) comes twice") }
            guard case .object(let settings) = exchange.value else {
                throw wrong("a block of settings", exchange.value, key)
            }
            found.append((name, try block(settings, at: key)))
        }
        return found
    }

    private func block(_ members: [ExchangeJSON.Member], at key: String) throws -> [ExchangeSettingName: String] {
        try refuseDoubles(members, in: key)
        var block: [ExchangeSettingName: String] = [:]
        for member in members {
            guard let name = ExchangeSettingName(rawValue: member.name) else {
                let known = ExchangeSettingName.allCases.map(\.rawValue)
                let plain =
                    member.name.hasPrefix("exchange-") ? String(member.name.dropFirst("exchange-".count)) : member.name
                throw Failure(
                    "\(at("\(key).\(member.name)")) is no setting of an exchange"
                        + NearestName.hint(plain, among: known))
            }
            let path = "\(key).\(name.rawValue)"
            guard case .text(let text) = try value(member.value, name.form, at: path) else {
                throw wrong(name.form.words, member.value, path)
            }
            block[name] = text
        }
        return block
    }

    private func value(_ json: ExchangeJSON, _ form: SettingForm, at key: String) throws -> SettingValue {
        switch (form, json) {
        case (.text, .string(let text)): return .text(try plain(text, at: key))
        case (.number, .number(let number)): return .text(number.text)
        case (.wholeNumber, .number(let number)) where Int(number.text) != nil: return .text(number.text)
        case (.flag, .bool(let isOn)): return .flag(isOn)
        case (.list, .array(let elements)):
            return .list(
                try elements.map { element in
                    guard case .string(let text) = element else { throw wrong(form.words, element, key) }
                    return try plain(text, at: key)
                })
        default: throw wrong(form.words, json, key)
        }
    }

    /// A text with something in it, and without control characters: a path would end at the first zero in it.
    private func plain(_ text: String, at key: String) throws -> String {
        guard !text.isEmpty else { throw Failure("\(at(key)) is empty; expected a value, or leave it out") }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw Failure("\(at(key)) has a control character in it")
        }
        return text
    }

    private func refuseDoubles(_ members: [ExchangeJSON.Member], in block: String?) throws {
        var seen: Set<String> = []
        for member in members where !seen.insert(member.name).inserted {
            throw Failure("\(at(block.map { "\($0).\(member.name)" } ?? member.name)) comes twice")
        }
    }

    /// Says what a value is, and never the value itself: it may be a secret in the wrong place.
    private func wrong(_ expected: String, _ found: ExchangeJSON, _ key: String) -> Failure {
        if case .number = found { return Failure("\(at(key)) takes \(expected), not this number") }
        return Failure("\(at(key)) takes \(expected), not \(found.kind)")
    }

    private func at(_ key: String) -> String {
        "\(path): \(key.split(separator: ".", omittingEmptySubsequences: false).map { Self.quoted($0) }.joined(separator: "."))"
            .printable
    }

    private static func quoted(_ name: some StringProtocol) -> String {
        name.count > quotedMax ? "\(name.prefix(quotedMax))..." : String(name)
    }
}
