import Accounts
import CommandGrammar
import Conversation
import Ledger
import OrderEngine
import Secrets
import Trading

/// From a typed line to its one reply.
extension DeskCore {
    // MARK: Sessions

    func open(_ id: SessionID, _ peer: Peer) throws {
        people.sessions[id] = Session(id: id, peer: peer)
        loginChanged(id, isNew: true)
        guard let token = peer.bearerToken else { return greet(id) }
        do {
            try logIn(id, withToken: Secret(token))
        } catch let refusal as Refusal {
            try audit(refusal, .bearer, id)
            batch.outputs.append(.close(id, code: 1_008, reason: refusal.message))
        }
    }

    // MARK: One line

    func takeLine(_ line: IncomingLine, from id: SessionID) throws {
        guard let session = people.sessions[id] else { return }
        if case .command = session.prompt {
            try takeCommandLine(line, session)
        } else {
            try takePromptedLine(line.text, tag: line.tag, session)
        }
    }

    private func takeCommandLine(_ line: IncomingLine, _ session: Session) throws {
        var read = read(line.text, of: session.login?.account)
        var parsed = read.parsed
        var expanded = line.text
        let tag = line.tag ?? parsed.tag
        let typed = parsed.text
        do {
            if let found = try expandAlias(parsed, session) {
                (read, parsed, expanded) = (found, found.parsed, found.parsed.text)
            }
        } catch let refusal as Refusal {
            return send(.reply(.refused(refusal, tag: tag)), to: session.id)
        }
        guard parsed.command != nil || parsed.refusal != nil else {
            send(.noReply, to: session.id)
            return
        }
        let owner = parsed.isSecret ? nil : session.login?.account
        if let owner, let tag, try answerAgain(tag, typed, parsed.command?.verb, owner, session.id) { return }
        guard halt != .stopping else {
            // Without remembering the tag: after the restart the line is done when it comes again.
            let refusal = Refusal(.shuttingDown, "the server is going down; nothing was done")
            send(.reply(.refused(refusal, verb: parsed.command?.verb, tag: tag)), to: session.id)
            return
        }
        if let refusal = refusalForNow(read, session) {
            // The tag is not remembered: the same line may be sent again a little later.
            send(.reply(.refused(refusal, verb: parsed.command?.verb, tag: tag)), to: session.id)
            return
        }
        var isKept = false
        if let login = session.login {
            let isOver = try isOverAllowance(login.account)
            if isOver, let refusal = refusalOverAllowance(parsed, session, isTagged: tag != nil) {
                send(.reply(.refused(refusal, verb: parsed.command?.verb, tag: tag)), to: session.id)
                return
            }
            isKept = keepsTag(parsed, login, isOverAllowance: isOver)
        }
        if isKept, let owner, let tag {
            try counting(owner) { try $0.rememberTag(owner, tag, line: typed, at: now) }
        }
        let context = LineContext(
            session: session.id, login: session.login, tag: tag, line: expanded, text: parsed.text,
            seat: read.seat, isSeatNamed: parsed.exchange != nil, isSecret: parsed.isSecret,
            verb: parsed.command?.verb, isKept: isKept && tag != nil)
        do {
            if let refusal = parsed.refusal { throw refusal }
            guard let command = parsed.command else { return }
            try requireMayRun(command, context)
            // What was hinted at has been typed, or is not meant any more: `go` is not to do it once more.
            if command.trades, command != .go { people.sessions[session.id]?.hint = nil }
            if let reply = try run(command, context) { try answer(reply, context) }
        } catch let refusal as Refusal {
            try audit(refusal, parsed.command?.attempt, session.id)
            try answer(refused(refusal, context), context)
        }
    }

    /// Why a line cannot be done just now, though it may be in a moment.
    private func refusalForNow(_ read: ReadLine, _ session: Session) -> Refusal? {
        if let refusal = refusalForRoom(read.parsed.command) ?? read.refusalOfWords { return refusal }
        guard let command = read.parsed.command, let login = session.login else { return nil }
        return refusalForNow(command, at: read.seat, isNamed: read.parsed.exchange != nil, login)
    }

    /// Why one of the exchanges that a line changes something at cannot be traded on just now.
    func refusalForNow(_ command: Command, at seat: Seat, isNamed: Bool, _ login: Session.Login) -> Refusal? {
        guard command.trades, command != .panic, login.rights == .trade else { return nil }
        guard seats.count > 1 else { return seat.refusalForNow(of: login.account) }
        let changed = seatsChanged(by: command, at: seat, isNamed: isNamed, login.account)
        let refusals = changed.compactMap { $0.refusalForNow(of: login.account) }
        // What is taken off everywhere is taken off where that can be done.
        return command.isOverAll && refusals.count < changed.count ? nil : refusals.first
    }

    /// Refuses what cannot be done just now, once more: time has passed since the line was read.
    func requireReady(_ command: Command, _ context: LineContext) throws(Refusal) {
        if let refusal = refusalForRoom(command) { throw refusal }
        guard let login = context.login else { return }
        if let refusal = refusalForNow(command, at: context.seat, isNamed: context.isSeatNamed, login) { throw refusal }
    }

    func refused(_ refusal: Refusal, _ context: LineContext) -> Reply {
        let refusal = trusted(refusal, context)
        let isAboutLine = !context.isSecret && refusal.span != nil
        return .refused(
            refusal, verb: context.verb, tag: context.tag,
            text: isAboutLine ? refusal.text(over: context.line, isSecret: false) : nil)
    }

    /// Sends the reply, keeps it with its tag, and then tells what happened on the way. `kept` is what is kept in place of
    /// a reply that holds a secret.
    func answer(
        _ reply: Reply, _ context: LineContext, covering covered: Covered? = nil, keeping kept: Reply? = nil
    ) throws {
        try send(reply, context, keeping: kept)
        try flushEvents(covering: covered.map { [$0] } ?? [])
    }

    /// Sends the reply and keeps it with its tag; what happened on the way is still to be told. `work` makes the reply again
    /// where it is too long to keep.
    func send(_ reply: Reply, _ context: LineContext, keeping kept: Reply? = nil, work: TaggedWork? = nil) throws {
        let reply = addressed(reply, context)
        if context.isKept, let account = context.login?.account, let tag = context.tag {
            let passes = reply.error?.code.passesByItself == true && reply.fields["order"] == nil
            if reply.mark == .question || passes {
                // Nothing was done, and the same line may be sent again.
                try ledgerTransaction().forgetTag(account, tag)
            } else {
                try completeTag(account, tag, kept.map { addressed($0, context) } ?? reply, work: work)
            }
        }
        guard reaches(context) else { return }
        send(.reply(reply), to: context.session)
    }

    private func addressed(_ reply: Reply, _ context: LineContext) -> Reply {
        var reply = reply
        reply.tag = context.tag
        if reply.verb == nil { reply.verb = context.verb }
        return reply
    }

    // MARK: Who may

    func requireMayRun(_ command: Command, _ context: LineContext) throws {
        if let refusal = refusal(of: command, context) { throw refusal }
    }

    /// Why whoever types a line may not run a command; nil where they may.
    func refusal(of command: Command, _ context: LineContext) -> Refusal? {
        switch command {
        case .help, .login, .register, .version, .time, .quit: return nil
        default: break
        }
        guard let login = context.login else {
            return Refusal(
                .notLoggedIn, "log in first: login USER", details: ["help, time, version and quit answer before that"])
        }
        return refusalOfRights(command, login)
    }

    /// Why somebody who is logged in may not run a command, by role and token; nil where they may.
    func refusalOfRights(_ command: Command, _ login: Session.Login) -> Refusal? {
        switch command {
        case _ where command.trades:
            guard login.rights == .trade else {
                return Refusal(.notAllowed, "\(login.name) has read-only access and cannot trade")
            }
        case .paper:
            guard login.role == .admin, login.rights == .trade else {
                return Refusal(.notAllowed, "only an admin moves the paper exchange")
            }
        case .jobs:
            guard login.role == .admin else { return Refusal(.notAllowed, "only an admin sees the desk's jobs") }
        case .use(.some), .set, .password, .tokenNew, .tokenDrop, .keysSet, .keysDrop, .alias, .aliasDrop,
            .twoFactor(.some), .alert,
            .alertDrop:
            guard login.rights == .trade || login.role == .viewer else {
                return Refusal(.notAllowed, "a read-only token cannot change the account")
            }
        default: break
        }
        return nil
    }
}

extension Command {
    /// Whether it may change what the account has at the exchange.
    var trades: Bool {
        switch self {
        case .place, .contra, .cancel, .move, .go, .undo, .panic, .resume(from: nil): true
        default: false
        }
    }
}

extension Command {
    /// Whether it puts something new on the book, now or later.
    var makesOrder: Bool {
        switch self {
        case .place, .contra, .move: true
        default: false
        }
    }
}

/// A line on its way to its reply.
struct LineContext {
    var session: SessionID
    var login: Session.Login?
    var tag: String?
    /// As it came, for carets.
    var line: String
    /// Without tag and comment, for records.
    var text: String
    /// The exchange that the line is about: the one that it names, or else the account's.
    var seat: Seat
    /// Whether the line names it.
    var isSeatNamed = false
    let isSecret: Bool
    var verb: String?
    /// Whether the reply is kept with the tag.
    var isKept = false
    /// Whether the second factor has been shown for this line.
    var hasShownCode = false
    /// Whether its exchanges have been asked for the funds already, for this line.
    var hasAskedForFunds = false

    /// The exchange that the line names; nil where it means all, or the account's own.
    var namedExchange: ExchangeID? { isSeatNamed ? seat.id : nil }

    /// The account, for the commands that need one: `requireMayRun` saw to it.
    func account() throws(Refusal) -> AccountID {
        guard let login else { throw Refusal(.notLoggedIn, "log in first: login USER") }
        return login.account
    }
}
