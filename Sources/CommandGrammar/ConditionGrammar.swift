import Trading

/// Which words may follow the price of an order.
struct ConditionWords: OptionSet {
    let rawValue: UInt8

    static let expiry = ConditionWords(rawValue: 1)
    /// `ioc` and `fok`.
    static let immediate = ConditionWords(rawValue: 2)
    static let post = ConditionWords(rawValue: 4)
    static let anyway = ConditionWords(rawValue: 8)
    static let stop = ConditionWords(rawValue: 16)
    static let then = ConditionWords(rawValue: 32)

    /// Whether the keyword is one of these words: asked of every line, so without making the list.
    func allows(_ keyword: Keyword) -> Bool {
        switch keyword {
        case .until, .for, .day: contains(.expiry)
        case .ioc, .fok: contains(.immediate)
        case .post: contains(.post)
        case .anyway: contains(.anyway)
        case .stop: contains(.stop)
        case .then: contains(.then)
        // What is so anyway may be said.
        case .gtc: true
        default: false
        }
    }

    /// The words themselves, as a refusal lists them.
    var keywords: [Keyword] {
        var words: [Keyword] = []
        if contains(.expiry) { words += [.until, .for, .day] }
        if contains(.immediate) { words += [.ioc, .fok] }
        if contains(.post) { words.append(.post) }
        if contains(.stop) { words.append(.stop) }
        if contains(.then) { words.append(.then) }
        if contains(.anyway) { words.append(.anyway) }
        return words
    }
}

/// What was read after the price.
struct ConditionReading {
    var conditions = OrderConditions()
    var stop: StopClause?
    var contraPrice: Located<PriceExpression>?
}

/// `until 18:00`, `ioc`, `post`, `stop 265 limit 264`, ...: in any order, each once, and none against another.
extension LineReader {
    /// Words that no order can have together; each also excludes itself.
    private static let exclusions: [(Keyword, Keyword)] = [
        (.until, .for), (.until, .day), (.for, .day), (.ioc, .fok), (.ioc, .post), (.fok, .post), (.ioc, .until),
        (.ioc, .for), (.ioc, .day), (.fok, .until), (.fok, .for), (.fok, .day), (.ioc, .stop), (.fok, .stop),
        (.gtc, .until), (.gtc, .for), (.gtc, .day), (.gtc, .ioc), (.gtc, .fok),
        (.market, .until), (.market, .for), (.market, .day), (.market, .post), (.market, .stop),
    ]

    /// Reads to the end of the line. `command` is what the words belong to, for the refusal of one that does not.
    mutating func takeConditions(
        _ allowed: ConditionWords, of pair: Pair, isAtMarket: Bool = false, command: String
    ) throws(Misreading) -> ConditionReading {
        var reading = ConditionReading()
        guard !isAtEnd else { return reading }
        var seen: [Keyword] = isAtMarket ? [.market] : []
        while let word = peek() {
            guard let keyword = word.keyword, allowed.allows(keyword) else {
                throw noCondition(word, allowed, command)
            }
            for earlier in seen where LineReader.excludes(earlier, keyword) {
                throw conflict(earlier, keyword, word)
            }
            seen.append(keyword)
            next += 1
            switch keyword {
            case .ioc: reading.conditions.isImmediateOrCancel = true
            case .fok: reading.conditions.isFillOrKill = true
            case .post: reading.conditions.isPostOnly = true
            case .anyway: reading.conditions.overridesGuard = true
            case .stop: reading.stop = try takeStopClause(of: pair)
            case .gtc: break
            case .then: reading.contraPrice = try takePrice("a PRICE", of: pair, allowsMarket: false)
            default: reading.conditions.expiry = try takeExpiry(keyword, word)
            }
        }
        return reading
    }

    private mutating func takeExpiry(_ keyword: Keyword, _ word: Word) throws(Misreading) -> Located<Expiry> {
        switch keyword {
        case .until:
            let when = try takeWhen()
            return Located(.until(when.value), at: span(from: word))
        case .for:
            let seconds = try takeDuration()
            return Located(.forSeconds(seconds.value), at: span(from: word))
        default:
            return Located(.day, at: span(word))
        }
    }

    /// `265`, `265 limit 264`, `265 market`: what follows the word `stop`, or the `at` of a stop order.
    mutating func takeStopClause(of pair: Pair) throws(Misreading) -> StopClause {
        let trigger = try takePrice(LineReader.trigger, of: pair, allowsMarket: false)
        if let word = peek(), word.keyword == .market {
            next += 1
            return StopClause(trigger: trigger, then: Located(.market, at: span(word)))
        }
        guard take(.limit) else { return StopClause(trigger: trigger) }
        return StopClause(trigger: trigger, then: try takePrice("a PRICE", of: pair, allowsMarket: false))
    }

    private static func excludes(_ earlier: Keyword, _ later: Keyword) -> Bool {
        earlier == later
            || exclusions.contains { ($0 == earlier && $1 == later) || ($0 == later && $1 == earlier) }
    }

    private func conflict(_ earlier: Keyword, _ later: Keyword, _ word: Word) -> Misreading {
        if earlier == later {
            return Misreading(.conflictingWords, "\(later.rawValue) is said twice", at: span(word))
        }
        let reason: String? =
            switch (earlier, later) {
            case (.market, .post): "a market order is never on the book"
            case (.market, _): "a market order is done at once"
            case (.until, _) where [.for, .day].contains(later), (.for, _) where [.until, .day].contains(later),
                (.day, _) where [.until, .for].contains(later):
                "an order expires once"
            default: nil
            }
        let message = "\(later.rawValue) does not go with \(earlier.rawValue)" + (reason.map { ": \($0)" } ?? "")
        return Misreading(.conflictingWords, message, at: span(word))
    }

    private func noCondition(_ word: Word, _ allowed: ConditionWords, _ command: String) -> Misreading {
        let all: ConditionWords = [.expiry, .immediate, .post, .anyway, .stop, .then]
        if let keyword = word.keyword, all.allows(keyword) {
            return Misreading(
                .conflictingWords, "\(keyword.rawValue) does not go with \(command)", at: span(word))
        }
        var expected = LineReader.list(allowed.keywords.map(\.rawValue) + ["the end of the line"])
        var near = allowed.keywords
        // After a trigger the line may also go on with these.
        if previousIsTrigger {
            expected = "limit, market, " + expected
            near += [.limit, .market]
        }
        return unexpected(expected, near: near)
    }

    private var previousIsTrigger: Bool {
        guard next >= 2, let before = lexer.words[next - 2].keyword else { return false }
        return before == .stop || (before == .at && lexer.words[0].keyword == .stop)
    }
}
