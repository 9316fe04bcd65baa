import CommandGrammar
import Conversation
import Exchange
import Trading

/// A command that only asks.
protocol Question {
    var desk: DeskView { get }
    var line: AskedLine { get }
    /// Throws `Refusal` where there is no answer.
    func answer() throws -> Answer
}

/// A question that the desk answers by itself, at once.
protocol PlainQuestion: Question {
    /// Throws `Refusal` where there is no answer.
    func reply() throws -> Reply
}

extension PlainQuestion {
    func answer() throws -> Answer { .reply(try reply()) }
}

/// The line that a question was typed in.
struct AskedLine {
    let login: Session.Login?
    /// The exchange that the line is about: the one that it names, or else the account's.
    let seat: any SeatReading
    /// Whether the line names it.
    let isSeatNamed: Bool
}

/// What comes of a question.
enum Answer {
    case reply(Reply)
    /// What an exchange has to be asked first. No answer, and a refusal, are the line's too, unless it wants to be told.
    case asks(ExchangeQuery, of: any SeatReading, toldFailures: Bool = false, then: (ExchangeAnswer) throws -> Answer)
    /// It may read more than a turn may cost: each step gives the reply, or nil where there is more to be done.
    case inSteps(() throws -> Reply?)
}

extension Question {
    var now: Timestamp { desk.now }
    var limits: DeskLimits { desk.limits }

    /// Who asks. Refuses with `not_logged_in`.
    func account() throws(Refusal) -> AccountID {
        guard let login = line.login else { throw Refusal(.notLoggedIn, "log in first: login USER") }
        return login.account
    }

    /// The exchange that the line names; nil where it means all, or the account's own.
    var namedExchange: ExchangeID? { line.isSeatNamed ? line.seat.id : nil }
    /// The exchanges that the line asks of: the one that it names, or all.
    var asked: [any SeatReading] { line.isSeatNamed ? [line.seat] : desk.seats }
    /// ` on kraken` behind a pair, where a line about a market has to say which one it is.
    var place: String { desk.place(of: line.seat, isNamed: line.isSeatNamed) }
    /// ` on kraken` behind what an account has at one exchange.
    var accountPlace: String { reader.namesExchange ? " on \(line.seat.name)" : "" }

    var zone: TimeZoneRules { desk.zone(of: line.login?.account) }
    /// Whoever typed the line.
    var reader: Reader {
        let names = line.login.map { desk.namesExchange($0.account) } ?? false
        return Reader(zone: zone, namesExchange: names || line.isSeatNamed)
    }

    /// Refuses with `unknown_order` an order of another exchange than the one that the line names.
    func require(_ id: Located<OrderID>, isAt exchange: ExchangeID) throws(Refusal) {
        guard let namedExchange, namedExchange != exchange else { return }
        throw Refusal(.unknownOrder, "\(id.value) is on \(exchange), not on \(namedExchange)", at: id.span)
    }
}
