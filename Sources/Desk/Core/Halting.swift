import CommandGrammar
import Conversation
import DequeModule
import Logging
import Trading

/// What a desk says when its ledger fails: every line that waits for an answer is told, and nothing of the batch.
extension DeskCore {
    /// Nothing that the batch wanted to say may be said: it is not on disk.
    func fail(_ error: any Error, _ inputs: [DeskInput]) {
        log.critical("the ledger failed; no more commands are taken: \(error)")
        halt = .ledgerFailed("\(error)")
        outputs.removeAll()
        events.removeAll()
        auditBook.forgetUnsaid()
        refuseUnanswered()
        for input in inputs { refuseHalted(input) }
    }

    /// The lines that waited for an exchange or a password check when the batch began, and those behind them: what the batch made
    /// of them is not on disk.
    private func refuseUnanswered() {
        pendingReplies.removeAll()
        lineQuestions.removeAll()
        fundsWaits.removeAll()
        exports.removeAll()
        longQuestions.removeAll()
        passwordJobs.removeAll()
        waitingLogins.removeAll()
        keyJobs.removeAll()
        turns.removeAll()
        linesWaiting = 0
        for id in sessions.keys { sessions[id]?.stopWaiting() }
        for waiting in unanswered {
            if waiting.isWaiting { refuseHalted(waiting.session, waiting.tag) }
            for one in waiting.behind {
                refuseHalted(waiting.session, one.line.tag ?? parser(for: nil).parse(one.line.text).tag)
            }
        }
        unanswered.removeAll()
    }

    /// A session's line that has not been answered yet, if there is one, and those that wait for their turn behind it.
    struct Unanswered {
        let session: SessionID
        let isWaiting: Bool
        let tag: String?
        let behind: Deque<WaitingLine>
    }

    func findUnanswered() -> [Unanswered] {
        let ready = turns.sessions.map { id in
            Unanswered(session: id, isWaiting: false, tag: nil, behind: sessions[id]?.waitingLines ?? [])
        }
        guard isAnsweringLater else { return ready }
        let replies = pendingReplies.map { ($0.context.session, $0.context.tag) }
        let questions = lineQuestions.waiting.map { ($0.context.session, $0.context.tag) }
        let funds = fundsWaits.map { ($0.context.session, $0.context.tag) }
        let long = longQuestionsAsked.map { ($0.session, $0.tag) }
        let files = exports.making.map { ($0.context.session, $0.context.tag) }
        let checks = passwordJobs.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.value.session, $0.value.tag) }
        let keys = keyJobs.sorted { $0.key.rawValue < $1.key.rawValue }.map { job in
            (job.value.context.session, job.value.context.tag)
        }
        let logins = waitingLogins.all.map { ($0.session, $0.tag) }
        let waiting = (replies + questions + funds + long + files + checks + logins + keys).map { session, tag in
            Unanswered(
                session: session, isWaiting: true, tag: tag, behind: sessions[session]?.waitingLines ?? [])
        }
        return waiting + ready
    }

    private func refuseHalted(_ session: SessionID, _ tag: String?) {
        let refusal = Refusal(
            .ledgerFailed, "the database cannot be written; whether this line was done is known only after a restart",
            details: ["send it again then, with the same tag"])
        outputs.append(.send(session, .reply(.refused(refusal, tag: tag))))
    }

    func refuseHalted(_ input: DeskInput) {
        switch input {
        case .server(.lines(let session, let lines)):
            for line in lines { refuseHalted(session, line.tag ?? parser(for: nil).parse(line.text).tag) }
        case .server(.opened(let id, let peer)): sessions[id] = Session(id: id, peer: peer)
        case .server(.closed(let id)): sessions[id] = nil
        case .server(.refused), .passwordChecked, .passwordHashed, .keyChecked, .exchange, .paper, .wake, .clockStepped,
            .stop:
            break
        }
    }
}
