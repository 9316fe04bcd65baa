/// Where the chat server listens and whom it lets in.
public struct ChatServerConfiguration: Hashable, Sendable {
    /// An address or a name of this machine: `127.0.0.1`, `localhost`, `::`, `0.0.0.0`.
    public var host: String
    /// 0 takes any free port.
    public var port: UInt16
    /// With these the server speaks TLS 1.2 or later, and nothing else.
    public var tls: TLSFiles?
    /// Web pages that may connect besides the server's own: `https://desk.example`.
    public var allowedOrigins: [String]
    /// Names and addresses under which clients may ask for this server, besides loopback names and the address that they
    /// have reached: what a proxy's clients type, `desk.example`. Other requests are answered 421.
    public var hosts: [String]
    /// Whether `X-Forwarded-For` of a proxy on this machine is believed.
    public var trustsForwardedFor: Bool
    public var limits: ChatLimits

    public init(
        host: String = "127.0.0.1", port: UInt16, tls: TLSFiles? = nil, allowedOrigins: [String] = [],
        hosts: [String] = [], trustsForwardedFor: Bool = false, limits: ChatLimits = ChatLimits()
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.allowedOrigins = allowedOrigins
        self.hosts = hosts
        self.trustsForwardedFor = trustsForwardedFor
        self.limits = limits
    }
}

/// A server's certificate chain and its key, as PEM files.
public struct TLSFiles: Hashable, Sendable {
    public var certificatePath: String
    public var keyPath: String

    public init(certificatePath: String, keyPath: String) {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
    }
}

/// Why the chat server did not start.
public enum ChatServerError: Error, Hashable, Sendable, CustomStringConvertible {
    case addressInUse(host: String, port: UInt16)
    case cannotListen(host: String, port: UInt16, reason: String)
    case unreadableFile(path: String, reason: String)
    /// The certificate or its key is none, or they do not belong together.
    case unusableCertificate(String)
    /// The library said no; the log of `libwebsockets` at level debug has its words.
    case setupFailed(String)
    case alreadyStarted

    public var description: String {
        switch self {
        case .addressInUse(let host, let port): "\(host) port \(port) is in use by another program"
        case .cannotListen(let host, let port, let reason): "cannot listen on \(host) port \(port): \(reason)"
        case .unreadableFile(let path, let reason): "cannot read \(path): \(reason)"
        case .unusableCertificate(let reason): reason
        case .setupFailed(let reason): "the chat server did not start: \(reason)"
        case .alreadyStarted: "the chat server was started before"
        }
    }
}
