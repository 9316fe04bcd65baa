import CCurl
import Glibc

/// A request under way in libcurl: its handle, what it must keep alive for the library, and what has come so far.
/// Lives on the client's thread only.
///
/// **A request is handed to a connection at most once where its delivery says so.** libcurl sends a request again, of
/// its own accord, when a connection that it had kept turns out dead before the first byte of an answer
/// (`Curl_retry_request`): it takes for granted that the server closed the connection before it read the request. A
/// server that dies after it did the work looks the same. The library has no option against it, but it asks
/// `CURLOPT_PREREQFUNCTION` before it writes a request to any connection, kept or new: the second time is refused here,
/// and ends the transfer as a lost answer. The same callback tells what was never sent: everything that fails before it
/// was asked.
final class Transfer {
    let number: UInt64
    let easy: UnsafeMutableRawPointer
    private let request: HTTPRequest
    private let limits: HTTPLimits
    private let extraTrustFile: String?
    private let answer: @Sendable (HTTPOutcome) -> Void

    private var headerList: UnsafeMutablePointer<curl_slist>?
    private let errorText: UnsafeMutablePointer<CChar>
    private var timesSent = 0
    private var isSecondSendRefused = false
    private var isTooLarge = false
    private var isTrustUnreadable = false
    private var headerBytes = 0
    private var headers: [HTTPHeader] = []
    private var body: [UInt8] = []

    init(
        number: UInt64, easy: UnsafeMutableRawPointer, request: HTTPRequest, settings: HTTPSettings,
        answer: @escaping @Sendable (HTTPOutcome) -> Void
    ) {
        self.number = number
        self.easy = easy
        self.request = request
        self.limits = settings.limits
        self.extraTrustFile = settings.extraTrustFile
        self.answer = answer
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        // The handle has been reset or closed by then, so that the library holds neither.
        curl_slist_free_all(headerList)
        errorText.deallocate()
    }

    /// Whether a byte of the request may have left.
    var arrival: HTTPFailure.Arrival { timesSent > 0 ? .mayHaveArrived : .neverSent }

    /// Sets the handle up; false where the library refuses an option.
    func configure(userAgent: String) -> Bool {
        let context = Unmanaged.passUnretained(self).toOpaque()
        var options = OptionSetter(easy: easy)
        options.set(CURLOPT_URL, request.url)
        options.set(CURLOPT_PROTOCOLS_STR, "http,https")
        options.set(CURLOPT_USERAGENT, userAgent)
        options.set(CURLOPT_NOSIGNAL, 1)
        options.set(CURLOPT_FOLLOWLOCATION, 0)
        // An empty proxy also keeps the library from reading the environment's.
        options.set(CURLOPT_PROXY, "")
        options.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        options.set(CURLOPT_SSL_VERIFYPEER, 1)
        options.set(CURLOPT_SSL_VERIFYHOST, 2)
        options.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        options.set(CURLOPT_TCP_NODELAY, 1)
        options.set(CURLOPT_CONNECTTIMEOUT_MS, limits.connectMillisecondsMax)
        options.set(CURLOPT_TIMEOUT_MS, limits.requestMillisecondsMax)
        options.set(CURLOPT_MAXAGE_CONN, limits.idleConnectionSecondsMax)
        options.check(outcry_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText))
        if case .post(let form) = request.method {
            options.set(CURLOPT_POST, 1)
            options.check(outcry_curl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(form.count)))
            form.withUnsafeBytes {
                options.check(
                    outcry_curl_set_bytes(easy, CURLOPT_COPYPOSTFIELDS, $0.baseAddress ?? UnsafeRawPointer(errorText)))
            }
            // Else the library would wait for a `100 Continue` before a long body.
            appendHeader("Expect:")
        }
        for header in request.headers {
            // A name with a colon and nothing behind it would remove the header; a semicolon sends it empty.
            appendHeader(header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        options.check(outcry_curl_set_headers(easy, headerList))
        options.check(outcry_curl_on_body(easy, takeBody, context))
        options.check(outcry_curl_on_header(easy, takeHeader, context))
        options.check(outcry_curl_before_request(easy, mayBeSent, context))
        if extraTrustFile != nil { options.check(outcry_curl_on_tls(easy, trustAlso, context)) }
        return options.isRight
    }

    private func appendHeader(_ line: String) {
        headerList = curl_slist_append(headerList, line) ?? headerList
    }

    /// Answers whoever asked. Once, and after the handle has left the multi handle.
    func finish(_ code: CURLcode) {
        guard code == CURLE_OK else { return finish(failure(code)) }
        answer(
            .success(
                HTTPResponse(
                    status: outcry_curl_get_long(easy, CURLINFO_RESPONSE_CODE), headers: headers, body: body,
                    reusedConnection: outcry_curl_get_long(easy, CURLINFO_NUM_CONNECTS) == 0)))
    }

    func finish(_ failure: HTTPFailure) {
        answer(.failure(failure))
    }

    private func failure(_ code: CURLcode) -> HTTPFailure {
        let words = String(cString: errorText)
        let message = words.isEmpty ? String(cString: curl_easy_strerror(code)) : words
        if isSecondSendRefused {
            return HTTPFailure(
                .connectionLost, .mayHaveArrived, message: "the kept connection was dead; the request is not sent twice"
            )
        }
        if isTooLarge { return HTTPFailure(.responseTooLarge, arrival, message: message) }
        if isTrustUnreadable {
            return HTTPFailure(.tlsRefused, arrival, message: "no authorities in \(extraTrustFile ?? "")")
        }
        return HTTPFailure(HTTPFailure.Cause(code), arrival, message: message)
    }
}

// MARK: What libcurl calls

extension Transfer {
    fileprivate static func of(_ context: UnsafeMutableRawPointer) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    fileprivate func isSendingAllowed() -> Bool {
        guard timesSent == 0 || request.delivery == .mayRepeat else {
            isSecondSendRefused = true
            return false
        }
        timesSent += 1
        return true
    }

    fileprivate func take(body bytes: UnsafeRawBufferPointer) -> Bool {
        guard body.count + bytes.count <= limits.responseBytesMax else {
            isTooLarge = true
            return false
        }
        body.append(contentsOf: bytes)
        return true
    }

    fileprivate func take(headerLine line: UnsafeRawBufferPointer) -> Bool {
        headerBytes += line.count
        guard headerBytes <= limits.headerBytesMax else {
            isTooLarge = true
            return false
        }
        // A status line begins the headers anew: those of a `100 Continue` are not the answer's.
        if line.starts(with: "HTTP/".utf8) {
            headers = []
            return true
        }
        guard !request.wantedHeaders.isEmpty, let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return true }
        let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        guard request.wantedHeaders.contains(name) else { return true }
        let isBlank: (UInt8) -> Bool = { $0 <= 0x20 }
        let value = line[(colon + 1)...].drop(while: isBlank).reversed().drop(while: isBlank).reversed()
        headers.append(HTTPHeader(name, String(decoding: value, as: UTF8.self)))
        return true
    }

    fileprivate func trust(in tlsContext: UnsafeMutableRawPointer) -> Bool {
        guard let extraTrustFile else { return true }
        isTrustUnreadable = outcry_tls_trust_also(tlsContext, extraTrustFile) != 1
        return !isTrustUnreadable
    }
}

private func takeBody(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    return Transfer.of(context).take(body: UnsafeRawBufferPointer(start: data, count: size * count)) ? size * count : 0
}

private func takeHeader(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let line = UnsafeRawBufferPointer(start: data, count: size * count)
    return Transfer.of(context).take(headerLine: line) ? size * count : 0
}

private func mayBeSent(
    _ context: UnsafeMutableRawPointer?, _: UnsafeMutablePointer<CChar>?, _: UnsafeMutablePointer<CChar>?, _: Int32,
    _: Int32
) -> Int32 {
    guard let context, Transfer.of(context).isSendingAllowed() else { return CURL_PREREQFUNC_ABORT }
    return CURL_PREREQFUNC_OK
}

private func trustAlso(
    _: UnsafeMutableRawPointer?, _ tlsContext: UnsafeMutableRawPointer?, _ context: UnsafeMutableRawPointer?
) -> CURLcode {
    guard let context, let tlsContext, Transfer.of(context).trust(in: tlsContext) else {
        return CURLE_SSL_CACERT_BADFILE
    }
    return CURLE_OK
}

/// Sets options, and remembers whether each was taken.
private struct OptionSetter {
    let easy: UnsafeMutableRawPointer
    private(set) var isRight = true

    init(easy: UnsafeMutableRawPointer) { self.easy = easy }

    mutating func check(_ code: CURLcode) {
        if code != CURLE_OK { isRight = false }
    }

    mutating func set(_ option: CURLoption, _ value: Int) { check(outcry_curl_set_long(easy, option, value)) }
    mutating func set(_ option: CURLoption, _ value: String) { check(outcry_curl_set_string(easy, option, value)) }
}

extension HTTPFailure.Cause {
    fileprivate init(_ code: CURLcode) {
        self =
            switch code {
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .couldNotResolve
            case CURLE_COULDNT_CONNECT: .couldNotConnect
            case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
                CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_USE_SSL_FAILED:
                .tlsRefused
            case CURLE_OPERATION_TIMEDOUT: .timedOut
            case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2,
                CURLE_HTTP2_STREAM, CURLE_SEND_FAIL_REWIND:
                .connectionLost
            case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING, CURLE_WRITE_ERROR:
                .notHTTP
            case CURLE_FILESIZE_EXCEEDED: .responseTooLarge
            case CURLE_URL_MALFORMAT: .badRequest
            default: .libraryFailed
            }
    }
}
