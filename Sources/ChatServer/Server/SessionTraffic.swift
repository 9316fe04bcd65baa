import CLibwebsockets
import Logging
import Trading

/// What sessions send and are sent, and how they end.
extension ServerSessions {
    // MARK: Receiving

    func receive(_ bytes: UnsafeRawBufferPointer, from session: ServerSession) {
        guard !session.isInputOver else { return }
        var input = bytes[...]
        let framesBefore = session.frames.framesRead
        do throws(FrameViolation) {
            while let found = try session.frames.next(in: &input) {
                take(found, from: session)
                if session.isInputOver { break }
            }
        } catch {
            session.isInputOver = true
            logger.debug("client failed", metadata: ["session": "\(session.id)", "reason": "\(error.reason)"])
            tellDesk(closed: session)
            end(session, Closing(code: error.code, reason: error.reason, flushes: true))
            lws_callback_on_writable(session.connection.pointer)
        }
        // Whole frames only: one that is dribbled in byte by byte is no sign of life.
        if session.frames.framesRead > framesBefore { session.heardAt = monotonicNanoseconds() }
    }

    private func take(_ found: FrameReader.Found, from session: ServerSession) {
        switch found {
        case .message(let bytes):
            if session.closing == nil { take(String(decoding: bytes, as: UTF8.self), from: session) }
        case .ping(let payload):
            guard session.closing == nil else { return }
            session.outgoing.append(payload, as: .pong)
            queued(for: session)
        case .pong:
            break
        case .close(let frame):
            session.isInputOver = true
            tellDesk(closed: session)
            // The answer says the same code back (RFC 6455 §5.5.1), behind what waits.
            end(session, Closing(code: frame.code ?? 1_005, reason: "", flushes: true))
            lws_callback_on_writable(session.connection.pointer)
        }
    }

    func take(_ message: String, from session: ServerSession) {
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

    func busy(_ line: IncomingLine) -> Reply {
        .refused(
            Refusal(.tooManyWaiting, "too many lines are waiting at the desk; try again"),
            tag: line.tag ?? LineTag(leading: line.text.utf8)?.text)
    }

    // MARK: Sending

    /// Sees to it that what was queued is written, or that a session is closed which does not read.
    func queued(for session: ServerSession) {
        guard session.waitingBytes <= configuration.limits.outgoingBytes else {
            counters.slowReadersClosed.count()
            let reason = "more than \(configuration.limits.outgoingBytes) bytes wait for you; connect and resume"
            end(session, Closing(code: 1_013, reason: reason, flushes: false))
            return
        }
        if !session.outgoing.isEmpty { lws_callback_on_writable(session.connection.pointer) }
    }

    /// Writes what waits, and the close frame behind it where the session is to end. Answers 0, or -1 to cut it.
    func write(_ session: ServerSession) -> Int32 {
        let pointer = session.connection.pointer
        if session.bytesInFlight > 0 {
            session.bytesInFlight = 0
            lws_rx_flow_control(pointer, 1)
        }
        while let chunk = session.outgoing.next() {
            guard send(chunk, to: session) else { return -1 }
            if session.bytesInFlight > 0 { break }
            if !session.outgoing.isEmpty, lws_send_pipe_choked(pointer) != 0 { break }
        }
        if !session.outgoing.isEmpty || session.bytesInFlight > 0 {
            lws_callback_on_writable(pointer)
            return 0
        }
        guard let closing = session.closing else { return 0 }
        if !session.isCloseSent {
            session.isCloseSent = true
            guard
                send(
                    CloseFrame(code: closing.code == 1_005 ? nil : closing.code, reason: closing.reason).bytes,
                    to: session)
            else { return -1 }
            if session.bytesInFlight > 0 {
                lws_callback_on_writable(pointer)
                return 0
            }
        }
        // A client that keeps to the rules answers with a close frame, or did; one that does not is not waited for.
        if session.isInputOver { linger(session.connection) }
        return 0
    }

    private func send(_ chunk: [UInt8], to session: ServerSession) -> Bool {
        let pointer = session.connection.pointer
        var chunk = chunk
        let count = chunk.count
        let written = chunk.withUnsafeMutableBufferPointer { buffer in
            outcry_lws_write_raw(pointer, buffer.baseAddress, count)
        }
        guard written >= count else { return false }
        counters.bytesSent.count(count)
        if lws_partial_buffered(pointer) != 0 {
            session.bytesInFlight = count
            // The library does not read while it holds bytes, and the loop would turn idly for as long as there are some.
            lws_rx_flow_control(pointer, 0)
        }
        return true
    }

    // MARK: Closing

    /// Closes with the next chance to write, or by force where none comes.
    func end(_ session: ServerSession, _ closing: Closing) {
        guard session.closing == nil else { return }
        session.closing = closing
        if !closing.flushes {
            session.dropOutgoing()
            tellDesk(closed: session)
        }
        let seconds = closing.flushes ? configuration.limits.shutdownSeconds : ServerSessions.closeSeconds
        postpone(session.connection, seconds: seconds)
        lws_callback_on_writable(session.connection.pointer)
    }

    /// Says that nothing more is sent, and waits for the client to hang up. Hanging up first, with bytes of the client's
    /// unread, would make the system throw away what the client has not read yet: the close frame, the answer.
    func linger(_ connection: ServerConnection) {
        guard !connection.isLingering else { return }
        connection.isLingering = true
        postpone(connection, seconds: ServerSessions.closeSeconds)
        outcry_end_output(connection.pointer, lws_get_socket_fd(connection.pointer))
    }

    private func postpone(_ connection: ServerConnection, seconds: Int) {
        connection.deadline = monotonicNanoseconds() + Int64(seconds) * 1_000_000_000
        deadlines.add(connection.number, at: connection.deadline)
    }

    // MARK: Time

    /// Pings who has been silent, and cuts who is out of time. Called a few times a second, outside of any callback.
    func lookAtDeadlines() {
        let now = monotonicNanoseconds()
        for number in deadlines.due(now: now) {
            guard let connection = connections[number] else { continue }
            if now >= connection.deadline, !isGivenTime(connection, now: now) {
                lws_set_timeout(connection.pointer, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_SYNC)
            } else {
                deadlines.add(number, at: connection.deadline)
            }
        }
    }

    /// Whether a connection that has reached its deadline has a new one.
    private func isGivenTime(_ connection: ServerConnection, now: Int64) -> Bool {
        guard let session = connection.session, session.closing == nil, !connection.isLingering else { return false }
        let interval = Int64(configuration.limits.pingIntervalSeconds) * 1_000_000_000
        if now - session.heardAt < interval {
            session.pingedAt = nil
            connection.deadline = session.heardAt + interval
            return true
        }
        if let pingedAt = session.pingedAt, session.heardAt < pingedAt { return false }
        session.pingedAt = now
        connection.deadline = now + Int64(configuration.limits.pongTimeoutSeconds) * 1_000_000_000
        session.outgoing.append([], as: .ping)
        queued(for: session)
        return true
    }

    func tellDesk(closed session: ServerSession) {
        guard !session.isClosedForDesk else { return }
        session.isClosedForDesk = true
        _ = onEvent(.closed(session.id))
    }

    func forget(_ connection: ServerConnection) {
        if let session = connection.session {
            tellDesk(closed: session)
            if sessions.removeValue(forKey: session.id) != nil { counters.sessions.count(-1) }
        }
        connections[connection.number] = nil
    }
}
