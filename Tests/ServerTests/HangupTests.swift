import ChatServer
import Conversation
import Foundation
import Testing

extension `The server` {
    @Suite struct `told to read its certificate again` {
        /// A certificate for localhost and its key, in files of these names.
        private func makeCertificate(_ certificate: String, _ key: String) throws {
            let openssl = Process()
            openssl.executableURL = URL(filePath: "/usr/bin/openssl")
            openssl.arguments = [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out",
                certificate,
            ]
            openssl.standardError = FileHandle.nullDevice
            try openssl.run()
            openssl.waitUntilExit()
            try #require(openssl.terminationStatus == 0)
        }

        /// A client that trusts nobody but the certificate in a file, and has connected or failed.
        private func connect(_ port: UInt16, trusting file: String) async -> (
            WebSocketClient, AsyncStream<WebSocketClient.Event>.AsyncIterator, isOpen: Bool
        ) {
            var options = WebSocketClient.Options(
                address: WebSocketAddress(isSecure: true, host: "localhost", port: port))
            options.trustedCertificates = file
            let (client, events) = WebSocketClient.connect(options)
            var iterator = events.makeAsyncIterator()
            let first = await iterator.next()
            guard first == .opened(subprotocol: nil) else { return (client, iterator, false) }
            guard case .message(let greeting)? = await iterator.next() else { return (client, iterator, false) }
            return (client, iterator, greeting.hasPrefix("* Outcry, "))
        }

        @Test func `by SIGHUP, it gives the new one to new connections and closes no session`() async throws {
            let desk = try DeskUnderTest()
            let (certificate, key) = (desk.folder.path + "/cert.pem", desk.folder.path + "/key.pem")
            let (nextCertificate, nextKey) = (desk.folder.path + "/next.pem", desk.folder.path + "/next-key.pem")
            try makeCertificate(certificate, key)
            try makeCertificate(nextCertificate, nextKey)
            let run = try desk.launch(["--tls-cert", certificate, "--tls-key", key])
            let line = try run.logLine(with: " listens on wss://127.0.0.1:")
            let digits = line.split(separator: "127.0.0.1:").last?.prefix { $0.isNumber } ?? ""
            let port = try #require(UInt16(digits))
            let trusted = desk.folder.path + "/trusted.pem"
            try FileManager.default.copyItem(atPath: certificate, toPath: trusted)

            var (session, events, isOpen) = await connect(port, trusting: trusted)
            #expect(isOpen)
            #expect(await connect(port, trusting: nextCertificate).isOpen == false)

            try Data(contentsOf: URL(filePath: nextCertificate)).write(to: URL(filePath: certificate))
            run.send(signal: SIGHUP)
            // The certificate has come without its key.
            _ = try run.logLine(with: "the old certificate is kept: the key in \(key) is not that of the certificate")
            #expect(await connect(port, trusting: trusted).isOpen)

            try Data(contentsOf: URL(filePath: nextKey)).write(to: URL(filePath: key))
            run.send(signal: SIGHUP)
            _ = try run.logLine(with: "new connections get the certificate of \(certificate)")
            #expect(await connect(port, trusting: nextCertificate).isOpen)
            #expect(await connect(port, trusting: trusted).isOpen == false)
            session.send("version")
            guard case .message(let reply)? = await events.next() else {
                Issue.record("the session is over")
                return
            }
            #expect(reply.hasPrefix("= "))
            session.close()
        }

        @Test func `without TLS it goes on, and says that there is none`() throws {
            let desk = try DeskUnderTest()
            try desk.start()
            let trader = try desk.connect()
            try #require(desk.server).send(signal: SIGHUP)
            _ = try #require(desk.server).logLine(with: "this server has none")
            #expect(try trader.ask("version").ok == true)
        }
    }
}
