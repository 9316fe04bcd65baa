import Trading

/// How numbers are read: exactly, with `k` and `m` for thousands and millions, and never guessed at.
extension LineReader {
    /// Why bytes are no number.
    enum NumberFault: Error {
        case notANumber
        case comma
        case tooManyDecimals
        case tooLarge
    }

    /// Reads `230`, `.5`, `1k`, `2.5m`: no sign, no exponent, no grouping.
    func number(_ start: Int, _ end: Int) throws(NumberFault) -> ExactDecimal {
        var end = end
        var scale: Int128 = 1
        if end > start {
            switch bytes[end - 1] | 0x20 {
            case UInt8(ascii: "k"): (end, scale) = (end - 1, 1_000)
            case UInt8(ascii: "m"): (end, scale) = (end - 1, 1_000_000)
            default: break
            }
        }
        // Without its point a number of 18 digits fits 64 bits: the way that nearly all take.
        var digits: UInt64 = 0
        var digitCount = 0
        var decimals: Int?
        for index in start..<end {
            let byte = bytes[index]
            if isDigit(byte) {
                digitCount += 1
                if digitCount <= 18 { digits = digits * 10 + UInt64(byte - UInt8(ascii: "0")) }
                if let count = decimals { decimals = count + 1 }
            } else if byte == UInt8(ascii: "."), decimals == nil {
                decimals = 0
            } else {
                throw bytes[start..<end].contains(UInt8(ascii: ",")) ? .comma : .notANumber
            }
        }
        guard digitCount > 0 else { throw .notANumber }
        let value: ExactDecimal
        if digitCount <= 18 {
            value = ExactDecimal(units: Int128(digits) * LineReader.powersOfTen[18 - (decimals ?? 0)])
        } else {
            do {
                value = try ExactDecimal(parsingUTF8: bytes[start..<end])
            } catch .tooManyDecimals {
                throw .tooManyDecimals
            } catch {
                throw .tooLarge
            }
        }
        guard scale != 1 else { return value }
        let (units, overflow) = value.units.multipliedReportingOverflow(by: scale)
        guard !overflow else { throw .tooLarge }
        return ExactDecimal(units: units)
    }

    private static let powersOfTen: [Int128] = {
        var powers: [Int128] = [1]
        for _ in 0..<18 { powers.append((powers.last ?? 1) * 10) }
        return powers
    }()

    /// A number above zero in part of a word; `what` is what it should be.
    func positive(_ start: Int, _ end: Int, _ what: String) throws(Misreading) -> ExactDecimal {
        let value: ExactDecimal
        do {
            value = try number(start, end)
        } catch {
            throw misreading(error, start, end, what)
        }
        guard value.isPositive else {
            throw Misreading(
                .outOfRange, "\(what) must be above zero, found \(quoted(start, end))", at: lexer.span(start, end))
        }
        return value
    }

    /// A number above zero that is a whole word.
    mutating func takePositive(_ what: String) throws(Misreading) -> Located<ExactDecimal> {
        let word = try takeWord(what)
        return Located(try positive(word.start, word.end, what), at: span(word))
    }

    /// Says what is wrong with a number, and how it could be written.
    func misreading(_ fault: NumberFault, _ start: Int, _ end: Int, _ what: String) -> Misreading {
        guard start < end else {
            // A `%` with no number in front of it.
            return Misreading(
                .badNumber, "expected \(what) before %", at: lexer.span(start, min(start + 1, bytes.count)))
        }
        let span = lexer.span(start, end)
        let found = quoted(start, end)
        let typed = lexer.text(start, end)
        switch fault {
        case .comma: return misreadingOfComma(typed, start, end, what)
        case .tooManyDecimals:
            return Misreading(.badNumber, "\(what) has at most 18 decimals, found \(found)", at: span)
        case .tooLarge:
            return Misreading(.badNumber, "\(found) is too large", at: span)
        case .notANumber:
            if bytes[start] == UInt8(ascii: "-"), (try? number(start + 1, end)) != nil {
                return Misreading(.outOfRange, "\(what) must be above zero, found \(found)", at: span)
            }
            return Misreading(
                .badNumber, "expected \(what), found \(found)", at: span,
                candidates: Suggestions.numbers(meantBy: typed, unit: unitAtEnd(start, end)).filter {
                    // `at +5` may be 5 above the market.
                    what == LineReader.amount || !typed.hasPrefix("+") || $0.hasPrefix("+")
                })
        }
    }

    static let amount = "an AMOUNT"

    /// `0,5` and `1,000,000` can be read in one way. `1,000` is a thousand to half of the world and one to the other: both lines are
    /// shown, and neither is offered.
    private func misreadingOfComma(_ typed: String, _ start: Int, _ end: Int, _ what: String) -> Misreading {
        let readings = Suggestions.withoutCommas(typed)
        let (span, found) = (lexer.span(start, end), quoted(start, end))
        guard readings.count > 1 else {
            return Misreading(
                .badNumber, "expected \(what), found \(found): a number has no comma; its decimals follow a point",
                at: span, candidates: readings)
        }
        let before = lexer.text(lexer.content.lowerBound, start)
        let after = lexer.text(end, lexer.content.upperBound)
        return Misreading(
            .badNumber,
            "\(found) may mean \(LineReader.list(readings)): type \(what) without a comma", at: span,
            details: readings.map { RefusalText.safe("\(before)\($0)\(after)") })
    }

    /// In `100usd`, where the unit begins: letters at the end that name a coin.
    private func unitAtEnd(_ start: Int, _ end: Int) -> Int? {
        var letters = end
        while letters > start, isLetter(bytes[letters - 1]) { letters -= 1 }
        guard letters > start, letters < end, vocabulary.coin(bytes, letters, end) != nil else { return nil }
        return letters - start
    }

    func quoted(_ start: Int, _ end: Int) -> String { RefusalText.quoted(lexer.text(start, end)) }

    // MARK: Whole numbers

    /// A whole number from 1 to `max`.
    mutating func takeCount(_ what: String, max: UInt64) throws(Misreading) -> UInt64 {
        let word = try takeWord(what)
        return try count(word.start, word.end, what, max: max)
    }

    func count(_ start: Int, _ end: Int, _ what: String, max: UInt64) throws(Misreading) -> UInt64 {
        guard end > start, bytes[start..<end].allSatisfy(isDigit) else {
            // Of two readings of `1,000` only one is a whole number.
            var plain = Suggestions.withoutCommas(lexer.text(start, end)).filter { !$0.contains(".") }
            plain += Suggestions.numbers(meantBy: lexer.text(start, end), unit: nil).filter { !$0.contains(".") }
            throw Misreading(
                .badNumber, "expected \(what), found \(quoted(start, end))", at: lexer.span(start, end),
                candidates: plain)
        }
        var value: UInt64 = 0
        for index in start..<end {
            let digit = UInt64(bytes[index] - UInt8(ascii: "0"))
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = shifted.addingReportingOverflow(digit)
            guard !overflow, !carry, sum <= max else {
                throw Misreading(
                    .outOfRange, "\(what) is at most \(max), found \(quoted(start, end))", at: lexer.span(start, end))
            }
            value = sum
        }
        guard value > 0 else {
            throw Misreading(
                .outOfRange, "\(what) must be above zero, found \(quoted(start, end))", at: lexer.span(start, end))
        }
        return value
    }

    /// `41`, `#41`, or `last`: the newest order line of the account.
    mutating func takeOrder() throws(Misreading) -> Located<OrderID> {
        let word = try takeWord("an ORDER such as #41")
        if word.keyword == .last {
            guard let lastOrder else {
                throw Misreading(.unknownOrder, "no last order: this account has none", at: span(word))
            }
            return Located(lastOrder, at: span(word))
        }
        let start = firstByte(word) == UInt8(ascii: "#") ? word.start + 1 : word.start
        guard start < word.end, bytes[start..<word.end].allSatisfy(isDigit) else {
            throw Misreading(
                .badNumber, "expected an ORDER such as #41, found \(shown(word))", at: span(word),
                candidates: Suggestions.orders(meantBy: text(word)))
        }
        return Located(OrderID(try count(start, word.end, "an ORDER", max: .max)), at: span(word))
    }
}
