import Threads

/// One WebSocket connection from the client's side, on a service thread of its own.
///
/// It does not connect again by itself: when it has closed, make another. Letting go of it closes the connection.
public final class WebSocketClient: Sendable {
    /// What happens to the connection: `opened`, then messages, then `closed`; or `failed` alone.
    public enum Event: Hashable, Sendable {
        /// With the subprotocol that the server chose; nil where none.
        case opened(subprotocol: String?)
        /// A whole text message.
        case message(String)
        /// It was open, and is no longer. 1005 where the other side gave no code, 1006 where it just went away.
        case closed(code: UInt16, reason: String)
        /// It was never open: why, with the server's words where it has said some, and what helps. The seconds are those
        /// after which the server wants to be asked again, where it says so (`Retry-After`).
        case failed(reason: String, retryAfterSeconds: Int?)
    }

    /// The limits of a client, with their units.
    public struct Limits: Hashable, Sendable {
        /// Bytes of one message from the server. A longer one closes the connection with 1009.
        public var messageBytes = 1_048_576
        /// Bytes that may wait to be sent. With more, `send` refuses.
        public var outgoingBytes = 1_048_576
        /// Events that may wait in `events`. With more the connection is closed with 1008 and the rest are lost.
        public var eventsWaiting = 65_536
        /// Seconds to connect, and again to finish the handshake.
        public var connectSeconds = 10
        /// Seconds for the server to answer a close.
        public var closeSeconds = 3
        /// Seconds of silence after which the server is pinged.
        public var pingIntervalSeconds = 30
        /// Seconds that the server has to answer a ping.
        public var pongTimeoutSeconds = 20

        public init() {}
    }

    /// How to connect.
    public struct Options: Hashable, Sendable {
        public var address: WebSocketAddress
        /// The subprotocol to ask for; nil asks for none.
        public var subprotocol: String?
        /// Sent as `Authorization: Bearer`.
        public var bearerToken: String?
        /// Sent as `Origin`, as a browser would.
        public var origin: String?
        /// PEM file of certificates to trust besides the system's.
        public var trustedCertificates: String?
        /// The HTTP proxy to connect through; nil connects directly, whatever the environment says.
        public var proxy: ProxyChoice?
        public var userAgent = "outcry"
        public var limits = Limits()

        public init(address: WebSocketAddress, subprotocol: String? = nil, bearerToken: String? = nil) {
            self.address = address
            self.subprotocol = subprotocol
            self.bearerToken = bearerToken
        }
    }

    private let mailbox = Mailbox<ClientLetter>()
    private let waiting: Monitor<ClientBacklog>

    /// Begins to connect. `onEvent` is called on the client's thread, one event at a time, and must not block; the last
    /// event is `closed` or `failed`.
    public init(_ options: Options, onEvent: @escaping @Sendable (Event) -> Void) {
        let waiting = Monitor(ClientBacklog(bytesMax: options.limits.outgoingBytes))
        self.waiting = waiting
        let mailbox = mailbox
        let started = NamedThread.start(name: "outcry-client") {
            ClientConnection.serve(options, mailbox: mailbox, waiting: waiting, onEvent: onEvent)
        }
        if !started {
            mailbox.close()
            onEvent(.failed(reason: "the system has no thread to give", retryAfterSeconds: nil))
        }
    }

    /// Begins to connect; what happens comes as a stream, which ends after the last event.
    public static func connect(_ options: Options) -> (client: WebSocketClient, events: AsyncStream<Event>) {
        let (events, continuation) = AsyncStream.makeStream(
            of: Event.self, bufferingPolicy: .bufferingOldest(options.limits.eventsWaiting))
        let handle = Monitor<Mailbox<ClientLetter>?>(nil)
        let client = WebSocketClient(options) { event in
            if case .dropped = continuation.yield(event) {
                let mailbox = handle.withLock { $0 }
                mailbox?.post(.close(code: 1_008, reason: "more events wait than are read"))
            }
            switch event {
            case .closed, .failed: continuation.finish()
            case .opened, .message: break
            }
        }
        handle.withLock { $0 = client.mailbox }
        return (client, events)
    }

    /// Sends a text message. Before the connection is open it waits for that. False, and nothing is sent, where the
    /// connection is over or more than `outgoingBytes` would wait.
    @discardableResult
    public func send(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard waiting.withLock({ $0.add(bytes.count) }) else { return false }
        return mailbox.post(.send(bytes))
    }

    /// Closes the connection once what waits is sent. A reason of more than 123 bytes is cut off.
    public func close(code: UInt16 = 1_000, reason: String = "") {
        mailbox.post(.close(code: code, reason: reason))
    }

    deinit { close(code: 1_001) }
}

/// What other threads ask of a client's service thread.
enum ClientLetter: Sendable {
    case send([UInt8])
    case close(code: UInt16, reason: String)
}

/// How many bytes wait to be sent.
struct ClientBacklog: Sendable {
    let bytesMax: Int
    private var bytes = 0

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    mutating func add(_ count: Int) -> Bool {
        guard bytes + count <= bytesMax else { return false }
        bytes += count
        return true
    }

    mutating func remove(_ count: Int) { bytes -= count }
}
