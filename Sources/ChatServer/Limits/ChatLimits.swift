import Conversation

/// The limits of the chat server: each named as the setting is, with its unit.
public struct ChatLimits: Hashable, Sendable {
    /// Bytes of one line.
    public var lineBytes = LineLimits().lineBytes
    /// Bytes of one WebSocket message, all its fragments together. A longer one closes the session with 1009.
    public var messageBytes = 65_536
    /// Lines in one message.
    public var messageLines = LineLimits().messageLines
    /// Lines that a session may send at once.
    public var lineBurst = 20
    /// Lines a second that a session may send, once the burst is used up.
    public var lineRate = 10
    /// `cancel` and `panic` that a session may send at once, besides other lines.
    public var urgentBurst = 20
    /// `cancel` and `panic` a second, besides other lines.
    public var urgentRate = 10
    /// Bytes of a message that cost as much of the budget as one line does, and are paid before the message is read. A
    /// message of so many bytes costs no more than the lines in it.
    public var lineBudgetBytes = 2_048
    /// Bytes a second that are read from a session; the rest is read later. A session that may send more bytes in lines
    /// is given as many.
    public var readRateBytes = 262_144
    /// Bytes of requests and messages that have not come whole, of all connections together. Beyond that the largest of
    /// them are given up, those of sessions that are not logged in first: a session is closed with 1013, a request is
    /// answered 503.
    public var unfinishedBytes = 33_554_432
    /// Frames and lines a second that are read from a session; the rest is read later. A session that may send more
    /// lines than that is given as many.
    public var readRate = 4_000
    /// Sessions on this server.
    public var sessions = 10_000
    /// Places among `sessions` that are kept for handshakes with a token, or from an address that has a session which is
    /// logged in; at most a tenth of `sessions`.
    public var reservedSessions = 1_000
    /// Sessions of clients at one address; an IPv6 address counts by its /64 network.
    public var addressSessions = 1_000
    /// Connections that are no sessions yet, or no longer.
    public var handshakes = 1_000
    /// Bytes that may wait for one session that takes none of them. With more, for `stall_s`, it is closed with 1013.
    public var outgoingBytes = 262_144
    /// Seconds that a session with more than `outgoing_bytes` waiting has to take some of them.
    public var stallSeconds = 10
    /// Bytes that may wait for one session although it takes some of them. With more it is closed with 1013.
    public var outgoingBytesMax = 8_388_608
    /// Bytes that may wait for all sessions together. With more, those are closed with 1013 that have most waiting for
    /// longest.
    public var outgoingTotalBytes = 134_217_728
    /// Bytes that the system may hold for one session, besides; it keeps as many again for its own accounts (socket(7)).
    public var socketBytes = 131_072
    /// Seconds of silence after which a session is pinged.
    public var pingIntervalSeconds = 30
    /// Seconds that a session has to answer a ping.
    public var pongTimeoutSeconds = 20
    /// Seconds that a connection has to finish its handshake.
    public var handshakeSeconds = 10
    /// Bytes of an HTTP request, a handshake's among them: its first line and its headers.
    public var handshakeBytes = 8_192
    /// HTTP requests that one address may make at once, handshakes among them.
    public var httpBurst = 1_000
    /// HTTP requests a second from one address, once the burst is used up.
    public var httpRate = 50
    /// Addresses whose requests are counted; the one that was seen first is forgotten first.
    public var httpAddresses = 20_000
    /// Refused hosts and origins that the desk is told of at once, for its audit log.
    public var refusalBurst = 20
    /// Refused hosts and origins a second that the desk is told of after that; the rest are only counted.
    public var refusalRate = 2
    /// Readers that one file of `export` is sent to at a time.
    public var downloadReaders = 8
    /// Files that are sent to one address at a time.
    public var addressDownloads = 16
    /// Seconds after which a reader is cut that has taken nothing more of a file.
    public var downloadStallSeconds = 10
    /// Bytes a second that a reader must take on average; who is slower is cut.
    public var downloadRateBytes = 16_384
    /// Seconds that sessions have to read what waits for them when the server stops.
    public var shutdownSeconds = 3

    public init() {}

    /// The names under which the limits are set, in the order of their documentation.
    public static let names = settings.map(\.name)

    private static var settings: [(name: String, path: WritableKeyPath<ChatLimits, Int>)] {
        [
            ("line_bytes", \.lineBytes), ("message_bytes", \.messageBytes), ("message_lines", \.messageLines),
            ("line_burst", \.lineBurst), ("line_rate", \.lineRate), ("urgent_burst", \.urgentBurst),
            ("urgent_rate", \.urgentRate), ("line_budget_bytes", \.lineBudgetBytes), ("read_rate", \.readRate),
            ("read_rate_bytes", \.readRateBytes), ("unfinished_bytes", \.unfinishedBytes), ("sessions", \.sessions),
            ("reserved_sessions", \.reservedSessions), ("address_sessions", \.addressSessions),
            ("handshakes", \.handshakes), ("outgoing_bytes", \.outgoingBytes), ("stall_s", \.stallSeconds),
            ("outgoing_bytes_max", \.outgoingBytesMax), ("outgoing_total_bytes", \.outgoingTotalBytes),
            ("socket_bytes", \.socketBytes),
            ("ping_interval_s", \.pingIntervalSeconds), ("pong_timeout_s", \.pongTimeoutSeconds),
            ("handshake_s", \.handshakeSeconds),
            ("handshake_bytes", \.handshakeBytes), ("shutdown_s", \.shutdownSeconds),
            ("http_burst", \.httpBurst), ("http_rate", \.httpRate), ("http_addresses", \.httpAddresses),
            ("refusal_burst", \.refusalBurst), ("refusal_rate", \.refusalRate),
            ("download_readers", \.downloadReaders), ("address_downloads", \.addressDownloads),
            ("download_stall_s", \.downloadStallSeconds), ("download_rate_bytes", \.downloadRateBytes),
        ]
    }

    /// A limit by its setting's name; nil for a name that is none.
    public subscript(name: String) -> Int? {
        ChatLimits.settings.first { $0.name == name }.map { self[keyPath: $0.path] }
    }

    /// Sets a limit by its name. False, and nothing changed, for an unknown name or a value outside 1 to 1,000,000,000
    /// (32,000 for seconds, which is what the library keeps them in).
    public mutating func set(_ name: String, to value: Int) -> Bool {
        let highest = name.hasSuffix("_s") ? 32_000 : 1_000_000_000
        guard let setting = ChatLimits.settings.first(where: { $0.name == name }), (1...highest).contains(value) else {
            return false
        }
        self[keyPath: setting.path] = value
        return true
    }
}

extension ChatLimits {
    /// What one message may hold.
    var lines: LineLimits { LineLimits(lineBytes: lineBytes, messageLines: messageLines) }
}
