public import Trading

/// What a new password must be. Old ones are not held against it.
public enum PasswordRule {
    /// In bytes of UTF-8.
    public static let bytesMin = 8
    /// In bytes of UTF-8.
    public static let bytesMax = 256

    /// Refuses a password that is too short or too long with `password_too_weak`. Length is all that is asked: what
    /// stops guessing is the wait between guesses, and rules about signs and digits only make passwords alike.
    public static func check(_ password: Secret, at span: Span? = nil) throws(Refusal) {
        guard password.count >= bytesMin else {
            throw Refusal(.passwordTooWeak, "a password has at least \(bytesMin) bytes", at: span)
        }
        guard password.count <= bytesMax else {
            throw Refusal(.passwordTooWeak, "a password has at most \(bytesMax) bytes", at: span)
        }
    }
}
