import Conversation
import Foundation
import Testing

@testable import ChatServer

@Suite struct `The client` {
    private func options(_ server: ChatServer, _ subprotocol: String? = nil) throws -> WebSocketClient.Options {
        try WebSocketClient.Options(
            address: WebSocketAddress(host: "127.0.0.1", port: #require(server.port)), subprotocol: subprotocol)
    }

    @Test(arguments: [nil, "outcry.text.v1"] as [String?])
    func `it is answered, and closes`(subprotocol: String?) async throws {
        let desk = EchoDesk()
        let server = try desk.serve()
        var options = try options(server, subprotocol)
        options.bearerToken = "s3cret"
        let (client, events) = WebSocketClient.connect(options)
        // What is sent before it is open waits until then.
        #expect(client.send("early"))
        var seen: [WebSocketClient.Event] = []
        for await event in events {
            seen.append(event)
            if event == .message("= early") { client.send(String(repeating: "é", count: 500)) }
            if seen.count == 3 { client.close(reason: "done") }
        }
        #expect(
            seen == [
                .opened(subprotocol: subprotocol), .message("= early"),
                .message("= " + String(repeating: "é", count: 500)), .closed(code: 1_000, reason: "done"),
            ])
        #expect(!client.send("late"))
        guard case .opened(_, let peer) = desk.events[0] else { return }
        let port = try #require(server.port)
        #expect(
            peer
                == Peer(
                    address: "127.0.0.1", format: .text, bearerToken: "s3cret", userAgent: "outcry",
                    site: "http://127.0.0.1:\(port)"))
        server.shutDown()
    }

    @Test func `it keeps the order of many messages`() async throws {
        let server = try EchoDesk().serve { $0.limits.lineBurst = 100_000 }
        let (client, events) = WebSocketClient.connect(try options(server))
        for number in 0..<5_000 { client.send("\(number)") }
        var next = 0
        for await event in events {
            guard case .message(let text) = event else { continue }
            #expect(text == "= \(next)")
            next += 1
            if next == 5_000 { client.close() }
        }
        #expect(next == 5_000)
        server.shutDown()
    }

    @Test func `it is told how the server closes`() async throws {
        let server = try EchoDesk().serve()
        let (client, events) = WebSocketClient.connect(try options(server))
        client.send("hello")
        var last: WebSocketClient.Event?
        for await event in events {
            last = event
            if case .message = event { Thread.detachNewThread { server.shutDown() } }
        }
        #expect(last == .closed(code: 1_001, reason: "the desk is shutting down"))
        server.shutDown()
    }

    @Test func `it fails where nobody listens`() async throws {
        let server = try EchoDesk().serve()
        let options = try options(server)
        server.shutDown()
        let (_, events) = WebSocketClient.connect(options)
        var seen: [WebSocketClient.Event] = []
        for await event in events { seen.append(event) }
        #expect(seen.count == 1)
        guard case .failed = seen.first else {
            Issue.record("expected failed, found \(seen)")
            return
        }
    }

    @Test func `it fails with the status where the handshake is refused`() async throws {
        let server = try EchoDesk().serve()
        var options = try options(server)
        options.origin = "https://evil.example"
        let (client, events) = WebSocketClient.connect(options)
        var seen: [WebSocketClient.Event] = []
        for await event in events { seen.append(event) }
        #expect(seen.count == 1)
        guard case .failed(let reason, _) = seen.first else {
            Issue.record("expected failed, found \(seen)")
            return
        }
        #expect(reason.contains("403"))
        _ = client
        server.shutDown()
    }

    @Test(.oneTLSTestAtATime) func `it speaks TLS with a server whose certificate it trusts, and with no other`()
        async throws
    {
        guard let certificate = try TestCertificate() else { return }
        let files = certificate.files
        let server = try EchoDesk().serve { $0.tls = files }
        var options = try WebSocketClient.Options(
            address: WebSocketAddress(isSecure: true, host: "localhost", port: #require(server.port)))
        for isTrusted in [true, false] {
            options.trustedCertificates = isTrusted ? files.certificatePath : nil
            let (client, events) = WebSocketClient.connect(options)
            client.send("secret")
            var seen: [WebSocketClient.Event] = []
            for await event in events {
                seen.append(event)
                if case .message = event { client.close() }
            }
            if isTrusted {
                #expect(seen == [.opened(subprotocol: nil), .message("= secret"), .closed(code: 1_000, reason: "")])
            } else {
                guard case .failed = seen.first else {
                    Issue.record("expected failed, found \(seen)")
                    return
                }
            }
        }
        server.shutDown()
    }

    @Test(arguments: ["::1", "::", "localhost", "0.0.0.0"])
    func `it finds a server wherever that listens`(host: String) async throws {
        let server: ChatServer
        do { server = try EchoDesk().serve { $0.host = host } } catch ChatServerError.cannotListen(_, _, let reason) {
            print("skipped: this machine does not listen on \(host): \(reason)")
            return
        }
        let port = try #require(server.port)
        for client in host == "::" ? ["127.0.0.1", "::1"] : [host == "0.0.0.0" ? "127.0.0.1" : host] {
            let (client, events) = WebSocketClient.connect(.init(address: WebSocketAddress(host: client, port: port)))
            client.send("hello")
            var messages: [WebSocketClient.Event] = []
            for await event in events {
                if case .opened = event { continue }
                messages.append(event)
                client.close()
            }
            #expect(messages == [.message("= hello"), .closed(code: 1_000, reason: "")])
        }
        server.shutDown()
    }

    @Test func `a missing certificate is told by its path`() {
        #expect(throws: ChatServerError.unreadableFile(path: "/nowhere.pem", reason: "No such file or directory")) {
            try EchoDesk().serve { $0.tls = TLSFiles(certificatePath: "/nowhere.pem", keyPath: "/nowhere.key") }
        }
    }
}
