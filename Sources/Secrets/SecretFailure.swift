/// Why a secret could not be made, hashed or checked. Says nothing about the secret.
public enum SecretFailure: Error, Hashable, Sendable {
    /// OpenSSL gave up: no memory, no randomness.
    case unavailable(String)
    /// The verifier was shut down before it came to this one.
    case abandoned
}
