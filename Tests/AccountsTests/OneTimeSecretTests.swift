import Accounts
import Testing
import Trading

/// One-time codes against the vectors of the RFCs.
@Suite struct OneTimeSecretTests {
    /// `12345678901234567890` in base32, the secret of both RFCs.
    private static let text = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

    private static func secret() throws -> OneTimeSecret { try #require(OneTimeSecret(base32: text)) }

    /// RFC 6238, appendix B, the rows of SHA-1.
    static let vectors: [(seconds: Int64, code: String)] = [
        (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
    ]

    @Test(arguments: vectors)
    func `a code is that of RFC 6238`(seconds: Int64, code: String) throws {
        #expect(try Self.secret().code(ofStep: seconds / OneTimeSecret.stepSeconds, digits: 8) == code)
    }

    @Test func `a code of six digits is that of RFC 4226, appendix D`() throws {
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
        ]
        for (count, code) in codes.enumerated() { #expect(try Self.secret().code(ofStep: Int64(count)) == code) }
    }

    @Test func `a secret is written and read in base32`() throws {
        #expect(try Self.secret().base32 == Self.text)
        #expect(OneTimeSecret(base32: "gezd gnbv gy3t qojq gezd gnbv gy3t qojq==")?.base32 == Self.text)
        for bad in ["", "1", "GEZD0NBV", "é"] { #expect(OneTimeSecret(base32: bad) == nil) }
        let one = try OneTimeSecret.generate()
        let other = try OneTimeSecret.generate()
        #expect(one.base32.count == 32 && one.base32 != other.base32)
        #expect(OneTimeSecret(base32: one.base32)?.base32 == one.base32)
    }

    @Test func `an authenticator reads the link`() throws {
        let name = try #require(AccountName("ana"))
        #expect(
            try Self.secret().uri(account: name)
                == "otpauth://totp/Outcry:ana?secret=\(Self.text)&issuer=Outcry&algorithm=SHA1&digits=6&period=30")
    }

    @Test func `the codes of the step before and after are taken, and none twice`() throws {
        let secret = try Self.secret()
        let now = Timestamp(seconds: 1_234_567_890)
        let step = OneTimeSecret.step(at: now)
        for distance in Int64(-3)...3 {
            let code = try secret.code(ofStep: step + distance)
            let found = try secret.step(matching: code, at: now, after: nil)
            #expect(found == (abs(distance) <= 1 ? step + distance : nil), "\(distance)")
        }
        let code = try secret.code(ofStep: step)
        #expect(try secret.step(matching: code, at: now, after: step) == nil)
        #expect(try secret.step(matching: code, at: now, after: step - 1) == step)
        // What was shown before the one that was used is worth nothing either.
        #expect(try secret.step(matching: try secret.code(ofStep: step - 1), at: now, after: step) == nil)
        for wrong in ["", "0", "abcdef", String(code.dropLast()), code + "0"] {
            #expect(try secret.step(matching: wrong, at: now, after: nil) == nil)
        }
        #expect(try secret.step(matching: "\(code.prefix(3)) \(code.suffix(3))", at: now, after: nil) == step)
    }
}
