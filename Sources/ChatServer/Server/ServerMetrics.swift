import Synchronization

/// What the chat server has done since it started.
public struct ServerMetrics: Hashable, Sendable {
    /// Sessions that are open now.
    public var sessions = 0
    public var sessionsOpened = 0
    /// Handshakes that were refused: origin, subprotocol, too many sessions.
    public var handshakesRefused = 0
    /// Lines given to the desk.
    public var linesReceived = 0
    /// Lines and messages that this room refused.
    public var linesRefused = 0
    /// Messages that were refused without being read, because the session had no budget left for their bytes.
    public var messagesUnread = 0
    /// Connections that were ended because too many bytes of unfinished messages and requests were held.
    public var unfinishedEnded = 0
    /// Sessions that had not logged in and were ended to make room for another.
    public var sessionsReplaced = 0
    /// Bytes that wait for all sessions now.
    public var bytesWaiting = 0
    /// Bytes of messages and requests that have not come whole, of all connections, now.
    public var bytesUnfinished = 0
    /// Bytes handed to the sockets, frame headers included.
    public var bytesSent = 0
    /// Sessions closed because they did not take what waited for them.
    public var slowReadersClosed = 0
    /// Files that are being sent now.
    public var downloads = 0
    /// Requests that were answered 429: too many from one address, or too many readers of a file.
    public var requestsTooMany = 0
    /// Requests for a host that is no name of this server, answered 421.
    public var hostsRefused = 0
    /// Handshakes of web pages that may not connect, answered 403.
    public var originsRefused = 0

    public init() {}
}

/// The same, counted by the service thread and read by any.
final class ServerCounters: Sendable {
    let sessions = Atomic<Int>(0)
    let sessionsOpened = Atomic<Int>(0)
    let handshakesRefused = Atomic<Int>(0)
    let linesReceived = Atomic<Int>(0)
    let linesRefused = Atomic<Int>(0)
    let messagesUnread = Atomic<Int>(0)
    let unfinishedEnded = Atomic<Int>(0)
    let sessionsReplaced = Atomic<Int>(0)
    let bytesWaiting = Atomic<Int>(0)
    let bytesUnfinished = Atomic<Int>(0)
    let bytesSent = Atomic<Int>(0)
    let slowReadersClosed = Atomic<Int>(0)
    let downloads = Atomic<Int>(0)
    let requestsTooMany = Atomic<Int>(0)
    let hostsRefused = Atomic<Int>(0)
    let originsRefused = Atomic<Int>(0)

    var metrics: ServerMetrics {
        var metrics = ServerMetrics()
        metrics.sessions = sessions.load(ordering: .relaxed)
        metrics.sessionsOpened = sessionsOpened.load(ordering: .relaxed)
        metrics.handshakesRefused = handshakesRefused.load(ordering: .relaxed)
        metrics.linesReceived = linesReceived.load(ordering: .relaxed)
        metrics.linesRefused = linesRefused.load(ordering: .relaxed)
        metrics.messagesUnread = messagesUnread.load(ordering: .relaxed)
        metrics.unfinishedEnded = unfinishedEnded.load(ordering: .relaxed)
        metrics.sessionsReplaced = sessionsReplaced.load(ordering: .relaxed)
        metrics.bytesWaiting = bytesWaiting.load(ordering: .relaxed)
        metrics.bytesUnfinished = bytesUnfinished.load(ordering: .relaxed)
        metrics.bytesSent = bytesSent.load(ordering: .relaxed)
        metrics.slowReadersClosed = slowReadersClosed.load(ordering: .relaxed)
        metrics.downloads = downloads.load(ordering: .relaxed)
        metrics.requestsTooMany = requestsTooMany.load(ordering: .relaxed)
        metrics.hostsRefused = hostsRefused.load(ordering: .relaxed)
        metrics.originsRefused = originsRefused.load(ordering: .relaxed)
        return metrics
    }
}

extension Atomic<Int> {
    func count(_ amount: Int = 1) { add(amount, ordering: .relaxed) }
}
