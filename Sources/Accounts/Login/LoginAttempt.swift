public import Trading

/// One try at getting in: which subjects hold it back, and which count it when it fails.
public struct LoginAttempt: Hashable, Sendable {
    /// The subject whose failures a success forgives. It holds the attempt back, and counts it when it fails.
    let own: LoginSubject
    /// The address, where it holds the attempt back too.
    let holding: LoginSubject?
    /// Where else a failure counts.
    let counting: LoginSubject?
    /// What a refusal calls the failures of before.
    let failures: String

    /// A password for a name as it was typed.
    ///
    /// - Parameter isKnown: Whether the name has logged in from this address lately. Then only the failures of that name
    ///   at that address hold it back: neither guessers elsewhere nor neighbours behind the same address lock it out.
    public static func password(name: String, from address: AddressGroup, isKnown: Bool) -> LoginAttempt {
        let failures = "failed logins"
        guard let name = AccountName(name) else {
            return LoginAttempt(
                own: .malformedName(at: address), holding: .address(address), counting: .address(address),
                failures: failures)
        }
        return LoginAttempt(
            own: isKnown ? .nameAt(name, address) : .name(name), holding: isKnown ? nil : .address(address),
            counting: .address(address), failures: failures)
    }

    /// A token. Tokens cannot be guessed, so they are held back by the tokens tried from the same address and by nothing
    /// else, and say nothing about passwords and codes.
    public static func token(from address: AddressGroup) -> LoginAttempt {
        LoginAttempt(own: .token(at: address), holding: nil, counting: nil, failures: "failed logins")
    }

    /// A two-factor code of an account.
    public static func code(of account: AccountID) -> LoginAttempt {
        LoginAttempt(own: .code(of: account), holding: nil, counting: nil, failures: "wrong codes")
    }

    /// What became of an attempt.
    public enum Outcome: Hashable, Sendable {
        /// The password, token or code was right.
        case succeeded
        /// It was wrong.
        case failed
        /// It was never judged, or has told nothing: no place in the queue, the desk closed, the account is disabled.
        case withdrawn
    }

    /// The subjects that hold it back.
    var held: [LoginSubject] { [own, holding].compactMap(\.self) }
}
