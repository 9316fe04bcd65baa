import CCurl
import Glibc
import Threads

/// Requests over HTTP on libcurl's multi interface, on one thread of its own.
///
/// Connections are kept and used again, HTTP/2 is spoken where the server offers it, TLS is verified, redirects are not
/// followed, the environment's proxies are not used. Every request that is handed over is answered exactly once, on the
/// client's thread: an answer must not block it.
public final class HTTPClient: Sendable {
    /// Why there is no client.
    public enum StartFailure: Error, Hashable, Sendable {
        case libraryFailed
        case noThread
    }

    private let mailbox = Mailbox<HTTPMessage>()
    private let count: RequestCount
    private let limits: HTTPLimits

    public init(_ settings: HTTPSettings = HTTPSettings()) throws(StartFailure) {
        guard HTTPClient.isLibraryReady, let handle = curl_multi_init() else { throw .libraryFailed }
        let count = RequestCount(requestsMax: settings.limits.requestsMax)
        self.count = count
        limits = settings.limits
        // Safe: the handle is the client's thread's alone, but for `curl_multi_wakeup`, which the library allows from any thread while
        // the handle lives. The mailbox calls it under its lock and not after `close`, which comes before the handle's end.
        nonisolated(unsafe) let multi = handle
        mailbox.open { curl_multi_wakeup(multi) }
        let mailbox = mailbox
        let started = NamedThread.start(name: "outcry http") {
            HTTPLoop(multi: multi, mailbox: mailbox, count: count, settings: settings).run()
        }
        guard started else {
            mailbox.close()
            curl_multi_cleanup(multi)
            throw .noThread
        }
    }

    /// A client that nobody holds answers what is under way as shut down.
    deinit { mailbox.post(.shutDown(graceMilliseconds: 0) {}) }

    /// libcurl asks for its global start once, before any thread uses it; Swift runs this once.
    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// Hands a request over. `answer` is called once, on the client's thread, or here where it cannot be taken on.
    @discardableResult
    public func send(_ request: HTTPRequest, _ answer: @escaping @Sendable (HTTPOutcome) -> Void) -> HTTPRequestID {
        guard request.headers.allSatisfy(\.isOneLine), !request.url.utf8.contains(where: { $0 <= 0x20 }) else {
            answer(
                .failure(HTTPFailure(.badRequest, .neverSent, message: "the URL or a header has a control character")))
            return HTTPRequestID(number: 0)
        }
        guard let number = count.begin() else {
            let most = "\(limits.requestsMax) requests are under way"
            answer(.failure(HTTPFailure(.tooManyWaiting, .neverSent, message: most)))
            return HTTPRequestID(number: 0)
        }
        guard mailbox.post(.send(NumberedRequest(number: number, request: request, answer: answer))) else {
            count.end()
            answer(.failure(HTTPFailure(.shutDown, .neverSent)))
            return HTTPRequestID(number: 0)
        }
        return HTTPRequestID(number: number)
    }

    /// Gives a request up. It is answered as `canceled`, unless its answer was quicker.
    public func cancel(_ request: HTTPRequestID) { mailbox.post(.cancel(request.number)) }

    /// Takes no more requests, lets those under way end for at most `graceMilliseconds`, answers the rest as
    /// `shutDown`, closes the connections, and then calls `ended` on the client's thread; at once where it has ended
    /// before.
    public func shutDown(graceMilliseconds: Int, _ ended: @escaping @Sendable () -> Void) {
        if !mailbox.post(.shutDown(graceMilliseconds: graceMilliseconds, ended: ended)) { ended() }
    }
}

/// Which request: to cancel it.
public struct HTTPRequestID: Hashable, Sendable {
    fileprivate let number: UInt64
}
