public import Trading

/// What anybody may ask. Answers are cached by the exchange for two seconds: asking more often brings nothing.
public enum PublicRequest: Hashable, Sendable {
    /// All pairs and their rules.
    case info
    case ticker([Pair])
    /// At most `limit` prices of each side; the exchange gives 150 unless told, and 2,000 at most.
    case depth([Pair], limit: Int?)
    case trades([Pair], limit: Int?)
    case fee([Pair])

    /// The most rows of depth or trades that can be asked for.
    public static let limitMax = 2_000

    /// One request of version 3 for all pairs, below the exchange's base URL. Pairs that it has switched off are left
    /// out of the answer rather than spoiling it.
    public var path: String {
        switch self {
        case .info: "/api/3/info"
        case .ticker(let pairs): PublicRequest.path("ticker", pairs)
        case .depth(let pairs, let limit): PublicRequest.path("depth", pairs, limit: limit)
        case .trades(let pairs, let limit): PublicRequest.path("trades", pairs, limit: limit)
        case .fee(let pairs): PublicRequest.path("fee", pairs)
        }
    }

    /// The same of version 2, which knows one pair a request and no info: one path a pair, in order.
    public var fallbackPaths: [(pair: Pair, path: String)] {
        switch self {
        case .info: []
        case .ticker(let pairs): pairs.map { ($0, "/api/2/\($0)/ticker") }
        case .depth(let pairs, _): pairs.map { ($0, "/api/2/\($0)/depth") }
        case .trades(let pairs, _): pairs.map { ($0, "/api/2/\($0)/trades") }
        case .fee(let pairs): pairs.map { ($0, "/api/2/\($0)/fee") }
        }
    }

    /// A pair named twice is an error there, so that each is named once.
    private static func path(_ method: String, _ pairs: [Pair], limit: Int? = nil) -> String {
        var seen = Set<Pair>()
        let names = pairs.filter { seen.insert($0).inserted }.map(\.description).joined(separator: "-")
        let rows = limit.map { "&limit=\(min(max($0, 1), limitMax))" } ?? ""
        return "/api/3/\(method)/\(names)?ignore_invalid=1\(rows)"
    }

    /// The request over HTTP; it changes nothing, so that it may be sent again.
    public static func get(_ path: String, baseURL: String) -> HTTPRequest {
        HTTPRequest(.get, url: baseURL + path, delivery: .mayRepeat)
    }
}
