import CommandGrammar
import Trading

/// What each setting may be, and as what it is kept; nil goes back to what holds for everybody.
extension DeskCore {
    /// Whether only what is critical is pushed to an account at a moment.
    func isQuiet(_ account: AccountID, at moment: Timestamp) throws -> Bool {
        guard let place = people.accounts[account], let quiet = place.guards.quiet else { return false }
        return quiet.contains(moment, in: place.zone)
    }

    private func isOff(_ value: Located<String>) -> Bool { value.value.lowercased() == "off" }

    func pairsSetting(_ value: Located<String>, _ account: AccountID) throws(Refusal) -> String? {
        guard value.value.lowercased() != "all" else { return nil }
        // The names are read as those of `watch` are, and what is wrong with one is pointed at in this line.
        let verb = "watch "
        // They are those of all exchanges together.
        let parsed = parserOfAll(for: account).parse(verb + value.value)
        let named = parsed.exchange.map { name in
            Refusal(.unexpectedWord, "pairs are set for all exchanges; leave out on \(name.value)", at: name.span)
        }
        if var refusal = named ?? parsed.refusal {
            refusal.span?.column += value.span.column - verb.count - 1
            throw refusal
        }
        guard case .watch(let pairs)? = parsed.command else {
            throw Refusal(.unknownPair, "expected pairs, or all", at: value.span)
        }
        return pairs.map(\.value.description).joined(separator: " ")
    }

    func dailySetting(_ value: Located<String>, _ context: LineContext) throws(Refusal) -> String? {
        guard !isOff(value) else { return nil }
        let quote = context.login.flatMap { people.accounts[$0.account]?.quote } ?? configuration.quote
        let words = value.value.lowercased().split(separator: " ")
        guard (1...2).contains(words.count), let most = DeskCore.amount(words[0]), most.isPositive else {
            throw Refusal(
                .badNumber, "expected an AMOUNT of \(quote) such as 1000, or off, found \(value.value)", at: value.span)
        }
        guard words.count == 1 || Coin(words[1]) == quote else {
            throw Refusal(
                .unknownCoin, "the daily limit is counted in the currency that the account trades in, \(quote)",
                at: value.span)
        }
        return "\(most) \(quote)"
    }

    /// `1000`, `1k`, `2.5m`.
    private static func amount(_ text: Substring) -> ExactDecimal? {
        let factor: ExactDecimal = text.hasSuffix("k") ? 1_000 : text.hasSuffix("m") ? 1_000_000 : 1
        guard let number = ExactDecimal(String(factor == 1 ? text : text.dropLast())) else { return nil }
        return try? number.multiplied(by: factor)
    }

    func guardSetting(_ value: Located<String>) throws(Refusal) -> String? {
        guard !isOff(value) else { return nil }
        let number = value.value.hasSuffix("%") ? String(value.value.dropLast()) : value.value
        guard let percent = ExactDecimal(number), percent.isPositive, percent <= 100 else {
            throw Refusal(
                .badNumber, "expected a PERCENT such as 5%, up to 100%, or off, found \(value.value)", at: value.span)
        }
        return "\(percent)%"
    }

    func quietSetting(_ value: Located<String>) throws(Refusal) -> String? {
        guard !isOff(value) else { return nil }
        guard let quiet = QuietHours(value.value) else {
            throw Refusal(
                .badTime, "expected hours such as 22:00-07:00, or off, found \(value.value)", at: value.span)
        }
        return quiet.text
    }

    /// The longest address, in bytes (RFC 5321, section 4.5.3.1.3, without the brackets).
    private static let emailBytesMax = 254

    func emailSetting(_ value: Located<String>) throws(Refusal) -> String? {
        guard !isOff(value) else { return nil }
        let parts = value.value.split(separator: "@", omittingEmptySubsequences: false)
        let labels = parts.count == 2 ? parts[1].split(separator: ".", omittingEmptySubsequences: false) : []
        guard value.value.utf8.count <= DeskCore.emailBytesMax, parts.count == 2, !parts[0].isEmpty, labels.count >= 2,
            labels.allSatisfy({ !$0.isEmpty }), value.value.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else {
            throw Refusal(
                .unexpectedWord, "expected an address such as ana@example.org, or off, found \(value.value)",
                at: value.span)
        }
        return value.value
    }
}
