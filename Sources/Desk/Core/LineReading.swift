import CommandGrammar
import Trading

/// A line as it was read, and the exchange that it is about.
struct ReadLine {
    let parsed: ParsedLine
    let seat: Seat
    /// The exchanges in whose words it was read, where those are others than of `seat` alone.
    var words: [Seat]?

    /// Why the line cannot be read just now, though it may be in a moment.
    var refusalOfWords: Refusal? { (words ?? [seat]).lazy.compactMap { $0.refusalOfWords(parsed) }.first }
}

/// The words of all exchanges together: a line over all of them may name a pair of any.
struct WordsOfAll {
    private var pairs: [[Pair]] = []
    private var parsers: [Coin: CommandParser] = [:]

    /// Made again when an exchange trades other pairs than before.
    mutating func parser(of seats: [Seat], quote: Coin) -> CommandParser {
        let now = seats.map(\.pairs)
        if now != pairs {
            pairs = now
            parsers.removeAll()
        }
        if let parser = parsers[quote] { return parser }
        let parser = CommandParser(vocabulary: Vocabulary(pairs: now.flatMap(\.self), quote: quote))
        parsers[quote] = parser
        return parser
    }
}

/// From the text of a line to a command, and to the exchange that it is about.
extension DeskCore {
    /// Commands that name pairs and are about all exchanges where the line names none.
    static let wordsOverAll: Set<String> = ["cancel", "orders", "report", "trades"]

    /// Reads a line in the words of the exchange that it names, or else of the one that its account trades at; a line over all
    /// exchanges in the words of all.
    func read(_ line: String, of account: AccountID?) -> ReadLine {
        let seat = currentSeat(of: account)
        let lastOrder = account.flatMap { sight(of: $0).newestRoot }
        let parsed = parser(for: account, at: seat).parse(line, lastOrder: lastOrder)
        guard let named = parsed.exchange else {
            return readWithoutExchange(line, parsed, at: seat, account, lastOrder)
        }
        // Whatever stands behind `panic` is ignored.
        if parsed.command?.exchangeScope == .everywhere { return ReadLine(parsed: parsed, seat: seat) }
        guard let other = ExchangeID(named.value).flatMap({ self.seat($0) }) else {
            return ReadLine(parsed: parsed.refused(unknownExchange(named)), seat: seat)
        }
        // `last` is the newest order there.
        let lastThere = account.flatMap { sight(of: $0).newestRoot(at: other.id) }
        let isSame = other === seat && lastThere == lastOrder
        let there = isSame ? parsed : parser(for: account, at: other).parse(line, lastOrder: lastThere)
        guard let refusal = there.command?.refusal(ofExchange: named, at: other) else {
            return ReadLine(parsed: there, seat: other)
        }
        return ReadLine(parsed: there.refused(refusal), seat: other)
    }

    private func readWithoutExchange(
        _ line: String, _ parsed: ParsedLine, at seat: Seat, _ account: AccountID?, _ lastOrder: OrderID?
    ) -> ReadLine {
        guard seats.count > 1 else { return ReadLine(parsed: parsed, seat: seat) }
        let word = DeskCore.split(parsed.text).name
        if word == "paper", let paper = paperSeat, paper !== seat {
            return ReadLine(parsed: parser(for: account, at: paper).parse(line, lastOrder: lastOrder), seat: paper)
        }
        guard let refusal = parsed.refusal, refusal.code == .unknownPair || refusal.code == .unknownCoin,
            !parsed.isSecret
        else { return ReadLine(parsed: parsed, seat: seat) }
        if DeskCore.wordsOverAll.contains(word) {
            let all = parserOfAll(for: account).parse(line, lastOrder: lastOrder)
            return ReadLine(parsed: all, seat: seat, words: seats)
        }
        let others = seats.filter { other in
            other !== seat && parser(for: account, at: other).parse(line, lastOrder: lastOrder).command != nil
        }
        guard let other = others.first else { return ReadLine(parsed: parsed, seat: seat) }
        let what = refusal.code == .unknownPair ? "does not trade that pair" : "does not have that coin"
        let elsewhere = Refusal(
            refusal.code, "\(seat.name) \(what)", at: refusal.span,
            details: ["\(others.map(\.name).joined(separator: " and ")) does: end the line with on \(other.name)"])
        return ReadLine(parsed: parsed.refused(elsewhere), seat: seat)
    }

    /// A refusal with `unknown_exchange` of a name that none of the desk's exchanges has.
    func unknownExchange(_ name: Located<String>) -> Refusal {
        let names = seats.map(\.name)
        var refusal = Refusal(
            .unknownExchange, "no exchange \(name.value); expected \(names.joined(separator: " or "))", at: name.span)
        refusal.suggestion = CommandParser.nearest(to: name.value, among: names)
        return refusal
    }

    /// Reads an account's line in the words of the exchange that it trades at.
    func parser(for account: AccountID?, at seat: Seat? = nil) -> CommandParser {
        (seat ?? currentSeat(of: account)).parser(quote: quote(of: account))
    }

    /// Reads an account's line in the words of all exchanges.
    func parserOfAll(for account: AccountID?) -> CommandParser {
        guard seats.count > 1 else { return parser(for: account) }
        return wordsOfAll.parser(of: seats, quote: quote(of: account))
    }

    /// The currency that a coin alone is traded in.
    private func quote(of account: AccountID?) -> Coin {
        account.flatMap { people.accounts[$0]?.quote } ?? configuration.quote
    }
}
