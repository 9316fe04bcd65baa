import CLibwebsockets
import Trading

/// What sessions send and are sent, and how they end.
extension ServerSessions {
    // MARK: Receiving

    func receive(_ bytes: UnsafeRawBufferPointer, from session: ServerSession) -> Int32 {
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
        if !session.outgoing.isEmpty { lws_callback_on_writable(session.connection) }
    }

    func write(_ session: ServerSession) -> Int32 {
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
    func close(_ session: ServerSession, code: UInt16, reason: String) -> Int32 {
        let closing = Closing(code: code, reason: reason, flushes: false)
        session.closing = closing
        session.dropOutgoing()
        return sendClose(closing, to: session)
    }

    func sendClose(_ closing: Closing, to session: ServerSession) -> Int32 {
        var reason = Array(closing.reason.utf8.prefix(123))
        lws_close_reason(session.connection, lws_close_status(UInt32(closing.code)), &reason, reason.count)
        return -1
    }

    /// Closes from anywhere else: with the next chance to write, or by force where none comes.
    func end(_ session: ServerSession, _ closing: Closing) {
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

    func tellDesk(closed session: ServerSession) {
        guard !session.isClosedForDesk else { return }
        session.isClosedForDesk = true
        _ = onEvent(.closed(session.id))
    }

    func forget(_ session: ServerSession) {
        stopWatching(session)
        tellDesk(closed: session)
        if sessions.removeValue(forKey: session.id) != nil { counters.sessions.count(-1) }
    }
}
