import Foundation
import Testing

extension `The server` {
    @Suite struct `with an operator beside it` {
        @Test func `people come, are given money and another password, and are shut out, while it runs`() throws {
            let desk = try DeskUnderTest()
            try desk.start()
            #expect(try desk.user(["list"]) == "")
            try desk.add("ann", funds: "1000 usd, 0.5 btc")
            let ann = try desk.logIn("ann")
            // The desk looks once a second for what an operator has asked of it.
            var funds = try ann.ask("funds")
            for _ in 0..<1_000 where funds.funds?.count != 2 {
                Thread.sleep(forTimeInterval: 0.02)
                funds = try ann.ask("funds")
            }
            #expect(try "\(funds.fund("usd").free.amount) \(funds.fund("btc").free.amount)" == "1000 0.5")

            try desk.user(["password", "ann"], password: "another password")
            #expect(try ann.ending() == .closed(code: 1_008))
            let other = try desk.connect()
            #expect(try other.ask("login ann \(DeskUnderTest.password)").error?.code == "login_failed")
            #expect(try desk.logIn("ann", password: "another password").ask("whoami").ok == true)

            let open = try desk.logIn("ann", password: "another password")
            try desk.user(["disable", "ann"])
            #expect(try open.ending() == .closed(code: 1_008))
            #expect(try other.ask("login ann another password").error?.code == "account_disabled")
            #expect(try desk.user(["list"]).contains("disabled"))
            try desk.user(["enable", "ann"])
            #expect(try other.ask("login ann another password").ok == true)
        }

        @Test func `whoever has stolen a session and a token loses both to the operator, while the desk runs`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann")
            try desk.add("ben")
            try desk.start()
            let (ann, ben) = (try desk.logIn("ann"), try desk.logIn("ben"))
            let token = try desk.token(of: ann)
            let thief = try desk.connect(token: token)
            #expect(try thief.ask("whoami").ok == true)

            #expect(try desk.user(["logout", "ann"]) == "ended the sessions of ann\n")
            for session in [ann, thief] { #expect(try session.ending() == .closed(code: 1_008)) }
            let again = try desk.connect(token: token)
            #expect(try again.ask("whoami").ok == true)
            #expect(try desk.user(["logout", "ann", "--tokens"]).contains("dropped 1 token"))
            #expect(try again.ending() == .closed(code: 1_008))

            let owner = try desk.logIn("ann")
            let second = try desk.token(of: owner)
            let bot = try desk.connect(token: second)
            #expect(try bot.ask("whoami").ok == true)
            try desk.user(["password", "ann"], password: "battery staple")
            for session in [owner, bot] { #expect(try session.ending() == .closed(code: 1_008)) }
            #expect(try desk.connect(token: second).ending() == .closed(code: 1_008))
            #expect(try desk.logIn("ann", password: "battery staple").ask("tokens").text == "= no tokens")

            // A token that is dropped takes its session along, and a token's own time does too.
            let last = try desk.logIn("ann", password: "battery staple")
            let dropped = try desk.connect(token: try desk.token(of: last, named: "dropped"))
            #expect(try dropped.ask("whoami").ok == true)
            let short = try #require(try last.ask("token new short trade for 2s").token?.secret)
            let ended = try desk.connect(token: short)
            #expect(try last.ask("token drop dropped").ok == true)
            #expect(try dropped.ending() == .closed(code: 1_008))
            #expect(try ended.ending() == .closed(code: 1_008))
            #expect(try ben.ask("whoami").ok == true)
        }

        @Test func `an account gets another role, while it runs and while it does not`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "1000 usd")
            try desk.start()
            let ann = try desk.logIn("ann")
            let token = try desk.token(of: ann)
            #expect(try ann.ask("buy 0.01 btc_usd at 100").ok == true)
            #expect(try desk.user(["role", "ann", "viewer"]) == "ann is a viewer now, and was a trader\n")
            #expect(try ann.ending() == .closed(code: 1_008))
            let viewer = try desk.logIn("ann")
            #expect(try viewer.ask("buy 0.01 btc_usd at 100").error?.code == "not_allowed")
            #expect(try desk.connect(token: token).ask("cancel 1").error?.code == "not_allowed")
            #expect(try desk.user(["role", "ann", "viewer"]) == "ann is a viewer already\n")
            #expect(try viewer.ask("whoami").ok == true)
            try desk.stop()
            #expect(try desk.user(["role", "ann", "admin"]) == "ann is an admin now, and was a viewer\n")
            try desk.start()
            #expect(try desk.logIn("ann").ask("paper deposit ann 1 btc").ok == true)
            let audit = try ProgramRun(["audit", "--database", desk.database], in: desk.folder)
            #expect(try audit.ending() == .exit(0))
            #expect(audit.said.contains("event=role_changed account=ann who=operator:"))
            #expect(audit.said.contains("from=viewer to=admin"))
        }

        @Test(arguments: [true, false])
        func `an account is deleted, its orders stay, and its name is another's`(isRunning: Bool) throws {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "1000 usd")
            try desk.start()
            let ann = try desk.logIn("ann")
            let token = try desk.token(of: ann)
            let order = try #require(try ann.ask("buy 0.01 btc_usd at 100").order)
            if !isRunning { try desk.stop() }

            let open = try desk.refusal(of: ["user", "delete", "ann", "--yes", "--database", desk.database])
            #expect(open.ending == .exit(1) && open.error.contains("ann has 1 open order; nothing was deleted"))
            if isRunning { #expect(try ann.ask("cancel \(order.id)").ok == true) }
            let options = isRunning ? [] : ["--leave-orders"]
            // The line on standard input is not the name.
            let other = try desk.refusal(of: ["user", "delete", "ann", "--database", desk.database] + options)
            #expect(
                other.ending == .exit(1) && other.error.contains("that is not ann; nothing was deleted"),
                "\(other.error)")
            #expect(other.error.contains("ann, a trader: 1 token, no exchange keys, "), "\(other.error)")
            #expect(other.error.contains("it has 1000 usd"), "\(other.error)")
            let said = try desk.user(["delete", "ANN"] + options, password: "ann")
            #expect(said.hasPrefix("deleted ann: the name is free; sessions end; 1 token dropped"), "\(said)")
            #expect(said.contains("1 order left open") == !isRunning)
            if isRunning { #expect(try ann.ending() == .closed(code: 1_008)) } else { try desk.start() }

            #expect(try desk.user(["list"]) == "")
            for arguments in [
                ["delete", "ann", "--yes"], ["disable", "ann"], ["enable", "deleted.1"],
                ["role", "deleted.1", "admin"],
            ] {
                let (ending, error) = try desk.refusal(of: ["user"] + arguments + ["--database", desk.database])
                #expect(ending == .exit(1) && error.contains("nobody is called"), "\(arguments): \(error)")
            }
            let stranger = try desk.connect()
            #expect(try stranger.ask("login ann \(DeskUnderTest.password)").error?.code == "login_failed")
            #expect(try desk.connect(token: token).ending() == .closed(code: 1_008))

            try desk.add("ann", password: "another password")
            let second = try desk.logIn("ann", password: "another password")
            #expect(try second.ask("orders").orders?.isEmpty == true)
            #expect(try second.ask("order \(order.id)").ok == false)
            #expect(try second.ask("funds").funds?.isEmpty != false)
            // Its number is in the records as before: the next order has the next one.
            #expect(try second.ask("buy 0.01 btc_usd at 100").error?.code == "insufficient_funds")
            let audit = try ProgramRun(["audit", "--account", "ann", "--database", desk.database], in: desk.folder)
            #expect(try audit.ending() == .exit(0))
            #expect(audit.said.contains("event=account_deleted account=ann who=operator:"))
            #expect(audit.said.contains("tokens_dropped=1 orders_left=\(isRunning ? 0 : 1)"))
            try desk.stop()
            try desk.start()
            #expect(try desk.logIn("ann", password: "another password").ask("whoami").ok == true)
        }

        @Test func `nobody registers unless serve lets them, and no more of them an hour than the limit`() throws {
            let desk = try DeskUnderTest()
            try desk.start()
            #expect(try desk.connect().ask("register ann correct horse").error?.code == "registration_closed")
            try desk.stop(SIGKILL)
            try desk.start(DeskUnderTest.unhurried + ["--open-registration", "--limit", "registrations_per_hour=1"])
            #expect(try desk.connect().ask("register ann correct horse").text.hasPrefix("+ hello ann (trader)\n"))
            #expect(try desk.connect().ask("register ben correct horse").error?.code == "too_many_registrations")
            try desk.stop(SIGKILL)
            #expect(!desk.log.contains("correct horse"))
            try desk.start()
            #expect(try desk.logIn("ann", password: "correct horse").ask("whoami").ok == true)
            #expect(try desk.user(["list"]).split(separator: "\n").count == 1)
        }

        @Test func `what it does not do is said in one line`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann")
            let cases: [(arguments: [String], words: String)] = [
                (["add", "ann"], "the name ann is taken"), (["add", "bad name"], "a name is"),
                (["disable", "ben"], "nobody is called ben"),
                (["add", "ben", "--funds", "much usd"], "--funds takes amounts"),
                (["delete", "ben", "--yes"], "nobody is called ben"),
                (["role", "ben", "admin"], "nobody is called ben"),
                (["disable", "b\u{1B}[2Jn"], "not b\\u{1B}[2Jn"),
            ]
            for (arguments, words) in cases {
                let (ending, error) = try desk.refusal(of: ["user"] + arguments + ["--database", desk.database])
                #expect(ending == .exit(1), "\(arguments)")
                #expect(error.contains(words) && error.split(separator: "\n").count == 1, "\(arguments): \(error)")
            }
        }

        @Test func `nothing secret is in its log or in its files`() throws {
            let desk = try DeskUnderTest()
            let passwords = ["correct horse battery", "staple 4 the horse", "one more for ann", "a guess that fails"]
            try desk.add("ann", funds: "1000 usd", password: passwords[0])
            try desk.start(DeskUnderTest.unhurried + ["--log-level", "trace"])
            let ann = try desk.logIn("ann", .text, password: passwords[0])
            try ann.ask("password")
            try ann.ask(passwords[0])
            try ann.ask(passwords[1])
            #expect(try ann.ask(passwords[1]).text.hasPrefix("+"))
            let reader = try desk.connect()
            try reader.ask("login ann \(passwords[3])", tag: "t1")
            try reader.ask("login ann", tag: "t2")
            #expect(try reader.ask(passwords[1]).ok == true)
            let token = try desk.token(of: reader)
            try reader.ask("token new tagged trade", tag: "t3")
            let dropped = try #require(reader.replies.last?.token?.secret)
            #expect(try desk.connect(token: token).ask("whoami").ok == true)
            #expect(try desk.connect().ask("login token \(dropped)", tag: "t4").ok == true)
            try reader.ask("keys btce set KEY-IN-THE-OPEN SECRET-IN-THE-OPEN", tag: "t5")
            try desk.user(["password", "ann"], password: passwords[2])

            func expectNothing(_ when: String) throws {
                var places: [(name: String, bytes: Data)] = [("log", Data(desk.log.utf8))]
                for file in try FileManager.default.contentsOfDirectory(
                    at: desk.folder, includingPropertiesForKeys: nil)
                where file.lastPathComponent.hasPrefix("desk.db") {
                    places.append((file.lastPathComponent, try Data(contentsOf: file)))
                }
                for (name, bytes) in places {
                    for secret in passwords + [token, dropped, "SECRET-IN-THE-OPEN"] {
                        #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(secret) in \(name) \(when)")
                    }
                }
                #expect(places.count > 1)
            }
            try expectNothing("while it runs")
            try desk.stop()
            try expectNothing("after its end")
        }
    }
}
