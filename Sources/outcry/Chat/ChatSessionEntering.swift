import Conversation

/// From a connection to a login, and from a lost one to the next.
extension ChatSession {
    mutating func start() -> [Effect] { [.connect] }

    mutating func opened(subprotocol: String?, now: Int64) -> [Effect] {
        guard subprotocol == ChatSession.subprotocol else {
            return [.show(.note("the server does not speak \(ChatSession.subprotocol)")), .leave(.unreachable)]
        }
        isOpen = true
        openedAt = now
        var effects: [Effect] = backoff.attempts > 0 ? [.show(.note("connected"))] : []
        switch credentials {
        case .password(let user, _)?:
            isEntering = true
            effects += ask(Asked(purpose: .loginName, line: "login \(user)", at: now))
        case .token?:
            isEntering = true
            effects += ask(Asked(purpose: .whoami, line: "whoami", at: now))
            effects += ask(Asked(purpose: .head, line: "inbox 1", at: now))
        case nil:
            if track != nil { effects.append(.show(.note("log in again: login \(track?.account ?? "USER")"))) }
        }
        return effects + endIfDone()
    }

    static let subprotocol = "outcry.json.v1"

    /// The connection is gone, or was never there.
    mutating func lost(code: UInt16?, reason: String, retryAfterSeconds: Int? = nil, now: Int64) -> [Effect] {
        let wasOpen = isOpen
        isOpen = false
        isEntering = false
        account = nil
        question = nil
        track?.lost()
        var effects: [Effect] = []
        for line in asked + [postponed?.asked].compactMap({ $0 }) {
            guard line.purpose == .typed || line.purpose == .secret else { continue }
            if line.tag != nil || line.hasOwnTag, line.account != nil {
                unanswered.append(line)
            } else if line.purpose == .typed, !line.bringsSecret {
                effects.append(.show(.note("no answer came to: \(ChatSession.safely(line.line))")))
                hasRefusedLine = true
            }
        }
        asked = []
        postponed = nil
        // The server's word for a token that is wrong.
        if code == 1_008, credentials == .token {
            return effects + [.show(.note("the server refused: \(reason)")), .leave(.unreachable)]
        }
        // A connection that ends well is one that its trader has ended: `quit`.
        if wasOpen, code == 1_000 {
            return effects + [.leave(options.isScript && hasRefusedLine ? .refused : .done)]
        }
        if wasOpen, now - openedAt >= Reconnection.goodConnectionMilliseconds { backoff.reset() }
        let why = wasOpen ? "connection lost" : "not connected"
        if options.isScript, backoff.attempts >= ChatSession.scriptAttemptsMax || !wasOpen && backoff.attempts == 0 {
            return effects + [.show(.note("\(why): \(reason)")), .leave(.unreachable)]
        }
        let asked = Int64(min(retryAfterSeconds ?? 0, ChatSession.retryAfterSecondsMax)) * 1_000
        let wait = max(asked, backoff.next(random: random))
        reconnectAt = now + wait
        let seconds = "\(wait / 1_000).\(wait / 100 % 10) s"
        return effects + [.show(.note("\(why)\(reason.isEmpty ? "" : ": \(reason)"); trying again in \(seconds)"))]
    }

    /// Logged in: catch up first, then ask again what was not answered.
    mutating func entered(_ reply: ServerReply, now: Int64) -> [Effect] {
        account = reply.fields.string("account") ?? account
        guard let account, let head = reply.fields.unsigned("seq"), head < .max else {
            return finishEntering(now: now)
        }
        var effects: [Effect] = []
        if var track, track.account == account, track.next <= head + 1 {
            if track.next <= head {
                effects += ask(Asked(purpose: .resume, line: track.resumeLine(), account: account, at: now))
                isEntering = true
                self.track = track
                return effects
            }
        } else {
            if track?.account == account {
                effects.append(.show(.note("the server counts from an earlier number than before: another database?")))
            }
            track = NotificationTrack(account: account, next: head + 1)
        }
        return effects + finishEntering(now: now)
    }

    /// Goes on once all that was missed is here.
    mutating func settle(now: Int64) -> [Effect] {
        guard isEntering, account != nil, track?.isLive == true,
            !asked.contains(where: { [.loginName, .loginPassword, .whoami, .head, .resume].contains($0.purpose) })
        else { return [] }
        return finishEntering(now: now)
    }

    /// A notification came whose predecessor did not.
    mutating func fillGap(now: Int64) -> [Effect] {
        guard track?.hasGap == true, !isEntering, let account, var track else { return [] }
        let line = track.resumeLine()
        self.track = track
        return ask(Asked(purpose: .resume, line: line, account: account, at: now))
    }

    private mutating func finishEntering(now: Int64) -> [Effect] {
        isEntering = false
        var effects: [Effect] = []
        if !knowsPairs, !options.isScript {
            effects += ask(Asked(purpose: .pairs, line: "pairs", account: account, at: now))
        }
        if let account, orders.account != account, !options.isScript {
            orders = KnownOrders(account: account)
            effects += ask(Asked(purpose: .orders, line: "orders", account: account, at: now))
        }
        let waiting = unanswered
        unanswered = []
        for var line in waiting {
            let words = ChatSession.safely(line.line)
            guard line.account == account, line.repeats < ChatSession.repeatsMax,
                now - line.at < ChatSession.repeatMillisecondsMax
            else {
                hasRefusedLine = true
                effects.append(.show(.note("no answer came to: \(words); orders shows what became of it")))
                continue
            }
            line.repeats += 1
            effects.append(.show(.note("asking again: \(words)")))
            effects += ask(line)
        }
        return effects + endIfDone()
    }

    /// The login that the client made by itself was refused.
    mutating func loginRefused(_ reply: ServerReply, now: Int64) -> [Effect] {
        isEntering = false
        asked = []
        let shown = aside(reply)
        if options.isScript || credentials == .token { return [shown, .leave(.unreachable)] }
        switch reply.errorCode {
        case "login_wait", "too_many_sessions", "too_many_waiting", "too_fast", "shutting_down":
            return [shown, .hangUp]
        default:
            credentials = nil
            return [shown]
        }
    }

    /// A line as it may be shown again.
    private static func safely(_ line: String) -> String {
        line.count > 80 ? line.prefix(80) + "..." : line
    }
}
