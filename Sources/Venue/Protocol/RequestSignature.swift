import COpenSSL

/// HMAC-SHA512 (RFC 2104) of a body, as the header `Sign` carries it.
enum RequestSignature {
    /// In lower-case hexadecimal digits. The secret must not be empty.
    static func of(_ body: [UInt8], secret: [UInt8]) -> String {
        precondition(!secret.isEmpty, "an account without a secret")
        var digest = [UInt8](repeating: 0, count: 64)
        var count: UInt32 = 0
        let code = HMAC(EVP_sha512(), secret, Int32(secret.count), body, body.count, &digest, &count)
        // It fails only where OpenSSL has no SHA-512 or no memory: then nobody can be let in.
        precondition(code != nil && count == 64, "OpenSSL did not compute HMAC-SHA512")
        return digest.map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}
