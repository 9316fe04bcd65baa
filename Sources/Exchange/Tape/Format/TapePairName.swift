import Trading

/// A pair as exchanges and exports write it.
enum TapePairName {
    /// What prices are quoted in, on exchanges that write a pair in one word. The longest that fits counts.
    private static let quotes = [
        "fdusd", "usdt", "usdc", "busd", "tusd", "usdp", "usdd", "usd", "eur", "gbp", "jpy", "chf", "cad", "aud", "nzd",
        "krw", "try", "brl", "rub", "uah", "pln", "zar", "mxn", "sgd", "hkd", "sek", "nok", "dai", "btc", "xbt", "eth",
        "bnb", "trx",
    ]

    /// Reads `btc_usd`, `BTC/USD`, `BTC-USD`, `BTC:USD`, `BTCUSDT`, `tBTCUSD` (Bitfinex) and `XXBTZUSD` (Kraken); XBT is btc. Nil for
    /// anything else, and for contracts such as `BTC-PERP`.
    static func pair(_ name: String) -> Pair? {
        if let pair = Pair(name) { return pair }
        let parts = name.split(omittingEmptySubsequences: false) { "/-: ".contains($0) }
        if parts.count == 2 { return pair(parts[0], parts[1]) }
        guard parts.count == 1, name.utf8.allSatisfy({ $0.isDigit || (0x61...0x7A).contains($0 | 0x20) }) else {
            return nil
        }
        var text = name.lowercased()
        if name.hasPrefix("t"), name.dropFirst().allSatisfy({ !$0.isLowercase }), name.utf8.count > 6 {
            text.removeFirst()
        }
        let letters = Array(text)
        if letters.count == 8, "xz".contains(letters[0]), letters[4] == "z" || letters[4] == "x",
            quotes.contains(String(letters[5...]))
        {
            return pair(String(letters[1...3]), String(letters[5...]))
        }
        let fitting = quotes.filter { text.hasSuffix($0) && text.utf8.count >= $0.utf8.count + 2 }
            .filter { !(text.dropLast($0.count) == "usd" && $0 == "tusd") }
        guard let quote = fitting.max(by: { $0.utf8.count < $1.utf8.count }) else { return nil }
        return pair(text.dropLast(quote.count), quote)
    }

    /// The pair in the name of a file of Binance's, `BTCUSDT-trades-2024-01-01.zip`; nil in any other name.
    static func pair(inFileNamed path: String) -> Pair? {
        let name = path.split(separator: "/").last ?? ""
        let parts = name.split(separator: "-")
        guard parts.count >= 3, parts[0].allSatisfy({ $0.isUppercase || $0.isNumber }) else { return nil }
        let isKind =
            ["trades", "aggTrades"].contains(parts[1])
            || (parts[1].dropLast().allSatisfy(\.isNumber) && "smhdw".contains(parts[1].suffix(1))
                && parts[1].count > 1)
        return isKind ? pair(String(parts[0])) : nil
    }

    private static func pair(_ base: some StringProtocol, _ quote: some StringProtocol) -> Pair? {
        func coin(_ name: some StringProtocol) -> Coin? {
            let name = name.lowercased()
            guard !["perp", "swap", "spot", "futures"].contains(name) else { return nil }
            return Coin(name == "xbt" ? "btc" : name)
        }
        guard let base = coin(base), let quote = coin(quote), base != quote else { return nil }
        return Pair(base: base, quote: quote)
    }
}

/// The side of the taker as sources write it.
enum TapeSideWord {
    /// A side, `.none` where the source says that it does not know, or nil where the word is neither.
    static func side(_ field: ArraySlice<UInt8>) -> Side?? {
        switch String(decoding: field, as: UTF8.self).lowercased() {
        case "buy", "b", "bid", "bought", "buyer", "long": .some(.buy)
        case "sell", "s", "ask", "sold", "seller", "short": .some(.sell)
        case "", "-", "na", "n/a", "nan", "null", "none", "unknown", "undefined": .some(nil)
        default: nil
        }
    }

    /// The taker's side where a column says whether the maker bought: then the taker sold.
    static func side(isBuyerMaker field: ArraySlice<UInt8>) -> Side?? {
        switch String(decoding: field, as: UTF8.self).lowercased() {
        case "true", "1", "t", "yes": .some(.sell)
        case "false", "0", "f", "no": .some(.buy)
        case "": .some(nil)
        default: nil
        }
    }
}

/// Numbers as sources write them.
enum TapeNumber {
    /// Reads a decimal, also with an exponent (`3.844E-5`), without loss.
    static func read(_ field: ArraySlice<UInt8>, _ what: String) throws(TapeProblem) -> ExactDecimal {
        func problem(_ reason: String) -> TapeProblem { TapeProblem("no \(what): \(TapeText.shown(field)) \(reason)") }
        guard !field.isEmpty else { throw TapeProblem("no \(what): the field is empty") }
        do {
            guard let exponentAt = field.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) else {
                return try ExactDecimal(parsingUTF8: field)
            }
            let significand = try ExactDecimal(parsingUTF8: field[..<exponentAt])
            guard let exponent = Int(String(decoding: field[(exponentAt + 1)...], as: UTF8.self)) else {
                throw ExactDecimal.ParseError.notANumber
            }
            guard abs(exponent) <= ExactDecimal.decimals else {
                throw exponent < 0 ? ExactDecimal.ParseError.tooManyDecimals : .overflow
            }
            let power = ExactDecimal.step(decimals: abs(exponent))
            return exponent < 0
                ? try significand.multiplied(by: power) : try significand.divided(by: power, rounding: .exact)
        } catch let error as ExactDecimal.ParseError {
            switch error {
            case .notANumber:
                throw problem(
                    field.contains(UInt8(ascii: ","))
                        ? "has a comma; write it without one, and with a point for the decimals" : "is not a number")
            case .tooManyDecimals: throw problem("has more than \(ExactDecimal.decimals) decimals")
            case .overflow: throw problem("is too large")
            }
        } catch DecimalError.inexact {
            throw problem("has more than \(ExactDecimal.decimals) decimals")
        } catch {
            throw problem("is too large")
        }
    }

    /// Whether a field says that there is no number.
    static func isMissing(_ field: ArraySlice<UInt8>) -> Bool {
        field.isEmpty
            || ["nan", "null", "none", "na", "n/a", "-"].contains(String(decoding: field, as: UTF8.self).lowercased())
    }
}
