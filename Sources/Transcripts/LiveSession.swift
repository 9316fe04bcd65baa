import ChatServer
import Conversation

/// One connection to a running server, and what came over it that has not been looked at.
actor LiveSession {
    private let client: WebSocketClient
    private let events: AsyncStream<WebSocketClient.Event>
    private var isOpen = false
    /// Why it is over, once it is.
    private(set) var ending: String?
    private var unseen: [String] = []
    private var replies = 0
    private var linesTyped = 0
    private var reading: Task<Void, Never>?
    /// Who waits for the next thing to happen.
    private var waiting: CheckedContinuation<Void, Never>?

    init(_ options: WebSocketClient.Options) {
        (client, events) = WebSocketClient.connect(options)
    }

    private func happened(_ event: WebSocketClient.Event) {
        switch event {
        case .opened: isOpen = true
        case .message(let message):
            if LiveSession.isReply(message) { replies += 1 }
            unseen += TranscriptDesk.lines(of: message)
        case .closed(let code, let reason):
            isOpen = false
            ending = "closed \(code)"
            unseen.append("(closed \(code): \(reason))")
        case .failed(let reason, _):
            ending = reason
        }
        wake()
    }

    private func wake() {
        waiting?.resume()
        waiting = nil
    }

    /// Whether a message answers a line: what begins with `*` was pushed, and so is an `event` in JSON.
    static func isReply(_ message: String) -> Bool {
        if message.hasPrefix("{") { return !message.hasPrefix("{\"type\":\"event\"") }
        return !message.hasPrefix("*")
    }

    /// Waits until `condition` holds, at most so long; whether it does.
    private func wait(within timeout: Duration, until condition: () -> Bool) async -> Bool {
        let deadline = ContinuousClock.now.advanced(by: timeout)
        let alarm = Task { [weak self] in
            try? await Task.sleep(until: deadline, clock: .continuous)
            await self?.wake()
        }
        defer { alarm.cancel() }
        while !condition() {
            guard ContinuousClock.now < deadline, ending == nil else { return false }
            await withCheckedContinuation { waiting = $0 }
        }
        return true
    }

    /// Begins to listen; whether the connection opens in time.
    func opens(within timeout: Duration) async -> Bool {
        let events = events
        reading = Task { [weak self] in
            for await event in events { await self?.happened(event) }
        }
        return await wait(within: timeout) { isOpen }
    }

    /// Sends a line. False where nothing is to come back: it says nothing.
    func type(_ text: String) throws(TranscriptTrouble) -> Bool {
        guard ending == nil, client.send(text) else {
            throw TranscriptTrouble("the session is over: \(ending ?? "full")")
        }
        let says = Substring(text).withoutTrailingSpaces.drop(while: \.isWhitespace)
        guard !says.isEmpty, !says.hasPrefix("//") else { return false }
        linesTyped += 1
        return true
    }

    /// What came since the last look: as soon as all lines have their reply and it is what is expected, or after the time.
    func take(_ expected: [String], afterReply: Bool, within timeout: Duration) async -> [String] {
        _ = await wait(within: timeout) {
            (!afterReply || replies >= linesTyped) && LineAlignment(expected: expected, seen: unseen).isMatch
        }
        return takeAll()
    }

    func takeAll() -> [String] {
        defer { unseen.removeAll() }
        return unseen
    }

    func close() {
        client.close()
        reading?.cancel()
    }
}
