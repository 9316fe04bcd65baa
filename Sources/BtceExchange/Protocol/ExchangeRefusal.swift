public import Trading

/// What an exchange says when it does not do what it was asked: its error texts, read.
public enum ExchangeRefusal: Error, Hashable, Sendable {
    /// `onKey` is the highest nonce that the exchange has seen with the key, `next` what it says to send; either may be
    /// missing, and then only a good guess is left.
    case invalidNonce(onKey: UInt64?, sent: UInt64?, next: UInt64?)
    case insufficientFunds(Coin?)
    case badField
    case amountTooSmall
    case priceOutOfRange
    case invalidPair
    case duplicatePair
    case noPermission
    case invalidKey
    case invalidSignature
    case invalidMethod
    case invalidOrder
    /// The order is gone already: filled, or canceled.
    case badStatus
    /// There are no orders, trades or transactions: an empty list, said as an error.
    case nothingThere
    case tooOften
    case unavailable
    /// A text that is on no list.
    case unknown

    /// Reads an error's text. Beginnings and key words are matched, in any case: amounts, coins and spellings vary.
    public init(text: String) {
        let words = text.lowercased()
        func begins(_ beginning: String) -> Bool { words.hasPrefix(beginning) }
        func has(_ part: String) -> Bool { words.contains(part) }
        self =
            if has("invalid nonce") || begins("nonce") {
                ExchangeRefusal.nonceRefusal(words)
            } else if begins("it is not enough ") {
                .insufficientFunds(words.split(separator: " ").dropFirst(4).first.flatMap { Coin($0) })
            } else if begins("insufficient funds") || begins("not enough") {
                .insufficientFunds(nil)
            } else if begins("you incorrectly entered") {
                .badField
            } else if begins("value ") && has("must be greater") || begins("total transaction amount")
                || begins("total order amount")
            {
                .amountTooSmall
            } else if begins("price per ") {
                .priceOutOfRange
            } else if begins("invalid pair") || begins("empty pair") {
                .invalidPair
            } else if begins("duplicated pair") {
                .duplicatePair
            } else if has("dont have") && has("permission") || has("don't have") && has("permission") {
                .noPermission
            } else if begins("invalid api key") || begins("invalid key") {
                .invalidKey
            } else if begins("invalid sign") {
                .invalidSignature
            } else if begins("invalid method") {
                .invalidMethod
            } else if begins("invalid order") {
                .invalidOrder
            } else if begins("bad status") || begins("the given order has already been") {
                .badStatus
            } else if begins("no orders") || begins("no trades") || begins("no transactions") {
                .nothingThere
            } else if has("too often") {
                .tooOften
            } else if begins("not available") || has("unavailable") {
                .unavailable
            } else {
                .unknown
            }
    }

    /// Two texts are known, `on key:140615109, you sent:140608569` and `on key:555000110, you sent:'381737610', you
    /// should send:555000111`; and one without numbers.
    private static func nonceRefusal(_ words: String) -> ExchangeRefusal {
        func number(after label: String) -> UInt64? {
            guard let found = words.firstRange(of: label) else { return nil }
            let rest = words[found.upperBound...].drop { $0 == " " || $0 == "'" || $0 == "\"" }
            return UInt64(rest.prefix { $0.isASCII && $0.isNumber })
        }
        return .invalidNonce(
            onKey: number(after: "on key:"), sent: number(after: "you sent:"), next: number(after: "you should send:"))
    }

    /// Whether it proves that a `Trade` or `CancelOrder` that was answered so has done nothing and never will.
    ///
    /// A nonce that is refused, or a request too many, proves it only of the copy that was answered: something between here
    /// and the exchange may have doubled the request, and the first copy have been accepted. What is unavailable may have failed after
    /// the work was done. A text that nobody knows proves nothing. All of these are settled by asking.
    public var provesNothingWasDone: Bool {
        switch self {
        case .invalidNonce, .tooOften, .unavailable, .unknown, .nothingThere: false
        default: true
        }
    }

    /// The desk's permanent code for it.
    public var code: RefusalCode {
        switch self {
        case .insufficientFunds: .insufficientFunds
        case .amountTooSmall: .belowMinimum
        case .priceOutOfRange: .outOfRange
        case .invalidPair, .duplicatePair: .unknownPair
        case .noPermission, .invalidKey, .invalidSignature: .notAllowed
        case .invalidOrder: .unknownOrder
        case .badStatus: .orderFinished
        case .tooOften: .tooFast
        case .invalidNonce, .unavailable: .exchangeUnavailable
        case .badField, .invalidMethod, .nothingThere, .unknown: .exchangeRejected
        }
    }
}
