import Foundation
import Testing

@testable import BtceExchange

/// Against OpenSSL's own test server, with a certificate that the system does not know.
@Suite(.serialized, .timeLimit(.minutes(2))) struct `TLS` {
    @Test func `a server that nobody vouches for is not talked to, unless its authority is trusted also`() async throws
    {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("outcry-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let certificate = folder.appendingPathComponent("certificate.pem").path
        let key = folder.appendingPathComponent("key.pem").path
        try run([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj",
            "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
        ])
        let (server, port) = try serve(certificate: certificate, key: key)
        // Not SIGTERM, which the process may have inherited as blocked.
        defer {
            kill(server.processIdentifier, SIGKILL)
            server.waitUntilExit()
        }

        let stranger = try await HTTPClient(.patient).failure(of: .post("https://127.0.0.1:\(port)/"))
        #expect(stranger?.cause == .tlsRefused)
        #expect(stranger?.arrival == .neverSent)

        var settings = HTTPSettings()
        settings.extraTrustFile = certificate
        let client = try HTTPClient(settings)
        #expect(try await client.answer(to: .get("https://127.0.0.1:\(port)/")).get().status == 200)
        // The certificate is of 127.0.0.1, and of no other name of the same machine.
        #expect(await client.failure(of: .post("https://localhost:\(port)/"))?.cause == .tlsRefused)

        settings.extraTrustFile = folder.appendingPathComponent("none.pem").path
        let unreadable = try await HTTPClient(settings).failure(of: .post("https://127.0.0.1:\(port)/"))
        #expect(unreadable?.cause == .tlsRefused)
        #expect(unreadable?.arrival == .neverSent)
        #expect(unreadable?.message.contains("none.pem") == true)
    }

    private func openssl(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        return process
    }

    private func run(_ arguments: [String]) throws {
        let process = openssl(arguments)
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    /// It says its port itself: `ACCEPT 0.0.0.0:41234`.
    private func serve(certificate: String, key: String) throws -> (Process, port: String) {
        let process = openssl(["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-www"])
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        var text = ""
        while !text.contains("\n") || !text.contains("ACCEPT") {
            let data = output.fileHandleForReading.availableData
            try #require(!data.isEmpty, "s_server ended: \(text)")
            text += String(decoding: data, as: UTF8.self)
        }
        let line = try #require(text.split(separator: "\n").first { $0.contains("ACCEPT") })
        return (process, port: String(try #require(line.split(separator: ":").last)))
    }
}
