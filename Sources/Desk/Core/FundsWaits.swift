import CommandGrammar
import Conversation
import Exchange
import Ledger
import Trading

/// A line that waits until the exchanges have told an account's funds and open orders anew, and is run then. None of it is on disk:
/// nothing of such a line has been done.
struct FundsWait {
    let command: Command
    let context: LineContext
    let account: AccountID
    let need: FundsAge.Need
    /// The exchanges that are asked, each with what had come to nothing before.
    let asked: [(seat: Seat, before: FundsAge)]
    /// When the line is run with what is known by then.
    var dueBy: Timestamp

    /// Comparisons after which an account whose orders are under way all the time is answered with what is known.
    static let comparisonsMax = 3
}

extension DeskCore {
    /// Lets a line wait for an account's funds where what is known of them is older than `funds_fresh_s` at one of some exchanges, and
    /// asks for them. False where there is nothing to wait for: all is fresh, nobody can be asked, or this line has waited already.
    func waitForFunds(
        _ need: FundsAge.Need, at seats: [Seat], _ command: Command, _ context: LineContext
    ) throws -> Bool {
        // Whoever has typed `cancel` or `panic` behind it does not wait for an exchange.
        guard !context.hasAskedForFunds, let session = people.sessions[context.session], session.urgentLines == 0 else {
            return false
        }
        let account = try context.account()
        let old = seats.filter { !$0.isFresh(need, of: account) && $0.canBeAsked(about: account) }
        guard !old.isEmpty else { return false }
        var again = context
        again.hasAskedForFunds = true
        waiting.funds.append(
            FundsWait(
                command: command, context: again, account: account, need: need,
                asked: old.map { ($0, $0.wire?.accounts[account]?.funds.age ?? FundsAge()) },
                dueBy: now.advanced(bySeconds: Int64(configuration.limits.replySeconds))))
        people.sessions[context.session]?.isWaiting = true
        for seat in old { seat.askForFunds(of: account) }
        return true
    }

    /// Runs the lines whose exchanges have told the funds, or will not tell them now.
    func answerFundsWaits() throws {
        let ready = waiting.funds.indices.filter { index in
            let wait = waiting.funds[index]
            return wait.dueBy <= now || wait.asked.allSatisfy { isAnswered(wait, at: $0.seat, $0.before) }
        }
        guard !ready.isEmpty else { return }
        for wait in waiting.funds.takeOut(ready) { try takeUp(wait) }
    }

    private func isAnswered(_ wait: FundsWait, at seat: Seat, _ before: FundsAge) -> Bool {
        guard seat.canBeAsked(about: wait.account), let age = seat.wire?.accounts[wait.account]?.funds.age else {
            return true
        }
        return seat.isFresh(wait.need, of: wait.account) || age.answersLost > before.answersLost
            || age.comparisonsLost >= before.comparisonsLost + FundsWait.comparisonsMax
    }

    private func takeUp(_ wait: FundsWait) throws {
        let context = wait.context
        guard reaches(context) else {
            // Its login is over: nothing was done, and the same line may be sent again.
            if context.isKept, let tag = context.tag { try ledgerTransaction().forgetTag(wait.account, tag) }
            return
        }
        people.sessions[context.session]?.isWaiting = false
        do {
            try requireMayRun(wait.command, context)
            try requireReady(wait.command, context)
            if let reply = try run(wait.command, context) { try answer(reply, context) }
        } catch let refusal as Refusal {
            try answer(refused(refusal, context), context)
        }
        if people.sessions[context.session]?.isWaiting == false { resumeLines(of: context.session) }
    }

    // MARK: Which lines

    /// Runs a command that shows funds or spends them, with funds that are fresh. Nil where the reply comes later.
    func runWithFunds(_ command: Command, _ context: LineContext) throws -> Reply? {
        if let need = command.shows, try waitForFunds(need, at: seatsShown(by: command, context), command, context) {
            return nil
        }
        if command.takesShareOfFunds, try waitForFunds(.funds, at: [context.seat], command, context) { return nil }
        do {
            return try runKnown(command, context)
        } catch var refusal as Refusal where refusal.code == .insufficientFunds && command.makesOrder {
            let seat = try spendingSeat(of: command, context)
            if try waitForFunds(.funds, at: [seat], command, context) { return nil }
            if let words = seat.ageWords(.funds, of: try context.account(), zone(context)) {
                refusal.details.append(words)
            }
            throw refusal
        }
    }

    private func seatsShown(by command: Command, _ context: LineContext) -> [Seat] {
        switch command {
        case .fund, .reportDrift, .chart(.coin, _): [context.seat]
        default: asked(context)
        }
    }

    /// The exchange that an order line is about: of a line that names an order, where that is.
    func spendingSeat(of command: Command, _ context: LineContext) throws -> Seat {
        switch command {
        case .contra(let order, _, _), .move(let order, _, _): try at(order, context).seat
        default: context.seat
        }
    }
}

extension Command {
    /// What of an account's money at the exchange it shows as it is now; nil where none.
    var shows: FundsAge.Need? {
        switch self {
        case .funds, .fund, .summary, .reportDrift, .chart(.equity, _), .chart(.coin, _): .funds
        case .orders, .cancel(.foreign), .preview(.cancel(.foreign), _): .openOrders
        default: nil
        }
    }

    /// Whether its amount is a share of what is free: `all`, `50%`.
    var takesShareOfFunds: Bool {
        let order: PlaceCommand
        switch self {
        case .place(let new): order = new
        case .preview(let inner, _): return inner.takesShareOfFunds
        default: return false
        }
        switch order.amountAndPair.amount {
        case .all, .percent: return true
        case .base, .quote: return false
        }
    }
}
