import Conversation

extension Download {
    /// The word in a path that may lead to one; nil for any other path.
    static func word(in path: String) -> String? {
        guard path.hasPrefix(folder) else { return nil }
        return String(path.dropFirst(folder.count))
    }

    /// The whole head of the answer that brings it. A file name is the server's own, of letters, digits, `-` and `.`.
    var head: [UInt8] {
        let lines = [
            "HTTP/1.1 200 OK", "Content-Type: \(type)", "Content-Length: \(bytes.count)",
            "Content-Disposition: attachment; filename=\"\(fileName)\"", "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer",
            // Whoever opens it in a browser after all runs nothing that stands in it.
            "Content-Security-Policy: default-src 'none'; sandbox", "Connection: close",
        ]
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }
}
