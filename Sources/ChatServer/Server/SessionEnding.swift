import CLibwebsockets
import Conversation
import Threads

/// How sessions end: by a close frame, by silence, by force.
extension ServerSessions {
    /// Closes with the next chance to write, or by force where none comes.
    func end(_ session: ServerSession, _ closing: Closing) {
        guard session.closing == nil else { return }
        session.closing = closing
        overfull.remove(session.id)
        if !closing.flushes {
            session.dropOutgoing()
            countWaiting(for: session)
            tellDesk(closed: session)
        }
        guard
            session.waitingBytes <= max(configuration.limits.outgoingBytes, OutgoingQueue.chunkBytes) || closing.flushes
        else {
            // The rest of a long message, which the close frame would have to wait for: too much to keep.
            session.outgoing = OutgoingQueue()
            session.isCloseSent = true
            countWaiting(for: session)
            return postpone(session.connection, seconds: 0)
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
        connection.deadline = MonotonicClock.nanoseconds + Int64(seconds) * 1_000_000_000
        deadlines.add(connection.number, at: connection.deadline)
    }

    /// Ends a session that has not logged in, to make room for another: at once, with a word where there is room for one.
    func replace(_ id: SessionID) {
        guard let session = sessions[id] else { return places.remove(id) }
        counters.sessionsReplaced.count()
        let connection = session.connection
        if !session.isCloseSent, session.bytesInFlight == 0, session.outgoing.bytesOfFrameBegun == 0,
            lws_send_pipe_choked(connection.pointer) == 0
        {
            session.isCloseSent = true
            let reason = "the server is full, and this session had not logged in; connect with a token"
            _ = write(CloseFrame(code: 1_013, reason: reason).bytes, on: connection)
        }
        cut(connection)
    }

    // MARK: Time

    /// Pings who has been silent, and cuts who is out of time. Called a few times a second, outside of any callback.
    func lookAtDeadlines() {
        let now = MonotonicClock.nanoseconds
        for number in deadlines.due(now: now) {
            guard let connection = connections[number] else { continue }
            if now >= connection.deadline, !isGivenTime(connection, now: now) {
                cut(connection)
            } else {
                deadlines.add(number, at: connection.deadline)
            }
        }
    }

    /// Ends a connection at once. Not to be called from within one of its own callbacks.
    func cut(_ connection: ServerConnection) {
        lws_set_timeout(connection.pointer, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_SYNC)
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
        _ = handlers.onEvent(.closed(session.id))
    }

    func forget(_ connection: ServerConnection) {
        guard connections.removeValue(forKey: connection.number) != nil else { return }
        endDownload(on: connection)
        connection.requestBytes = []
        connection.session?.frames.drop()
        countUnfinished(of: connection)
        guard let session = connection.session else { return }
        tellDesk(closed: session)
        sessions[session.id] = nil
        counters.sessions.count(-1)
        places.remove(session.id)
        overfull.remove(session.id)
        session.outgoing = OutgoingQueue()
        session.dropOutgoing()
        session.bytesInFlight = 0
        countWaiting(for: session)
    }
}
