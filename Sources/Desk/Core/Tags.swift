import Accounts
import CommandGrammar
import Conversation
import Ledger
import OrderEngine
import Trading

/// Tags: the same line under the same tag is not done twice, also over a restart.
///
/// Only what a line may have done is kept. A question does nothing, so it is answered anew each time and leaves no row; neither
/// does what a session may not do at all. Otherwise whoever may only read could fill the disk, or take the tags that a session
/// which trades is about to use.
extension DeskCore {
    /// From when on tags are remembered. What is older may be there still: it is deleted a part at a time.
    var tagHorizon: Timestamp { now.advanced(bySeconds: -3_600 * Int64(configuration.limits.tagMemoryHours)) }

    /// Whether what becomes of a line is kept with its tag.
    func keepsTag(_ parsed: ParsedLine, _ login: Session.Login, isOverAllowance: Bool) -> Bool {
        guard !parsed.isSecret, !isOverAllowance else { return false }
        guard let command = parsed.command else { return login.rights == .trade }
        return command.isKeptWithTag && refusalOfRights(command, login) == nil
    }

    /// Answers a line whose tag has been seen: with the first reply, or a refusal where the line is another. False for a new tag.
    func answerAgain(
        _ tag: String, _ typed: String, _ verb: String?, _ account: AccountID, _ session: SessionID
    ) throws -> Bool {
        guard let remembered = try ledgerTransaction().tag(account, tag) else { return false }
        guard remembered.at >= tagHorizon else {
            try ledgerTransaction().forgetTag(account, tag)
            return false
        }
        guard CommandParser.isSameLine(remembered.line, typed) else {
            let refusal = Refusal(
                .tagReused, "the tag \(tag) was used for another line", details: [remembered.line])
            send(.reply(.refused(refusal, tag: tag)), to: session)
            return true
        }
        if let reply = remembered.reply, reply != .leftOut {
            let told = try withState(reply, of: account)
            send(.writtenReply(text: told.text, json: told.json), to: session)
            return true
        }
        if let first = waiting.replies.first(of: account, tagged: tag) {
            // The first is still being answered: the second gets the same answer when it comes.
            var context = first.context
            context.session = session
            context.login = people.sessions[session]?.login
            waiting.replies.add(
                PendingReply(
                    context: context, account: account, orders: first.orders, subject: first.subject,
                    dueBy: first.dueBy))
            people.sessions[session]?.isWaiting = true
            return true
        }
        let asked = exchangesAsked(for: tag, of: account)
        if !asked.isEmpty {
            let names = asked.joined(separator: " and ")
            let refusal = Refusal(
                .tooManyWaiting,
                "this line is still being answered: \(names) \(asked.count == 1 ? "is" : "are") being asked",
                details: ["send it again in a moment, with the same tag"])
            send(.reply(.refused(refusal, verb: verb, tag: tag)), to: session)
            return true
        }
        // Its reply was too long to keep, or the server went down between the two: the orders say what the line came to.
        if try answerFromWork(remembered, tag, account, verb: verb, session) { return true }
        let refusal = Refusal(
            .unknownAnswer, "the server stopped before it answered this line, and it made no order",
            details: ["orders shows what it made"])
        send(.reply(.refused(refusal, tag: tag)), to: session)
        return true
    }

    /// The exchanges whose answers a line of this tag waits for.
    private func exchangesAsked(for tag: String, of account: AccountID) -> [String] {
        func isOfTag(_ context: LineContext) -> Bool {
            context.tag == tag && context.isKept && context.login?.account == account
        }
        let questions = waiting.questions.waiting.filter { isOfTag($0.context) }.map(\.seat.name)
        let funds = waiting.funds.filter { isOfTag($0.context) }.flatMap { $0.asked.map(\.seat.name) }
        return seats.map(\.name).filter { questions.contains($0) || funds.contains($0) }
    }

    /// Keeps the reply to a tagged line; of one that is too long, what makes it again.
    func completeTag(_ account: AccountID, _ tag: String, _ reply: Reply, work: TaggedWork?) throws {
        let kept = RememberedReply(.reply(reply))
        if let work, kept.text.utf8.count + kept.json.utf8.count > configuration.limits.tagReplyBytes {
            return try counting(account) {
                try $0.noteTag(account, tag, work: work.text)
                try $0.completeTag(account, tag, .leftOut)
            }
        }
        try counting(account) { try $0.completeTag(account, tag, kept) }
    }

    /// Deletes tags that are too old, so many at a time that nobody waits for it. True where more are left.
    func pruneTags() throws -> Bool {
        let most = configuration.limits.tagsPruned
        return try ledgerTransaction().forgetTags(before: tagHorizon, limit: most) >= most
    }
}

extension Command {
    /// Whether it may change something that outlasts its session, so that doing it twice is not the same as once.
    ///
    /// Exhaustive on purpose: whoever adds a command decides.
    var isKeptWithTag: Bool {
        switch self {
        case .place, .contra, .cancel, .move, .go, .undo, .panic, .resume(from: nil),
            .tokenNew, .tokenDrop, .alert, .alertDrop, .set, .keysSet, .keysDrop, .alias, .aliasDrop,
            .twoFactor(.some), .paper, .use(.some):
            true
        case .login, .register, .logout, .quit, .password, .whoami, .tokens, .orders, .orderDetail, .why, .report,
            .reportDrift,
            .preview, .resume(from: .some), .funds, .fund, .summary, .trades, .transactions, .export, .price, .depth,
            .tape, .pairs, .fee, .chart, .watch, .unwatch, .alerts, .settings, .keys, .inbox, .help, .time, .version,
            .aliases, .twoFactor(nil), .jobs, .exchanges, .use(nil):
            false
        }
    }
}
