public import Trading

/// At most `burst` requests at once, and one more each `interval`: a bucket of tokens, counted in nanoseconds.
public struct RateLimit: Hashable, Sendable {
    public let burst: Int64
    /// Between two requests in the long run.
    public let intervalNanoseconds: Int64
    /// When the bucket is full again; each request moves it on by one interval (GCRA, ITU-T I.371).
    private var fullAt: Timestamp?

    public init(burst: Int64, intervalNanoseconds: Int64) {
        precondition(burst > 0 && intervalNanoseconds > 0, "a rate limit that lets nothing through")
        precondition(
            !burst.multipliedReportingOverflow(by: intervalNanoseconds).overflow, "a rate limit of more than 292 years")
        self.burst = burst
        self.intervalNanoseconds = intervalNanoseconds
    }

    /// The first moment from `now` on at which a request may go.
    public func earliest(from now: Timestamp) -> Timestamp {
        guard let fullAt else { return now }
        // A clock that was set back must not stop the requests for as long: the bucket is never emptier than empty.
        let latest = now.advanced(byNanoseconds: burst * intervalNanoseconds)
        let due = min(fullAt, latest).advanced(byNanoseconds: -(burst - 1) * intervalNanoseconds)
        return max(now, due)
    }

    /// Counts a request that goes at `now`. Only after `earliest` said that it may.
    public mutating func take(at now: Timestamp) {
        precondition(earliest(from: now) <= now, "a request before its time")
        let latest = now.advanced(byNanoseconds: burst * intervalNanoseconds)
        fullAt = max(now, min(fullAt ?? now, latest)).advanced(byNanoseconds: intervalNanoseconds)
    }
}

/// The exchange's limit and those of its keys: a request of a key counts in both.
public struct RequestPacing: Sendable {
    private var exchange: RateLimit
    private let keyLimit: RateLimit
    private var keys: [String: RateLimit] = [:]

    /// `key` is the limit of each key, all tokens there.
    public init(exchange: RateLimit, key: RateLimit) {
        self.exchange = exchange
        keyLimit = key
    }

    /// The first moment at which a request may go; `key` is nil for what anybody may ask.
    public func earliest(key: String?, from now: Timestamp) -> Timestamp {
        let ofExchange = exchange.earliest(from: now)
        guard let key else { return ofExchange }
        return max(ofExchange, (keys[key] ?? keyLimit).earliest(from: now))
    }

    /// Counts a request where it may go at `now`; false, and nothing counted, where it may not.
    public mutating func take(key: String?, at now: Timestamp) -> Bool {
        guard earliest(key: key, from: now) <= now else { return false }
        exchange.take(at: now)
        if let key { keys[key, default: keyLimit].take(at: now) }
        return true
    }
}
