public import Secrets
public import Trading

/// What a new password must be. Old ones are not held against it.
///
/// Length is what keeps a password from being guessed; rules about signs and digits only make passwords alike (NIST SP
/// 800-63B, 5.1.1.2). Beside it only that is refused which a guesser tries first: the account's own name, this program's, and
/// common passwords made long. Those that are common and shorter than `charactersMin` need no list.
public enum PasswordRule {
    /// In characters, as Unicode code points.
    public static let charactersMin = 12
    /// In bytes of UTF-8.
    public static let bytesMax = 256
    /// Characters that differ.
    public static let differentMin = 5
    /// Shorter names are part of too many words to be looked for.
    private static let nameLengthMin = 4

    /// Refuses a password that is too short, too long, or too easily guessed with `password_too_weak`.
    public static func check(_ password: Secret, of name: AccountName?, at span: Span? = nil) throws(Refusal) {
        guard password.count <= bytesMax else {
            throw Refusal(.passwordTooWeak, "a password has at most \(bytesMax) bytes", at: span)
        }
        var bytes = password.withUnsafeBytes { Array($0) }
        defer { OpenSSL.cleanse(&bytes) }
        guard bytes.count(where: { $0 & 0xC0 != 0x80 }) >= charactersMin else {
            throw Refusal(.passwordTooWeak, "a password has at least \(charactersMin) characters", at: span)
        }
        for index in bytes.indices where bytes[index] >= UInt8(ascii: "A") && bytes[index] <= UInt8(ascii: "Z") {
            bytes[index] |= 0x20
        }
        if contains(bytes, "outcry") {
            throw Refusal(.passwordTooWeak, "a password must not contain outcry", at: span)
        }
        if let name, name.text.utf8.count >= nameLengthMin, contains(bytes, name.text) {
            throw Refusal(.passwordTooWeak, "a password must not contain the account's name", at: span)
        }
        if Set(bytes).count < differentMin || isCommon(bytes) {
            throw Refusal(.passwordTooWeak, "this password is too easy to guess; choose another", at: span)
        }
    }

    private static func contains(_ bytes: [UInt8], _ text: String) -> Bool {
        let part = Array(text.utf8)
        guard part.count <= bytes.count else { return false }
        return (0...bytes.count - part.count).contains { bytes[$0..<$0 + part.count].elementsEqual(part) }
    }

    /// Whether it is a common password with digits and signs around it, one over and over, or a run along the keyboard.
    private static func isCommon(_ bytes: [UInt8]) -> Bool {
        var letters = bytes.filter { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") || $0 >= 0x80 }
        defer { OpenSSL.cleanse(&letters) }
        if letters.isEmpty { return isRun(bytes, of: "0123456789") || isRun(bytes, of: "9876543210") }
        return common.contains { word in
            letters.count.isMultiple(of: word.count)
                && letters.indices.allSatisfy { letters[$0] == word[$0 % word.count] }
        } || runs.contains { isRun(letters, of: $0) }
    }

    /// Whether a text is part of a row, read over and over.
    private static func isRun(_ bytes: [UInt8], of row: String) -> Bool {
        let row = Array(row.utf8)
        let rows = Array(repeatElement(row, count: bytes.count / row.count + 2).joined())
        return contains(rows, String(decoding: bytes, as: UTF8.self))
    }

    private static let runs = [
        "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertyuiopasdfghjklzxcvbnm",
        "qazwsxedcrfvtgb",
    ]

    /// What most leaked passwords are made of (the head of every such list), without digits and signs.
    private static let common = [
        "password", "passw", "passwd", "pass", "passphrase", "letmein", "welcome", "admin", "administrator", "iloveyou",
        "changeme", "secret", "default", "login", "master", "dragon", "monkey", "sunshine", "princess", "football",
        "baseball", "superman", "batman", "trustno", "shadow", "michael", "jordan", "starwars", "whatever", "computer",
        "internet", "bitcoin", "trader", "trading", "test", "guest", "qwerty", "qwertz", "azerty", "asdf", "abc",
        "abcd",
    ].map { Array($0.utf8) }
}
