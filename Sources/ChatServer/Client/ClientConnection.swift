import CLibwebsockets
import DequeModule
import Threads

/// A client's connection, on its service thread. Made there, and never leaves it.
final class ClientConnection: LibraryHandler {
    private let options: WebSocketClient.Options
    private let mailbox: Mailbox<ClientLetter>
    private let waiting: Monitor<ClientBacklog>
    private let onEvent: @Sendable (WebSocketClient.Event) -> Void

    /// The connection, from the moment it is open until it is closed.
    private var connection: OpaquePointer?
    private var incoming: [UInt8] = []
    private var outgoing: Deque<[UInt8]> = []
    private var closing: Closing?
    private var closeDeadline: Int64?
    /// What the server closed with.
    private var peerClose: (code: UInt16, reason: String)?
    /// The last event, once there is one.
    private var ending: WebSocketClient.Event?
    /// What the server says to the handshake, until it has taken it.
    private let answer = AnswerPeek()
    private var trouble: ConnectionTrouble

    private init(
        _ options: WebSocketClient.Options, mailbox: Mailbox<ClientLetter>, waiting: Monitor<ClientBacklog>,
        onEvent: @escaping @Sendable (WebSocketClient.Event) -> Void
    ) {
        self.options = options
        self.mailbox = mailbox
        self.waiting = waiting
        self.onEvent = onEvent
        trouble = ConnectionTrouble(
            address: options.address, proxy: options.proxy.map { "\($0.host):\($0.port)" })
    }

    /// The service thread's whole life.
    static func serve(
        _ options: WebSocketClient.Options, mailbox: Mailbox<ClientLetter>, waiting: Monitor<ClientBacklog>,
        onEvent: @escaping @Sendable (WebSocketClient.Event) -> Void
    ) {
        let handler = ClientConnection(options, mailbox: mailbox, waiting: waiting, onEvent: onEvent)
        var setup = LibrarySetup(
            protocols: ["outcry client"] + (options.subprotocol.map { [$0] } ?? []),
            pingIntervalSeconds: options.limits.pingIntervalSeconds,
            pongTimeoutSeconds: options.limits.pongTimeoutSeconds, handshakeSeconds: options.limits.connectSeconds)
        setup.connectsWithTLS = options.address.isSecure
        setup.trustedCertificates = options.trustedCertificates
        // One connection, the wake-up pipe, and what a name server needs.
        setup.connections = 16
        if let library = LibraryContext(setup, handler: handler), let context = library.context {
            mailbox.open(waking: context)
            handler.connect(library, context)
            library.run { handler.ending == nil }
            mailbox.close()
            handler.answer.stop()
            library.end()
        } else {
            mailbox.close()
        }
        let failure = WebSocketClient.Event.failed(
            reason: "libwebsockets refused; its log at level debug says why", retryAfterSeconds: nil)
        onEvent(handler.ending ?? failure)
    }

    private func connect(_ library: LibraryContext, _ context: OpaquePointer) {
        let address = options.address
        // The library would go by the environment's `http_proxy`, also to this machine. Port 0 is no proxy.
        guard let host = lws_get_vhost_by_name(context, "default"),
            lws_set_proxy(host, library.keep(options.proxy?.libraryText ?? ":0")) == 0
        else {
            ending = .failed(reason: "libwebsockets cannot use the proxy", retryAfterSeconds: nil)
            return
        }
        let defaultPort = address.isSecure ? 443 : 80
        let name = address.host.contains(":") ? "[\(address.host)]" : address.host
        var info = lws_client_connect_info()
        info.context = context
        info.address = UnsafePointer(library.keep(address.host))
        info.port = Int32(address.port)
        info.path = UnsafePointer(library.keep(address.path))
        info.host = UnsafePointer(library.keep(Int(address.port) == defaultPort ? name : "\(name):\(address.port)"))
        info.origin = options.origin.map { UnsafePointer(library.keep($0)) }
        info.protocol = options.subprotocol.map { UnsafePointer(library.keep($0)) }
        info.alpn = UnsafePointer(library.keep("http/1.1"))
        info.ietf_version_or_minus_one = -1
        // A token is not to be carried on to wherever an answer points.
        info.ssl_connection = Int32(LCCSCF_HTTP_NO_FOLLOW_REDIRECT.rawValue)
        if address.isSecure { info.ssl_connection |= Int32(LCCSCF_USE_SSL.rawValue) }
        if lws_client_connect_via_info(&info) == nil { failed(nil) }
    }

    /// The connection will not be open: finds out why, in words.
    private func failed(_ libraryText: String?) {
        guard ending == nil else { return }
        trouble.libraryText = libraryText
        trouble.hasAsked = answer.hasBegun
        trouble.answered = answer.rest()
        if !trouble.hasAsked, trouble.certificate == nil {
            let (host, port) = options.proxy.map { ($0.host, $0.port) } ?? (options.address.host, options.address.port)
            trouble.connectError = ConnectProbe.error(host: host, port: port)
        }
        ending = .failed(
            reason: trouble.reason, retryAfterSeconds: HandshakeAnswer(trouble.answered)?.retryAfterSeconds)
    }

    func tick() {
        guard let closeDeadline, MonotonicClock.nanoseconds >= closeDeadline, ending == nil else { return }
        ending =
            connection == nil
            ? .failed(reason: "closed before it was open", retryAfterSeconds: nil)
            : .closed(code: 1_006, reason: "no answer to the close")
    }

    func handle(
        _ reason: lws_callback_reasons, connection: OpaquePointer?, user: UnsafeMutableRawPointer?,
        bytes: UnsafeMutableRawPointer?, count: Int
    ) -> Int32 {
        guard let connection else { return 0 }
        switch reason {
        case LWS_CALLBACK_CLIENT_RECEIVE:
            return receive(UnsafeRawBufferPointer(start: bytes, count: count), on: connection)
        case LWS_CALLBACK_CLIENT_WRITEABLE:
            return write(on: connection)
        case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
            readMail()
        case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
            if let loop = LibraryContext.of(connection)?.loop { answer.begin(connection, loop: loop) }
            return appendHeaders(to: bytes, room: count, on: connection)
        case LWS_CALLBACK_CLIENT_ESTABLISHED:
            self.connection = connection
            answer.stop()
            onEvent(.opened(subprotocol: chosenSubprotocol(on: connection)))
            if !outgoing.isEmpty || closing != nil { lws_callback_on_writable(connection) }
        case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
            readClose(UnsafeRawBufferPointer(start: bytes, count: count))
        case LWS_CALLBACK_CLIENT_CLOSED:
            closed()
        case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
            failed(bytes.map { String(decoding: UnsafeRawBufferPointer(start: $0, count: count), as: UTF8.self) })
        case LWS_CALLBACK_OPENSSL_PERFORM_SERVER_CERT_VERIFICATION:
            trouble.certificate =
                CertificateFault.found(in: user, isFine: count != 0, host: options.address.host) ?? trouble.certificate
        default:
            break
        }
        return 0
    }

    /// The library checks that the server chose what was asked for, and binds the connection to it.
    private func chosenSubprotocol(on connection: OpaquePointer) -> String? {
        guard options.subprotocol != nil, let name = lws_get_protocol(connection)?.pointee.name else { return nil }
        let chosen = String(cString: name)
        return chosen == options.subprotocol ? chosen : nil
    }

    private func appendHeaders(to place: UnsafeMutableRawPointer?, room: Int, on connection: OpaquePointer) -> Int32 {
        guard let cursor = place?.assumingMemoryBound(to: UnsafeMutablePointer<UInt8>?.self),
            let start = cursor.pointee
        else { return -1 }
        var headers = [("user-agent:", options.userAgent)]
        if let token = options.bearerToken { headers.append(("authorization:", "Bearer \(token)")) }
        for (name, value) in headers {
            let bytes = Array(value.utf8)
            guard
                lws_add_http_header_by_name(connection, name, bytes, Int32(bytes.count), cursor, start + room) == 0
            else { return -1 }
        }
        return 0
    }

    private func receive(_ bytes: UnsafeRawBufferPointer, on connection: OpaquePointer) -> Int32 {
        guard incoming.count + bytes.count <= options.limits.messageBytes else {
            let reason = "message longer than \(options.limits.messageBytes) bytes"
            return sendClose(Closing(code: 1_009, reason: reason, flushes: false), on: connection)
        }
        incoming.append(contentsOf: bytes)
        guard lws_is_final_fragment(connection) != 0, lws_remaining_packet_payload(connection) == 0 else { return 0 }
        let message = String(decoding: incoming, as: UTF8.self)
        incoming.removeAll(keepingCapacity: true)
        onEvent(.message(message))
        return 0
    }

    private func readMail() {
        for letter in mailbox.drain() {
            guard closing == nil else { continue }
            switch letter {
            case .send(let payload):
                outgoing.append(payload)
            case .close(let code, let reason):
                closing = Closing(code: code, reason: reason, flushes: true)
                closeDeadline = MonotonicClock.nanoseconds + Int64(options.limits.closeSeconds) * 1_000_000_000
            }
        }
        if let connection, !outgoing.isEmpty || closing != nil { lws_callback_on_writable(connection) }
    }

    private func write(on connection: OpaquePointer) -> Int32 {
        while let payload = outgoing.first {
            let head = Int(outcry_lws_pre)
            // The library writes the frame's header into the room before the payload, and masks in place.
            var frame = [UInt8](repeating: 0, count: head)
            frame.append(contentsOf: payload)
            let written = frame.withUnsafeMutableBufferPointer { buffer in
                lws_write(connection, buffer.baseAddress.map { $0 + head }, payload.count, LWS_WRITE_TEXT)
            }
            guard written >= payload.count else { return -1 }
            outgoing.removeFirst()
            waiting.withLock { $0.remove(payload.count) }
            if lws_partial_buffered(connection) != 0 || lws_send_pipe_choked(connection) != 0 { break }
        }
        if !outgoing.isEmpty {
            lws_callback_on_writable(connection)
        } else if let closing {
            return sendClose(closing, on: connection)
        }
        return 0
    }

    private func sendClose(_ closing: Closing, on connection: OpaquePointer) -> Int32 {
        self.closing = closing
        if closeDeadline == nil {
            closeDeadline = MonotonicClock.nanoseconds + Int64(options.limits.closeSeconds) * 1_000_000_000
        }
        var reason = Array(closing.reason.utf8.prefix(123))
        lws_close_reason(connection, lws_close_status(UInt32(closing.code)), &reason, reason.count)
        return -1
    }

    /// A close frame's payload: nothing, or a code of two bytes and a reason (RFC 6455 §5.5.1).
    private func readClose(_ payload: UnsafeRawBufferPointer) {
        guard payload.count >= 2 else {
            peerClose = (1_005, "")
            return
        }
        let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
        peerClose = (code, String(decoding: payload.dropFirst(2), as: UTF8.self))
    }

    private func closed() {
        connection = nil
        guard ending == nil else { return }
        if let peerClose {
            ending = .closed(code: peerClose.code, reason: peerClose.reason)
        } else if let closing {
            ending = .closed(code: closing.code, reason: closing.reason)
        } else {
            ending = .closed(code: 1_006, reason: "the connection was lost")
        }
    }
}
