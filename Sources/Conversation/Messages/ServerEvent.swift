/// A session's number: unique in the life of the process, never used again. It names the gateway that holds the session.
public struct SessionID: RawRepresentable, Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Of the sessions of one gateway; numbers have 48 bits, which a million new sessions a second fill in nine years.
    public init(gateway: UInt16, number: UInt64) {
        rawValue = UInt64(gateway) << SessionID.numberBits | number & (1 << SessionID.numberBits - 1)
    }

    private static let numberBits: UInt64 = 48

    /// The gateway that holds it; 0 is the only one of a desk that has one.
    public var gateway: UInt16 { UInt16(truncatingIfNeeded: rawValue >> SessionID.numberBits) }

    public static func < (left: SessionID, right: SessionID) -> Bool { left.rawValue < right.rawValue }

    public var description: String { "session \(rawValue)" }
}

/// How a session's messages are written. The raw value is the WebSocket subprotocol that asks for it.
public enum WireFormat: String, Hashable, Sendable, Codable, CaseIterable {
    /// Plain text, and what a client gets that asks for no subprotocol.
    case text = "outcry.text.v1"
    /// One JSON object a message.
    case json = "outcry.json.v1"
}

/// Who is at the other end of a session.
public struct Peer: Hashable, Sendable, Codable {
    /// The address as digits, without the port: `127.0.0.1`, `::1`.
    public var address: String
    public var format: WireFormat
    /// What came as `Authorization: Bearer` with the handshake. A secret: never to be logged.
    public var bearerToken: String?
    /// What the client says it is, up to 256 bytes; nil where it says nothing.
    public var userAgent: String?
    /// Where the server is, as the client has named it: `https://desk.example`; nil where it has not.
    public var site: String?

    public init(
        address: String, format: WireFormat, bearerToken: String? = nil, userAgent: String? = nil,
        site: String? = nil
    ) {
        self.address = address
        self.format = format
        self.bearerToken = bearerToken
        self.userAgent = userAgent
        self.site = site
    }
}

/// One line that a trader sent: not blank, not a comment alone, within all limits.
public struct IncomingLine: Hashable, Sendable, Codable {
    /// The `id` of a JSON message. A tag that stands in the line, `[k7] buy ...`, is still in the line.
    public var tag: String?
    public var text: String

    public init(tag: String? = nil, text: String) {
        self.tag = tag
        self.text = text
    }
}

/// A request that was refused because of the site that it came from or was sent to: what a web page in a trader's browser
/// does when it attacks a desk on the trader's own machine, or a proxy that is set up wrongly.
public struct RefusedRequest: Hashable, Sendable, Codable {
    /// The header that was refused.
    public enum Header: String, Hashable, Sendable, Codable {
        /// `Host` is no name of this server: answered 421.
        case host
        /// `Origin` is a web page that may not connect: answered 403.
        case origin
    }

    /// The client's address as digits, without the port.
    public let address: String
    public let header: Header
    /// The header's value, at most `valueLengthMax` characters. It is the client's own text: to be escaped where it is written.
    public let value: String

    /// Characters of a value that are kept.
    public static let valueLengthMax = 200

    public init(address: String, header: Header, value: String) {
        self.address = address
        self.header = header
        self.value = String(value.prefix(RefusedRequest.valueLengthMax))
    }
}

/// What happens on the server's side of the sockets. Of one session, `opened` comes first and `closed` last, each once.
public enum ServerEvent: Hashable, Sendable, Codable {
    case opened(SessionID, Peer)
    /// In the order typed, at least one. Each must be answered with exactly one `OutgoingMessage.reply` or `.noReply`, in
    /// this order: the server's own refusals wait for their turn among these answers.
    case lines(SessionID, [IncomingLine])
    case closed(SessionID)
    /// For the audit log. At most `refusal_rate` of these come a second; the rest are only counted.
    case refused(RefusedRequest)
}

/// What became of an event.
public enum Delivery: Hashable, Sendable, Codable {
    case accepted
    /// The inbox is full. Lines are then refused with `too_many_waiting`, a new session is closed with 1013; `closed`
    /// cannot be refused, and of `refused` nobody is told.
    case refused
}

extension IncomingLine {
    /// Whether its first word, behind its tag, is `cancel` or `panic`, in any case: such a line goes before others.
    public var isUrgent: Bool {
        let leading = LineTag(leading: text.utf8)
        return leadingWordIsUrgent(leading.map { text.utf8[$0.end...] } ?? text.utf8[...])
    }
}
