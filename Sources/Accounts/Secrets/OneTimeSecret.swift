public import Secrets
public import Trading

/// What a trader's authenticator and the desk share: codes follow from it and the clock (TOTP, RFC 6238, with HMAC-SHA-1,
/// six digits and steps of 30 seconds, which is what every authenticator takes).
public struct OneTimeSecret: Sendable {
    private let secret: Secret

    /// Seconds for which a code is shown (RFC 6238, section 4.1).
    public static let stepSeconds: Int64 = 30
    /// Digits of a code.
    public static let digits = 6
    /// Steps before and after the current one whose codes are taken, for clocks that differ (section 5.2).
    public static let stepsOfGrace: Int64 = 1
    /// As long as the hash, as RFC 4226 section 4 recommends.
    private static let bytes = 20

    /// A new one.
    public static func generate() throws(SecretFailure) -> OneTimeSecret {
        do {
            var random = try OpenSSL.randomBytes(count: bytes)
            defer { OpenSSL.cleanse(&random) }
            return OneTimeSecret(bytes: random)
        } catch {
            throw .unavailable(error.message)
        }
    }

    private init(bytes: [UInt8]) { secret = Secret(bytes: bytes) }

    /// Reads base32 (RFC 4648, section 6); nil for anything else.
    public init?(base32: String) {
        guard let bytes = Base32.decode(base32), !bytes.isEmpty else { return nil }
        self.init(bytes: bytes)
    }

    /// To be typed into an authenticator, or kept.
    public var base32: String { secret.withUnsafeBytes { Base32.encode($0) } }

    /// What authenticators read as a QR code or a link.
    public func uri(account: AccountName, issuer: String = "Outcry") -> String {
        "otpauth://totp/\(issuer):\(account.text)?secret=\(base32)&issuer=\(issuer)&algorithm=SHA1"
            + "&digits=\(OneTimeSecret.digits)&period=\(OneTimeSecret.stepSeconds)"
    }

    /// The step that a moment is in, counted from 1970.
    public static func step(at moment: Timestamp) -> Int64 { moment.seconds / stepSeconds }

    /// The code of a step, with zeros in front.
    public func code(ofStep step: Int64, digits: Int = OneTimeSecret.digits) throws(SecretFailure) -> String {
        let message = (0..<8).map { UInt8(truncatingIfNeeded: step >> Int64(56 - 8 * $0)) }
        let mac: [UInt8]
        do {
            mac = try secret.withUnsafeBytes { (key) throws(OpenSSL.Failure) in try OpenSSL.hmacSHA1(key, message) }
        } catch {
            throw .unavailable(error.message)
        }
        // Dynamic truncation, RFC 4226 section 5.3.
        let offset = Int(mac[mac.count - 1] & 0xF)
        let word = mac[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let modulus = (0..<digits).reduce(UInt32(1)) { power, _ in power * 10 }
        let text = String(word % modulus)
        return String(repeating: "0", count: digits - text.utf8.count) + text
    }

    /// The step whose code this is, near enough to now; nil where it is none. One of a step that has been used, or of one before
    /// that, is none: a code that somebody has seen is worth nothing (section 5.2).
    public func step(
        matching code: String, at now: Timestamp, after used: Int64?
    ) throws(SecretFailure) -> Int64? {
        let typed = Secret(code.filter { $0 != " " })
        let current = OneTimeSecret.step(at: now)
        var found: Int64?
        // All of them, so that the time says nothing.
        for step in current - OneTimeSecret.stepsOfGrace...current + OneTimeSecret.stepsOfGrace {
            let isSame = Secret(try self.code(ofStep: step)) == typed
            if isSame, step > used ?? .min, found == nil { found = step }
        }
        return found
    }
}

/// Base32 without padding (RFC 4648, section 6).
enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    static func encode(_ bytes: UnsafeRawBufferPointer) -> String {
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = (bits << 8 | UInt32(byte)) & 0xFFFF
            count += 8
            while count >= 5 {
                count -= 5
                text.append(alphabet[Int(bits >> UInt32(count)) & 31])
            }
        }
        if count > 0 { text.append(alphabet[Int(bits << UInt32(5 - count)) & 31]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Small letters count as capitals, spaces and padding for nothing.
    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for character in text.uppercased().utf8 where character != UInt8(ascii: " ") && character != UInt8(ascii: "=") {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            bits = (bits << 5 | UInt32(value)) & 0xFFFF
            count += 5
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }
}
