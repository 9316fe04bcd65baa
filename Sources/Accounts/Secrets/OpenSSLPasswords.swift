import COpenSSL
import Secrets

extension OpenSSL {
    /// HMAC-SHA-1 (RFC 2104), which one-time codes are made of: what breaks SHA-1 as a hash does not break this.
    static func hmacSHA1(_ key: UnsafeRawBufferPointer, _ message: [UInt8]) throws(Failure) -> [UInt8] {
        var mac = [UInt8](repeating: 0, count: 20)
        var length: UInt32 = 0
        guard HMAC(EVP_sha1(), key.baseAddress, Int32(key.count), message, message.count, &mac, &length) != nil,
            length == 20
        else { throw .last(doing: "no HMAC-SHA-1") }
        return mac
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
}
