import Synchronization
import Threads

/// What connections make the server hold: what waits to be sent to them, and what they have begun to send. Both are counted
/// for each and in total, and whoever has most of it is ended before the total grows without bound.
extension ServerSessions {
    /// A total that is too high is brought down by this part of its limit, so that whoever refills it pays for a look at
    /// all connections with many of its own.
    private static let partShed = 8

    // MARK: What waits to be sent

    /// Brings the total up to what now waits for a session.
    func countWaiting(for session: ServerSession) {
        let bytes = session.waitingBytes
        if session.waitingCounted == 0, bytes > 0 {
            session.waitingSince = MonotonicClock.nanoseconds
            session.progressAt = session.waitingSince
        }
        guard bytes != session.waitingCounted else { return }
        waitingTotal += bytes - session.waitingCounted
        session.waitingCounted = bytes
        counters.bytesWaiting.store(waitingTotal, ordering: .relaxed)
    }

    /// Closes those who have more than `outgoing_bytes` waiting and have taken nothing for `stall_s`.
    func closeStalled() {
        guard !overfull.isEmpty else { return }
        let limits = configuration.limits
        let now = MonotonicClock.nanoseconds
        for id in overfull.sorted() {
            guard let session = sessions[id], session.waitingBytes > limits.outgoingBytes else {
                overfull.remove(id)
                continue
            }
            guard now - session.progressAt >= Int64(limits.stallSeconds) * 1_000_000_000 else { continue }
            closeSlow(session, "you took nothing for \(limits.stallSeconds) s; connect and resume")
        }
    }

    func closeSlow(_ session: ServerSession, _ reason: String) {
        counters.slowReadersClosed.count()
        end(session, Closing(code: 1_013, reason: reason, flushes: false))
    }

    /// Closes those for whom most has been waiting for longest, until enough room is left. Whoever reads has nothing waiting
    /// from time to time, and is far down in that order however long its answers are.
    func closeSlowest() {
        let now = MonotonicClock.nanoseconds
        func weight(_ session: ServerSession) -> Double {
            Double(session.waitingCounted) * Double(now - session.waitingSince + 1)
        }
        let slowest = sessions.values.filter { $0.closing == nil && $0.waitingCounted > 0 }
            .map { (weight: weight($0), session: $0) }
            .sorted { ($0.weight, $1.session.id) > ($1.weight, $0.session.id) }
        let most = max(configuration.limits.outgoingTotalBytes, configuration.limits.outgoingBytesMax)
        for (_, session) in slowest {
            guard waitingTotal > most - most / ServerSessions.partShed else { return }
            closeSlow(session, "too many bytes wait for all sessions, and for you for longest; connect and resume")
        }
    }

    // MARK: What has not come whole

    /// Brings the total up to what is now held of a connection's unfinished request or message.
    func countUnfinished(of connection: ServerConnection) {
        recount(connection)
        if unfinishedTotal > configuration.limits.unfinishedBytes { giveUpUnfinished() }
    }

    private func recount(_ connection: ServerConnection) {
        let bytes = connection.unfinishedBytes
        guard bytes != connection.unfinishedCounted else { return }
        unfinishedTotal += bytes - connection.unfinishedCounted
        connection.unfinishedCounted = bytes
        counters.bytesUnfinished.store(unfinishedTotal, ordering: .relaxed)
    }

    /// Gives up the largest unfinished messages and requests until enough room is left: those of connections at which nobody
    /// is logged in first.
    private func giveUpUnfinished() {
        func isKnown(_ connection: ServerConnection) -> Bool { connection.session?.isLoggedIn ?? false }
        let largest = connections.values.filter { $0.unfinishedCounted > 0 }.sorted { one, other in
            if isKnown(one) != isKnown(other) { return isKnown(other) }
            return (one.unfinishedCounted, other.number) > (other.unfinishedCounted, one.number)
        }
        let most = configuration.limits.unfinishedBytes
        for connection in largest {
            guard unfinishedTotal > most - most / ServerSessions.partShed else { return }
            counters.unfinishedEnded.count()
            if let session = connection.session {
                session.isInputOver = true
                session.frames.drop()
                let reason = "too many unfinished messages are held; send yours at once"
                end(session, Closing(code: 1_013, reason: reason, flushes: true))
                tellDesk(closed: session)
            } else {
                giveUpRequest(on: connection)
            }
            recount(connection)
        }
    }

    /// Refuses a request that is not whole yet, because too much is held of such.
    private func giveUpRequest(on connection: ServerConnection) {
        connection.requestBytes = []
        if refuse(503, "too many unfinished requests; try again later", on: connection) != 0 { linger(connection) }
    }
}
