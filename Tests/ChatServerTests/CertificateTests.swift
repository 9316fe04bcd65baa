import Conversation
import Foundation
import Glibc
import Testing

@testable import ChatServer

@Suite(.oneTLSTestAtATime) struct `Certificates and cipher suites` {
    /// Runs `openssl` and gives back all that it wrote, and whether it was content.
    private func openssl(_ arguments: [String]) throws -> (isDone: Bool, text: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus == 0, text)
    }

    private func connect(_ port: UInt16, _ options: [String] = []) throws -> (isDone: Bool, text: String) {
        try openssl(["s_client", "-connect", "127.0.0.1:\(port)", "-servername", "localhost"] + options)
    }

    /// The certificate that new connections are given, in PEM.
    private func served(_ port: UInt16, _ options: [String] = []) throws -> String {
        let text = try connect(port, options).text
        let begin = try #require(text.range(of: "-----BEGIN CERTIFICATE-----"), "\(text)")
        let end = try #require(text.range(of: "-----END CERTIFICATE-----\n"))
        return String(text[begin.lowerBound..<end.upperBound])
    }

    @Test(arguments: [
        (["-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"], false),
        (["-tls1_2", "-cipher", "AES256-GCM-SHA384"], false),
        (["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"], false),
        (["-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"], false),
        (["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"], true),
        (["-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305"], true),
        (["-tls1_2"], true), (["-tls1_3"], true),
    ])
    func `only forward-secret suites with authenticated ciphers are spoken`(options: [String], isSpoken: Bool) throws {
        guard let certificate = try TestCertificate() else { return }
        let server = try EchoDesk().serve { $0.tls = certificate.files }
        defer { server.shutDown() }
        let (isDone, text) = try connect(#require(server.port), options)
        #expect(isDone == isSpoken, "\(text)")
        #expect(text.contains("Cipher is (NONE)") == !isSpoken, "\(text)")
        // What is resumed is as secret as the key of its ticket, which lives long.
        #expect(!text.contains("TLS session ticket:"), "\(text)")
    }

    @Test(arguments: ["ec", "rsa"])
    func `another certificate is served from the next connection on, and sessions go on`(kind: String) async throws {
        guard let certificate = try TestCertificate(), let other = try TestCertificate(kind: kind) else { return }
        let server = try EchoDesk().serve { $0.tls = certificate.files }
        defer { server.shutDown() }
        let port = try #require(server.port)
        var options = WebSocketClient.Options(address: WebSocketAddress(isSecure: true, host: "localhost", port: port))
        options.trustedCertificates = certificate.files.certificatePath
        let (client, events) = WebSocketClient.connect(options)
        var seen = events.makeAsyncIterator()
        client.send("one")
        #expect(await seen.next() == .opened(subprotocol: nil))
        #expect(await seen.next() == .message("= one"))
        let before = try served(port)
        #expect(try before == String(contentsOfFile: certificate.files.certificatePath, encoding: .utf8))

        try other.copy(to: certificate.files)
        server.reloadCertificate()
        let expected = try String(contentsOfFile: other.files.certificatePath, encoding: .utf8)
        var after = ""
        for _ in 0..<100 where after != expected { after = try served(port) }
        #expect(after == expected)
        // Also to who would rather have the old kind of key.
        let old = try connect(port, ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"])
        #expect(old.isDone == (kind == "ec"), "\(old.text)")
        client.send("two")
        #expect(await seen.next() == .message("= two"))

        // A pair that is none is not served.
        try Data("no key".utf8).write(to: URL(filePath: certificate.files.keyPath))
        server.reloadCertificate()
        #expect(try served(port) == expected)
        client.send("three")
        #expect(await seen.next() == .message("= three"))
        client.close()
    }

    @Test func `a certificate and a key that do not belong together do not start`() throws {
        guard let one = try TestCertificate(), let other = try TestCertificate() else { return }
        let pairs: [(TLSFiles, String)] = [
            (
                TLSFiles(certificatePath: one.files.certificatePath, keyPath: other.files.keyPath),
                "the key in \(other.files.keyPath) is not that of the certificate in \(one.files.certificatePath)"
            ),
            (
                TLSFiles(certificatePath: one.files.keyPath, keyPath: one.files.keyPath),
                "\(one.files.keyPath) has a private key in it and no certificate"
            ),
            (
                TLSFiles(certificatePath: one.files.certificatePath, keyPath: one.files.certificatePath),
                "\(one.files.certificatePath) has a certificate in it and no private key"
            ),
        ]
        for (files, words) in pairs {
            let error = #expect(throws: ChatServerError.self) { _ = try EchoDesk().serve { $0.tls = files } }
            #expect(error?.description.hasPrefix(words) == true, "\(String(describing: error))")
        }
    }

    @Test func `TLS handshakes of one address too many are cut before they cost anything`() throws {
        guard let certificate = try TestCertificate() else { return }
        let server = try EchoDesk().serve {
            $0.tls = certificate.files
            $0.limits.httpBurst = 1
            $0.limits.httpRate = 1
        }
        defer { server.shutDown() }
        let port = try #require(server.port)
        var tried = 0
        while tried < 60, try connect(port).isDone { tried += 1 }
        #expect(tried >= 1 && tried < 60)
        #expect(server.metrics.requestsTooMany >= 1)
    }
}
