import COpenSSL

/// The few things that rooms with secrets ask of OpenSSL, in Swift's types. No caller sees C.
package enum OpenSSL {
    /// Why OpenSSL did not do it: its own last words, which never hold what it was given.
    package struct Failure: Error {
        package let message: String

        /// Takes the newest entry off the thread's error queue, and empties it.
        package static func last(doing what: String) -> Failure {
            let code = ERR_peek_last_error()
            ERR_clear_error()
            guard code != 0 else { return Failure(message: what) }
            var text = [CChar](repeating: 0, count: 256)
            ERR_error_string_n(code, &text, text.count)
            let message = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            return Failure(message: "\(what): \(String(decoding: message, as: UTF8.self))")
        }
    }

    /// Bytes that nobody can foretell.
    package static func randomBytes(count: Int) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard RAND_bytes(&bytes, Int32(count)) == 1 else { throw .last(doing: "no random bytes") }
        return bytes
    }

    package static func sha256(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        guard EVP_Digest(bytes.baseAddress, bytes.count, &digest, nil, EVP_sha256(), nil) == 1 else {
            throw .last(doing: "no SHA-256")
        }
        return digest
    }

    package static func sha256(of bytes: [UInt8]) throws(Failure) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        guard EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil) == 1 else {
            throw .last(doing: "no SHA-256")
        }
        return digest
    }

    /// Whether two buffers are equal, in a time that depends on their length alone.
    package static func isEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        guard let leftBase = left.baseAddress, let rightBase = right.baseAddress else { return true }
        return CRYPTO_memcmp(leftBase, rightBase, left.count) == 0
    }

    /// Overwrites memory in a way that the optimiser may not leave out.
    package static func cleanse(_ bytes: UnsafeMutableRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        OPENSSL_cleanse(base, bytes.count)
    }

    /// Overwrites an array that is about to be given up.
    package static func cleanse(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { cleanse($0) }
    }
}
