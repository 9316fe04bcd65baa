import Desk
import Foundation
import Trading

/// One exchange of a desk, with everything about it that is set, and where each came from.
struct ExchangeSetting: Sendable {
    /// What traders call it.
    let name: ExchangeID
    let kind: ExchangeKind
    let kindSource: SettingSource
    /// Where it is; nil for one that is in this program.
    var url: Sourced<String>?
    /// Where its streams are; nil where it has none, or where they follow from the URL.
    var stream: Sourced<String>?
    /// Milliseconds.
    var connectTimeout: Sourced<Int>
    /// Milliseconds.
    var timeout: Sourced<Int>
    var answerBytes: Sourced<Int>
    /// Requests a second: of one key, and of all together.
    var rate: Sourced<RequestRate>
    /// The exchange whose market the paper exchange follows; nil where it has one of its own.
    var prices: Sourced<ExchangeID>?

    var keyRequestsPerSecond: Int64 { rate.value.ofKey }
    var exchangeRequestsPerSecond: Int64 { rate.value.ofAll }

    /// What is not set: these are what adapters begin with.
    static let connectTimeoutDefault = 3_000
    static let timeoutDefault = 8_000
    static let answerBytesDefault = 4 << 20
    static let rateDefault = RequestRate(ofKey: 10, ofAll: 20)

    static let timeoutRange = 1...600_000
    static let answerBytesRange = 1_024...1 << 30

    /// Its block of `outcry config`.
    var lines: [SettingLine] {
        var lines = [SettingLine("kind", kind.name, kindSource)]
        guard kind.isOverTheWire else {
            lines.append(SettingLine("prices", prices?.map(\.description) ?? unset("prices")))
            return lines
        }
        lines.append(SettingLine("url", url ?? unset("url")))
        if kind.hasStreams { lines.append(SettingLine("stream", stream ?? unset("stream"))) }
        lines.append(SettingLine("connect-timeout", connectTimeout))
        lines.append(SettingLine("timeout", timeout))
        lines.append(SettingLine("answer-bytes", answerBytes))
        lines.append(SettingLine("rate", rate.map(\.description)))
        return lines
    }

    private func unset(_ key: String) -> Sourced<String> { Sourced(value: "", source: .standard(key)) }
}

/// How many requests a second an exchange is sent: `10/20`.
struct RequestRate: Equatable, Sendable, CustomStringConvertible {
    /// Of one key.
    let ofKey: Int64
    /// Of all keys together.
    let ofAll: Int64

    private static let range: ClosedRange<Int64> = 1...100_000

    init(ofKey: Int64, ofAll: Int64) {
        self.ofKey = ofKey
        self.ofAll = ofAll
    }

    /// Nil for what is not `KEY/ALL` with two numbers from 1 to 100000.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int64($0) ?? 0 }
        guard parts.count == 2, parts.allSatisfy(RequestRate.range.contains) else { return nil }
        self.init(ofKey: parts[0], ofAll: parts[1])
    }

    var description: String { "\(ofKey)/\(ofAll)" }
}

/// Checks of the addresses of exchanges.
enum ExchangeURL {
    /// Whether a text may have a user or a password in it.
    static func hasUser(_ text: String) -> Bool { text.contains("@") || text.lowercased().contains("%40") }

    /// What such a text is refused with; the text itself is not quoted.
    static func hasUser(_ source: SettingSource) -> Failure {
        Failure("\(source): a URL here has no user in it; traders set their keys themselves")
    }

    /// A URL that was checked, as it is compared with others: without a slash at its end, the scheme's own port, or capitals in
    /// its scheme and host.
    static func compared(_ text: String) -> String {
        guard let parts = URLComponents(string: text) else { return text }
        let scheme = parts.scheme?.lowercased() ?? ""
        let port = parts.port ?? (scheme == "https" ? 443 : 80)
        var path = parts.path[...]
        while path.hasSuffix("/") { path.removeLast() }
        return "\(scheme)://\(parts.host?.lowercased() ?? ""):\(port)\(path)"
    }

    /// Throws a `Failure` for a URL that is none of these schemes' (the plain one, then the one over TLS), and for one that is not
    /// encrypted away from this machine: keys sign what is sent, and do not hide it.
    static func check(_ url: Sourced<String>, schemes: (plain: String, encrypted: String), isInsecure: Bool) throws {
        let text = url.value
        let found = URLComponents(string: text)
        guard found?.user == nil, !hasUser(text) else { throw hasUser(url.source) }
        guard let parts = found, let host = parts.host, !host.isEmpty, parts.query == nil,
            parts.fragment == nil, let scheme = parts.scheme?.lowercased(),
            scheme == schemes.plain || scheme == schemes.encrypted, (1...65_535).contains(parts.port ?? 1)
        else {
            throw Failure(
                "\(url.source): \(text.withoutSecrets) is not \(schemes.encrypted)://HOST, with a port or a path where it has one"
            )
        }
        let isLocal = ["127.0.0.1", "::1", "[::1]", "localhost"].contains(host)
        guard scheme == schemes.encrypted || isLocal || isInsecure else {
            let insecure = url.source.written(SettingName.insecure.rawValue)
            throw Failure(
                "\(url.source): \(text.withoutSecrets) is not encrypted; \(schemes.encrypted), unless told \(insecure)")
        }
    }
}

extension [ExchangeSetting] {
    /// The exchanges as the desk's server makes them, in the order in which they were named.
    func venues(_ surroundings: ExchangeSurroundings) throws -> [(name: ExchangeID, venue: DeskServer.Venue)] {
        try map { ($0.name, try $0.kind.venue($0, surroundings)) }
    }

    /// Whether the paper exchange is among them.
    var hasPaper: Bool { contains { !$0.kind.isOverTheWire } }

    /// `paper, main and yobit`.
    var names: String {
        let names = map(\.name.description)
        return names.count < 2
            ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + (names.last ?? "")
    }
}
