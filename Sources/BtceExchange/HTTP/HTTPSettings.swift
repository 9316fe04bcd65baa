/// What a client of HTTP may take: time, memory, connections.
public struct HTTPLimits: Hashable, Sendable {
    /// From the start of a request until TCP and TLS stand.
    public var connectMillisecondsMax = 5_000
    /// From the start of a request to the end of its answer.
    public var requestMillisecondsMax = 15_000
    public var responseBytesMax = 4 << 20
    /// All headers of an answer together.
    public var headerBytesMax = 64 << 10
    /// Requests that have been handed over and are not answered.
    public var requestsMax = 1_024
    /// Connections that are kept open while nothing goes over them.
    public var connectionsKeptMax = 16
    /// A connection that was idle for longer is not used again. Below what servers usually wait before they close one
    /// (nginx: 75 s), so that a request seldom meets a connection that is just being closed.
    public var idleConnectionSecondsMax = 30

    public init() {}
}

/// How a client of HTTP behaves.
public struct HTTPSettings: Hashable, Sendable {
    public var limits = HTTPLimits()
    /// A PEM file of authorities that are trusted beside the system's.
    public var extraTrustFile: String?
    /// What the client calls itself.
    public var userAgent = "outcry"

    public init() {}
}
