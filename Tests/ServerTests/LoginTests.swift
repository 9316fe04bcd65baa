import Accounts
import Conversation
import Foundation
import Glibc
import Ledger
import Secrets
import Testing
import Trading

extension `The server` {
    @Suite struct `held against guesses` {
        private func code(_ trader: Trader, _ line: String) throws -> String {
            try trader.ask(line).error?.code ?? "ok"
        }

        /// Fails so long that a server that had forgotten would still have some to give away.
        private func failsUntilToldToWait(_ trader: Trader, _ line: String) throws -> Int {
            for count in 0..<5 where try code(trader, line) == "login_wait" { return count }
            return 5
        }

        @Test func `five wrong passwords, then waits, for the name and for the address, also after a restart`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann")
            try desk.start()
            let guesser = try desk.connect()
            for _ in 0..<5 { #expect(try code(guesser, "login ann a wrong guess") == "login_failed") }
            // Each try counts before its password is looked at: the right one waits too.
            #expect(try code(guesser, "login ann \(DeskUnderTest.password)") == "login_wait")
            // The address waits, whatever name it tries.
            #expect(try code(guesser, "login ben a wrong guess") == "login_wait")

            // From another address the name waits, and other names do not.
            let elsewhere = try RawSocket(port: desk.port, from: "127.0.0.2")
            #expect(try elsewhere.upgrade().hasPrefix("HTTP/1.1 101 "))
            try elsewhere.say("login ben a wrong guess")
            #expect(elsewhere.message()?.hasPrefix("! wrong name or password") == true)

            try desk.stop(SIGKILL)
            try desk.start()
            // The first wait may be over by now. A sixth failure makes it two seconds; a server that forgot gave five more.
            let again = try desk.connect()
            #expect(try failsUntilToldToWait(again, "login ann a wrong guess") <= 2)
            let stranger = try desk.connect()
            #expect(try failsUntilToldToWait(stranger, "login carl a wrong guess") <= 2)
        }

        /// People who all have the test's password: it is hashed once.
        private func add(_ names: [String], to desk: DeskUnderTest) throws {
            let ledger = try Ledger(path: desk.database) { AccountStore.registerMigrations(in: &$0) }
            let hash = try PasswordHash(hashing: Secret(DeskUnderTest.password))
            try ledger.transaction { transaction in
                let store = AccountStore(try transaction.database)
                for name in names {
                    _ = try store.add(
                        try #require(AccountName(name)), role: .trader, passwordHash: hash, at: Timestamp(seconds: 1))
                }
            }
            try ledger.close()
        }

        @Test func `twenty people with right passwords get in at once from one address, while a neighbour guesses`()
            throws
        {
            let desk = try DeskUnderTest()
            let names = (0..<20).map { "user\($0)" }
            try add(names + ["victim"], to: desk)
            try desk.start()
            let neighbour = try desk.connect()
            for _ in 0..<5 { #expect(try code(neighbour, "login victim a wrong guess") == "login_failed") }
            #expect(try code(neighbour, "login victim a wrong guess") == "login_wait")
            // Some have their first try at an address that is held back; nobody has logged in there before.
            let newcomers = try names.prefix(5).map { _ in try desk.connect() }
            for (name, session) in zip(names, newcomers) { try session.say("login \(name) \(DeskUnderTest.password)") }
            for session in newcomers { #expect(try session.ask("whoami").ok == true) }
            // Who has been there is not held back at all, and as many as there are wait their turn.
            let others = try DeskUnderTest()
            try add(names, to: others)
            try others.start()
            let sessions = try names.map { _ in try others.connect() }
            for (name, session) in zip(names, sessions) { try session.say("login \(name) \(DeskUnderTest.password)") }
            for (name, session) in zip(names, sessions) {
                #expect(try session.ask("whoami").text.hasPrefix("= \(name), "))
            }
        }

        @Test func `a wrong name and a wrong password are told the same`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann")
            try desk.start()
            let guesser = try desk.connect(.text)
            let wrongPassword = try guesser.ask("login ann a wrong guess").text
            #expect(try guesser.ask("login nobody a wrong guess").text == wrongPassword)
            #expect(try guesser.ask("funds").text.hasPrefix("! log in first"))
            #expect(try guesser.ask("help").text.hasPrefix("="))
        }
    }
}
