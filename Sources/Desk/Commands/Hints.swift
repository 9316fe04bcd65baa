import CommandGrammar
import Conversation
import Trading

/// The line behind `try:`, for `go`.
struct StoredHint {
    let line: String
    let at: Timestamp
}

/// A hint is a line that works: what the desk offers has been tried before it is offered.
extension DeskCore {
    /// The refusal with its suggestion only where the line that it makes would not be refused too. That line is kept for `go`.
    func trusted(_ refusal: Refusal, _ context: LineContext) -> Refusal {
        // What was offered before was for another line: `go` is not to do it behind this one.
        people.sessions[context.session]?.hint = nil
        guard !context.isSecret, let line = refusal.repairedLine(of: context.line), let login = context.login else {
            return refusal
        }
        let read = read(line, of: login.account)
        var there = context
        there.seat = read.seat
        guard let command = read.parsed.command, self.refusal(of: command, context) == nil,
            isTaken(command, line, there)
        else {
            var bare = refusal
            bare.suggestion = nil
            return bare
        }
        people.sessions[context.session]?.hint = StoredHint(line: line, at: now)
        return refusal
    }

    /// Whether a line that trades would be taken as things are: funds, steps, minimums, guards. Others only have to read.
    func isTaken(_ command: Command, _ line: String, _ context: LineContext) -> Bool {
        var command = command
        if case .preview(let inner, _) = command { command = inner }
        guard command.trades, command != .go else { return true }
        var inner = context
        inner.text = line
        inner.line = line
        guard let shown = try? preview(command, inner) else { return false }
        return shown.refusal == nil
    }

    /// Does what a refusal has offered, as if it had been typed; nil where nothing was, or it is too old.
    func runHint(_ context: LineContext) throws -> Reply?? {
        guard let hint = people.sessions[context.session]?.hint, let login = context.login else { return nil }
        let preview = people.sessions[context.session]?.preview
        guard preview.map({ $0.at <= hint.at }) ?? true,
            now.nanoseconds(since: hint.at) < DeskCore.goSeconds * Timestamp.nanosecondsPerSecond,
            case let read = read(hint.line, of: login.account), let command = read.parsed.command
        else { return nil }
        // A preview from before it is over too: a second `go` does nothing.
        people.sessions[context.session]?.hint = nil
        people.sessions[context.session]?.preview = nil
        var inner = context
        inner.text = read.parsed.text
        inner.seat = read.seat
        inner.isSeatNamed = read.parsed.exchange != nil
        inner.line = hint.line
        inner.verb = command.verb
        try requireMayRun(command, inner)
        do {
            try requireReady(command, inner)
            return .some(try run(command, inner))
        } catch var refusal as Refusal {
            // It points into the line that was offered, and what was typed is `go`.
            refusal.span = nil
            refusal.suggestion = nil
            refusal.details.insert(hint.line, at: 0)
            throw refusal
        }
    }
}
