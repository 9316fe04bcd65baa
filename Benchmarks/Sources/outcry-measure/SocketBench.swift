import Conversation
import Desk
import Glibc
import Logging
import OutcryMeasuring

/// The server whole in this process, and connections to it over loopback, each with one order under way.
struct SocketBench {
    /// Orders answered with `+` a second.
    let rate: Double
    /// Milliseconds from sending an order to its answer, each.
    let times: Samples

    /// Seconds under load before anything counts.
    private static let warmUpSeconds = 0.3

    init(connections: Int, seconds: Double, folder: String) throws {
        let path = folder + "/desk.db"
        let traders = try Traders(connections, database: path)
        var log = Logger(label: "measure")
        log.logLevel = .critical
        let server = try DeskServer(
            DeskServer.Setup(
                database: path, desk: Traders.configuration,
                gateway: Traders.gateway),
            log: log)
        try server.start()
        defer { server.stop() }
        guard let port = server.port else { throw MeasureError("the server listens nowhere") }
        try self.init(port: port, tokens: traders.tokens, seconds: seconds)
    }

    /// At a server that runs; a connection for each token.
    init(port: UInt16, tokens: [String], seconds: Double) throws {
        let clients = tokens.map { token in
            let client = LoadClient()
            client.connect(port: port, token: token)
            return client
        }
        defer { for client in clients { client.close() } }
        for client in clients { try client.waitUntilOpen() }
        for client in clients { client.sendNext() }
        try SocketBench.sleep(SocketBench.warmUpSeconds)
        let start = ContinuousClock.now
        try SocketBench.sleep(seconds)
        let end = ContinuousClock.now
        for client in clients { client.stop() }

        var times = Samples()
        for client in clients {
            for took in try client.times(since: start, until: end) { times.add(took.seconds * 1_000) }
        }
        self.times = times
        rate = Double(times.values.count) / start.duration(to: end).seconds
    }
}

extension SocketBench {
    /// Blocks this thread; the load runs on others.
    private static func sleep(_ seconds: Double) throws {
        guard usleep(UInt32(seconds * 1_000_000)) == 0 else { throw MeasureError("interrupted") }
    }
}
