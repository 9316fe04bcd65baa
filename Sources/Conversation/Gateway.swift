/// Where people come in: it holds their connections, and knows nothing of trading. One desk may stand behind it, in this process
/// or in another.
public protocol Gateway: Sendable {
    /// Lets people in. Returns when they can connect.
    func start() throws
    /// The port that is listened on; nil where there is none, or not yet.
    var port: UInt16? { get }
    /// Hands over what is to be sent, from any thread; what one thread hands over is sent in that order. What is for a session that
    /// has closed is dropped.
    func send(_ messages: [(SessionID, OutgoingMessage)])
    /// Closes a session once what waits for it is sent.
    func close(_ session: SessionID, code: UInt16, reason: String)
    /// Says whether somebody is logged in to a session: that one keeps its place.
    func note(_ session: SessionID, isLoggedIn: Bool)
    /// Reads what proves who the server is again, for connections that come from then on.
    func reloadCertificate()
    /// Takes nobody in any more, sends what waits and ends all sessions. Returns when that is done.
    func shutDown()
}

/// What a gateway tells and asks the desk behind it, on a thread of its own: none of these may block.
public struct GatewayHandlers: Sendable {
    /// Told what arrives, one event at a time.
    public var onEvent: @Sendable (ServerEvent) -> Delivery
    /// Asked how the desk is.
    public var health: @Sendable () -> HealthReport
    /// Asked for the file behind a word that cannot be guessed.
    public var download: @Sendable (String) -> Download?

    public init(
        onEvent: @escaping @Sendable (ServerEvent) -> Delivery, health: @escaping @Sendable () -> HealthReport,
        download: @escaping @Sendable (String) -> Download? = { _ in nil }
    ) {
        self.onEvent = onEvent
        self.health = health
        self.download = download
    }
}
