import COpenSSL

/// What stands for a key where the key itself must not be read: on the disk, in a log.
public enum KeyFingerprint {
    /// The hexadecimal digits of the key's SHA-256. The same for the same key, whoever's it is.
    public static func of(_ key: String) -> String {
        let bytes = Array(key.utf8)
        var digest = [UInt8](repeating: 0, count: 32)
        let isDone = EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil) == 1
        // It fails only where OpenSSL has no SHA-256 or no memory: no two keys may be taken for one.
        precondition(isDone, "OpenSSL did not compute SHA-256")
        return Hexadecimal.text(digest)
    }
}
