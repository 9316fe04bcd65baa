import Conversation

/// What the server says.
extension ChatSession {
    mutating func received(_ text: String, now: Int64) -> [Effect] {
        do throws(JSONReadError) {
            switch try ServerMessage(text) {
            // Whoever logs in by a password of theirs, or again, knows where they are.
            case .event(let event) where event.event == "greeting":
                let isNews = credentials == nil && track == nil && !options.isScript
                return isNews ? [.show(.event(event.text, name: event.event))] : []
            case .event(let event):
                orders.see(event)
                var effects = show(track?.take(event) ?? [.notification(event)])
                effects += fillGap(now: now) + settle(now: now) + endIfDone()
                return effects
            case .reply(let reply):
                orders.see(reply)
                return answered(reply, now: now) + endIfDone()
            }
        } catch {
            return [.show(.note("the server sent what this client cannot read: \(error.message)"))]
        }
    }

    private mutating func answered(_ reply: ServerReply, now: Int64) -> [Effect] {
        guard !asked.isEmpty else { return [.show(.reply(reply.text, tag: reply.tag))] }
        // Replies come in the order of the lines; a tag tells for sure.
        let tagged = reply.tag.flatMap { tag in asked.firstIndex { $0.tag == tag } }
        let line = asked.remove(at: tagged ?? 0)
        switch line.purpose {
        case .typed, .secret, .code: return answered(typed: line, reply, now: now)
        case .loginName:
            guard reply.mark == .question, case .password(_, let password)? = credentials else {
                return loginRefused(reply, now: now)
            }
            return ask(Asked(purpose: .loginPassword, line: password, at: now))
        case .loginPassword:
            guard reply.isOK else { return loginRefused(reply, now: now) }
            if reply.mark == .question {
                // A second factor, which only the trader has.
                isEntering = false
                question = ChatSession.question(in: reply)
                return [aside(reply)]
            }
            return [aside(reply)] + entered(reply, now: now)
        case .whoami:
            guard reply.isOK, let name = reply.fields.string("account") else { return loginRefused(reply, now: now) }
            account = name
            return [aside(reply)]
        case .head:
            guard reply.isOK else { return loginRefused(reply, now: now) }
            return entered(reply, now: now)
        case .resume:
            guard var track else { return [] }
            let (shown, next) = track.resumed(reply)
            self.track = track
            var effects: [Effect] = reply.isOK ? [] : [aside(reply)]
            if let count = reply.fields.unsigned("count"), count > 0 {
                effects.append(aside(reply))
            }
            effects += show(shown)
            if let next { effects += ask(Asked(purpose: .resume, line: next, account: account, at: now)) }
            return effects + settle(now: now)
        case .pairs:
            let pairs = reply.fields.objects("pairs").compactMap { $0.string("pair") }
            knowsPairs = reply.isOK
            return pairs.isEmpty ? [] : [.learn(pairs)]
        case .orders: return []
        case .replay: return (reply.isOK ? [] : [aside(reply)]) + replay(reply, now: now)
        }
    }

    private mutating func answered(typed line: Asked, _ reply: ServerReply, now: Int64) -> [Effect] {
        if line.isPaced, reply.errorCode == "too_fast" {
            postponed = (line, now + ChatSession.tooFastMilliseconds)
            return []
        }
        if !reply.isOK { hasRefusedLine = true }
        told = ToldByReply(reply)
        var effects: [Effect] = [.show(.reply(reply.text, tag: line.hasOwnTag ? reply.tag : nil))]
        question = ChatSession.question(in: reply)
        if question == .newPassword { typedSecret = nil }
        switch reply.verb {
        case "login" where reply.isOK && reply.mark == .done, "register" where reply.isOK && reply.mark == .done:
            // What was typed without echo is remembered for the next connection; what stood in the line is not.
            if line.purpose != .typed, let user = typedUser, let secret = typedSecret {
                credentials = .password(user: user, password: secret)
            }
            effects += entered(reply, now: now)
        case "password" where reply.mark == .done:
            if case .password(let user, _)? = credentials, user == account, let secret = typedSecret {
                credentials = .password(user: user, password: secret)
            }
        case "resume": effects += replay(reply, now: now)
        case "logout" where reply.isOK:
            account = nil
            credentials = nil
        default: break
        }
        if question == nil, !asked.contains(where: { $0.purpose == .secret }) { typedSecret = nil }
        return effects
    }

    /// Goes on until all that a `resume` of the trader's has announced is here.
    private mutating func replay(_ reply: ServerReply, now: Int64) -> [Effect] {
        guard let line = track?.replaying(reply) else { return [] }
        return ask(Asked(purpose: .replay, line: line, account: account, at: now))
    }

    /// The answer to a line that the client sent by itself: not among the answers that a script reads.
    func aside(_ reply: ServerReply) -> Effect {
        .show(options.isScript ? .note(reply.text) : .reply(reply.text, tag: nil))
    }

    /// Which secret a reply asks for. In a refusal a password is never asked for.
    static func question(in reply: ServerReply) -> Question? {
        guard reply.mark == .question else { return nil }
        if reply.text.hasPrefix("? password for ") {
            return .login(user: String(reply.text.dropFirst("? password for ".count)))
        }
        if reply.text.hasPrefix("? password") { return .login(user: nil) }
        if reply.text.hasPrefix("? old password") { return .oldPassword }
        if reply.text.hasPrefix("? code of") { return .code }
        if reply.text.hasPrefix("? drop the ") { return .yesOrNo }
        return reply.text.hasPrefix("? new password") ? .newPassword : nil
    }

    func show(_ shown: [NotificationTrack.Shown]) -> [Effect] {
        shown.compactMap { shown in
            switch shown {
            case .notification(let event): told.covers(event) ? nil : .show(.event(event.text, name: event.event))
            case .missing(let range):
                .show(.note("notifications \(range.lowerBound) to \(range.upperBound) did not come: try inbox"))
            }
        }
    }
}
