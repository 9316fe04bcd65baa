import Conversation
import Exchange
import Trading

/// A line that the exchange is asked a question for, and what is made of the answer.
///
/// What it makes is the reply; nil where it has asked another question, whose answer makes it.
typealias LineAnswer = (ExchangeAnswer) throws -> Reply?

/// The lines that wait for an exchange over the wire to answer a question. None of it is on disk: such a line changes nothing.
struct LineQuestions {
    struct Waiting {
        let number: UInt64
        let context: LineContext
        /// Who was asked.
        let seat: Seat
        /// Whether it answers also where the exchange has not.
        let isToldFailures: Bool
        let answer: LineAnswer
    }

    /// In the order in which they were asked.
    private(set) var waiting: [Waiting] = []
    private var lastNumber: UInt64 = 0

    mutating func add(
        _ context: LineContext, at seat: Seat, toldFailures: Bool, _ answer: @escaping LineAnswer
    ) -> UInt64 {
        lastNumber += 1
        waiting.append(
            Waiting(
                number: lastNumber, context: context, seat: seat, isToldFailures: toldFailures, answer: answer))
        return lastNumber
    }

    mutating func take(_ number: UInt64) -> Waiting? {
        waiting.firstIndex { $0.number == number }.map { waiting.remove(at: $0) }
    }

    mutating func removeAll() { waiting.removeAll() }
}

extension DeskCore {
    /// Asks an exchange for a line: the line's own unless told. The paper exchange answers at once; of another the line waits for the
    /// answer. No answer, and a refusal, are the line's too, unless it wants to be told: then it gets them.
    func ask(
        _ query: ExchangeQuery, _ context: LineContext, at other: Seat? = nil, toldFailures: Bool = false,
        _ answer: @escaping LineAnswer
    ) throws -> Reply? {
        let seat = other ?? context.seat
        // What an exchange over the wire tells is not taken in by a desk that only answers questions.
        if let reason = configuration.readOnly, seat.exchange.settlement == .overTheWire { throw reason.refusal }
        guard seat.exchange.settlement == .overTheWire else {
            for case .answer(_, let told) in seat.exchange.ask(query, id: QueryID(0), at: now) {
                return try toldFailures ? answer(told) : known(told, answer, of: seat)
            }
            throw seat.noAnswer
        }
        let number = waiting.questions.add(context, at: seat, toldFailures: toldFailures, answer)
        people.sessions[context.session]?.isWaiting = true
        seat.ask(query, for: .line(number))
        return nil
    }

    /// Asks the exchange of a line to cancel an order that was not made here. `answer` is given whatever it says, also that it said
    /// nothing.
    func cancelForeign(
        _ order: OpenOrder, _ context: LineContext, _ answer: @escaping LineAnswer
    ) throws -> Reply? {
        let seat = context.seat
        if let reason = configuration.readOnly { throw reason.refusal }
        let number = waiting.questions.add(context, at: seat, toldFailures: true, answer)
        people.sessions[context.session]?.isWaiting = true
        guard let question = seat.wire?.questions.ask(.line(number), at: now) else { throw seat.noAnswer }
        batch.outputs.append(
            .cancelForeign(
                seat.id, exchangeOrderID: order.exchangeOrderID, pair: order.pair, try context.account(), question))
        return nil
    }

    /// The exchange has answered a line's question, or has said nothing in time.
    func takeAnswer(_ told: ExchangeAnswer, toLine number: UInt64) throws {
        guard let waiting = waiting.questions.take(number) else { return }
        do {
            let reply =
                try waiting.isToldFailures
                ? waiting.answer(told) : known(told, waiting.answer, of: waiting.seat)
            guard let reply else { return }
            try answer(reply, waiting.context)
        } catch let refusal as Refusal {
            try answer(refused(refusal, waiting.context), waiting.context)
        }
        resumeLines(of: waiting.context.session)
    }

    private func known(_ told: ExchangeAnswer, _ answer: LineAnswer, of seat: Seat) throws -> Reply? {
        switch told {
        case .lost: throw seat.noAnswer
        case .refused(let code, let reason): throw Refusal(code, reason)
        default: return try answer(told)
        }
    }

}
