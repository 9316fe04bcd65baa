/// What crosses between a gateway and the desk behind it, in either direction, with the version of its form: so that it can be sent
/// to another process.
public struct Crossing: Hashable, Sendable, Codable {
    /// To the desk: `event`. To the gateway: all others, as `Gateway` takes them.
    public enum Content: Hashable, Sendable, Codable {
        case event(ServerEvent)
        case message(SessionID, OutgoingMessage)
        case close(SessionID, code: UInt16, reason: String)
        case loggedIn(SessionID, Bool)
    }

    /// The form that is written. Another is refused: both ends are of one release.
    public static let version = 1

    /// Always `Crossing.version`.
    public let version: Int
    /// What crosses.
    public let content: Content

    /// In the form that this program writes.
    public init(_ content: Content) {
        version = Crossing.version
        self.content = content
    }

    /// Throws `DecodingError` for another version, before anything else is read.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        version = try container.decode(Int.self, forKey: .version)
        guard version == Crossing.version else {
            throw DecodingError.dataCorruptedError(
                forKey: .version, in: container,
                debugDescription: "version \(version) of the conversation; expected \(Crossing.version)")
        }
        content = try container.decode(Content.self, forKey: .content)
    }
}
