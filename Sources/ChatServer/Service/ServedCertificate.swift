import CLibwebsockets
import Glibc

/// The certificate that a listener serves, with its key. Made and used on the service thread; it must live as long as the
/// library's context, whose handshakes ask it.
///
/// OpenSSL asks for the certificate in each handshake: another one is served from the next handshake on, and connections
/// that have theirs keep it.
final class ServedCertificate {
    let files: TLSFiles
    /// What handshakes look into. On the heap: OpenSSL keeps its address.
    private let served: UnsafeMutablePointer<outcry_certificate>

    init(_ files: TLSFiles) throws(ChatServerError) {
        self.files = files
        let pair = try ServedCertificate.load(files)
        served = .allocate(capacity: 1)
        served.initialize(to: outcry_certificate(pair: pair))
    }

    deinit {
        SSL_CTX_free(served.pointee.pair)
        served.deallocate()
    }

    /// Whether the certificate's time is over.
    var isExpired: Bool { outcry_certificate_is_expired(served.pointee.pair) != 0 }

    /// Has a listener ask for this certificate from its first handshake on.
    func serve(_ listener: OpaquePointer) { outcry_serve_certificate(listener, served) }

    /// Reads the files again. Throws, and goes on with what it had, where they are no certificate and its key.
    func reload() throws(ChatServerError) {
        let pair = try ServedCertificate.load(files)
        SSL_CTX_free(served.pointee.pair)
        served.pointee.pair = pair
    }

    private static func load(_ files: TLSFiles) throws(ChatServerError) -> OpaquePointer {
        for path in [files.certificatePath, files.keyPath] where access(path, R_OK) != 0 {
            throw .unreadableFile(path: path, reason: String(cString: strerror(errno)))
        }
        var pair: OpaquePointer?
        var reason = [CChar](repeating: 0, count: 256)
        let step = outcry_load_certificate(files.certificatePath, files.keyPath, &pair, &reason, reason.count)
        if let pair { return pair }
        let words = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let what =
            switch step {
            case outcry_no_certificate:
                "\(files.certificatePath) has no certificate in PEM that can be served (\(words))"
            case outcry_no_key:
                "\(files.keyPath) has no private key in PEM that can be read; one with a passphrase cannot (\(words))"
            case outcry_no_pair:
                "the key in \(files.keyPath) is not that of the certificate in \(files.certificatePath)"
            default: "OpenSSL has no memory for a certificate"
            }
        throw .unusableCertificate(what)
    }
}
