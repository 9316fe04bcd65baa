import Synchronization

/// What other threads leave for the client's.
enum HTTPMessage: Sendable {
    case send(NumberedRequest)
    case cancel(UInt64)
    /// Requests under way may go on for so long; `ended` is called when the client's thread is done.
    case shutDown(graceMilliseconds: Int, ended: @Sendable () -> Void)
}

/// A request that the client has taken on.
struct NumberedRequest: Sendable {
    let number: UInt64
    let request: HTTPRequest
    let answer: @Sendable (HTTPOutcome) -> Void
}

/// Numbers the requests, and counts those that have no answer yet.
final class RequestCount: Sendable {
    private struct State {
        var lastNumber: UInt64 = 0
        var unanswered = 0
    }

    private let state = Mutex(State())
    private let requestsMax: Int

    init(requestsMax: Int) { self.requestsMax = requestsMax }

    /// The next request's number; nil where too many are under way.
    func begin() -> UInt64? {
        state.withLock { state in
            guard state.unanswered < requestsMax else { return nil }
            state.unanswered += 1
            state.lastNumber += 1
            return state.lastNumber
        }
    }

    /// A request has been answered.
    func end() { state.withLock { $0.unanswered -= 1 } }
}
