/// One request over HTTP.
public struct HTTPRequest: Hashable, Sendable {
    /// What is asked of the server.
    public enum Method: Hashable, Sendable {
        case get
        /// With a form as its body, sent byte for byte as it is given: it may be signed.
        case post(body: [UInt8])
    }

    /// How often the server may be handed the request.
    public enum Delivery: Hashable, Sendable {
        /// Again where a kept connection turned out to be dead: for what changes nothing.
        case mayRepeat
        /// Once at most, whatever becomes of the answer: for what spends money, and for all that carries a nonce.
        case onceAtMost
    }

    public var method: Method
    /// With its scheme, `http` or `https`.
    public var url: String
    public var headers: [HTTPHeader]
    /// Names of the answer's headers that are wanted, in lower case.
    public var wantedHeaders: Set<String>
    public var delivery: Delivery

    public init(
        _ method: Method, url: String, headers: [HTTPHeader] = [], wantedHeaders: Set<String> = [],
        delivery: Delivery
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.wantedHeaders = wantedHeaders
        self.delivery = delivery
    }
}

/// A header of a request or of an answer.
public struct HTTPHeader: Hashable, Sendable {
    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// Whether it stays one header on the wire: a line break in it would start another.
    var isOneLine: Bool {
        !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
            && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }
}

/// A whole answer, whatever its status.
public struct HTTPResponse: Hashable, Sendable {
    public let status: Int
    /// Those that were wanted, in the order in which they came, names in lower case.
    public let headers: [HTTPHeader]
    public let body: [UInt8]
    /// Whether it came over a connection that an earlier request had opened.
    public let reusedConnection: Bool

    public init(status: Int, headers: [HTTPHeader] = [], body: [UInt8], reusedConnection: Bool = false) {
        self.status = status
        self.headers = headers
        self.body = body
        self.reusedConnection = reusedConnection
    }

    /// Whether the status says that there is a result.
    var isSuccess: Bool { (200..<300).contains(status) }
}

/// Why there is no whole answer, and whether the request may have done its work all the same.
public struct HTTPFailure: Error, Hashable, Sendable {
    /// What went wrong.
    public enum Cause: String, Hashable, Sendable, CaseIterable {
        /// The host's name has no address.
        case couldNotResolve
        case couldNotConnect
        /// The server's certificate is not to be trusted, or there was no agreement on TLS.
        case tlsRefused
        case timedOut
        /// The connection ended before the answer did.
        case connectionLost
        /// What came is not HTTP.
        case notHTTP
        /// The answer is longer than `HTTPLimits` allow.
        case responseTooLarge
        case canceled
        case shutDown
        /// As many requests are under way as `HTTPLimits` allow.
        case tooManyWaiting
        /// The URL or a header cannot be sent.
        case badRequest
        /// The library failed in a way that has no name here; `message` has its words.
        case libraryFailed
    }

    /// Whether the server may have the request.
    public enum Arrival: String, Hashable, Sendable {
        /// No byte of it was handed to a connection: the server cannot have it and cannot get it.
        case neverSent
        /// It was begun to be sent: it may have done its work, or may do so yet.
        case mayHaveArrived
    }

    public let cause: Cause
    public let arrival: Arrival
    /// The library's words; never a header or a body.
    public let message: String

    public init(_ cause: Cause, _ arrival: Arrival, message: String = "") {
        self.cause = cause
        self.arrival = arrival
        self.message = message
    }
}

/// What became of a request.
public typealias HTTPOutcome = Result<HTTPResponse, HTTPFailure>
