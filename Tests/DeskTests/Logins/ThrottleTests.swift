import Accounts
import Conversation
import Desk
import Secrets
import Testing
import Trading

@testable import Transcripts

/// Whom failed logins hold up, over the whole desk.
@Suite struct ThrottleTests {
    @Test func `six malformed logins lock no token login, from there or elsewhere`() throws {
        let bench = try LoginBench()
        let token = bench.token("bot", "trade", of: bench.logIn("ana"))
        let stranger = bench.open(from: "192.0.2.66")
        for _ in 0..<6 { bench.type("login *** some password", stranger) }
        #expect(bench.type("login *** some password", stranger).hasPrefix("! too many failed logins"))
        for address in ["192.0.2.66", "192.0.2.7", "127.0.0.1"] {
            let bot = bench.open(from: address, token: token)
            #expect(bench.type("whoami", bot).hasPrefix("= ana"), "\(address)")
        }
        #expect(bench.type("login *** some password", bench.open(from: "192.0.2.7")) == "! wrong name or password")
    }

    @Test func `a token login of one's own after every third guess frees no guess at another's code`() throws {
        let bench = try LoginBench()
        let ana = bench.logIn("ana")
        let question = bench.type("totp on", ana)
        let key = try #require(question.split(separator: "the key ").last?.split(separator: ",").first)
        let secret = try #require(OneTimeSecret(base32: String(key)))
        #expect(bench.type(try secret.code(ofStep: OneTimeSecret.step(at: bench.now)), ana).hasPrefix("+ two-factor"))
        let token = bench.token("own", "read", of: bench.logIn("ben", from: "192.0.2.66"))

        var judged = 0
        for guess in 0..<60 {
            // Another address each time, and the guesser's own logins in between.
            let thief = bench.open(from: "192.0.2.\(guess)")
            guard bench.type("login ana ana-password", thief).hasPrefix("? code") else { continue }
            if bench.type("12345\(guess % 10)x", thief).hasPrefix("! wrong code") { judged += 1 }
            if guess % 3 == 2 {
                let own = bench.open(from: "192.0.2.\(guess)", token: token)
                #expect(bench.type("whoami", own).hasPrefix("= ben"))
                bench.type("logout", own)
            }
        }
        #expect(judged == 5)
    }

    @Test(arguments: [20, 100])
    func `people with right passwords get in at once from one address`(count: Int) throws {
        let bench = try LoginBench()
        for number in 0..<count {
            let hash = try PasswordHash(hashing: Secret("a password of \(number)"), cost: InlinePasswords.cost)
            _ = try bench.desk.addAccount(
                try #require(AccountName("user\(number)")), role: .trader, passwordHash: hash, funds: [], at: bench.now)
        }
        let sessions = (0..<count).map { _ in bench.open(from: "192.0.2.1") }
        for (number, session) in sessions.enumerated() {
            bench.post("login user\(number) a password of \(number)", session)
        }
        bench.settle()
        for (number, session) in sessions.enumerated() {
            #expect(bench.news(session).first?.hasPrefix("+ hello user\(number)") == true)
        }
    }

    @Test func `a right password gets in the first time while a neighbour behind the same address guesses`() throws {
        let bench = try LoginBench()
        let neighbour = bench.open(from: "192.0.2.1")
        for _ in 0..<5 { #expect(bench.type("login ana a wrong guess", neighbour) == "! wrong name or password") }
        #expect(bench.type("login ana a wrong guess", neighbour).hasPrefix("! too many failed logins"))
        // Nobody has ever logged in there.
        #expect(bench.type("login ben ben-password", bench.open(from: "192.0.2.1")).hasPrefix("+ hello ben"))
        // Who is held back learns nothing of a password, and of no name whether there is one.
        let guesser = bench.open(from: "192.0.2.1")
        for name in ["carl", "dora"] {
            #expect(bench.type("login \(name) a wrong guess", guesser).hasPrefix("! too many failed logins; wait "))
        }
        // Whoever slips waits like everybody.
        #expect(bench.type("login ana ana-password", bench.open(from: "192.0.2.1")).hasPrefix("! too many failed"))
    }

    @Test func `guesses at many names from an address that is held back are judged ten in ten minutes`() throws {
        let bench = try LoginBench()
        let guesser = bench.open(from: "192.0.2.1")
        for number in 0..<5 { bench.type("login a\(number) a wrong guess", guesser) }
        let before = bench.passwords.judged
        for number in 0..<50 {
            #expect(bench.type("login b\(number) a wrong guess", guesser).hasPrefix("! too many failed logins"))
        }
        #expect(bench.passwords.judged - before == 10)
    }

    @Test func `more logins of an address wait than may are refused, and whoever hangs up gives the turn away`() throws
    {
        var configuration = DeskConfiguration()
        configuration.limits.addressLoginsWaiting = 3
        let bench = try LoginBench(configuration)
        let sessions = (0..<40).map { _ in bench.open(from: "192.0.2.1") }
        for (number, session) in sessions.enumerated() { bench.post("login user\(number) a wrong guess", session) }
        let refused = sessions.filter { bench.news($0).first?.hasPrefix("! too many logins are being checked") == true }
        #expect(refused.count == 40 - 32 - 3)
        bench.hangUp(sessions[33])
        bench.settle()
        #expect(bench.news(sessions[32]).first?.hasPrefix("! ") == true)
        #expect(bench.news(sessions[33]).isEmpty)
        #expect(bench.news(sessions[34]).first?.hasPrefix("! ") == true)
    }

    @Test
    func `guesses at one name at once are judged as far as they are free, and counted also where the guesser hangs up`()
        throws
    {
        let bench = try LoginBench()
        let guessers = (0..<20).map { bench.open(from: "192.0.2.\($0)") }
        for guesser in guessers { bench.post("login ana a wrong guess", guesser) }
        bench.settle()
        let answers = guessers.map { bench.news($0).first ?? "nothing" }
        #expect(answers.count { $0 == "! wrong name or password" } == 5)
        // They wait their turn, and by then the failures are known.
        #expect(answers.count { $0.hasPrefix("! too many failed logins") } == 15)
        #expect(bench.type("login ana a wrong guess", bench.open(from: "192.0.2.99")).hasPrefix("! too many failed"))
    }

    @Test func `wrong passwords from many addresses do not lock a trader out where the trader has logged in`() throws {
        let bench = try LoginBench()
        let home = bench.logIn("ana", from: "2001:db8:1:2::3")
        for number in 0..<40 {
            bench.type("login ana a wrong guess", bench.open(from: "192.0.2.\(number)"))
        }
        #expect(bench.type("login ana ana-password", bench.open(from: "192.0.2.77")).hasPrefix("! too many failed"))
        // Another address of the same network, with a slip of the finger before.
        let again = bench.open(from: "2001:db8:1:2::4444")
        #expect(bench.type("login ana ana-pasword", again) == "! wrong name or password")
        #expect(bench.type("login ana ana-password", again).hasPrefix("+ hello ana"))
        // Guesses there are counted as everywhere.
        let neighbour = bench.open(from: "2001:db8:1:2::5")
        for _ in 0..<5 { bench.type("login ana a wrong guess", neighbour) }
        #expect(bench.type("login ana ana-password", neighbour).hasPrefix("! too many failed"))
        #expect(bench.type("login ana ana-password", bench.open(from: "192.0.2.77")).hasPrefix("! too many failed"))
        #expect(bench.type("whoami", home).hasPrefix("= ana"))
    }

    @Test func `accounts are registered from one address as far as its limit goes`() throws {
        var configuration = DeskConfiguration()
        configuration.isRegistrationOpen = true
        configuration.limits.addressRegistrationsPerHour = 2
        configuration.limits.registrationsPerHour = 100
        let bench = try LoginBench(configuration)
        func register(_ name: String, _ address: String) -> String {
            bench.type("register \(name) correct horse", bench.open(from: address))
        }
        #expect(register("carl", "2001:db8::1").hasPrefix("+ hello carl (trader)\n"))
        #expect(register("dora", "2001:db8::2").hasPrefix("+ hello dora (trader)\n"))
        #expect(
            register("emil", "2001:db8::3")
                == "! 2 accounts were made from this address in the last hour; try again later")
        #expect(register("emil", "2001:db8:0:1::3").hasPrefix("+ hello emil (trader)\n"))
        bench.wait(seconds: 3_600)
        #expect(register("fred", "2001:db8::3").hasPrefix("+ hello fred (trader)\n"))
    }
}
