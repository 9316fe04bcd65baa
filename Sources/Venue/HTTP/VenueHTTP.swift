/// A request to the venue, as it came: nothing of it is decoded yet.
public struct VenueHTTPRequest: Hashable, Sendable {
    /// `GET`, `POST`, in capitals.
    public let method: String
    /// What stands before the question mark: `/api/3/ticker/btc_usd`.
    public let path: String
    /// What stands behind it, or empty.
    public let query: String
    public let headers: [Header]
    public let body: [UInt8]

    /// A line of the head: its name as it came, and its value.
    public struct Header: Hashable, Sendable {
        public let name: String
        public let value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public init(_ method: String, _ path: String, query: String = "", headers: [Header] = [], body: [UInt8] = []) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// The first header of that name, in any case.
    public func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }
}

/// What the venue answers.
public struct VenueHTTPResponse: Hashable, Sendable {
    public let status: Int
    public let contentType: String
    public var body: [UInt8]
    /// What Content-Length says; more than the body has where the answer is cut on its way.
    public var announcedLength: Int

    public init(status: Int = 200, contentType: String = "application/json", body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
        announcedLength = body.count
    }

    public var text: String { String(decoding: body, as: UTF8.self) }
}

/// What is to be done about a request.
public enum VenueReaction: Hashable, Sendable {
    /// Answer, so many nanoseconds from now.
    case answer(VenueHTTPResponse, afterNanoseconds: Int64)
    /// Close the connection without a word.
    case close
    /// Neither answer nor close, until the client gives up.
    case hang
}
