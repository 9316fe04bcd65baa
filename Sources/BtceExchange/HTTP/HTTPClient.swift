import CCurl
import Glibc
import Synchronization

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

    private let mailbox: HTTPMailbox
    private let limits: HTTPLimits

    public init(_ settings: HTTPSettings = HTTPSettings()) throws(StartFailure) {
        guard HTTPClient.isLibraryReady, let multi = curl_multi_init() else { throw .libraryFailed }
        let mailbox = HTTPMailbox(multi: multi, requestsMax: settings.limits.requestsMax)
        self.mailbox = mailbox
        limits = settings.limits
        let started = HTTPThread.start(name: "outcry http") {
            mailbox.withMulti { HTTPLoop(multi: $0, mailbox: mailbox, settings: settings).run() }
        }
        guard started else {
            mailbox.close()
            throw .noThread
        }
    }

    /// A client that nobody holds answers what is under way as shut down.
    deinit { mailbox.shutDown(graceMilliseconds: 0) {} }

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
        switch mailbox.post(request, answer) {
        case .success(let number): return HTTPRequestID(number: number)
        case .failure(let failure):
            answer(.failure(failure))
            return HTTPRequestID(number: 0)
        }
    }

    /// Gives a request up. It is answered as `canceled`, unless its answer was quicker.
    public func cancel(_ request: HTTPRequestID) { mailbox.cancel(request.number) }

    /// Takes no more requests, lets those under way end for at most `graceMilliseconds`, answers the rest as
    /// `shutDown`, closes the connections, and then calls `ended` on the client's thread; at once where it has ended
    /// before.
    public func shutDown(graceMilliseconds: Int, _ ended: @escaping @Sendable () -> Void) {
        mailbox.shutDown(graceMilliseconds: graceMilliseconds, ended)
    }
}

/// Which request: to cancel it.
public struct HTTPRequestID: Hashable, Sendable {
    fileprivate let number: UInt64
}
