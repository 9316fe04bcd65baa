import ChatServer
import Conversation
import Foundation
import Testing

/// A certificate for localhost that nobody else trusts, in a folder that goes with the value.
final class TestCertificate {
    let files: TLSFiles
    private let folder: URL

    /// Puts this certificate and its key where others are.
    func copy(to other: TLSFiles) throws {
        for (from, to) in [(files.certificatePath, other.certificatePath), (files.keyPath, other.keyPath)] {
            try Data(contentsOf: URL(filePath: from)).write(to: URL(filePath: to))
        }
    }

    /// nil, and a word about it, where there is nothing to make it with.
    init?(kind: String = "ec") throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "outcry-tls-\(UUID().uuidString)")
        files = TLSFiles(
            certificatePath: folder.appending(path: "cert.pem").path, keyPath: folder.appending(path: "key.pem").path)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let openssl = Process()
        openssl.executableURL = URL(filePath: "/usr/bin/openssl")
        openssl.arguments = [
            "req", "-x509", "-newkey", kind, "-pkeyopt",
            kind == "ec" ? "ec_paramgen_curve:prime256v1" : "rsa_keygen_bits:2048", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", files.keyPath, "-out",
            files.certificatePath,
        ]
        openssl.standardError = FileHandle.nullDevice
        do { try openssl.run() } catch {
            print("skipped: no /usr/bin/openssl to make a certificate with")
            return nil
        }
        openssl.waitUntilExit()
        try #require(openssl.terminationStatus == 0)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
}
