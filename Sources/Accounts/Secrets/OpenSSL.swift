import COpenSSL

/// The few things that this room asks of OpenSSL, in Swift's types. No caller sees C.
enum OpenSSL {
    /// Why OpenSSL did not do it: its own last words, which never hold what it was given.
    struct Failure: Error {
        let message: String

        /// Takes the newest entry off the thread's error queue, and empties it.
        static func last(doing what: String) -> Failure {
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
    static func randomBytes(count: Int) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard RAND_bytes(&bytes, Int32(count)) == 1 else { throw .last(doing: "no random bytes") }
        return bytes
    }

    static func sha256(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        guard EVP_Digest(bytes.baseAddress, bytes.count, &digest, nil, EVP_sha256(), nil) == 1 else {
            throw .last(doing: "no SHA-256")
        }
        return digest
    }

    /// HMAC-SHA-1 (RFC 2104), which one-time codes are made of: what breaks SHA-1 as a hash does not break this.
    static func hmacSHA1(_ key: UnsafeRawBufferPointer, _ message: [UInt8]) throws(Failure) -> [UInt8] {
        var mac = [UInt8](repeating: 0, count: 20)
        var length: UInt32 = 0
        guard HMAC(EVP_sha1(), key.baseAddress, Int32(key.count), message, message.count, &mac, &length) != nil,
            length == 20
        else { throw .last(doing: "no HMAC-SHA-1") }
        return mac
    }

    static func sha256(of bytes: [UInt8]) throws(Failure) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        guard EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil) == 1 else {
            throw .last(doing: "no SHA-256")
        }
        return digest
    }

    /// The scrypt of a password (RFC 7914). Blocks for as long as `cost` says.
    static func scrypt(
        _ password: UnsafeRawBufferPointer, salt: [UInt8], cost: ScryptCost, digestLength: Int
    ) throws(Failure) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: digestLength)
        // Without a limit of its own OpenSSL refuses to use more than 32 MiB, which N = 2^15 just exceeds.
        let done = EVP_PBE_scrypt(
            password.baseAddress?.assumingMemoryBound(to: CChar.self), password.count, salt, salt.count,
            cost.n, cost.r, cost.p, cost.memoryBytes, &digest, digestLength)
        guard done == 1 else { throw .last(doing: "no scrypt") }
        return digest
    }

    /// Whether two buffers are equal, in a time that depends on their length alone.
    static func isEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        guard let leftBase = left.baseAddress, let rightBase = right.baseAddress else { return true }
        return CRYPTO_memcmp(leftBase, rightBase, left.count) == 0
    }

    /// Overwrites memory in a way that the optimiser may not leave out.
    static func cleanse(_ bytes: UnsafeMutableRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        OPENSSL_cleanse(base, bytes.count)
    }

    /// Overwrites an array that is about to be given up.
    static func cleanse(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { cleanse($0) }
    }
}
