import Trading

/// An exchange as it is named in one word: `--exchange NAME`, `NAME=URL`, `NAME=KIND` or `NAME=KIND:URL`.
struct ExchangeWord: Equatable, Sendable {
    let name: ExchangeID
    /// As it was written; nil where the name or the exchange's block has to say it.
    let kind: String?
    let url: String?

    /// What a name is, for messages.
    static let nameRule =
        "up to \(ExchangeID.nameLengthMax) letters, digits, - and _, beginning with a letter"
    /// The forms, for messages.
    static let forms = "NAME, NAME=URL or NAME=KIND:URL"

    init(name: ExchangeID, kind: String? = nil, url: String? = nil) {
        self.name = name
        self.kind = kind
        self.url = url
    }

    /// Throws a `Failure` that names the source.
    init(_ text: String, source: SettingSource) throws {
        guard !ExchangeURL.hasUser(text) else { throw ExchangeURL.hasUser(source) }
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = ExchangeID(parts[0]) else {
            throw Failure(
                "\(source): no exchange \(String(parts[0]).withoutSecrets): a name has \(ExchangeWord.nameRule)")
        }
        self.name = name
        guard parts.count == 2 else {
            (kind, url) = (nil, nil)
            return
        }
        let rest = parts[1]
        guard let colon = rest.firstIndex(of: ":") else {
            // A host without https:// is more probable than a kind that nobody has heard of.
            guard !rest.isEmpty, ExchangeKind.named(rest) != nil || ExchangeID(rest) != nil else {
                throw Failure("\(source) takes \(ExchangeWord.forms), not \(text.withoutSecrets)")
            }
            (kind, url) = (rest.lowercased(), nil)
            return
        }
        let address = rest[rest.index(after: colon)...]
        if address.hasPrefix("//") {
            (kind, url) = (nil, String(rest))
            return
        }
        let kind = rest[..<colon]
        // `localhost:8080` is a host and its port.
        guard ExchangeKind.named(kind) != nil || ExchangeID(kind) != nil && address.first?.isNumber != true else {
            throw Failure(
                "\(source) takes \(ExchangeWord.forms), a URL with its https://, not \(text.withoutSecrets)")
        }
        (self.kind, url) = (kind.lowercased(), String(address))
    }
}
