import CommandGrammar
import Conversation
import DequeModule
import Logging
import OrderEngine
import Trading

/// What a desk that goes down has still to do.
extension DeskCore {
    /// Whether a line still waits for a password check or an exchange.
    var isAnsweringLater: Bool {
        waiting.hasLines || !people.exports.making.isEmpty || !people.passwordJobs.isEmpty
            || !people.waitingLogins.all.isEmpty || !people.keyJobs.isEmpty
    }

    /// Whether a desk that is going down has something to finish: lines without an answer, orders that are to be taken off, placed or
    /// fired in later turns, and a panic, which is answered before any exchange has taken off what it stops.
    package var hasUnfinished: Bool {
        isAnsweringLater || hasTurnsLeft || (!isReadOnly && seats.contains { $0.engine.isClearingPanic })
    }
}

/// What a desk says when its ledger fails: every line that waits for an answer is told, and nothing of the batch.
extension DeskCore {
    /// Nothing that the batch wanted to say may be said: it is not on disk.
    func fail(_ error: any Error, _ inputs: [DeskInput]) {
        log.critical("the ledger failed; no more commands are taken: \(error)")
        halt = .ledgerFailed("\(error)")
        batch.abandon()
        people.auditBook.forgetUnsaid()
        refuseUnanswered()
        for input in inputs { refuseHalted(input) }
    }

    /// The lines that waited for an exchange or a password check when the batch began, and those behind them: what the batch made
    /// of them is not on disk.
    private func refuseUnanswered() {
        waiting.removeAll()
        people.exports.removeAll()
        people.passwordJobs.removeAll()
        people.waitingLogins.removeAll()
        people.keyJobs.removeAll()
        for id in people.sessions.keys { people.sessions[id]?.stopWaiting() }
        for unanswered in batch.unanswered {
            if unanswered.isWaiting { refuseHalted(unanswered.session, unanswered.tag) }
            for one in unanswered.behind {
                refuseHalted(unanswered.session, one.line.tag ?? parser(for: nil).parse(one.line.text).tag)
            }
        }
        batch.unanswered.removeAll()
    }

    /// A session's line that has not been answered yet, if there is one, and those that wait for their turn behind it.
    struct Unanswered {
        let session: SessionID
        let isWaiting: Bool
        let tag: String?
        let behind: Deque<WaitingLine>
    }

    func findUnanswered() -> [Unanswered] {
        let ready = waiting.turns.sessions.map { id in
            Unanswered(session: id, isWaiting: false, tag: nil, behind: people.sessions[id]?.waitingLines ?? [])
        }
        guard isAnsweringLater else { return ready }
        let begun = waiting.begun.map { ($0.session, $0.tag) }
        let files = people.exports.making.map { ($0.context.session, $0.context.tag) }
        let checks = people.passwordJobs.all.map { ($0.job.session, $0.job.tag) }
        let logins = people.waitingLogins.all.map { ($0.session, $0.tag) }
        let keys = people.keyJobs.all.map { ($0.job.context.session, $0.job.context.tag) }
        let later = (begun + files + checks + logins + keys).map { session, tag in
            Unanswered(
                session: session, isWaiting: true, tag: tag, behind: people.sessions[session]?.waitingLines ?? [])
        }
        return later + ready
    }

    private func refuseHalted(_ session: SessionID, _ tag: String?) {
        let refusal = Refusal(
            .ledgerFailed, "the database cannot be written; whether this line was done is known only after a restart",
            details: ["send it again then, with the same tag"])
        batch.outputs.append(.send(session, .reply(.refused(refusal, tag: tag))))
    }

    func refuseHalted(_ input: DeskInput) {
        switch input {
        case .server(.lines(let session, let lines)):
            for line in lines { refuseHalted(session, line.tag ?? parser(for: nil).parse(line.text).tag) }
        case .server(.opened(let id, let peer)): people.sessions[id] = Session(id: id, peer: peer)
        case .server(.closed(let id)): people.sessions[id] = nil
        case .server(.refused), .passwordChecked, .passwordHashed, .keyChecked, .exchange, .paper, .wake, .clockStepped,
            .stop:
            break
        }
    }
}
