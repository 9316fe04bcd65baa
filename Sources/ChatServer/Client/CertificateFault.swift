import CLibwebsockets

/// Why a server's certificate was not accepted.
struct CertificateFault: Hashable, Sendable {
    /// OpenSSL's number of it: `X509_V_ERR_...`.
    var code: Int32
    /// OpenSSL's words.
    var words: String
    /// The names and addresses that the certificate is for.
    var names: [String] = []

    /// What is wrong, and the option that helps.
    func reason(connectingTo address: WebSocketAddress) -> String {
        switch code {
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
            X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return "the server's certificate is not trusted (\(words)); "
                + "if it is yours, --trust FILE trusts the certificate in that PEM file"
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            guard let name = names.first else { return "the server's certificate is not for \(address.host)" }
            var other = address
            other.host = name
            let all = names.prefix(5).joined(separator: ", ")
            return "the server's certificate is for \(all), not for \(address.host); connect to \(other)"
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return "the server's certificate has expired; its operator must renew it (is this machine's clock right?)"
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return "the server's certificate is not valid yet (is this machine's clock right?)"
        case X509_V_ERR_CERT_REVOKED:
            return "the server's certificate has been revoked; its operator must get another"
        default:
            return "the server's certificate was not accepted: \(words)"
        }
    }

    /// Reads what OpenSSL has found, on the thread on which it verifies. nil where nothing is wrong. A certificate for the
    /// very address that is connected to is accepted: the library looks for names alone.
    static func found(in store: UnsafeMutableRawPointer?, isFine: Bool, host: String) -> CertificateFault? {
        guard !isFine, let store = store.map({ OpaquePointer($0) }) else { return nil }
        if outcry_accept_address(store, host) == 1 { return nil }
        let code = X509_STORE_CTX_get_error(store)
        guard code != X509_V_OK else { return nil }
        let words = String(cString: X509_verify_cert_error_string(Int(code)))
        var room = [CChar](repeating: 0, count: 1_024)
        outcry_certificate_names(store, &room, room.count)
        let text = String(decoding: room.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return CertificateFault(code: code, words: words, names: text.split(separator: " ").map(String.init))
    }
}
