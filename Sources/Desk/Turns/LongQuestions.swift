import Conversation
import DequeModule
import Trading

/// A question that reads more than one turn may cost: it is answered in steps, and its session waits.
struct LongQuestion {
    let context: LineContext
    /// Does as much as a turn may cost. Nil until the reply is there.
    let step: () throws -> Reply?
}

extension DeskCore {
    /// Answers a line in steps. Most are answered with the first one.
    func answerInSteps(_ context: LineContext, _ step: @escaping () throws -> Reply?) throws -> Reply? {
        if let reply = try step() { return reply }
        let account = try context.account()
        waiting.longQuestions[account, default: []].append(LongQuestion(context: context, step: step))
        people.sessions[context.session]?.isWaiting = true
        waiting.turns.addQuestion(of: .account(account))
        return nil
    }

    /// Whether a step may go on: it began at `start`, and has cost less than a turn.
    func mayGoOn(since start: Int) -> Bool { cost - start < configuration.limits.turnRows }

    /// Takes the next step of the question that an account asked first.
    func takeStep(of account: AccountID) throws {
        guard let question = waiting.longQuestions[account]?.popFirst() else { return }
        if waiting.longQuestions[account]?.isEmpty == true { waiting.longQuestions[account] = nil }
        let context = question.context
        // Whoever asked may be gone.
        guard reaches(context) else { return }
        do {
            guard let reply = try question.step() else {
                waiting.longQuestions[account, default: []].prepend(question)
                return waiting.turns.addQuestion(of: .account(account))
            }
            try answer(reply, context)
        } catch let refusal as Refusal {
            try answer(refused(refusal, context), context)
        }
        resumeLines(of: context.session)
    }
}
