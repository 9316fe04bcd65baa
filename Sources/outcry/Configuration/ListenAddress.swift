import Foundation
import Trading

/// Where a server listens: `127.0.0.1:7015`, `[::1]:7015`, `:7015`.
struct ListenAddress: Equatable, Sendable, CustomStringConvertible {
    static let portDefault: UInt16 = 7015
    static let standard = "127.0.0.1:\(portDefault)"

    /// An address or a name, without brackets.
    let host: String
    let port: UInt16

    /// Throws a `Failure` that names the source of the text.
    init(_ text: String, source: SettingSource) throws {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw Failure("\(source): \(text.withoutSecrets) is not HOST:PORT")
        }
        let host = text[..<colon].trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        self.host = host.isEmpty ? "127.0.0.1" : host
        self.port = port
    }

    /// As it is written, the host of IPv6 in brackets.
    var description: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    /// Whether only this machine reaches it.
    var isLocal: Bool { ["127.0.0.1", "::1", "localhost"].contains(host) }
}
