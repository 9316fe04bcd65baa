/// A file that may be fetched over HTTP for a while.
public struct Download: Hashable, Sendable, Codable {
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
}
