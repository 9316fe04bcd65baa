import CLibwebsockets
import Conversation
import Logging
import Threads
import Trading

/// What sessions send and are sent.
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
            session.frames.drop()
            logger.debug("client failed", metadata: ["session": "\(session.id)", "reason": "\(error.reason)"])
            tellDesk(closed: session)
            end(session, Closing(code: error.code, reason: error.reason, flushes: true))
            lws_callback_on_writable(session.connection.pointer)
        }
        let frames = session.frames.framesRead - framesBefore
        // Whole frames only: one that is dribbled in byte by byte is no sign of life.
        if frames > 0 { session.heardAt = MonotonicClock.nanoseconds }
        count(frames, bytes: bytes.count, readFrom: session)
        letRead(session)
    }

    // MARK: Not reading

    /// A session that sends more than its share is not read from for the rest of the tick: what it sends waits at its own
    /// end, and the time that it would have taken is the others'.
    private func count(_ amount: Int, bytes: Int = 0, readFrom session: ServerSession) {
        if session.readSinceTick == 0, session.bytesReadSinceTick == 0 { readSinceTick.append(session.id) }
        session.readSinceTick += amount
        session.bytesReadSinceTick += bytes
        session.isReadEnough = session.readSinceTick > readsPerTick || session.bytesReadSinceTick > bytesPerTick
    }

    /// Begins a new tick for all that were read from.
    func forgetReads() {
        for id in readSinceTick {
            guard let session = sessions[id] else { continue }
            session.readSinceTick = 0
            session.bytesReadSinceTick = 0
            session.isReadEnough = false
            letRead(session)
        }
        readSinceTick.removeAll(keepingCapacity: true)
    }

    /// Tells the library whether to read for the session.
    func letRead(_ session: ServerSession) {
        guard session.isRead != session.mayBeRead else { return }
        session.isRead = session.mayBeRead
        lws_rx_flow_control(session.connection.pointer, session.isRead ? 1 : 0)
    }

    private func take(_ found: FrameReader.Found, from session: ServerSession) {
        switch found {
        case .message(let bytes):
            if session.closing == nil { take(bytes, from: session) }
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

    private func take(_ bytes: [UInt8], from session: ServerSession) {
        let now = MonotonicClock.nanoseconds
        if let wait = session.budget.begin(messageBytes: bytes.count, now: now) {
            counters.messagesUnread.count()
            counters.linesRefused.count()
            session.refuse(.refused(tooFast(messageBytes: bytes.count, waitNanoseconds: wait)))
            return queued(for: session)
        }
        let message = String(decoding: bytes, as: UTF8.self)
        var accepted: [IncomingLine] = []
        var refused: [Reply] = []
        /// Lines go to the desk before a refusal that comes after them is queued, so that it waits for their answers.
        func give() {
            guard !accepted.isEmpty else { return }
            if handlers.onEvent(.lines(session.id, accepted)) == .accepted {
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
            count(1, readFrom: session)
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

    /// Sees to it that what was queued is written, or that a session is closed for which too much waits.
    func queued(for session: ServerSession) {
        countWaiting(for: session)
        let limits = configuration.limits
        let most = max(limits.outgoingBytesMax, limits.outgoingBytes)
        guard session.waitingBytes <= most else {
            return closeSlow(session, "more than \(most) bytes wait for you; connect and resume")
        }
        // Time decides about it: a long answer to somebody who reads it is no fault.
        if session.waitingBytes > limits.outgoingBytes { overfull.insert(session.id) }
        if waitingTotal > max(limits.outgoingTotalBytes, most) { closeSlowest() }
        if !session.outgoing.isEmpty { lws_callback_on_writable(session.connection.pointer) }
    }

    /// Writes what waits, and the close frame behind it where the session is to end. Answers 0, or -1 to cut it.
    func write(_ session: ServerSession) -> Int32 {
        let pointer = session.connection.pointer
        if session.bytesInFlight > 0 { session.progressAt = MonotonicClock.nanoseconds }
        session.bytesInFlight = 0
        defer {
            countWaiting(for: session)
            letRead(session)
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
        } else {
            session.progressAt = MonotonicClock.nanoseconds
        }
        return true
    }
}
