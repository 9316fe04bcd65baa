/// What a server answered to a WebSocket handshake in place of 101, as far as it was read: an HTTP response (RFC 9112 §4).
struct HandshakeAnswer: Hashable, Sendable {
    struct Header: Hashable, Sendable {
        var name: String
        var value: String
    }

    var status: Int
    /// What stands after the status, `Service Unavailable`. May be empty.
    var phrase: String
    /// In the order in which they came, with names in lower case.
    var headers: [Header]
    /// As much of it as was read.
    var body: [UInt8]

    /// Bytes of an answer that are read: its head, and the first words of its body.
    static let bytesMax = 16_384
    /// Characters of the server's reason that are shown.
    static let reasonCharactersMax = 200

    /// nil where the bytes are not the beginning of an HTTP response with a whole head.
    init?(_ bytes: [UInt8]) {
        let end = HandshakeAnswer.headEnd(bytes)
        guard let end else { return nil }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(
            omittingEmptySubsequences: true, whereSeparator: \.isNewline)
        let words = lines.first?.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true) ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/"), words[1].count == 3, let status = Int(words[1]) else {
            return nil
        }
        self.status = status
        phrase = words.count > 2 ? HandshakeAnswer.printable(words[2]) : ""
        headers = lines.dropFirst().compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...]
            return Header(name: line[..<colon].lowercased(), value: HandshakeAnswer.printable(value))
        }
        body = Array(bytes[end...])
    }

    /// Whether bytes begin an HTTP response whose status is another than 101, also before its head is whole.
    static func refuses(_ bytes: [UInt8]) -> Bool {
        let words = bytes.prefix { $0 != 0x0A && $0 != 0x0D }.split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard words.count >= 2, words[0].starts(with: Array("HTTP/".utf8)), words[1].count == 3 else { return false }
        return words[1].allSatisfy { (0x30...0x39).contains($0) } && !words[1].elementsEqual(Array("101".utf8))
    }

    /// The first value under a name in lower case.
    subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// Whether all of the body that was announced is here.
    var isWhole: Bool {
        guard let length = self["content-length"].flatMap({ Int($0) }) else { return false }
        return body.count >= length
    }

    /// The server's own words: the first line of a body in plain text, else the phrase behind the status, else nothing.
    var reason: String {
        let type = self["content-type"] ?? "text/plain"
        // Chunks have their lengths between the words (RFC 9112 §7.1); a page is not for a terminal.
        if type.lowercased().hasPrefix("text/plain"), self["transfer-encoding"] == nil {
            let text = String(decoding: body, as: UTF8.self)
            let line = text.split(whereSeparator: \.isNewline).lazy.map(HandshakeAnswer.printable).first { !$0.isEmpty }
            if let line { return line }
        }
        return phrase
    }

    /// Seconds after which the server wants to be asked again (RFC 9110 §10.2.3); nil where it says none, or a date.
    var retryAfterSeconds: Int? {
        self["retry-after"].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
    }

    /// The place behind the empty line that ends the head.
    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        var isLineEmpty = false
        for (index, byte) in bytes.enumerated() {
            if byte == 0x0A {
                if isLineEmpty { return index + 1 }
                isLineEmpty = true
            } else if byte != 0x0D {
                isLineEmpty = false
            }
        }
        return nil
    }

    /// Without the spaces around it and without what could drive a terminal, and not for ever.
    private static func printable(_ text: some StringProtocol) -> String {
        let shown = text.unicodeScalars.filter { $0.properties.generalCategory != .control }
        var line = Substring(String(String.UnicodeScalarView(shown)))
        while line.first == " " { line.removeFirst() }
        while line.last == " " { line.removeLast() }
        return line.count > reasonCharactersMax ? line.prefix(reasonCharactersMax) + "..." : String(line)
    }
}
