import Secrets
import Testing
import Trading

@testable import Accounts

struct PasswordTests {
    @Test func `a password is known again, and no other is`() throws {
        let hash = try PasswordHash(hashing: Secret("correct horse"), cost: testCost)
        #expect(try hash.matches(Secret("correct horse")))
        for wrong in ["correct horsf", "correct hors", "correct horse ", "", "Correct horse", "correct\u{0}horse"] {
            #expect(try !hash.matches(Secret(wrong)), "\(wrong)")
        }
    }

    @Test func `the same password twice makes two hashes`() throws {
        let first = try PasswordHash(hashing: Secret("correct horse"), cost: testCost)
        let second = try PasswordHash(hashing: Secret("correct horse"), cost: testCost)
        #expect(first.salt != second.salt)
        #expect(first.digest != second.digest)
    }

    @Test func `scrypt is RFC 7914's`() throws {
        // The second vector of section 12, and the third, which is the standard N halved.
        let vectors: [(String, String, UInt64, UInt64, UInt64, String)] = [
            ("password", "NaCl", 1_024, 8, 16, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"),
            (
                "pleaseletmein", "SodiumChloride", 16_384, 8, 1,
                "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
            ),
        ]
        for (password, salt, n, r, p, expected) in vectors {
            let cost = try #require(ScryptCost(n: n, r: r, p: p))
            let digest = try Secret(password).withUnsafeBytes { bytes in
                try OpenSSL.scrypt(bytes, salt: Array(salt.utf8), cost: cost, digestLength: 32)
            }
            #expect(hex(digest) == expected)
        }
    }

    @Test func `SHA-256 and base64url are those of their standards`() throws {
        let digest = try Secret("abc").withUnsafeBytes { bytes in try OpenSSL.sha256(bytes) }
        #expect(hex(digest) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        for (text, expected) in [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg")] {
            #expect(String(decoding: TokenSecret.base64URL(Array(text.utf8)), as: UTF8.self) == expected)
        }
        #expect(TokenSecret.base64URL([0xFB, 0xFF]) == Array("-_8".utf8))
    }

    @Test func `the standard cost is paid in full, within its own limit of memory`() throws {
        let hash = try PasswordHash(hashing: Secret("correct horse"))
        #expect((hash.cost.n, hash.cost.r, hash.cost.p) == (32_768, 8, 1))
        #expect(hash.salt.count == 16)
        #expect(try hash.matches(Secret("correct horse")))
        #expect(try !PasswordHash.decoy().matches(Secret("correct horse")))
    }

    @Test(
        arguments: [
            (0, 8, 1), (1, 8, 1), (12_345, 8, 1), (1 << 15, 0, 1), (1 << 15, 8, 0), (1 << 24, 8, 1), (1 << 40, 8, 1),
        ] as [(UInt64, UInt64, UInt64)])
    func `a cost that nobody can pay is none`(n: UInt64, r: UInt64, p: UInt64) {
        #expect(ScryptCost(n: n, r: r, p: p) == nil)
    }

    @Test(arguments: [
        ("correct horse", true), ("elevenchars", false), ("twelve chars", true), ("äöüäöüßçñéåø", true),
        ("äöüäöü", false), (String(repeating: "correct horse ", count: 18), true),
        (String(repeating: "correct horse ", count: 19), false),
        // Guessed first: one letter, a run, a common password made long.
        ("xxxxxxxxxxxxxxx", false), ("abababababab", false), ("123456789012", false), ("abcdefghijklm", false),
        ("qwertyuiopqwerty", false), ("Password1234!", false), ("passwordpassword", false), ("letmein-letmein", false),
        ("2026-03-14 15:09", true), ("another password", true), ("a new password", true),
        // What it is for, and whose.
        ("my Outcry 2026", false), ("Anastasia 1848", false), ("1848anastasia!", false),
    ])
    func `a new password has twelve characters, and is none that is guessed first`(text: String, isAllowed: Bool) throws
    {
        let code = try refusalCode { try PasswordRule.check(Secret(text), of: AccountName("anastasia")) }
        #expect(code == (isAllowed ? nil : .passwordTooWeak), "\(text)")
    }

    @Test func `a short name may be part of a password`() throws {
        #expect(try refusalCode { try PasswordRule.check(Secret("banana boat 12"), of: AccountName("ana")) } == nil)
        #expect(try refusalCode { try PasswordRule.check(Secret("banana boat 12"), of: nil) } == nil)
    }

    @Test func `nothing secret is printed, whatever prints it`() throws {
        struct Login { let user = "ana", password = Secret("hunter2hunter2") }
        let hash = try PasswordHash(hashing: Secret("hunter2hunter2"), cost: testCost)
        let token = try TokenSecret.generate()
        var text =
            "\(Login()) \(Login().password) \(String(reflecting: Login())) \(hash) \(token) \(String(reflecting: hash))"
        dump(Login(), to: &text)
        dump(hash, to: &text)
        dump(token, to: &text)
        #expect(!text.contains("hunter2"))
        #expect(!text.contains(token.secret.revealed()))
        #expect(!text.contains("\(hash.digest)") && !text.contains("digest"))
        #expect("\(Secret("hunter2"))" == "<secret>")
    }

    @Test func `secrets are equal where their bytes are`() {
        #expect(Secret("abc") == Secret("abc"))
        #expect(Secret("abc") != Secret("abd"))
        #expect(Secret("abc") != Secret("ab"))
        #expect(Secret("") == Secret(""))
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
