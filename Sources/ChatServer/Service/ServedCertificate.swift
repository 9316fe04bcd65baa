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
        if let problem = ServedCertificate.problemOfTime(pair, files) {
            SSL_CTX_free(pair)
            throw .unusableCertificate(problem)
        }
        served = .allocate(capacity: 1)
        served.initialize(to: outcry_certificate(pair: pair))
    }

    deinit {
        SSL_CTX_free(served.pointee.pair)
        served.deallocate()
    }

    /// Has a listener ask for this certificate from its first handshake on.
    func serve(_ listener: OpaquePointer) { outcry_serve_certificate(listener, served) }

    /// Why no client would take the certificate that is served, in words: its time is over, or has not come; nil where it is now.
    var problemOfTime: String? { ServedCertificate.problemOfTime(served.pointee.pair, files) }

    /// Reads the files again. Throws, and goes on with what it had, where they are no certificate and its key, or where the one
    /// that is served is good now and the new one is not.
    func reload() throws(ChatServerError) {
        let pair = try ServedCertificate.load(files)
        if let problem = ServedCertificate.problemOfTime(pair, files), problemOfTime == nil {
            SSL_CTX_free(pair)
            throw .unusableCertificate(problem)
        }
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
        throw .unusableCertificate(problem(files, step, words))
    }

    private static func problemOfTime(_ pair: OpaquePointer, _ files: TLSFiles) -> String? {
        if outcry_certificate_is_expired(pair) != 0 {
            return "the certificate in \(files.certificatePath) has expired; every client would refuse it"
        }
        if outcry_certificate_is_early(pair) != 0 {
            return "the certificate in \(files.certificatePath) is not valid yet; is the machine's clock right?"
        }
        return nil
    }

    /// What is wrong with the files, in words: OpenSSL's own only where nothing better is known.
    private static func problem(_ files: TLSFiles, _ step: Int32, _ words: String) -> String {
        let (certificate, key) = (files.certificatePath, files.keyPath)
        let kinds = (outcry_kind_of_pem(certificate), outcry_kind_of_pem(key))
        switch step {
        case outcry_no_certificate where kinds.0 == outcry_pem_key || kinds.0 == outcry_pem_locked_key:
            return kinds.1 == outcry_pem_certificate
                ? "\(certificate) has a private key in it and \(key) a certificate: --tls-cert and --tls-key are swapped"
                : "\(certificate) has a private key in it and no certificate"
        case outcry_no_certificate: return "\(certificate) has no certificate in PEM that can be served (\(words))"
        case outcry_no_key where kinds.1 == outcry_pem_locked_key:
            return """
                the private key in \(key) has a passphrase, and nobody is there to type it; write it without one: \
                openssl pkey -in FILE -out FILE
                """
        case outcry_no_key where kinds.1 == outcry_pem_certificate:
            return "\(key) has a certificate in it and no private key"
        case outcry_no_key: return "\(key) has no private key in PEM that can be read (\(words))"
        case outcry_no_pair: return "the key in \(key) is not that of the certificate in \(certificate)"
        default: return "OpenSSL has no memory for a certificate"
        }
    }
}
