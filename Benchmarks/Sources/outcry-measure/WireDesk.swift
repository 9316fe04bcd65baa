import Accounts
import BtceExchange
import ChatServer
import Conversation
import Desk
import Dispatch
import Glibc
import Logging
import OutcryMeasuring
import Synchronization
import Threads

/// The server whole in this process, trading at a venue over HTTP, paced by nobody.
final class WireDesk {
    static let exchange = "btce"

    let tokens: [String]
    let port: UInt16
    private let server: DeskServer

    /// Milliseconds between two tries of an account that is still compared with the exchange.
    private static let tryAgainMilliseconds: UInt32 = 50
    private static let triesMax = 600

    init(traders count: Int, at venue: VenueUnderLoad, folder: String) throws {
        let path = folder + "/desk.db"
        let master = try MasterKey.generate()
        let traders = try Traders(count, database: path, keysAt: WireDesk.exchange, under: master)
        tokens = traders.tokens
        var gateway = BtceSettings(baseURL: venue.url)
        (gateway.keyRequestsPerSecond, gateway.exchangeRequestsPerSecond) = (100_000, 100_000)
        let exchange = BtceExchange.Setup(
            name: WireDesk.exchange, gateway: gateway, http: .forTrading, seed: 1, clock: { MachineClock.wall })
        var log = Logger(label: "measure")
        log.logLevel = .critical
        server = try DeskServer(
            DeskServer.Setup(
                database: path, desk: Traders.configuration,
                gateway: Traders.gateway,
                exchanges: [
                    DeskServer.Place(
                        "btce",
                        .overTheWire { sink in
                            try BtceExchange(exchange, nonceStore: DurableNonces(beside: path), sink: sink)
                        })
                ], masterKey: .given(master)), log: log)
        try server.start()
        guard let port = server.port else { throw MeasureError("the server listens nowhere") }
        self.port = port
        // Until an account has been compared with the exchange it does not trade.
        for token in tokens {
            let talk = try DeskTalk(port: port, token: token)
            var tries = 0
            while try !talk.ask(Traders.line(0)).hasPrefix("+") {
                tries += 1
                guard tries < WireDesk.triesMax else { throw MeasureError("an account is never ready") }
                usleep(WireDesk.tryAgainMilliseconds * 1_000)
            }
            talk.close()
        }
    }

    func stop() { server.stop() }
}

/// A session that asks and waits, and notes when it was told what.
final class DeskTalk: Sendable {
    private struct State {
        var messages: [(at: ContinuousClock.Instant, text: String)] = []
        var isOver = false
    }

    private let state = Mutex(State())
    private let hasChanged = DispatchSemaphore(value: 0)
    private let client: Mutex<WebSocketClient?> = Mutex(nil)

    private static let patienceSeconds = 20.0

    init(port: UInt16, token: String) throws {
        let options = WebSocketClient.Options(
            address: WebSocketAddress(host: "127.0.0.1", port: port), subprotocol: WireFormat.text.rawValue,
            bearerToken: token)
        let opened = DispatchSemaphore(value: 0)
        let client = WebSocketClient(options) { [self] event in
            switch event {
            case .opened: opened.signal()
            case .message(let text): state.withLock { $0.messages.append((.now, text)) }
            case .closed, .failed: state.withLock { $0.isOver = true }
            }
            hasChanged.signal()
        }
        self.client.withLock { $0 = client }
        guard opened.wait(timeout: .now() + DeskTalk.patienceSeconds) == .success else {
            throw MeasureError("a connection did not open")
        }
    }

    func ask(_ line: String) throws -> String {
        client.withLock { $0 }?.send(line)
        return try message { !$0.hasPrefix("*") }.text
    }

    /// The next message that is meant, and when it came; what came before is passed over.
    func message(_ isMeant: (String) -> Bool) throws -> (at: ContinuousClock.Instant, text: String) {
        while true {
            let next = try state.withLock { state -> (at: ContinuousClock.Instant, text: String)? in
                if state.messages.isEmpty, state.isOver { throw MeasureError("the connection is over") }
                return state.messages.isEmpty ? nil : state.messages.removeFirst()
            }
            if let next {
                if isMeant(next.text) { return next }
            } else if hasChanged.wait(timeout: .now() + DeskTalk.patienceSeconds) == .timedOut {
                throw MeasureError("nothing comes")
            }
        }
    }

    /// Ends the connection, and the cycle of references through its callback.
    func close() {
        let client = client.withLock { client in
            let last = client
            client = nil
            return last
        }
        client?.close()
    }
}
