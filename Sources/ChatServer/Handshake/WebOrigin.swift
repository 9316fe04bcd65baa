/// The origin of a web page, as a browser sends it: `https://desk.example`, `https://desk.example:8443`.
package enum WebOrigin {
    /// Why an origin of `--allow-origin` can never be one that a browser sends, in words; nil where it can.
    package static func problem(with text: String) -> String? {
        let example = "expected a scheme and a host, such as https://desk.example"
        if text == "*" { return "* would let in every web page; name each: https://desk.example" }
        if text == "null" { return "null is what every sandboxed page sends; \(example)" }
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
            return "\(text) never comes as it is written; expected what browsers send, xn--..."
        }
        guard let marks = text.firstRange(of: "://"), isScheme(text[..<marks.lowerBound]) else {
            return "\(text) is no origin; \(example)"
        }
        let scheme = text[..<marks.lowerBound].lowercased()
        if opaqueSchemes.contains(scheme) {
            return "pages of \(scheme): have no origin, browsers send null for them; \(example)"
        }
        var authority = text[marks.upperBound...]
        if authority.hasSuffix("/") { authority.removeLast() }
        guard !authority.contains(where: { "/?#@*".contains($0) }) else {
            return "\(text) has more than a scheme, a host and a port; \(example)"
        }
        if let page = pageSchemes[scheme] {
            return "\(text) is where a socket leads, not a page; expected \(page)://\(authority)"
        }
        guard let host = RequestHost(String(authority)) else { return "\(text) has no host that can be; \(example)" }
        return problem(with: authority, host).map { "\(text) \($0)" }
    }

    /// The schemes of sockets, and of the pages that open them.
    private static let pageSchemes = ["ws": "http", "wss": "https"]
    /// Schemes of pages that have an opaque origin (WHATWG URL, "origin"), which is sent as `null`.
    private static let opaqueSchemes: Set<String> = ["file", "data", "blob", "about", "javascript", "filesystem"]

    /// Why browsers never write a host and a port like this; nil where they do.
    private static func problem(with authority: Substring, _ host: RequestHost) -> String? {
        let written =
            authority.hasPrefix("[") ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        if authority.hasPrefix("["), written.lowercased() != host.name {
            return "never comes as it is written; expected " + (host.name.contains(":") ? "[\(host.name)]" : host.name)
        }
        guard let port = host.port else {
            return authority.hasSuffix(":") ? "has a colon and no port" : nil
        }
        if port == 0 { return "has no port that can be" }
        return authority.hasSuffix(":\(port)") ? nil : "never comes as it is written; expected port \(port)"
    }

    /// RFC 3986 §3.1.
    private static func isScheme(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, isLetter(first) else { return false }
        return text.utf8.allSatisfy { byte in
            isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.".utf8.contains(byte)
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// An origin as it is compared: in lower case, without a last slash and without the port that its scheme implies.
    /// In bytes: strings would be compared in a Unicode normal form, which costs more than linear time.
    static func normalized(_ origin: String) -> [UInt8] {
        var text = Array(origin.lowercased().utf8)
        if text.last == UInt8(ascii: "/") { text.removeLast() }
        for (scheme, port) in [("http://", ":80"), ("https://", ":443")]
        where text.starts(with: scheme.utf8) && text.suffix(port.utf8.count).elementsEqual(port.utf8) {
            text.removeLast(port.utf8.count)
        }
        return text
    }
}
