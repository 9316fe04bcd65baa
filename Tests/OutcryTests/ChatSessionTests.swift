import Conversation
import Testing

@testable import outcry

private let welcome =
    #"{"type":"reply","id":null,"ok":true,"verb":"login","text":"+ hello demo (trader)","account":"demo","seq":4}"#
private let pairs = #"{"type":"reply","id":null,"ok":true,"verb":"pairs","text":"= ","pairs":[{"pair":"btc_usd"}]}"#
private let noOrders = #"{"type":"reply","id":null,"ok":true,"verb":"orders","text":"= none","orders":[]}"#
private let greeting =
    #"{"type":"event","seq":null,"event":"greeting","text":"* Outcry, a trading desk"}"#
private let passwordQuestion =
    #"{"type":"reply","id":null,"ok":true,"verb":"login","text":"? password for demo"}"#

private func session(_ credentials: ChatSession.Credentials? = nil, isScript: Bool = false) -> ChatSession {
    ChatSession(
        .init(credentials: credentials, isScript: isScript), tags: LineTags(seconds: 1, chance: 1), random: { _ in 0 })
}

/// A session that has logged in by itself and knows the pairs.
private func loggedIn() -> ChatSession {
    var session = session(.password(user: "demo", password: "secret"))
    _ = session.opened(subprotocol: "outcry.json.v1", now: 0)
    _ = session.received(passwordQuestion, now: 0)
    _ = session.received(welcome, now: 0)
    _ = session.received(pairs, now: 0)
    _ = session.received(noOrders, now: 0)
    return session
}

private func sent(_ effects: [ChatSession.Effect]) -> [String] {
    effects.compactMap { if case .send(let text) = $0 { text } else { nil } }
}

private func notes(_ effects: [ChatSession.Effect]) -> [String] {
    effects.compactMap { if case .show(.note(let text)) = $0 { text } else { nil } }
}

@Suite struct `A conversation through lost connections` {
    @Test func `the client logs in, then learns the pairs`() {
        var session = session(.password(user: "demo", password: "se cret // x"))
        #expect(session.start() == [.connect])
        #expect(sent(session.opened(subprotocol: "outcry.json.v1", now: 0)) == [#"{"line":"login demo"}"#])
        #expect(sent(session.received(passwordQuestion, now: 0)) == [#"{"line":"se cret // x"}"#])
        #expect(!session.takesLines)
        #expect(sent(session.received(welcome, now: 0)) == [#"{"line":"pairs"}"#, #"{"line":"orders"}"#])
        #expect(session.received(pairs, now: 0) == [.learn(["btc_usd"])])
        #expect(session.received(noOrders, now: 0).isEmpty)
        #expect(session.isIdle && session.prompt == "demo> ")
    }

    @Test func `the greeting is shown to who sees the desk for the first time, and answers no line`() {
        let shown: [ChatSession.Effect] = [.show(.event("* Outcry, a trading desk", name: "greeting"))]
        var visitor = session()
        _ = visitor.opened(subprotocol: "outcry.json.v1", now: 0)
        #expect(visitor.received(greeting, now: 0) == shown)
        for (credentials, isScript) in [(.password(user: "demo", password: "secret"), false), (nil, true)]
            as [(ChatSession.Credentials?, Bool)]
        {
            var known = session(credentials, isScript: isScript)
            _ = known.opened(subprotocol: "outcry.json.v1", now: 0)
            #expect(known.received(greeting, now: 0).isEmpty)
        }
        // Between a login's line and its reply it is not taken for the reply.
        var early = session(.password(user: "demo", password: "secret"))
        _ = early.opened(subprotocol: "outcry.json.v1", now: 0)
        _ = early.received(greeting, now: 0)
        #expect(sent(early.received(passwordQuestion, now: 0)) == [#"{"line":"secret"}"#])
        // A lost connection is not a first time.
        var again = loggedIn()
        _ = again.opened(subprotocol: "outcry.json.v1", now: 0)
        #expect(again.received(greeting, now: 0).isEmpty)
    }

    @Test func `where a second factor is asked for, the trader's next line is it, and the password is remembered`() {
        let code = #"{"type":"reply","id":null,"ok":true,"verb":"login","text":"? code of your authenticator"}"#
        var session = session(.password(user: "demo", password: "secret"))
        _ = session.opened(subprotocol: "outcry.json.v1", now: 0)
        _ = session.received(passwordQuestion, now: 0)
        #expect(sent(session.received(code, now: 0)).isEmpty)
        #expect(session.takesLines && session.hidesInput && session.prompt == "code: ")
        #expect(sent(session.typed("123456", now: 0)) == [#"{"line":"123456"}"#])
        #expect(sent(session.received(welcome, now: 0)) == [#"{"line":"pairs"}"#, #"{"line":"orders"}"#])
        #expect(session.account == "demo")
        #expect(session.credentials == .password(user: "demo", password: "secret"))
    }

    @Test func `typed by hand, the code is not taken for the password`() {
        var session = session()
        _ = session.opened(subprotocol: "outcry.json.v1", now: 0)
        _ = session.typed("login demo", now: 0)
        _ = session.received(passwordQuestion, now: 0)
        _ = session.typed("secret", now: 0)
        _ = session.received(
            #"{"type":"reply","id":null,"ok":true,"verb":"login","text":"? code of your authenticator"}"#, now: 0)
        _ = session.typed("123456", now: 0)
        _ = session.received(welcome, now: 0)
        #expect(session.credentials == .password(user: "demo", password: "secret"))
    }

    @Test func `an order gets a tag, a question none, and the trader's own tag stays`() {
        var session = loggedIn()
        #expect(
            sent(session.typed("Buy 1 btc at 2", now: 0)) == [#"{"id":"c-1-1-1","line":"Buy 1 btc at 2"}"#])
        #expect(sent(session.typed("funds", now: 0)) == [#"{"line":"funds"}"#])
        #expect(sent(session.typed("[k7] buy 1 btc at 2", now: 0)) == [#"{"line":"[k7] buy 1 btc at 2"}"#])
        #expect(session.asked.map(\.hasOwnTag) == [false, false, true])
    }

    @Test func `what the reply has told is not told again`() {
        var session = loggedIn()
        _ = session.typed("slice 2 btc 195..199 x2", now: 0)
        _ = session.received(
            #"{"type":"reply","id":"c-1-1-1","ok":true,"verb":"slice","text":"+ #2","order":{"id":2,"children":[3,4]}}"#,
            now: 0)
        func shown(_ sequence: Int, _ event: String, _ order: Int) -> Bool {
            !session.received(
                #"{"type":"event","seq":\#(sequence),"event":"\#(event)","order":{"id":\#(order)},"text":"* #\#(order)"}"#,
                now: 0
            ).isEmpty
        }
        #expect(!shown(5, "opened", 3))
        #expect(!shown(6, "opened", 4))
        #expect(shown(7, "filled", 3))
        #expect(shown(8, "opened", 9))
        #expect(session.track?.next == 9)
    }

    @Test(arguments: ["", "  ", "// note", "  // note", "[k7]"])
    func `what the server would not answer is not sent`(_ line: String) {
        var session = loggedIn()
        #expect(session.typed(line, now: 0).isEmpty && session.isIdle)
    }

    @Test func `without a connection a line is refused, never kept for later`() {
        var session = loggedIn()
        _ = session.lost(code: 1_006, reason: "gone", now: 0)
        #expect(notes(session.typed("buy 1 btc at 2", now: 0)) == ["not connected: the line was not sent"])
        #expect(session.asked.isEmpty && session.unanswered.isEmpty)
        _ = session.opened(subprotocol: "outcry.json.v1", now: 0)
        #expect(notes(session.typed("buy 1 btc at 2", now: 0)) == ["logging in: the line was not sent"])
    }

    @Test func `quit ends the program, and does not connect again`() {
        var session = loggedIn()
        _ = session.typed("quit", now: 0)
        _ = session.received(#"{"type":"reply","id":null,"ok":true,"verb":"quit","text":"+ goodbye demo"}"#, now: 0)
        #expect(session.lost(code: 1_000, reason: "goodbye", now: 0) == [.leave(.done)])
        #expect(session.wakesAt == nil)
    }

    @Test func `after a lost connection it resumes, then asks the unanswered order again with its tag`() throws {
        var session = loggedIn()
        _ = session.received(#"{"type":"event","seq":5,"event":"opened","text":"* #1 opened"}"#, now: 0)
        let order = sent(session.typed("buy 1 btc at 2", now: 0))
        _ = session.typed("funds", now: 0)
        let lost = session.lost(code: 1_006, reason: "gone", now: 20_000)
        #expect(notes(lost) == ["no answer came to: funds", "connection lost: gone; trying again in 0.5 s"])
        #expect(session.wakesAt == 20_500)
        #expect(session.tick(now: 20_499).isEmpty)
        #expect(session.tick(now: 20_500) == [.connect])
        #expect(sent(session.opened(subprotocol: "outcry.json.v1", now: 20_600)) == [#"{"line":"login demo"}"#])
        _ = session.received(passwordQuestion, now: 0)
        let head = welcome.replacing(#""seq":4"#, with: #""seq":7"#)
        #expect(sent(session.received(head, now: 0)) == [#"{"line":"resume 6"}"#])
        let resumed = #"{"type":"reply","id":null,"ok":true,"text":"+ 2","from":6,"count":2,"more":false,"next":8}"#
        #expect(sent(session.received(resumed, now: 0)).isEmpty)
        #expect(!session.takesLines)
        _ = session.received(#"{"type":"event","seq":6,"event":"filled","text":"* #1 filled"}"#, now: 0)
        let last = session.received(#"{"type":"event","seq":7,"event":"opened","text":"* #2 opened"}"#, now: 0)
        #expect(sent(last) == order)
        #expect(session.takesLines)
        let answer = session.received(
            #"{"type":"reply","id":"c-1-1-1","ok":true,"verb":"buy","text":"+ #2 buy"}"#, now: 0)
        #expect(answer == [.show(.reply("+ #2 buy", tag: nil))])
    }

    @Test func `another account is not asked the first one's orders`() {
        var session = loggedIn()
        _ = session.typed("buy 1 btc at 2", now: 0)
        _ = session.lost(code: 1_001, reason: "gone", now: 0)
        session.credentials = .password(user: "other", password: "x")
        _ = session.opened(subprotocol: "outcry.json.v1", now: 0)
        _ = session.received(passwordQuestion, now: 0)
        let entered = session.received(welcome.replacing("\"demo\"", with: "\"other\""), now: 0)
        // Nor are the first one's numbers offered.
        #expect(sent(entered) == [#"{"line":"orders"}"#] && session.orders == KnownOrders(account: "other"))
        #expect(notes(entered) == ["no answer came to: buy 1 btc at 2; orders shows what became of it"])
    }

    @Test func `an order is not asked again for ever`() {
        var session = loggedIn()
        _ = session.typed("buy 1 btc at 2", now: 0)
        var repeats = 0
        for _ in 0..<10 {
            _ = session.lost(code: 1_006, reason: "gone", now: 0)
            _ = session.opened(subprotocol: "outcry.json.v1", now: 0)
            _ = session.received(passwordQuestion, now: 0)
            repeats += sent(session.received(welcome, now: 0)).count
        }
        #expect(repeats == ChatSession.repeatsMax)
    }

    @Test func `a password is hidden from the login on, and remembered for the next connection`() {
        var session = session()
        _ = session.opened(subprotocol: "outcry.json.v1", now: 0)
        #expect(!session.hidesInput)
        #expect(sent(session.typed("login demo", now: 0)) == [#"{"line":"login demo"}"#])
        #expect(session.hidesInput)
        _ = session.received(passwordQuestion, now: 0)
        #expect(session.hidesInput && session.prompt == "password for demo: ")
        #expect(sent(session.typed("{\"x\"", now: 0)) == [#"{"line":"{\"x\""}"#])
        #expect(session.hidesInput)
        _ = session.received(welcome, now: 0)
        #expect(!session.hidesInput)
        #expect(session.credentials == .password(user: "demo", password: "{\"x\""))
    }

    @Test func `a password that stood in the line is not kept`() {
        var session = session()
        _ = session.opened(subprotocol: "outcry.json.v1", now: 0)
        _ = session.typed("login demo secret", now: 0)
        #expect(!session.hidesInput)
        _ = session.received(welcome, now: 0)
        #expect(session.credentials == nil && session.account == "demo")
        _ = session.lost(code: 1_006, reason: "gone", now: 0)
        #expect(
            notes(session.opened(subprotocol: "outcry.json.v1", now: 0)) == ["connected", "log in again: login demo"])
    }

    @Test(arguments: ["? old password", "? new password", "? new password, again", "? password for demo"])
    func `a question for a password hides what is typed`(_ question: String) throws {
        #expect(ChatSession.question(in: try reply(#"{"type":"reply","ok":true,"text":"\#(question)"}"#)) != nil)
    }

    @Test(arguments: ["? buy or sell", "+ password changed", "! password for demo"])
    func `other replies hide nothing`(_ text: String) throws {
        #expect(ChatSession.question(in: try reply(#"{"type":"reply","ok":true,"text":"\#(text)"}"#)) == nil)
    }

    @Test func `a changed password is the one that is used next`() {
        var session = loggedIn()
        _ = session.typed("password", now: 0)
        for (question, typed) in [
            ("? old password", "secret"), ("? new password", "n"), ("? new password, again", "n"),
        ] {
            _ = session.received(#"{"type":"reply","ok":true,"verb":"password","text":"\#(question)"}"#, now: 0)
            #expect(session.hidesInput)
            _ = session.typed(typed, now: 0)
        }
        _ = session.received(#"{"type":"reply","ok":true,"verb":"password","text":"+ password changed"}"#, now: 0)
        #expect(session.credentials == .password(user: "demo", password: "n") && !session.hidesInput)
    }

    @Test func `the question about the tokens is answered in the open, and the new password is still used next`() {
        var session = loggedIn()
        _ = session.typed("password", now: 0)
        for (question, typed) in [
            ("? old password", "secret"), ("? new password", "n"), ("? new password, again", "n"),
        ] {
            _ = session.received(#"{"type":"reply","ok":true,"verb":"password","text":"\#(question)"}"#, now: 0)
            _ = session.typed(typed, now: 0)
        }
        let question = #"{"type":"reply","ok":true,"verb":"password","text":"? drop the 3 tokens too? yes or no"}"#
        _ = session.received(question, now: 0)
        #expect(!session.hidesInput && session.prompt == "yes or no: ")
        #expect(sent(session.typed("yes", now: 0)) == [#"{"line":"yes"}"#])
        let done = #"{"type":"reply","ok":true,"verb":"password","text":"+ password changed; 3 tokens dropped"}"#
        _ = session.received(done, now: 0)
        #expect(session.credentials == .password(user: "demo", password: "n") && !session.hidesInput)
    }

    @Test func `a script ends when all is answered, and tells whether a line was refused`() {
        var session = session(isScript: true)
        _ = session.opened(subprotocol: "outcry.json.v1", now: 0)
        _ = session.typed("time", now: 0)
        #expect(session.inputEnded().isEmpty)
        let refused = #"{"type":"reply","id":null,"ok":false,"text":"! no","error":{"code":"not_logged_in"}}"#
        #expect(session.received(refused, now: 0).last == .leave(.refused))
    }

    @Test func `a script that is too fast says it again later`() {
        var session = session(isScript: true)
        _ = session.opened(subprotocol: "outcry.json.v1", now: 0)
        let line = sent(session.typed("time", now: 0))
        let refused = #"{"type":"reply","id":null,"ok":false,"text":"! too fast","error":{"code":"too_fast"}}"#
        #expect(session.received(refused, now: 100).isEmpty)
        #expect(!session.isIdle && session.wakesAt == 350)
        #expect(sent(session.tick(now: 350)) == line)
    }

    @Test func `a line of a paste that came too soon is sent again, one that was typed is not`() {
        for isPaced in [true, false] {
            var session = loggedIn()
            let line = sent(session.typed("time", now: 0, isPaced: isPaced))
            let refused = #"{"type":"reply","id":null,"ok":false,"text":"! too fast","error":{"code":"too_fast"}}"#
            #expect(session.received(refused, now: 100).isEmpty == isPaced)
            #expect(sent(session.tick(now: 350)) == (isPaced ? line : []))
        }
    }

    @Test func `what a typed resume announces is shown, and the rest is asked for`() throws {
        var session = loggedIn()
        _ = session.typed("resume 2", now: 0)
        let announced =
            #"{"type":"reply","ok":true,"verb":"resume","text":"+ 2","from":2,"count":2,"more":true,"next":4}"#
        #expect(sent(session.received(announced, now: 0)) == [#"{"line":"resume 4"}"#])
        for number in 2...3 {
            let shown = session.received(
                #"{"type":"event","seq":\#(number),"event":"opened","text":"* #\#(number) opened"}"#, now: 0)
            #expect(shown == [.show(.event("* #\(number) opened", name: "opened"))])
        }
        let rest = #"{"type":"reply","ok":true,"verb":"resume","text":"+ 1","from":4,"count":1,"more":false,"next":5}"#
        #expect(session.received(rest, now: 0).isEmpty && !session.isIdle)
        let last = session.received(#"{"type":"event","seq":4,"event":"opened","text":"* #4 opened"}"#, now: 0)
        #expect(last == [.show(.event("* #4 opened", name: "opened"))] && session.isIdle)
    }

    @Test func `a line that no message can carry, or that is no text, is refused here`() {
        var session = loggedIn()
        let long = String(repeating: "é", count: ChatSession.lineBytesMax / 2 + 1)
        #expect(notes(session.typed(long, now: 0)) == ["the line has 8194 bytes; at most 8192 can be sent"])
        #expect(notes(session.typed("buy \u{FFFD}1 btc", now: 0)).count == 1)
        #expect(session.asked.isEmpty && session.hasRefusedLine)
    }

    @Test func `the server says when to try again`() {
        var session = session()
        #expect(
            notes(session.lost(code: nil, reason: "429", retryAfterSeconds: 7, now: 0))
                == ["not connected: 429; trying again in 7.0 s"])
        #expect(session.wakesAt == 7_000)
        _ = session.tick(now: 7_000)
        _ = session.lost(code: nil, reason: "429", retryAfterSeconds: .max, now: 0)
        #expect(session.wakesAt == Int64(ChatSession.retryAfterSecondsMax) * 1_000)
    }

    @Test func `a wrong token ends the program`() {
        var session = session(.token)
        _ = session.opened(subprotocol: "outcry.json.v1", now: 0)
        #expect(session.lost(code: 1_008, reason: "no such token", now: 0).last == .leave(.unreachable))
    }
}
