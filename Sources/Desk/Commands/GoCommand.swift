import Accounts
import CommandGrammar
import Conversation
import OrderEngine
import Trading

/// What a `preview` has shown, for `go`.
struct StoredPreview {
    let command: Command
    let line: String
    /// The exchange that the line is about.
    let seat: Seat
    /// Whether the line names it: a line that does not may be about all.
    let isSeatNamed: Bool
    let at: Timestamp
    let basis: PreviewBasis
}

/// What a previewed line comes to at the prices of a moment. The market has moved past a preview when it is another.
struct PreviewBasis: Hashable {
    /// Without the time of its end: that moves with the clock.
    var ticket: OrderTicket?
    var move: OrderMove?
    var contraPrice: TicketPrice?
    /// Whether it would trade at once.
    var wouldTrade = false
    /// What a market order would be done at.
    var touch: ExactDecimal?
    var side: Side?

    /// Whether a line that was shown as `self` would be another one, or a worse one, now.
    func isOvertaken(by now: PreviewBasis) -> Bool {
        guard ticket == now.ticket, move == now.move, contraPrice == now.contraPrice, wouldTrade == now.wouldTrade
        else { return true }
        guard let shown = touch, let found = now.touch else { return touch != now.touch }
        return side == .sell ? found < shown : found > shown
    }
}

/// `go`: does what was previewed, or offered by a refusal.
extension DeskCore {
    /// How long `go` does what was previewed, or offered by a refusal.
    static let goSeconds: Int64 = 60

    func runGo(_ context: LineContext) throws -> Reply? {
        if let done = try runHint(context) { return done }
        guard let preview = people.sessions[context.session]?.preview else {
            throw Refusal(.noPreview, "nothing to confirm: preview a line first with ? COMMAND")
        }
        people.sessions[context.session]?.preview = nil
        let age = now.nanoseconds(since: preview.at) / Timestamp.nanosecondsPerSecond
        guard age < DeskCore.goSeconds else {
            throw Refusal(
                .noPreview, "that preview is \(DurationText.brief(seconds: age)) old; preview it again",
                details: [preview.line])
        }
        var inner = context
        inner.text = preview.line
        inner.line = preview.line
        inner.verb = preview.command.verb
        inner.seat = preview.seat
        inner.isSeatNamed = preview.isSeatNamed
        /// `go` itself is run again when the funds are known: what was previewed is held against the market then.
        func waits() throws -> Bool {
            let seat = try spendingSeat(of: preview.command, inner)
            guard try waitForFunds(.funds, at: [seat], .go, context) else { return false }
            people.sessions[context.session]?.preview = preview
            return true
        }
        if preview.command.takesShareOfFunds, try waits() { return nil }
        inner.hasAskedForFunds = preview.command.shows == nil
        do {
            return try runPreviewed(preview, inner)
        } catch var refusal as Refusal {
            if refusal.code == .insufficientFunds, preview.command.makesOrder, try waits() { return nil }
            // A `go` that may be sent again has to find what it is for.
            if refusal.code.passesByItself { people.sessions[context.session]?.preview = preview }
            guard refusal.span != nil else { throw refusal }
            // It points into the line that was previewed, and what was typed is `go`.
            refusal.span = nil
            refusal.suggestion = nil
            refusal.details.insert(preview.line, at: 0)
            throw refusal
        }
    }

    private func runPreviewed(_ preview: StoredPreview, _ context: LineContext) throws -> Reply? {
        // Who may type `go` need not be allowed what was previewed.
        try requireMayRun(preview.command, context)
        try requireReady(preview.command, context)
        if preview.command.trades {
            let found = try self.preview(preview.command, context)
            if let refusal = found.refusal { throw refusal }
            guard !preview.basis.isOvertaken(by: found.basis) else {
                throw Refusal(
                    .marketMoved, "the market has moved since that preview; nothing was done", details: found.lines)
            }
        }
        return try run(preview.command, context)
    }
}
