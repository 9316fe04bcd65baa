import COpenSSL
import Secrets

/// A key to an account and the secret that signs for it. The secret is never printed, and its memory is wiped.
public final class TapiKey: Sendable, CustomStringConvertible, CustomReflectable {
    /// What names the key to the exchange.
    public let key: String
    private let secret: Secret

    public init(key: String, secret: [UInt8]) {
        self.key = key
        self.secret = Secret(secret)
    }

    /// The request over HTTP. It carries a nonce, so that it is sent once at most: a second copy would be refused, and
    /// the refusal would hide what became of the first.
    public func signed(_ request: TapiRequest, nonce: UInt64, url: String) -> HTTPRequest {
        let body = request.body(nonce: nonce)
        return HTTPRequest(
            .post(body: body), url: url,
            headers: [
                HTTPHeader("Content-Type", "application/x-www-form-urlencoded"), HTTPHeader("Key", key),
                HTTPHeader("Sign", sign(body)),
            ],
            delivery: .onceAtMost)
    }

    /// HMAC-SHA512 (RFC 2104) of a body as it is sent, in lower-case hexadecimal digits.
    public func sign(_ body: [UInt8]) -> String {
        let digest = secret.authenticationCode(of: body)
        var text: [UInt8] = []
        text.reserveCapacity(digest.count * 2)
        let digits = Array("0123456789abcdef".utf8)
        for byte in digest {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    public var description: String { "the key \(key.prefix(4))..." }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Bytes that are wiped when nobody holds them any more.
private final class Secret: Sendable {
    // Safe: written in `init` and `deinit` alone, when no other thread can hold the object.
    private nonisolated(unsafe) let bytes: UnsafeMutableRawBufferPointer

    init(_ secret: [UInt8]) {
        bytes = .allocate(byteCount: secret.count, alignment: 1)
        bytes.copyBytes(from: secret)
    }

    deinit {
        if let base = bytes.baseAddress { OPENSSL_cleanse(base, bytes.count) }
        bytes.deallocate()
    }

    func authenticationCode(of message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 64)
        var count: UInt32 = 64
        let code = HMAC(EVP_sha512(), bytes.baseAddress, Int32(bytes.count), message, message.count, &digest, &count)
        // It fails only where OpenSSL has no SHA-512 or no memory: nothing can be sent unsigned.
        precondition(code != nil && count == 64, "OpenSSL did not compute HMAC-SHA512")
        return digest
    }
}
