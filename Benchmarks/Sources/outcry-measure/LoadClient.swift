import ChatServer
import Conversation
import Dispatch
import OutcryMeasuring
import Synchronization

/// One connection that sends its next order when the last is answered, and notes how long each answer took.
final class LoadClient: Sendable {
    private struct State {
        var client: WebSocketClient?
        var sentAt = ContinuousClock.now
        var orders = 0
        var isStopped = false
        var answered: [(at: ContinuousClock.Instant, took: Duration)] = []
        var failure: String?
    }

    private let state = Mutex(State())
    private let opened = DispatchSemaphore(value: 0)

    /// Seconds to connect.
    private static let connectSecondsMax = 20.0

    func connect(port: UInt16, token: String) {
        let options = WebSocketClient.Options(
            address: WebSocketAddress(host: "127.0.0.1", port: port), subprotocol: WireFormat.text.rawValue,
            bearerToken: token)
        let client = WebSocketClient(options) { [self] event in handle(event) }
        state.withLock { $0.client = client }
    }

    func waitUntilOpen() throws {
        guard opened.wait(timeout: .now() + LoadClient.connectSecondsMax) == .success else {
            throw MeasureError("a connection did not open")
        }
    }

    func sendNext() {
        let next = state.withLock { state -> (WebSocketClient?, Int) in
            state.orders += 1
            state.sentAt = .now
            return (state.client, state.orders)
        }
        next.0?.send(Traders.line(next.1))
    }

    func stop() { state.withLock { $0.isStopped = true } }

    /// What was answered between two moments: how long each took.
    func times(since start: ContinuousClock.Instant, until end: ContinuousClock.Instant) throws -> [Duration] {
        try state.withLock { state in
            if let failure = state.failure { throw MeasureError(failure) }
            return state.answered.filter { $0.at >= start && $0.at < end }.map(\.took)
        }
    }

    /// Ends the connection, and the cycle of references through its callback.
    func close() {
        let client = state.withLock { state in
            let client = state.client
            state.client = nil
            return client
        }
        client?.close()
    }

    private func handle(_ event: WebSocketClient.Event) {
        switch event {
        case .opened: opened.signal()
        // What is pushed is no answer.
        case .message(let text) where text.hasPrefix("*"): break
        case .message(let text):
            let now = ContinuousClock.now
            let goesOn = state.withLock { state in
                guard text.hasPrefix("+") else {
                    state.failure = state.failure ?? text
                    return false
                }
                state.answered.append((now, state.sentAt.duration(to: now)))
                return !state.isStopped
            }
            if goesOn { sendNext() }
        case .closed(let code, let reason):
            state.withLock { state in
                if !state.isStopped { state.failure = state.failure ?? "closed with \(code): \(reason)" }
            }
        case .failed(let reason):
            state.withLock { $0.failure = reason }
            opened.signal()
        }
    }
}
