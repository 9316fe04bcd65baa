import Conversation

/// From a question to its reply.
extension DeskCore {
    /// What a question is given.
    var view: DeskView { DeskView(self) }

    /// Answers a question, or has what it asks for asked. Nil where the reply comes later.
    func answer(_ question: some Question, _ context: LineContext) throws -> Reply? {
        try carryOn(try question.answer(), context)
    }

    private func carryOn(_ answer: Answer, _ context: LineContext) throws -> Reply? {
        switch answer {
        case .reply(let reply): return reply
        case .asks(let query, let seat, let toldFailures, let then):
            return try ask(query, context, at: self.seat(seat.id), toldFailures: toldFailures) { [unowned self] told in
                try carryOn(try then(told), context)
            }
        case .inSteps(let step): return try answerInSteps(context, step)
        }
    }
}

extension LineContext {
    /// What a question sees of it.
    var asked: AskedLine { AskedLine(login: login, seat: seat, isSeatNamed: isSeatNamed) }
}
