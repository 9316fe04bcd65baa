import CommandGrammar
import Conversation
import DequeModule
import Ledger
import OrderEngine
import Trading

/// A line that waits for its turn, or for the answer to the one before it.
struct WaitingLine {
    var line: IncomingLine
    /// Whether it came when too many waited already: it is only refused, in its place among the answers.
    var isRefused = false
}

/// Lines, and what they leave to do, are taken in turns: everybody's in a ring, each turn of a bounded cost.
///
/// Cost is counted in rows that are read or written, not in time, so that the same inputs always come to the same turns. A batch
/// has one turn of each at most, and costs no more than `batch_rows`: whoever comes next waits for one batch and its sync, whatever
/// anybody else has asked for.
extension DeskCore {
    /// Whether something waits that no clock has to move for.
    public var hasTurnsLeft: Bool { halt?.isFailure != true && !waiting.turns.isIdle }

    /// Whether a trade of the market has not fired all that waits for it.
    public var hasTradesLeft: Bool { halt?.isFailure != true && seats.contains { waiting.turns.isMarketBusy($0.id) } }

    // MARK: Taking lines in

    func takeLines(_ lines: [IncomingLine], from id: SessionID) {
        guard let session = people.sessions[id], !session.isGone else { return }
        for line in lines {
            guard let count = people.sessions[id]?.waitingLines.count,
                count < DeskCore.refusedLinesFactor * configuration.limits.sessionLinesWaiting
            else {
                batch.outputs.append(.close(id, code: 1_013, reason: "too many lines wait for an answer"))
                return
            }
            let isFull = waiting.lineCount >= configuration.limits.inboxInputs && count >= DeskCore.linesOfAnySession
            let isRefused = count >= configuration.limits.sessionLinesWaiting || isFull
            // Of a line that is refused nothing is kept but what its refusal says.
            let kept = isRefused ? IncomingLine(tag: line.tag ?? parser(for: nil).parse(line.text).tag, text: "") : line
            people.sessions[id]?.waitingLines.append(WaitingLine(line: kept, isRefused: isRefused))
            waiting.lineCount += 1
            if line.isUrgent, !isRefused { hurry(id) }
        }
        waitForTurn(id)
    }

    /// Lines that a session may have waiting however many others have: whoever types by hand is not refused for what floods.
    private static let linesOfAnySession = 20

    /// Lines that are refused may wait for their place among the answers too, as many again; then the session is closed.
    private static let refusedLinesFactor = 2

    /// `cancel` and `panic` do not wait for an exchange: what the session waits for is answered with what is known.
    private func hurry(_ id: SessionID) {
        people.sessions[id]?.urgentLines += 1
        guard people.sessions[id]?.isWaiting == true else { return }
        for index in waiting.funds.indices where waiting.funds[index].context.session == id {
            waiting.funds[index].dueBy = now
        }
        waiting.replies.hurry(id, at: now)
    }

    /// Puts a session in the ring that has lines and waits for no answer.
    func waitForTurn(_ id: SessionID) {
        guard let session = people.sessions[id], !session.isInRing, !session.isWaiting, !session.waitingLines.isEmpty
        else {
            return
        }
        people.sessions[id]?.isInRing = true
        waiting.turns.add(id, isUrgent: session.urgentLines > 0, of: session.turnOwner)
    }

    /// The line that the session waited for has been answered: those that came meanwhile wait for their turn.
    func resumeLines(of id: SessionID) {
        people.sessions[id]?.isWaiting = false
        if people.sessions[id]?.isGone == true, people.sessions[id]?.waitingLines.isEmpty == true { return forget(id) }
        waitForTurn(id)
    }

    /// A session's connection is gone. What it has sent before is still done, with nobody to be told.
    func close(_ id: SessionID) {
        guard let session = people.sessions[id] else { return }
        guard session.isInRing else { return forget(id) }
        people.sessions[id]?.isGone = true
    }

    /// Ends a session with all that waits in it.
    func forget(_ id: SessionID) {
        endLogin(on: id)
        guard let session = people.sessions.removeValue(forKey: id) else { return }
        waiting.lineCount -= session.waitingLines.count
        forgetLoginDeadlines()
    }

    // MARK: Turns

    /// Takes turns until the batch has cost its share or nothing waits.
    func takeTurns() throws {
        guard !waiting.turns.isIdle else { return }
        let limits = configuration.limits
        var hurried = waiting.turns.takeUrgent(lane: lane)[...]
        let start = cost
        while cost - start < limits.batchRows, let (id, owner) = hurried.popFirst() {
            guard waiting.turns.take(id, of: owner) else { continue }
            let before = cost
            try takeLine(of: id)
            waiting.turns.charge(owner, cost - before, share: limits.turnRows)
            // Its reply is sent when the batch is over.
            batch.share = min(batch.share, limits.batchRows / DeskCore.urgentBatchPart)
        }
        waiting.turns.putBack(urgent: hurried.map(\.0))
        // At least one turn: nobody keeps the others waiting by hurrying again and again. And one turn each: a batch is short
        // where few want something, and has many in it, with one sync, where many do.
        while batch.turnsCost < batch.share, let owner = waiting.turns.next(share: limits.turnRows) {
            guard batch.served.insert(owner).inserted else {
                waiting.turns.giveBack(owner)
                break
            }
            let before = cost
            while cost - before < limits.turnRows, let turn = waiting.turns.takeTurn(of: owner) {
                try take(turn, of: owner)
            }
            batch.turnsCost += cost - before
            waiting.turns.charge(owner, cost - before, share: limits.turnRows)
        }
        // What turns have done may be what a line waits for.
        try answerPending()
    }

    /// How a session with a `cancel` or a `panic` goes on. Lines before it are done before it; they hurry too, but not beyond what
    /// their owner has turns for.
    private func lane(_ id: SessionID) -> TurnRing.Lane {
        guard let session = people.sessions[id], session.urgentLines > 0 else { return .none }
        return session.waitingLines.first?.line.isUrgent == true
            ? .first(session.turnOwner) : .firstUnlessOwing(session.turnOwner)
    }

    private func take(_ turn: TurnRing.Turn, of owner: TurnRing.Owner) throws {
        switch turn {
        case .line(let id): try takeLine(of: id)
        case .export: if case .account(let account) = owner { try makeExport(of: account) }
        case .question: if case .account(let account) = owner { try takeStep(of: account) }
        case .work(let work):
            addCost(1)
            try seat(work.seat)?.take(work.input)
        }
    }

    private func takeLine(of id: SessionID) throws {
        people.sessions[id]?.isInRing = false
        if people.sessions[id]?.isWaiting == false, let next = people.sessions[id]?.waitingLines.popFirst() {
            addCost(DeskCore.lineCost)
            waiting.lineCount -= 1
            if next.isRefused {
                let refusal = Refusal(.tooManyWaiting, "too many lines of this session are waiting; nothing was done")
                send(.reply(.refused(refusal, tag: next.line.tag)), to: id)
            } else {
                if next.line.isUrgent { people.sessions[id]?.urgentLines -= 1 }
                try takeLine(next.line, from: id)
            }
        }
        if people.sessions[id]?.isGone == true, people.sessions[id]?.waitingLines.isEmpty == true { return forget(id) }
        waitForTurn(id)
    }

    // MARK: Cost

    /// Rows' worth of reading a line and writing its reply.
    private static let lineCost = 3
    /// A batch that has done what hurries takes no more than this part of one of the rest.
    private static let urgentBatchPart = 8
    /// Messages to sessions that cost as much as one row.
    private static let messagesPerRow = 8

    /// Rows read and written, and as many as other work is worth, since the start.
    var cost: Int { ledger.rowCount + batch.otherCost }

    /// Counts work that reads or writes no row now: rows that are written at the end of the batch, orders looked at in memory.
    func addCost(_ rows: Int) { batch.otherCost += rows }

    /// Counts one message to each of so many sessions.
    func chargeSending(to count: Int) {
        batch.messagesNotCharged += count
        addCost(batch.messagesNotCharged / DeskCore.messagesPerRow)
        batch.messagesNotCharged %= DeskCore.messagesPerRow
    }
}

/// What lines and trades leave behind.
extension Seat {
    func work(_ input: Input) -> SeatWork { SeatWork(seat: id, input: input) }

    /// What is left to decide of a ladder, a cancel of many, a panic, or a trade that fires many stops.
    func keepForLater(_ inputs: [Input]) {
        for input in inputs {
            switch input {
            case .carryOn(let id):
                guard let account = engine.order(id)?.account else { continue }
                desk.waiting.turns.add(work(input), of: .account(account))
            case .takeOff(_, let account, _): desk.waiting.turns.add(work(input), of: .account(account))
            // What is due is found again at the next look at the clock.
            case .timePassed: break
            case .marketTrade: desk.waiting.turns.addFirst(work(input))
            default: preconditionFailure("\(input) is decided at once, and leaves nothing")
            }
        }
    }

    /// What a restart has cut off goes on, where nothing is in the way of it any more.
    func takeUpPostponed() {
        guard !backlog.postponed.isEmpty else { return }
        let work = backlog.postponed
        backlog.postponed.removeAll()
        keepForLater(work)
    }

    /// Goes on with what was left.
    func take(_ input: Input) throws {
        if case .carryOn(let order) = input, let order = engine.order(order), order.cancelReason == nil,
            let watch = wire?.accounts[order.account], !watch.isReconciled
        {
            // Nothing is placed before it is known what the exchange has; what is canceled comes off all the same.
            return backlog.postponed.append(input)
        }
        try takeOutcome(process(input))
        // Lines that wait for all of it to be done are looked at again, also where this part has touched nothing.
        switch input {
        case .takeOff(_, let account, _): desk.waiting.replies.touch(account)
        case .carryOn(let order): desk.waiting.replies.touch(order)
        default: break
        }
    }
}

extension Session {
    /// Who takes turns for it.
    var turnOwner: TurnRing.Owner {
        login.map { .account($0.account) } ?? .visitors(address: peer.address)
    }
}
