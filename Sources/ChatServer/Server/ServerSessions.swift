import CLibwebsockets
import Glibc
import Logging
import Trading

/// What other threads ask of the server's service thread.
enum ServerLetter: Sendable {
    case send([(SessionID, OutgoingMessage)])
    case close(SessionID, code: UInt16, reason: String)
    case shutDown
}

/// All sessions, on the service thread. Made there, and never leaves it.
final class ServerSessions: LibraryHandler {
    let configuration: ChatServerConfiguration
    let mailbox: Mailbox<ServerLetter>
    let onEvent: @Sendable (ServerEvent) -> Delivery
    let health: @Sendable () -> HealthReport
    let counters: ServerCounters
    let logger: Logger
    let reader: MessageReader
    /// The loop that first frames are watched on.
    var loop: OpaquePointer?

    /// Holds every session that a connection's memory points to, from `ESTABLISHED` to `CLOSED`.
    private var sessions: [SessionID: ServerSession] = [:]
    private var lastID: UInt64 = 0
    private var stopDeadline: Int64?

    /// Seconds until a connection is cut that does not take its close frame.
    private static let closeSeconds: Int32 = 3

    init(
        configuration: ChatServerConfiguration, mailbox: Mailbox<ServerLetter>, counters: ServerCounters,
        onEvent: @escaping @Sendable (ServerEvent) -> Delivery, health: @escaping @Sendable () -> HealthReport,
        logger: Logger
    ) {
        self.configuration = configuration
        self.mailbox = mailbox
        self.counters = counters
        self.onEvent = onEvent
        self.health = health
        self.logger = logger
        reader = MessageReader(limits: configuration.limits)
    }

    /// False once the server is to stop and either nobody is connected or they have had their time.
    var isServing: Bool {
        guard let stopDeadline else { return true }
        return !sessions.isEmpty && monotonicNanoseconds() < stopDeadline
    }

    func tick() {}

    func handle(
        _ reason: lws_callback_reasons, connection: OpaquePointer?, user: UnsafeMutableRawPointer?,
        bytes: UnsafeMutableRawPointer?, count: Int
    ) -> Int32 {
        guard let connection else { return 0 }
        switch reason {
        case LWS_CALLBACK_RECEIVE:
            guard let session = session(user) else { return -1 }
            return receive(UnsafeRawBufferPointer(start: bytes, count: count), from: session)
        case LWS_CALLBACK_SERVER_WRITEABLE:
            guard let session = session(user) else { return -1 }
            return write(session)
        case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
            readMail()
        case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
            return judgeUpgrade(connection)
        case LWS_CALLBACK_ESTABLISHED:
            return open(connection, user: user)
        case LWS_CALLBACK_CLOSED:
            if let session = session(user) { forget(session) }
        case LWS_CALLBACK_HTTP:
            return answerPage(connection, path: bytes, count: count)
        default:
            break
        }
        return 0
    }

    /// The session that a connection's memory points to.
    private func session(_ user: UnsafeMutableRawPointer?) -> ServerSession? {
        guard let pointer = user?.load(as: UnsafeRawPointer?.self) else { return nil }
        return Unmanaged<ServerSession>.fromOpaque(pointer).takeUnretainedValue()
    }

    // MARK: Handshake

    private func judgeUpgrade(_ connection: OpaquePointer) -> Int32 {
        let handshake = Handshake(
            host: header(WSI_TOKEN_HOST, of: connection), origin: header(WSI_TOKEN_ORIGIN, of: connection),
            protocols: header(WSI_TOKEN_PROTOCOL, of: connection), key: header(WSI_TOKEN_KEY, of: connection),
            version: header(WSI_TOKEN_VERSION, of: connection))
        var verdict = handshake.judged(allowedOrigins: configuration.allowedOrigins)
        if verdict == .accepted {
            if stopDeadline != nil {
                verdict = .refused(status: 503, message: "the desk is shutting down")
            } else if sessions.count >= configuration.limits.sessions {
                verdict = .refused(status: 503, message: "too many sessions; try again later")
            }
        }
        guard case .refused(let status, let message) = verdict else { return 0 }
        counters.handshakesRefused.count()
        logger.debug("handshake refused", metadata: ["status": "\(status)", "reason": "\(message)"])
        var headers = ["Connection: close"]
        if status == 426 { headers.append("Sec-WebSocket-Version: 13") }
        let answer = ServerPage.Answer(status: status, headers: headers, body: message + "\n")
        // Above zero says to the library that the request has been answered.
        return ServerPage.send(answer, isHead: false, to: connection) ? 1 : -1
    }

    private func open(_ connection: OpaquePointer, user: UnsafeMutableRawPointer?) -> Int32 {
        guard let user else { return -1 }
        lastID += 1
        let id = SessionID(rawValue: lastID)
        let session = ServerSession(
            id: id, peer: peer(of: connection), connection: connection,
            budget: SessionBudget(limits: configuration.limits, now: monotonicNanoseconds()))
        user.storeBytes(of: UnsafeRawPointer(Unmanaged.passUnretained(session).toOpaque()), as: UnsafeRawPointer?.self)
        sessions[id] = session
        counters.sessions.count()
        counters.sessionsOpened.count()
        watchFirstFrame(of: session)
        if onEvent(.opened(id, session.peer)) == .refused {
            session.isClosedForDesk = true
            end(session, Closing(code: 1_013, reason: "the desk is busy; try again later", flushes: false))
        }
        return 0
    }

    private func peer(of connection: OpaquePointer) -> Peer {
        var address = [CChar](repeating: 0, count: 64)
        lws_get_peer_simple(connection, &address, address.count)
        var text = String(decoding: address.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // An IPv4 peer of a socket that serves both is written ::ffff:192.0.2.1.
        if text.hasPrefix("::ffff:") { text.removeFirst(7) }
        if configuration.trustsForwardedFor,
            let forwarded = forwardedAddress(
                header(WSI_TOKEN_X_FORWARDED_FOR, of: connection), by: text, isAddress: isNumericAddress)
        {
            text = forwarded
        }
        let name = lws_get_protocol(connection)?.pointee.name.map { String(cString: $0) } ?? ""
        return Peer(
            address: text, format: WireFormat(rawValue: name) ?? .text,
            bearerToken: bearerToken(authorization: header(WSI_TOKEN_HTTP_AUTHORIZATION, of: connection)),
            userAgent: header(WSI_TOKEN_HTTP_USER_AGENT, of: connection).map { String($0.prefix(256)) })
    }

    private func answerPage(_ connection: OpaquePointer, path: UnsafeMutableRawPointer?, count: Int) -> Int32 {
        var uri: UnsafeMutablePointer<CChar>?
        var length: Int32 = 0
        let method = lws_http_get_uri_and_method(connection, &uri, &length)
        let text = String(decoding: UnsafeRawBufferPointer(start: path, count: count), as: UTF8.self)
        let answer = ServerPage.answer(path: text, method: method, health: health)
        let isHead = method == Int32(LWSHUMETH_HEAD)
        guard ServerPage.send(answer, isHead: isHead, to: connection) else { return -1 }
        // A refused method may bring a body, which nobody would read.
        return answer.status == 405 || lws_http_transaction_completed(connection) != 0 ? -1 : 0
    }

    // MARK: The first frame

    /// The library accepts frames that are not masked, and RFC 6455 §5.1 says to close on one. A client either masks or
    /// does not, so the first frame is looked at before the library takes it.
    private func watchFirstFrame(of session: ServerSession) {
        guard let loop else { return }
        let watcher = UnsafeMutablePointer<ev_io>.allocate(capacity: 1)
        watcher.initialize(to: ev_io())
        session.firstFrame = watcher
        outcry_ev_io_start_first(
            loop, watcher,
            { _, watcher, _ in
                guard let pointer = outcry_ev_io_context(watcher) else { return }
                let session = Unmanaged<ServerSession>.fromOpaque(pointer).takeUnretainedValue()
                guard let handler = LibraryContext.of(session.connection)?.handler as? ServerSessions else { return }
                handler.lookAtFirstFrame(of: session)
            }, lws_get_socket_fd(session.connection), Unmanaged.passUnretained(session).toOpaque())
    }

    private func lookAtFirstFrame(of session: ServerSession) {
        var header: [UInt8] = [0, 0]
        let count = outcry_peek(session.connection, lws_get_socket_fd(session.connection), &header, 2)
        guard count > 0 else { return }
        // The mask bit is the highest of the second byte. The first may have come alone, and been taken since.
        let index = 1 - session.firstFrameBytesSeen
        guard count > index else {
            session.firstFrameBytesSeen = 1
            return
        }
        stopWatching(session)
        if header[index] & 0x80 == 0 {
            end(session, Closing(code: 1_002, reason: "frame not masked (RFC 6455, 5.1)", flushes: false))
        }
    }

    private func stopWatching(_ session: ServerSession) {
        guard let loop, let watcher = session.firstFrame else { return }
        ev_io_stop(loop, watcher)
        watcher.deallocate()
        session.firstFrame = nil
    }

    // MARK: Receiving

    private func receive(_ bytes: UnsafeRawBufferPointer, from session: ServerSession) -> Int32 {
        if let closing = session.closing { return closing.flushes ? 0 : sendClose(closing, to: session) }
        if lws_frame_is_binary(session.connection) != 0 {
            return close(session, code: 1_003, reason: "binary message; expected text")
        }
        guard session.incoming.count + bytes.count <= configuration.limits.messageBytes else {
            let limit = configuration.limits.messageBytes
            return close(session, code: 1_009, reason: "message longer than \(limit) bytes")
        }
        session.incoming.append(contentsOf: bytes)
        guard lws_is_final_fragment(session.connection) != 0, lws_remaining_packet_payload(session.connection) == 0
        else { return 0 }
        let message = String(decoding: session.incoming, as: UTF8.self)
        session.incoming.removeAll(keepingCapacity: session.incoming.count <= 4_096)
        take(message, from: session)
        return 0
    }

    private func take(_ message: String, from session: ServerSession) {
        let now = monotonicNanoseconds()
        var accepted: [IncomingLine] = []
        var refused: [Reply] = []
        /// Lines go to the desk before a refusal that comes after them is queued, so that it waits for their answers.
        func give() {
            guard !accepted.isEmpty else { return }
            if onEvent(.lines(session.id, accepted)) == .accepted {
                session.gaveLines(accepted.count)
                counters.linesReceived.count(accepted.count)
            } else {
                for line in accepted { refused.append(busy(line)) }
            }
            accepted = []
        }
        for read in reader.read(message, as: session.peer.format) {
            switch read {
            case .line(let line, let isUrgent):
                guard let wait = session.budget.take(isUrgent: isUrgent, now: now) else {
                    accepted.append(line)
                    continue
                }
                give()
                let tag = line.tag ?? LineTag(leading: line.text.utf8)?.text
                refused.append(.refused(tooFast(waitNanoseconds: wait), tag: tag))
            case .refused(let reply):
                // What cannot be read costs as much as what can.
                _ = session.budget.take(isUrgent: false, now: now)
                give()
                refused.append(reply)
            }
            for reply in refused { session.refuse(reply) }
            counters.linesRefused.count(refused.count)
            refused = []
        }
        give()
        for reply in refused { session.refuse(reply) }
        counters.linesRefused.count(refused.count)
        if !session.outgoing.isEmpty || session.heldBytes > 0 { queued(for: session) }
    }

    private func busy(_ line: IncomingLine) -> Reply {
        .refused(
            Refusal(.tooManyWaiting, "too many lines are waiting at the desk; try again"),
            tag: line.tag ?? LineTag(leading: line.text.utf8)?.text)
    }

    // MARK: Sending

    private func readMail() {
        for letter in mailbox.take() {
            switch letter {
            case .send(let messages):
                for (id, message) in messages {
                    guard let session = sessions[id], session.closing == nil else { continue }
                    session.take(message)
                    queued(for: session)
                }
            case .close(let id, let code, let reason):
                if let session = sessions[id] { end(session, Closing(code: code, reason: reason, flushes: true)) }
            case .shutDown:
                stop()
            }
        }
    }

    /// Sees to it that what was queued is written, or that a session is closed which does not read.
    private func queued(for session: ServerSession) {
        guard session.waitingBytes <= configuration.limits.outgoingBytes else {
            counters.slowReadersClosed.count()
            let reason = "more than \(configuration.limits.outgoingBytes) bytes wait for you; connect and resume"
            end(session, Closing(code: 1_013, reason: reason, flushes: false))
            return
        }
        if !session.outgoing.isEmpty { lws_callback_on_writable(session.connection) }
    }

    private func write(_ session: ServerSession) -> Int32 {
        session.bytesInFlight = 0
        while var chunk = session.outgoing.next() {
            let count = chunk.count
            let written = chunk.withUnsafeMutableBufferPointer { buffer in
                outcry_lws_write_raw(session.connection, buffer.baseAddress, count)
            }
            guard written >= count else { return -1 }
            counters.bytesSent.count(count)
            if lws_partial_buffered(session.connection) != 0 {
                session.bytesInFlight = count
                break
            }
            if !session.outgoing.isEmpty, lws_send_pipe_choked(session.connection) != 0 { break }
        }
        if !session.outgoing.isEmpty || session.bytesInFlight > 0 {
            lws_callback_on_writable(session.connection)
        } else if let closing = session.closing {
            return sendClose(closing, to: session)
        }
        return 0
    }

    // MARK: Closing

    /// Closes from within a callback of this session.
    private func close(_ session: ServerSession, code: UInt16, reason: String) -> Int32 {
        let closing = Closing(code: code, reason: reason, flushes: false)
        session.closing = closing
        session.dropOutgoing()
        return sendClose(closing, to: session)
    }

    private func sendClose(_ closing: Closing, to session: ServerSession) -> Int32 {
        var reason = Array(closing.reason.utf8.prefix(123))
        lws_close_reason(session.connection, lws_close_status(UInt32(closing.code)), &reason, reason.count)
        return -1
    }

    /// Closes from anywhere else: with the next chance to write, or by force where none comes.
    private func end(_ session: ServerSession, _ closing: Closing) {
        guard session.closing == nil else { return }
        session.closing = closing
        if !closing.flushes {
            session.dropOutgoing()
            tellDesk(closed: session)
        }
        let seconds = closing.flushes ? Int32(configuration.limits.shutdownSeconds) : ServerSessions.closeSeconds
        lws_set_timeout(session.connection, PENDING_TIMEOUT_USER_REASON_BASE, seconds)
        lws_callback_on_writable(session.connection)
    }

    private func tellDesk(closed session: ServerSession) {
        guard !session.isClosedForDesk else { return }
        session.isClosedForDesk = true
        _ = onEvent(.closed(session.id))
    }

    private func forget(_ session: ServerSession) {
        stopWatching(session)
        tellDesk(closed: session)
        if sessions.removeValue(forKey: session.id) != nil { counters.sessions.count(-1) }
    }

    private func stop() {
        guard stopDeadline == nil else { return }
        stopDeadline = monotonicNanoseconds() + Int64(configuration.limits.shutdownSeconds) * 1_000_000_000
        for session in sessions.values.sorted(by: { $0.id < $1.id }) {
            end(session, Closing(code: 1_001, reason: "the desk is shutting down", flushes: true))
        }
    }
}

/// Whether the text is an IPv4 or IPv6 address in digits.
func isNumericAddress(_ text: String) -> Bool {
    var storage = in6_addr()
    return inet_pton(AF_INET, text, &storage) == 1 || inet_pton(AF_INET6, text, &storage) == 1
}
