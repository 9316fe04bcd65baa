import CLibwebsockets

/// What the server says to plain HTTP: who it is, and how it is.
enum ServerPage {
    struct Answer: Hashable, Sendable {
        var status: Int
        var type = "text/plain; charset=utf-8"
        var headers: [String] = []
        var body: String
    }

    static func answer(path: String, method: Int32, health: () -> HealthReport) -> Answer {
        guard method == Int32(LWSHUMETH_GET) || method == Int32(LWSHUMETH_HEAD) else {
            return Answer(status: 405, headers: ["Allow: GET, HEAD"], body: "only GET and HEAD\n")
        }
        switch path {
        case "/": return Answer(status: 200, body: welcome)
        case "/health":
            let report = health()
            return Answer(
                status: report.isUp ? 200 : 503, type: "application/json", headers: ["Cache-Control: no-store"],
                body: report.json + "\n")
        default: return Answer(status: 404, body: "nothing here; GET / says what this is\n")
        }
    }

    static let welcome = """
        Outcry: a trading desk that you talk to.

        Connect here with any WebSocket client and type a line: help
        Subprotocols: \(WireFormat.text.rawValue) (the default), \(WireFormat.json.rawValue)

        GET /health says how the desk is.

        """

    private static func phrase(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 426: "Upgrade Required"
        default: "Service Unavailable"
        }
    }

    /// The whole response in one buffer: with HTTP/1.1 as the only protocol offered, nothing needs to be added to it.
    static func bytes(of answer: Answer, isHead: Bool) -> [UInt8] {
        var lines = [
            "HTTP/1.1 \(answer.status) \(phrase(answer.status))", "Content-Type: \(answer.type)",
            "Content-Length: \(answer.body.utf8.count)", "X-Content-Type-Options: nosniff",
        ]
        lines += answer.headers
        let head = lines.joined(separator: "\r\n") + "\r\n\r\n"
        return Array((isHead ? head : head + answer.body).utf8)
    }

    /// Sends an answer. False where the connection is to be closed.
    static func send(_ answer: Answer, isHead: Bool, to connection: OpaquePointer) -> Bool {
        var bytes = bytes(of: answer, isHead: isHead)
        let count = bytes.count
        return bytes.withUnsafeMutableBufferPointer { buffer in
            lws_write(connection, buffer.baseAddress, count, LWS_WRITE_HTTP_FINAL) == Int32(count)
        }
    }
}

/// A header of the request that is being answered, or nil where it is absent or empty. All headers together have at most
/// 4,096 bytes; the library answers a longer request itself.
func header(_ token: lws_token_indexes, of connection: OpaquePointer) -> String? {
    let length = Int(lws_hdr_total_length(connection, token))
    guard length > 0 else { return nil }
    let text = [CChar](unsafeUninitializedCapacity: length + 1) { buffer, count in
        count = max(0, Int(lws_hdr_copy(connection, buffer.baseAddress, Int32(length + 1), token)))
    }
    return String(decoding: text.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
