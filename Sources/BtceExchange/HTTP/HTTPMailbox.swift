import CCurl
import Synchronization

/// What other threads leave for the client's: requests, cancellations, the word to end.
final class HTTPMailbox: Sendable {
    struct Posted: Sendable {
        let number: UInt64
        let request: HTTPRequest
        let answer: @Sendable (HTTPOutcome) -> Void
    }

    /// What the thread takes out at one go.
    struct Mail: Sendable {
        var posted: [Posted] = []
        var canceled: [UInt64] = []
        /// How long requests under way may go on; nil until the end has been asked for.
        var graceMilliseconds: Int?
    }

    private struct State: Sendable {
        var mail = Mail()
        var isOpen = true
        var isClosed = false
        var lastNumber: UInt64 = 0
        var unanswered = 0
        var ended: [@Sendable () -> Void] = []
    }

    /// libcurl's multi handle is the thread's alone, but for `curl_multi_wakeup`, which the library allows from any
    /// thread as long as the handle lives.
    // Safe: others wake it only under the state's lock and while it is not closed, and `close` says under that lock that
    // it is before the handle's life ends.
    private nonisolated(unsafe) let multi: UnsafeMutableRawPointer
    private let state = Mutex(State())
    private let requestsMax: Int

    init(multi: UnsafeMutableRawPointer, requestsMax: Int) {
        self.multi = multi
        self.requestsMax = requestsMax
    }

    func withMulti(_ body: (UnsafeMutableRawPointer) -> Void) { body(multi) }

    func post(
        _ request: HTTPRequest, _ answer: @escaping @Sendable (HTTPOutcome) -> Void
    ) -> Result<UInt64, HTTPFailure> {
        state.withLock { state in
            guard state.isOpen else { return .failure(HTTPFailure(.shutDown, .neverSent)) }
            guard state.unanswered < requestsMax else {
                return .failure(
                    HTTPFailure(.tooManyWaiting, .neverSent, message: "\(requestsMax) requests are under way"))
            }
            state.lastNumber += 1
            state.unanswered += 1
            state.mail.posted.append(Posted(number: state.lastNumber, request: request, answer: answer))
            curl_multi_wakeup(multi)
            return .success(state.lastNumber)
        }
    }

    func cancel(_ number: UInt64) {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.mail.canceled.append(number)
            curl_multi_wakeup(multi)
        }
    }

    func shutDown(graceMilliseconds: Int, _ ended: @escaping @Sendable () -> Void) {
        let hasEnded = state.withLock { state in
            guard !state.isClosed else { return true }
            state.isOpen = false
            state.ended.append(ended)
            state.mail.graceMilliseconds = min(state.mail.graceMilliseconds ?? .max, max(graceMilliseconds, 0))
            curl_multi_wakeup(multi)
            return false
        }
        if hasEnded { ended() }
    }

    /// For the thread: what has come since. The word to end stays.
    func take() -> Mail {
        state.withLock { state in
            let mail = state.mail
            state.mail.posted = []
            state.mail.canceled = []
            return mail
        }
    }

    /// For the thread: a request has been answered.
    func didAnswer() { state.withLock { $0.unanswered -= 1 } }

    /// For the thread, which is about to end: takes no more requests; what was posted and never begun.
    func closeForPosts() -> [Posted] {
        state.withLock { state in
            state.isOpen = false
            defer { state.mail.posted = [] }
            return state.mail.posted
        }
    }

    /// For the thread: ends the life of the multi handle, and tells who waits for that.
    func close() {
        let ended = state.withLock { state in
            state.isOpen = false
            state.isClosed = true
            defer { state.ended = [] }
            return state.ended
        }
        // Not under the lock: it may wait for a name that is just being looked up.
        curl_multi_cleanup(multi)
        for tell in ended { tell() }
    }
}
