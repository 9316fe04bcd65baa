/// A file that may be fetched over HTTP for a while.
public struct Download: Hashable, Sendable {
    /// What the browser is to call it.
    public var fileName: String
    /// `text/csv; charset=utf-8`.
    public var type: String
    public var bytes: [UInt8]

    public init(fileName: String, type: String, bytes: [UInt8]) {
        self.fileName = fileName
        self.type = type
        self.bytes = bytes
    }

    /// Where it is: this and a word that cannot be guessed.
    public static let folder = "/export/"

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
