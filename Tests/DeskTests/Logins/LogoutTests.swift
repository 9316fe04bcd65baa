import Conversation
import Desk
import Testing
import Trading

/// A session after `logout` is a new session.
@Suite struct LogoutTests {
    @Test func `the next login on the connection cannot run the preview of the one before`() throws {
        let bench = try LoginBench()
        let shared = bench.logIn("ana")
        #expect(bench.type("? buy 1 btc_usd at 100", shared).hasPrefix("? "))
        bench.type("logout", shared)
        bench.type("login ben ben-password", shared)
        #expect(bench.type("go", shared).hasPrefix("! nothing to confirm"))
        #expect(bench.type("orders", shared) == "= no open orders")
    }

    @Test func `an unfinished resume of the one before keeps back no notification of the next`() throws {
        var configuration = DeskConfiguration()
        configuration.limits.resumeBatch = 2
        let bench = try LoginBench(configuration)
        let first = bench.logIn("ana")
        for _ in 0..<5 { bench.type("buy 0.1 btc_usd at 100", first) }
        let shared = bench.logIn("ana")
        #expect(bench.type("resume 1", shared).contains("more: resume"))
        bench.type("logout", shared)
        bench.type("login ben ben-password", shared)
        _ = bench.news(shared)
        _ = bench.logIn("ben")
        #expect(bench.news(shared) == ["* login: another session of ben from 127.0.0.1"])
    }

    @Test func `what the one before was sent is sent to the next where it is asked for`() throws {
        let bench = try LoginBench()
        let shared = bench.logIn("ana")
        _ = bench.logIn("ana")
        #expect(bench.news(shared).contains("* login: another session of ana from 127.0.0.1"))
        bench.type("logout", shared)
        bench.type("login ana ana-password", shared)
        #expect(bench.type("resume 1", shared).hasPrefix("+ 2 notifications from 1"))
    }

    @Test func `the next login watches no pair, and is asked nothing that was for the one before`() throws {
        let bench = try LoginBench()
        let shared = bench.logIn("ana")
        bench.type("watch btc_usd", shared)
        bench.type("logout", shared)
        bench.type("login ben ben-password", shared)
        #expect(bench.type("unwatch all", shared) == "+ watching nothing")
        _ = bench.news(shared)
        _ = try bench.desk.perform(
            .trade(MarketTrade(pair: "btc_usd", price: 231, quantity: 1, takerSide: nil, at: bench.now)), at: bench.now)
        bench.wait(seconds: 5)
        #expect(bench.news(shared) == [])
        #expect(bench.type("whoami", shared).hasPrefix("= ben"))
    }

    @Test func `lines behind a logout are of nobody, then of the next`() throws {
        let bench = try LoginBench()
        let shared = bench.open()
        bench.post("login ana ana-password", shared)
        // All of it waits for the check of the password.
        for line in ["? buy 1 btc_usd at 100", "password", "ana-password", "correct horse", "correct horse", "logout"] {
            bench.post(line, shared)
        }
        for line in ["go", "login ben ben-password", "go", "whoami"] { bench.post(line, shared) }
        bench.settle()
        let told = bench.news(shared).map { $0.split(separator: "\n").first.map(String.init) ?? "" }
        #expect(
            told.suffix(6) == [
                "+ password changed", "+ goodbye ana", "! log in first: login USER", "+ hello ben (trader)",
                "! nothing to confirm: preview a line first with ? COMMAND",
                "= ben, trader, may trade, 1 session open",
            ])
    }
}
