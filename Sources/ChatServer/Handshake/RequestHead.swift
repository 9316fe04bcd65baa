/// The head of an HTTP/1.x request, as far as this server needs one (RFC 9112).
package struct RequestHead: Hashable, Sendable {
    package let method: String
    /// The path, without what follows a `?`.
    package let path: String
    /// The host and port of a target that is a whole URL (RFC 9112 §3.2.2); nil for a target that is a path.
    package let targetAuthority: String?
    /// 0 of HTTP/1.0, 1 of HTTP/1.1.
    package let minorVersion: Int
    /// By their names in lower case. What came several times is joined with commas (RFC 9110 §5.3).
    private let headers: [String: String]

    /// Why a head cannot be read.
    package struct Malformed: Error, Hashable, Sendable {
        package let status: Int
        package let message: String

        init(status: Int = 400, _ message: String) {
            self.status = status
            self.message = message
        }
    }

    /// Headers of which two are a contradiction: RFC 9112 §3.2 for the host, RFC 6455 §11.3 for the others.
    private static let single: Set<String> = ["host", "sec-websocket-key", "sec-websocket-version", "content-length"]

    /// Ends a head.
    static let end: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]

    /// Reads a head, from its first byte to the empty line, without that.
    package init(_ bytes: some Collection<UInt8>) throws(Malformed) {
        // What is no UTF-8 is read with replacement characters, and then is no header that matters here.
        var lines = RequestHead.lines(String(decoding: bytes, as: UTF8.self))[...]
        // Bytes, not characters: a mark that joins with a space, a slash or a colon does not hide it.
        let words = (lines.popFirst() ?? "").utf8.split(
            separator: UInt8(ascii: " "), omittingEmptySubsequences: false
        ).map { Substring($0) }
        guard words.count == 3, RequestHead.isToken(words[0]), let first = words[1].utf8.first else {
            throw Malformed("not HTTP: expected GET / HTTP/1.1")
        }
        switch words[2] {
        case "HTTP/1.1": minorVersion = 1
        case "HTTP/1.0": minorVersion = 0
        case let other where other.hasPrefix("HTTP/"): throw Malformed(status: 505, "only HTTP/1.1 is spoken here")
        default: throw Malformed("not HTTP: expected GET / HTTP/1.1")
        }
        var target = words[1].utf8
        let url = RequestHead.splitURL(words[1])
        guard first == UInt8(ascii: "/") || target.elementsEqual("*".utf8) || url != nil,
            target.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { throw Malformed("not HTTP: the target is no path") }
        if let url { target = url.rest.utf8 }
        method = String(words[0])
        targetAuthority = url.map { String($0.authority) }
        let path = String(Substring(target.prefix { $0 != UInt8(ascii: "?") }))
        self.path = path.isEmpty ? "/" : path
        var headers: [String: String] = [:]
        for line in lines {
            guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")), RequestHead.isToken(line[..<colon]) else {
                throw Malformed("not HTTP: a header without its name and colon")
            }
            let name = line[..<colon].lowercased()
            let value = RequestHead.trimmed(line[line.utf8.index(after: colon)...])
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw Malformed("not HTTP: a control character in the header \(name)")
            }
            guard headers[name] != nil else {
                headers[name] = String(value)
                continue
            }
            guard !RequestHead.single.contains(name) else { throw Malformed("two headers \(name)") }
            // In place: a copy for each of thousands of headers of one name would cost their square.
            headers[name]?.append(", ")
            headers[name]?.append(contentsOf: value)
        }
        self.headers = headers
    }

    /// The parts of a URL: what stands between its two slashes and the path, and all from the path or the query on.
    private static func splitURL(_ text: Substring) -> (authority: Substring, rest: Substring)? {
        let scheme = String(decoding: text.utf8.prefix(8), as: UTF8.self).lowercased()
        let length = scheme.hasPrefix("http://") ? 7 : scheme == "https://" ? 8 : 0
        guard length > 0 else { return nil }
        let rest = text.utf8.dropFirst(length)
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        return (Substring(rest[..<end]), Substring(rest[end...]))
    }

    /// A header by its name in lower case; nil where it is absent or empty.
    package subscript(name: String) -> String? {
        guard let value = headers[name], !value.isEmpty else { return nil }
        return value
    }

    /// Whether a header that is a list has this word in it, in any case.
    package func list(_ name: String, has word: String) -> Bool {
        // Bytes, not characters: `==` of strings brings both into a Unicode normal form first.
        (self[name] ?? "").utf8.split(separator: UInt8(ascii: ",")).contains { part in
            RequestHead.trimmed(Substring(part)).lowercased().utf8.elementsEqual(word.utf8)
        }
    }

    /// Whether a body follows, which nobody here reads.
    var hasBody: Bool { self["transfer-encoding"] != nil || (self["content-length"] ?? "0") != "0" }

    /// Whether the client means to send another request on the same connection (RFC 9112 §9.3).
    var isKeptAlive: Bool { minorVersion == 1 && !list("connection", has: "close") && !hasBody }

    /// Whether anything in it says that the client means to become a WebSocket.
    var asksForWebSocket: Bool {
        list("upgrade", has: "websocket") || headers.keys.contains { $0.hasPrefix("sec-websocket-") }
    }

    /// RFC 9110 §5.6.2.
    private static func isToken(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    /// The lines of a head, without their ends. Cut by bytes: as characters they would be compared in a Unicode normal form.
    private static func lines(_ head: String) -> [Substring] {
        var lines: [Substring] = []
        var start = head.utf8.startIndex
        var before: UInt8?
        for index in head.utf8.indices {
            let byte = head.utf8[index]
            if before == 0x0D, byte == 0x0A {
                lines.append(head[start..<head.utf8.index(before: index)])
                start = head.utf8.index(after: index)
            }
            before = byte
        }
        return lines + [head[start...]]
    }

    /// Without the blanks around it (RFC 9110 §5.6.3).
    static func trimmed(_ text: Substring) -> Substring {
        var rest = text.utf8
        while let first = rest.first, isBlank(first) { rest.removeFirst() }
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return Substring(rest)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
