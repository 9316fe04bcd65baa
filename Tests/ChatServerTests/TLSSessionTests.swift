import Conversation
import Foundation
import Glibc
import Testing

@testable import ChatServer

@Suite(.oneTLSTestAtATime) struct `A session over TLS` {
    private func connect(
        _ configure: (inout ChatServerConfiguration) -> Void
    ) throws -> (server: ChatServer, client: WebSocketClient, events: AsyncStream<WebSocketClient.Event>)? {
        guard let certificate = try TestCertificate() else { return nil }
        let server = try EchoDesk().serve { configuration in
            configuration.tls = certificate.files
            configure(&configuration)
        }
        var options = try WebSocketClient.Options(
            address: WebSocketAddress(isSecure: true, host: "localhost", port: #require(server.port)))
        options.trustedCertificates = certificate.files.certificatePath
        // The client reads the file when it connects, which is over once it is answered.
        let (client, events) = WebSocketClient.connect(options)
        client.send("ready?")
        var isReady = false
        for _ in 0..<(RawWebSocket.patience * 100) where !isReady {
            isReady = server.metrics.linesReceived > 0
            if !isReady { usleep(10_000) }
        }
        #expect(isReady)
        return (server, client, events)
    }

    @Test func `it lives on after the time for its handshake`() async throws {
        guard let (server, client, events) = try connect({ $0.limits.handshakeSeconds = 4 }) else { return }
        try await Task.sleep(for: .seconds(5))
        client.send("still here?")
        var seen: [WebSocketClient.Event] = []
        for await event in events {
            seen.append(event)
            if seen.count == 3 { client.close() }
        }
        #expect(
            seen == [
                .opened(subprotocol: nil), .message("= ready?"), .message("= still here?"),
                .closed(code: 1_000, reason: ""),
            ])
        server.shutDown()
    }

    @Test func `more than is read at once is answered all the same`() async throws {
        guard
            let (server, client, events) = try connect({
                $0.limits.readRate = 400
                $0.limits.lineBurst = 50
            })
        else { return }
        for number in 1..<1_000 { client.send("line \(number)") }
        var answers = 0
        for await event in events {
            if case .message = event { answers += 1 }
            if answers == 1_000 { client.close() }
        }
        #expect(answers == 1_000)
        server.shutDown()
    }
}
