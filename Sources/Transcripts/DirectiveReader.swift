import Accounts
import CommandGrammar
import Conversation
import Desk
import Exchange
import Secrets
import Trading

extension Directive {
    /// Reads an `@` line without its comment.
    init(_ line: String) throws(DirectiveError) {
        var reader = DirectiveReader(line)
        switch try reader.word("an @ word") {
        case "@market":
            self = .market(try reader.pair(), bid: try reader.number("the BID"), ask: try reader.number("the ASK"))
        case "@trade":
            self = .trade(
                try reader.pair(), price: try reader.number("a PRICE"), amount: try reader.number("an AMOUNT"),
                try reader.choice())
        case "@fee": self = .fee(try reader.pair(), try reader.percent())
        case "@pair": self = .pair(try reader.rules())
        case "@tape": self = .tape(try reader.tape())
        case "@user": self = try reader.user()
        case "@deposit": self = .deposit(try reader.account(), try reader.money())
        case "@session": self = .session(try reader.name(), user: try reader.account(), try reader.format())
        case "@connect": self = .connect(try reader.name(), try reader.format())
        case "@close": self = .close(try reader.name())
        case "@keys": self = try reader.keys()
        case "@key": self = try reader.key()
        case "@registration":
            try reader.expect("open")
            self = .registrationOpen
        case "@at": self = .at(try reader.clock())
        case "@wait": self = .wait(nanoseconds: try reader.duration())
        case "@restart":
            if reader.isAtEnd {
                self = .restart(afterNanoseconds: 0)
            } else {
                try reader.expect("after")
                self = .restart(afterNanoseconds: try reader.duration())
            }
        case "@prune": self = .prune(olderThanNanoseconds: try reader.duration())
        case let other:
            throw DirectiveError(message: "no \(other); there are \(DirectiveReader.words.joined(separator: " "))")
        }
        try reader.expectEnd()
    }
}

/// The words of an `@` line, one after the other.
private struct DirectiveReader {
    static let words = [
        "@market", "@trade", "@fee", "@pair", "@tape", "@user", "@deposit", "@session", "@connect", "@close", "@keys",
        "@key", "@registration", "@at", "@wait", "@restart", "@prune",
    ]

    private var rest: [Substring]

    init(_ line: String) { rest = line.split(whereSeparator: \.isWhitespace) }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func word(_ what: String) throws(DirectiveError) -> String {
        guard !rest.isEmpty else { throw DirectiveError(message: "expected \(what), found the end of the line") }
        return String(rest.removeFirst())
    }

    mutating func expect(_ word: String) throws(DirectiveError) {
        let found = try self.word(word)
        guard found == word else { throw DirectiveError(message: "expected \(word), found \(found)") }
    }

    func expectEnd() throws(DirectiveError) {
        if let word = rest.first { throw DirectiveError(message: "expected the end of the line, found \(word)") }
    }

    private mutating func value<Value>(
        _ what: String, _ read: (String) -> Value?
    ) throws(DirectiveError) -> Value {
        let text = try word(what)
        guard let value = read(text) else { throw DirectiveError(message: "expected \(what), found \(text)") }
        return value
    }

    mutating func pair() throws(DirectiveError) -> Pair { try value("a PAIR such as btc_usd") { Pair($0) } }

    mutating func number(_ what: String) throws(DirectiveError) -> ExactDecimal { try value(what) { ExactDecimal($0) } }

    /// A word out of a list, if the next is one.
    mutating func choice<Choice: RawRepresentable<String>>() throws(DirectiveError) -> Choice? {
        guard let word = rest.first, let choice = Choice(rawValue: String(word)) else { return nil }
        rest.removeFirst()
        return choice
    }

    mutating func percent() throws(DirectiveError) -> ExactDecimal {
        try value("a fee such as 0.2%") { text in
            guard text.hasSuffix("%"), let percent = ExactDecimal(String(text.dropLast())) else { return nil }
            return try? percent.divided(by: 100, rounding: .exact)
        }
    }

    /// A session's name, of what may stand before a `>`.
    mutating func name() throws(DirectiveError) -> String {
        try value("a NAME of letters, digits, _ . and -") { text in
            TranscriptParser.spoken(Substring("\(text)>")) == nil ? nil : text
        }
    }

    mutating func account() throws(DirectiveError) -> AccountName {
        try value("a user's NAME, which is \(AccountName.rule)") { text in
            guard let name = AccountName(text), name.text == text else { return nil }
            return name
        }
    }

    mutating func format() throws(DirectiveError) -> WireFormat {
        guard !rest.isEmpty else { return .text }
        return try value("text or json") { ["text": .text, "json": .json][$0] }
    }

    mutating func money() throws(DirectiveError) -> Directive.Money {
        let amount = try number("an AMOUNT")
        return Directive.Money(amount: amount, coin: try value("a COIN") { Coin($0) })
    }

    mutating func user() throws(DirectiveError) -> Directive {
        let name = try account()
        let role: Role = try choice() ?? .trader
        var funds: [Directive.Money] = []
        if !rest.isEmpty {
            try expect("funds")
            // `1000 usd, 0 btc`: the comma may stand anywhere between the two.
            rest = rest.joined(separator: " ").split { $0 == " " || $0 == "," }
            repeat { funds.append(try money()) } while !rest.isEmpty
        }
        return .user(name, role, funds: funds)
    }

    mutating func rules() throws(DirectiveError) -> PairRules {
        let pair = try pair()
        var values: [String: ExactDecimal] = [:]
        while !rest.isEmpty {
            let name = try word("tick, step, min, value or fee")
            guard ["tick", "step", "min", "value", "fee"].contains(name), values[name] == nil else {
                throw DirectiveError(message: "expected tick, step, min, value or fee, each once, found \(name)")
            }
            values[name] = name == "fee" ? try percent() : try number("the \(name)")
        }
        guard let tick = values["tick"], let step = values["step"] else {
            throw DirectiveError(message: "expected tick and step: @pair PAIR tick 0.001 step 0.00000001 min 0.01")
        }
        do {
            return try PairRules(
                pair: pair, priceTick: tick, quantityStep: step, quantityMin: values["min"] ?? step,
                valueMin: values["value"] ?? .zero, feeRate: values["fee"] ?? PairRules.paperFeeRate)
        } catch {
            throw DirectiveError(message: "no pair can have these rules: \(error)")
        }
    }

    mutating func tape() throws(DirectiveError) -> Directive.TapeFile {
        let text = try word("a FILE")
        let parts = text.split(separator: "=", maxSplits: 1)
        let pair = parts.count == 2 ? Pair(parts[0]) : nil
        var speed = ExactDecimal.one
        if !rest.isEmpty {
            try expect("speed")
            speed = try number("a number")
        }
        return Directive.TapeFile(path: pair == nil ? text : String(parts[1]), pair: pair, speed: speed)
    }

    // MARK: Keys

    mutating func keys() throws(DirectiveError) -> Directive {
        let exchange = try word("an EXCHANGE")
        guard !isAtEnd else { return .keys(exchange, isSealed: true) }
        try expect("unsealed")
        return .keys(exchange, isSealed: false)
    }

    mutating func key() throws(DirectiveError) -> Directive {
        let key = try word("a KEY")
        let secret = try word("a SECRET")
        let words = rest.map(String.init)
        rest.removeAll()
        if words == ["silence"] { return .key(key, secret: secret, .unavailable(reason: "no answer in time")) }
        guard !words.isEmpty, words.allSatisfy({ ["info", "trade", "withdraw"].contains($0) }) else {
            throw DirectiveError(message: "expected some of info, trade and withdraw, or silence")
        }
        let rights = ExchangeKeyRights(
            info: words.contains("info"), trade: words.contains("trade"), withdraw: words.contains("withdraw"))
        return .key(key, secret: secret, .accepted(rights))
    }

    // MARK: Time

    /// `30s`, `2h30m`, `250ms`, in nanoseconds.
    mutating func duration() throws(DirectiveError) -> Int64 {
        try value("a DURATION such as 30s, 2h30m or 250ms") { text in
            var total: Int64 = 0
            var rest = text[...]
            while !rest.isEmpty {
                let digits = rest.prefix { $0.isASCII && $0.isNumber }
                rest = rest[digits.endIndex...]
                let unit = rest.prefix { $0.isLetter }
                rest = rest[unit.endIndex...]
                let units: [Substring: Int64] = [
                    "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000, "h": 3_600_000_000_000,
                    "d": 86_400_000_000_000,
                ]
                // Less than a hundred years a part, so that nothing overflows.
                guard let count = Int64(digits), let length = units[unit], count <= 3_000_000_000_000_000_000 / length
                else { return nil }
                let (sum, overflow) = total.addingReportingOverflow(count * length)
                guard !overflow else { return nil }
                total = sum
            }
            return total > 0 ? total : nil
        }
    }

    mutating func clock() throws(DirectiveError) -> Directive.ClockSetting {
        let date: CivilDate = try value("a date such as 2026-08-30") { text in
            let parts = text.split(separator: "-").compactMap { Int($0) }
            return parts.count == 3 ? CivilDate(year: parts[0], month: parts[1], day: parts[2]) : nil
        }
        let (time, second): (ClockTime, Int64) = try value("a time such as 17:00 or 17:00:30") { text in
            let parts = text.split(separator: ":").compactMap { Int($0) }
            guard (2...3).contains(parts.count), let time = ClockTime(hour: parts[0], minute: parts[1]) else {
                return nil
            }
            let second = parts.count == 3 ? parts[2] : 0
            return (0...59).contains(second) ? (time, Int64(second)) : nil
        }
        let zone = rest.isEmpty ? nil : try value("a time zone such as Europe/Madrid") { TimeZoneRules(named: $0) }
        return Directive.ClockSetting(date: date, time: time, second: second, zone: zone)
    }
}
