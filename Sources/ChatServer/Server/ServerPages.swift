import CLibwebsockets
import Conversation

/// What the server says to plain HTTP: who it is, and how it is.
enum ServerPage {
    struct Answer: Hashable, Sendable {
        var status: Int
        var type = "text/plain; charset=utf-8"
        var headers: [String] = []
        var body: String
    }

    static func answer(path: String, method: String, health: () -> HealthReport) -> Answer {
        guard method == "GET" || method == "HEAD" else {
            return Answer(status: 405, headers: ["Allow: GET, HEAD"], body: "only GET and HEAD\n")
        }
        switch path {
        case "/": return Answer(status: 200, body: welcome)
        case "/health":
            let report = health()
            return Answer(
                status: report.isUp ? 200 : 503, type: "application/json",
                body: report.json + "\n")
        default: return Answer(status: 404, body: "nothing here; GET / says what this is\n")
        }
    }

    static let welcome = """
        Outcry: a trading desk that you talk to.

        Connect here with any WebSocket client and type a line: help
        Subprotocols: \(WireFormat.text.rawValue) (the default), \(WireFormat.json.rawValue)

        GET /health says how the desk is. What export has made is under \(Download.folder)

        """

    private static func phrase(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 421: "Misdirected Request"
        case 426: "Upgrade Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 505: "HTTP Version Not Supported"
        default: "Service Unavailable"
        }
    }

    /// The whole response in one buffer.
    static func bytes(of answer: Answer, isHead: Bool) -> [UInt8] {
        var lines = [
            "HTTP/1.1 \(answer.status) \(phrase(answer.status))", "Content-Type: \(answer.type)",
            "Content-Length: \(answer.body.utf8.count)", "X-Content-Type-Options: nosniff",
            "Cache-Control: no-store",
        ]
        lines += answer.headers
        let head = lines.joined(separator: "\r\n") + "\r\n\r\n"
        return Array((isHead ? head : head + answer.body).utf8)
    }

    /// The answer that makes the connection a WebSocket (RFC 6455 §4.2.2). Extensions are offered by many clients, and
    /// none is taken.
    static func switchingProtocols(key: String, subprotocol: WireFormat?) -> [UInt8] {
        var lines = [
            "HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Accept: \(acceptance(of: key))",
        ]
        if let subprotocol { lines.append("Sec-WebSocket-Protocol: \(subprotocol.rawValue)") }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// The key and a fixed text, hashed with SHA-1, in base64 (RFC 6455 §4.2.2): proof that the server knows the protocol,
    /// and nothing else.
    static func acceptance(of key: String) -> String {
        let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
        let digest = [UInt8](unsafeUninitializedCapacity: 20) { buffer, count in
            lws_SHA1(text, text.count, buffer.baseAddress)
            count = 20
        }
        // 20 bytes are 28 characters; the library wants room to spare.
        var encoded = [CChar](repeating: 0, count: 64)
        let count = digest.withUnsafeBytes { bytes in
            lws_b64_encode_string(
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), &encoded,
                Int32(encoded.count))
        }
        return String(decoding: encoded.prefix(Int(max(0, count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
