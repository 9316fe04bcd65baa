import COpenSSL
import Secrets

/// Bytes under AES-256-GCM (NIST SP 800-38D): read and unchanged by whoever has the key, useless to everybody else.
///
/// A byte for the format, 12 random bytes, the ciphertext, 16 bytes of tag. With random initialisation vectors a key is good
/// for 2^32 seals; a desk makes a few for each person.
enum SealedBox {
    private static let format: UInt8 = 1
    private static let vectorLength = 12
    private static let tagLength = 16

    /// Why a box does not open.
    enum Failure: Error {
        /// Another key, other associated data, or a bit that has changed: which of them cannot be known.
        case notAuthentic
        case unavailable(OpenSSL.Failure)
    }

    /// Seals `plain`. `context` is not in the box: whoever opens it has to say the same.
    static func seal(
        _ plain: [UInt8], under key: Secret, context: [UInt8]
    ) throws(OpenSSL.Failure) -> [UInt8] {
        let vector = try OpenSSL.randomBytes(count: vectorLength)
        var text = [UInt8](repeating: 0, count: plain.count)
        var tag = [UInt8](repeating: 0, count: tagLength)
        let isDone = withCipher { cipher in
            key.withUnsafeBytes { key in
                var count: Int32 = 0
                return EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), nil, key.bytes, vector) == 1
                    && EVP_EncryptUpdate(cipher, nil, &count, context, Int32(context.count)) == 1
                    && EVP_EncryptUpdate(cipher, &text, &count, plain, Int32(plain.count)) == 1
                    && EVP_EncryptFinal_ex(cipher, nil, &count) == 1
                    && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, Int32(tagLength), &tag) == 1
            }
        }
        guard isDone else { throw .last(doing: "nothing was sealed") }
        return [format] + vector + text + tag
    }

    /// The bytes that were sealed; the caller overwrites them when they are done with.
    static func open(_ box: [UInt8], under key: Secret, context: [UInt8]) throws(Failure) -> [UInt8] {
        guard box.first == format, box.count >= 1 + vectorLength + tagLength else { throw .notAuthentic }
        let vector = Array(box[1..<1 + vectorLength])
        let text = Array(box[(1 + vectorLength)..<(box.count - tagLength)])
        var tag = Array(box.suffix(tagLength))
        var plain = [UInt8](repeating: 0, count: text.count)
        var isAuthentic = false
        let isDone = withCipher { cipher in
            key.withUnsafeBytes { key in
                var count: Int32 = 0
                let isRead =
                    EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), nil, key.bytes, vector) == 1
                    && EVP_DecryptUpdate(cipher, nil, &count, context, Int32(context.count)) == 1
                    && EVP_DecryptUpdate(cipher, &plain, &count, text, Int32(text.count)) == 1
                    && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, Int32(tagLength), &tag) == 1
                guard isRead else { return false }
                isAuthentic = EVP_DecryptFinal_ex(cipher, nil, &count) == 1
                return true
            }
        }
        guard isDone, isAuthentic else {
            // What comes out under a wrong key is nobody's to see either.
            OpenSSL.cleanse(&plain)
            if isDone {
                ERR_clear_error()
                throw .notAuthentic
            }
            throw .unavailable(.last(doing: "nothing was opened"))
        }
        return plain
    }

    private static func withCipher(_ body: (OpaquePointer) -> Bool) -> Bool {
        guard let cipher = EVP_CIPHER_CTX_new() else { return false }
        // It wipes the key's schedule.
        defer { EVP_CIPHER_CTX_free(cipher) }
        return body(cipher)
    }
}

extension UnsafeRawBufferPointer {
    fileprivate var bytes: UnsafePointer<UInt8>? { baseAddress?.assumingMemoryBound(to: UInt8.self) }
}
