import Accounts
import Conversation
import Desk
import Secrets
import Testing
import Trading

/// A session ends with what opened it.
@Suite struct SessionEndTests {
    private let ana = AccountName("ana")!

    @Test func `a session ends when its token's time is over, though nobody types`() throws {
        let bench = try LoginBench()
        let owner = bench.logIn("ana")
        let short = bench.open(token: bench.token("short", "trade for 1h", of: owner))
        let long = bench.open(token: bench.token("long", "trade for 2h", of: owner))
        let endless = bench.open(token: bench.token("endless", "trade", of: owner))
        bench.wait(seconds: 3_599)
        #expect(bench.type("whoami", short).hasPrefix("= ana"))
        #expect(bench.desk.nextDue == bench.now.advanced(bySeconds: 1))
        _ = bench.news(short)
        bench.wait(seconds: 1)
        #expect(bench.news(short) == ["(closed 1008: the token of this session has ended)"])
        // Lines that were on their way are not taken any more.
        #expect(bench.type("buy 1 btc_usd at 100", short) == "nothing")
        #expect(bench.type("orders", owner) == "= no open orders")
        #expect(bench.type("whoami", long).hasPrefix("= ana"))
        bench.wait(seconds: 3_600)
        #expect(bench.closed == [short, long])
        #expect(bench.type("whoami", endless).hasPrefix("= ana"))
        #expect(bench.type("whoami", owner).contains("2 sessions open"))
    }

    @Test func `token drop ends the sessions that the token opened, its own last`() throws {
        let bench = try LoginBench()
        let owner = bench.logIn("ana")
        let secret = bench.token("bot", "trade", of: owner)
        let (first, second) = (bench.open(token: secret), bench.open())
        bench.type("login token \(secret)", second)
        let other = bench.open(token: bench.token("other", "trade", of: owner))
        #expect(bench.type("token drop bot", owner) == "+ token bot dropped")
        #expect(bench.news(first).last == "(closed 1008: the token of this session was dropped)")
        #expect(bench.closed == [first, second])
        #expect(bench.type("token drop other", other) == "+ token other dropped")
        #expect(bench.news(other).last == "(closed 1008: the token of this session was dropped)")
        #expect(bench.type("whoami", owner).contains("1 session open"))
    }

    /// A thief with a session, a token and a session of that token; gives the owner's session and the thief's two.
    private func thief(_ bench: LoginBench) -> (owner: SessionID, thieves: [SessionID], token: String) {
        let owner = bench.logIn("ana")
        let thief = bench.logIn("ana", from: "192.0.2.66")
        let token = bench.token("own", "trade", of: thief)
        return (owner, [thief, bench.open(from: "192.0.2.66", token: token)], token)
    }

    private func isRefused(_ token: String, _ bench: LoginBench) -> Bool {
        let session = bench.open(token: token)
        return bench.closed.contains(session)
    }

    private func change(_ bench: LoginBench, _ owner: SessionID, _ line: String = "password") -> String {
        for line in [line, "ana-password", "correct horse"] { bench.type(line, owner) }
        return bench.type("correct horse", owner)
    }

    @Test func `a change of the password ends all other sessions, and asks about the tokens`() throws {
        for (answer, keeps) in [("yes", false), (" No ", true)] {
            let bench = try LoginBench()
            let (owner, thieves, token) = thief(bench)
            #expect(change(bench, owner) == "? drop the token too? yes or no")
            #expect(bench.closed.isEmpty)
            let reply = bench.type(answer, owner)
            #expect(reply == "+ password changed\(keeps ? "" : "; 1 token dropped"); 2 other sessions ended")
            #expect(bench.closed == Set(thieves))
            for thief in thieves {
                let told = bench.news(thief)
                #expect(
                    told.suffix(2) == [
                        "* login: the password was changed from 127.0.0.1",
                        "(closed 1008: the password was changed; log in again)",
                    ])
                #expect(bench.type("buy 1 btc_usd at 100", thief) == "nothing")
            }
            let again = bench.open(from: "192.0.2.66", token: token)
            #expect(bench.closed.contains(again) == !keeps)
            #expect(bench.type("whoami", owner).hasPrefix("= ana"))
        }
    }

    @Test func `keep-tokens asks nothing, and what is neither yes nor no changes nothing`() throws {
        let bench = try LoginBench()
        let (owner, thieves, token) = thief(bench)
        #expect(change(bench, owner) == "? drop the token too? yes or no")
        #expect(bench.type("buy 1 btc_usd at 100", owner).hasPrefix("! expected yes or no; nothing was changed"))
        #expect(bench.closed.isEmpty)
        #expect(change(bench, owner, "password keep-tokens") == "+ password changed; 2 other sessions ended")
        #expect(bench.closed == Set(thieves))
        #expect(bench.type("whoami", bench.open(token: token)).hasPrefix("= ana"))
    }

    @Test func `an owner sees in the inbox that a thief has changed the password`() throws {
        let bench = try LoginBench()
        let (owner, thieves, _) = thief(bench)
        #expect(change(bench, thieves[0], "password keep-tokens").hasPrefix("+ password changed"))
        #expect(bench.news(owner).contains("* login: the password was changed from 192.0.2.66"))
        try bench.operate { try $0.setPassword(ana, to: Secret("battery staple"), at: bench.now) }
        let back = bench.open()
        #expect(bench.type("login ana battery staple", back).hasPrefix("+ hello ana"))
        let inbox = bench.type("inbox 20", back)
        #expect(inbox.contains("login: token own, to trade, was made from 192.0.2.66"))
        #expect(inbox.contains("login: the password was changed from 192.0.2.66"))
        #expect(inbox.contains("login: the operator has set another password and dropped the tokens"))
    }

    @Test func `the operator's password ends every session, drops every token, and no login on its way gets in`() throws
    {
        let bench = try LoginBench()
        let (owner, thieves, token) = thief(bench)
        // Its password was right when it was checked.
        let late = bench.open(from: "192.0.2.66")
        bench.post("login ana ana-password", late)
        try OperatorDesk(database: bench.database).setPassword(ana, to: Secret("battery staple"), at: bench.now)
        bench.settle()
        #expect(bench.news(late).last == "! wrong name or password")
        bench.wait(seconds: 2)
        #expect(bench.closed == Set([owner] + thieves))
        #expect(bench.news(owner).last == "(closed 1008: the operator has set another password; log in again)")
        #expect(isRefused(token, bench))
        #expect(bench.type("login ana ana-password", bench.open()) == "! wrong name or password")
        #expect(bench.type("login ana battery staple", bench.open()).hasPrefix("+ hello ana"))
    }

    @Test func `a code that is typed after the password was changed gets nobody in`() throws {
        let bench = try LoginBench()
        let owner = bench.logIn("ana")
        let question = bench.type("totp on", owner)
        let key = try #require(question.split(separator: "the key ").last?.split(separator: ",").first)
        let secret = try #require(OneTimeSecret(base32: String(key)))
        func code() throws -> String { try secret.code(ofStep: OneTimeSecret.step(at: bench.now)) }
        bench.type(try code(), owner)
        bench.wait(seconds: 30)
        let late = bench.open(from: "192.0.2.66")
        #expect(bench.type("login ana ana-password", late).hasPrefix("? code"))
        #expect(bench.type("password", owner).hasPrefix("? code"))
        #expect(bench.type(try code(), owner) == "? old password")
        for line in ["ana-password", "correct horse"] { bench.type(line, owner) }
        #expect(bench.type("correct horse", owner) == "+ password changed")
        bench.wait(seconds: 30)
        #expect(bench.type(try code(), late) == "! wrong name or password")
    }

    @Test func `the operator's logout ends sessions, and tokens where told to`() throws {
        let bench = try LoginBench()
        let (owner, thieves, token) = thief(bench)
        let ben = bench.logIn("ben")
        try bench.operate { try $0.logOut(ana, droppingTokens: false, at: bench.now) }
        #expect(bench.closed == Set([owner] + thieves))
        #expect(bench.news(owner).last == "(closed 1008: the operator has ended this session; log in again)")
        let bot = bench.open(token: token)
        #expect(bench.type("whoami", bot).hasPrefix("= ana"))
        var dropped = 0
        try bench.operate { dropped = try $0.logOut(ana, droppingTokens: true, at: bench.now) }
        #expect(dropped == 1)
        #expect(bench.closed.contains(bot))
        #expect(isRefused(token, bench))
        #expect(bench.type("whoami", ben).hasPrefix("= ben"))
    }

    @Test func `an account that was disabled and enabled again has no tokens`() throws {
        let bench = try LoginBench()
        let (owner, thieves, token) = thief(bench)
        try bench.operate { try $0.disable(ana, at: bench.now) }
        #expect(bench.closed == Set([owner] + thieves))
        try bench.operate { try $0.enable(ana) }
        #expect(isRefused(token, bench))
        #expect(bench.type("login ana ana-password", bench.open()).hasPrefix("+ hello ana"))
    }

    @Test func `codes turned on end the sessions that a password alone has opened`() throws {
        let bench = try LoginBench()
        let (owner, thieves, _) = thief(bench)
        let question = bench.type("totp on", owner)
        let key = try #require(question.split(separator: "the key ").last?.split(separator: ",").first)
        let secret = try #require(OneTimeSecret(base32: String(key)))
        bench.type(try secret.code(ofStep: OneTimeSecret.step(at: bench.now)), owner)
        #expect(bench.closed == [thieves[0]])
        #expect(bench.news(thieves[1]).last == "* login: two-factor codes were turned on from 127.0.0.1")
    }

    @Test func `a session that is ended sets no password that it was about to set`() throws {
        let bench = try LoginBench()
        let (_, thieves, _) = thief(bench)
        for line in ["password keep-tokens", "ana-password", "correct horse"] { bench.type(line, thieves[0]) }
        bench.post("correct horse", thieves[0])
        try OperatorDesk(database: bench.database).logOut(ana, droppingTokens: false, at: bench.now)
        bench.now = bench.now.advanced(bySeconds: 2)
        // The request is taken up before the check of the old password comes back.
        _ = bench.desk.process([.wake], at: bench.now)
        bench.settle()
        #expect(bench.type("login ana ana-password", bench.open()).hasPrefix("+ hello ana"))
    }
}
