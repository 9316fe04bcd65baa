public import Exchange
import NIOCore
import NIOHTTP1
import NIOPosix
public import Trading
public import Venue

/// A venue over HTTP: one event loop that reads requests, asks the venue, makes what has changed durable, and answers.
///
/// All requests that the loop finds at once are done one after the other and synced together; only then do their answers
/// go out. The HTTP is SwiftNIO's.
public final class VenueServer: Sendable {
    /// Where to listen. Port 0 takes any that is free.
    public struct Address: Hashable, Sendable, CustomStringConvertible {
        public let host: String
        public let port: Int

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }

        /// As it stands in a URL: an IPv6 address has brackets.
        public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    /// All that a venue is started with.
    public struct Setup: Sendable {
        public var venue: TapiVenue.Settings
        public var listen: Address
        /// The operator's port; nil for none.
        public var control: Address?
        /// Where the books are kept; nil for in memory only.
        public var booksPath: String?
        /// Opens the tape, to go on behind a position; nil for none.
        public var tape: (@Sendable (TapePosition?, Timestamp) throws -> TapePlayer)?
        /// The path of the tape's file, by which books of versions up to 0.2 know it.
        public var tapeName = ""
        /// Called once when the tape is over: prices stand still from then on.
        public var onTapeEnd: @Sendable () -> Void = {}
        public var clock: @Sendable () -> Timestamp

        public init(venue: TapiVenue.Settings, listen: Address, clock: @escaping @Sendable () -> Timestamp) {
            self.venue = venue
            self.listen = listen
            self.clock = clock
        }
    }

    private let group: MultiThreadedEventLoopGroup
    private let host: NIOLoopBound<VenueHost>
    private let channels: [any Channel]

    /// The port on which it listens, and that of the operator.
    public let port: Int
    public let controlPort: Int?

    /// Opens the books and listens. Throws where the books cannot be read, the tape cannot be played, or a port cannot be had.
    public static func start(_ setup: Setup) async throws -> VenueServer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            return try await VenueServer(setup, group)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private init(_ setup: Setup, _ group: MultiThreadedEventLoopGroup) async throws {
        let loop = group.next()
        let host = try await loop.submit { NIOLoopBound(try VenueHost(setup, loop), eventLoop: loop) }.get()
        func listen(_ address: Address, _ door: VenueDoor) async throws -> any Channel {
            try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: VenueLimits.backlog)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try VenueConnection.configure(channel, host.value, door, listening: address.host)
                    }
                }
                .bind(host: address.host, port: address.port)
                .flatMapErrorThrowing { throw CannotListen(address: address, reason: "\($0)") }.get()
        }
        var channels = [try await listen(setup.listen, .clients)]
        if let control = setup.control { channels.append(try await listen(control, .control)) }
        self.group = group
        self.host = host
        self.channels = channels
        port = channels[0].localAddress?.port ?? setup.listen.port
        controlPort = channels.count > 1 ? channels[1].localAddress?.port : nil
        try await loop.submit { host.value.begin() }.get()
    }

    /// Waits until the venue has failed; says why. It goes on for ever otherwise.
    public var failure: any Error {
        get async {
            do {
                return try await host.eventLoop.flatSubmit { [host] in host.value.whenFailed() }.get()
            } catch {
                return error
            }
        }
    }

    /// Takes no more connections, lets what is being answered be answered, and ends. What is in the books is on the disk.
    /// To be called once.
    public func stop() async {
        for channel in channels { try? await channel.close() }
        try? await host.eventLoop.flatSubmit { [host] in host.value.endAll() }.get()
        try? await group.shutdownGracefully()
    }
}

/// A port that could not be had.
struct CannotListen: Error, CustomStringConvertible {
    let address: VenueServer.Address
    let reason: String

    var description: String { "cannot listen on \(address): \(reason)" }
}

/// How much one client may ask of the server.
enum VenueLimits {
    /// A line of a request and its headers, in bytes.
    static let headBytesMax = 16_384
    /// A body, in bytes: the longest order has 200.
    static let bodyBytesMax = 65_536
    /// What is read of a request that was refused, so that the refusal is read before the connection is gone.
    static let refusedBytesMax = 1_048_576
    static let connectionsMax = 4_096
    /// Connections that nobody has accepted yet.
    static let backlog: Int32 = 1_024
    /// A connection on which nothing moves, an unanswered one too, is closed after this.
    static let idleSeconds: Int64 = 120
    /// How long ending waits for what is being answered.
    static let endingSeconds: Int64 = 2
    /// Trades of a tape that are played between two looks at the sockets.
    static let tapeTradesAtOnceMax = 500
}

/// Which of the server's two ports a connection came to.
enum VenueDoor: Sendable {
    case clients
    case control
}
