import ChatServer
import Conversation
import Logging
import Synchronization
import Testing
import Trading
import Transcripts

/// A server that lets anybody in, says `= ` and the line again, and pushes a notification when it is told `push`.
private final class EchoServer: Sendable {
    private let server = Mutex<ChatServer?>(nil)

    func start() throws -> (server: ChatServer, address: WebSocketAddress) {
        let server = ChatServer(
            configuration: ChatServerConfiguration(port: 0),
            handlers: GatewayHandlers(
                onEvent: { [self] in take($0) }, health: { HealthReport(isUp: true, details: [:]) }),
            logger: Logger(label: "test"))
        self.server.withLock { $0 = server }
        try server.start()
        let port = try #require(server.port)
        return (server, WebSocketAddress(host: "127.0.0.1", port: port))
    }

    private func take(_ event: ServerEvent) -> Delivery {
        guard case .lines(let session, let lines) = event, let server = server.withLock({ $0 }) else {
            return .accepted
        }
        for line in lines {
            let isLogin = line.text.hasPrefix("login ")
            let text = isLogin ? "+ hello \(line.text.dropFirst(6).prefix { $0 != " " })" : "= \(line.text)"
            var messages: [(SessionID, OutgoingMessage)] = [
                (session, .reply(Reply(tag: line.tag, mark: isLogin ? .done : .answer, text: text)))
            ]
            if line.text == "push" {
                messages.append(
                    (
                        session,
                        .notice(Notice(sequence: 1, at: Timestamp(seconds: 0), event: "filled", text: "* pushed"))
                    ))
            }
            server.send(messages)
        }
        return .accepted
    }
}

struct LiveTranscriptTests {
    private func run(
        _ text: String, logins: [LiveTranscriptRunner.Login] = [], timeout: Duration = .seconds(5)
    ) async throws -> TranscriptOutcome {
        let (server, address) = try EchoServer().start()
        defer { server.shutDown() }
        let transcript = try #require(try TranscriptFile(path: "live.transcript", text: text).transcripts.first)
        return await LiveTranscriptRunner(address: address, logins: logins, timeout: timeout).run(transcript)
    }

    @Test func `a transcript runs against a server, and waits for what is pushed`() async throws {
        let outcome = try await run(
            """
            ann> hello there
            = hello there
            bob> push
            = push
            * pushed
            ann> [k1] again
            ...
            bob<
            """)
        #expect(outcome.isMatch, "\(outcome.report)")
    }

    @Test func `what does not come in time is a mismatch, and the transcript ends there`() async throws {
        let outcome = try await run(
            """
            ann> hello
            = hello
            * never
            ann> more
            = less
            """, timeout: .seconds(3))
        #expect(outcome.mismatches.map(\.line) == [3])
    }

    @Test func `what nobody expected is a mismatch`() async throws {
        // The second reply comes behind what was pushed, so that it is there by then.
        let outcome = try await run("ann> push\n= push\nann> end\n= end", timeout: .seconds(3))
        #expect(!outcome.isMatch)
    }

    @Test func `whoever has a login is logged in, in JSON too, and nobody is where there is no server`() async throws {
        let outcome = try await run(
            "ann> x\n= x\n@connect two json\ntwo> y\n{...\"text\":\"= y\"}",
            logins: [.password(user: "ann", password: "secret-word")])
        #expect(outcome.isMatch, "\(outcome.report)")
        let transcript = try #require(try TranscriptFile(path: "x", text: "ann> x\n= x").transcripts.first)
        let nowhere = await LiveTranscriptRunner(address: WebSocketAddress(host: "127.0.0.1", port: 1)).run(transcript)
        #expect(nowhere.error?.line == 1)
    }
}
