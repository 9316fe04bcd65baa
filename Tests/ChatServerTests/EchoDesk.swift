import ChatServer
import Conversation
import Foundation
import Glibc
import Logging
import Synchronization
import Testing

/// A desk that answers each line with itself, and remembers what it was told.
final class EchoDesk: Sendable {
    private struct State {
        var server: ChatServer?
        var events: [ServerEvent] = []
        var sessions: [SessionID] = []
    }

    private let state = Mutex(State())
    private let isFull: Bool
    /// Where false, lines are taken and not answered.
    private let answers: Bool
    /// By their words.
    private let downloads: [String: Download]

    init(answers: Bool = true, isFull: Bool = false, downloads: [String: Download] = [:]) {
        self.answers = answers
        self.isFull = isFull
        self.downloads = downloads
    }

    /// Starts a server in front of this desk, on a free port of the loopback.
    func serve(_ configure: (inout ChatServerConfiguration) -> Void = { _ in }) throws -> ChatServer {
        var configuration = ChatServerConfiguration(port: 0)
        configure(&configuration)
        let server = ChatServer(
            configuration: configuration,
            handlers: GatewayHandlers(
                onEvent: { [self] in take($0) }, health: { HealthReport(isUp: true, details: ["orders": 3]) },
                download: { [downloads] in downloads[$0] }),
            logger: Logger(label: "test"))
        state.withLock { $0.server = server }
        try server.start()
        return server
    }

    private func take(_ event: ServerEvent) -> Delivery {
        let server = state.withLock { state in
            state.events.append(event)
            if case .opened(let session, _) = event { state.sessions.append(session) }
            return state.server
        }
        guard case .lines(let session, let lines) = event else { return .accepted }
        if isFull { return .refused }
        if answers { server?.send(lines.map { (session, EchoDesk.answer($0)) }) }
        return .accepted
    }

    static func answer(_ line: IncomingLine) -> OutgoingMessage {
        .reply(Reply(tag: line.tag, mark: .answer, verb: "echo", text: "= \(line.text)"))
    }

    var events: [ServerEvent] { state.withLock { $0.events } }

    /// The sessions in the order in which they were opened.
    var sessions: [SessionID] { state.withLock { $0.sessions } }

    /// Waits until an event is there, at most as long as a socket would.
    func wait(until isThere: ([ServerEvent]) -> Bool) throws {
        let deadline = Date().addingTimeInterval(Double(RawWebSocket.patience))
        while !isThere(events) {
            guard Date() < deadline else { throw RawWebSocket.Failure(description: "no such event: \(events)") }
            usleep(1_000)
        }
    }

    func waitForClose() throws {
        try wait { events in events.contains { if case .closed = $0 { true } else { false } } }
    }
}
