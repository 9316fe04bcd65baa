/// What stands for a key where the key itself must not be read: on the disk, in a log.
public enum KeyFingerprint {
    /// The hexadecimal digits of the key's SHA-256. The same for the same key, whoever's it is.
    public static func of(_ key: String) -> String {
        do throws(OpenSSL.Failure) {
            return Hexadecimal.text(try OpenSSL.sha256(of: Array(key.utf8)))
        } catch {
            // It fails only where OpenSSL has no SHA-256 or no memory: no two keys may be taken for one.
            preconditionFailure(error.message)
        }
    }
}
