import Accounts
import GRDB
import Secrets
import Testing
import Trading

struct TokenTests {
    let bot = AccountName("bot")!

    @Test func `a token is the prefix and 43 characters, and never twice the same`() throws {
        let texts = try (0..<100).map { _ in try TokenSecret.generate().secret.revealed() }
        #expect(Set(texts).count == 100)
        for text in texts {
            #expect(text.wholeMatch(of: /outcry_[A-Za-z0-9_-]{43}/) != nil)
            #expect(TokenSecret(presented: Secret(text)) != nil)
        }
    }

    @Test(arguments: [
        "", "outcry_", "outcry_" + String(repeating: "a", count: 42), "outcrx_" + String(repeating: "a", count: 43),
        "outcry_" + String(repeating: "+", count: 43), "outcry_" + String(repeating: "a", count: 44),
    ])
    func `what does not look like a token is none`(text: String) {
        #expect(TokenSecret(presented: Secret(text)) == nil)
    }

    @Test func `a token is its account's until it ends, to the nanosecond`() throws {
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let ana = try store.addPerson("ana")
            let secret = try TokenSecret.generate()
            let end = noon.advanced(bySeconds: 60)
            let token = try store.addToken(secret, named: bot, rights: .trade, expiresAt: end, for: ana.id, at: noon)
            let last = end.advanced(byNanoseconds: -1)
            let found = try store.authenticate(secret.secret, at: last)
            #expect(found.account == ana)
            #expect(found.token == token)
            #expect(found.rights == .trade)
            #expect(try store.tokens(of: ana.id).map(\.lastUsedAt) == [last])
            #expect(try refusalCode { _ = try store.authenticate(secret.secret, at: end) } == .loginFailed)
        }
    }

    @Test func `a token that was dropped, or never was, is refused`() throws {
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let ana = try store.addPerson("ana")
            let secret = try TokenSecret.generate()
            _ = try store.addToken(secret, named: bot, rights: .read, for: ana.id, at: noon)
            try store.dropToken(named: bot, of: ana.id)
            #expect(try refusalCode { _ = try store.authenticate(secret.secret, at: noon) } == .loginFailed)
            #expect(
                try refusalCode { _ = try store.authenticate(TokenSecret.generate().secret, at: noon) } == .loginFailed)
            #expect(try refusalCode { _ = try store.authenticate(Secret("hello"), at: noon) } == .loginFailed)
            #expect(try refusalCode { try store.dropToken(named: bot, of: ana.id) } == .unknownToken)
        }
    }

    @Test func `a disabled account's tokens are refused, and work again when it is enabled`() throws {
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let ana = try store.addPerson("ana")
            let secret = try TokenSecret.generate()
            _ = try store.addToken(secret, named: bot, rights: .read, for: ana.id, at: noon)
            try store.disable(ana.id, at: noon)
            #expect(try refusalCode { _ = try store.authenticate(secret.secret, at: noon) } == .accountDisabled)
            try store.enable(ana.id)
            #expect(try store.authenticate(secret.secret, at: noon).account.id == ana.id)
        }
    }

    @Test func `a token survives a new password, and never gives more than the role has`() throws {
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let ana = try store.addPerson("ana")
            let secret = try TokenSecret.generate()
            _ = try store.addToken(secret, named: bot, rights: .trade, for: ana.id, at: noon)
            try store.setPassword(ana.id, to: PasswordHash(hashing: Secret("battery staple"), cost: testCost))
            #expect(try store.authenticate(secret.secret, at: noon).rights == .trade)
            try store.setRole(ana.id, to: .viewer)
            #expect(try store.authenticate(secret.secret, at: noon).rights == .read)
            #expect(
                try refusalCode {
                    _ = try store.addToken(
                        TokenSecret.generate(), named: AccountName("two")!, rights: .trade, for: ana.id, at: noon)
                } == .notAllowed)
        }
    }

    @Test func `a name is one token's, but one that has ended gives it up`() throws {
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let (ana, bob) = (try store.addPerson("ana"), try store.addPerson("bob"))
            let end = noon.advanced(bySeconds: 1)
            func add(_ id: AccountID, at now: Timestamp) throws {
                _ = try store.addToken(
                    TokenSecret.generate(), named: bot, rights: .read, expiresAt: end, for: id, at: now)
            }
            try add(ana.id, at: noon)
            try add(bob.id, at: noon)
            #expect(try refusalCode { try add(ana.id, at: noon) } == .nameTaken)
            try add(ana.id, at: end)
            #expect(try store.tokens(of: ana.id).map(\.createdAt) == [end])
            #expect(try store.dropTokens(of: bob.id) == 1)
        }
    }

    @Test func `an account has so many tokens and no more`() throws {
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let ana = try store.addPerson("ana")
            func add(_ number: Int) throws {
                let name = AccountName("t\(number)")!
                _ = try store.addToken(TokenSecret.generate(), named: name, rights: .read, for: ana.id, at: noon)
            }
            for number in 0..<AccountStore.tokenCountMax { try add(number) }
            #expect(try refusalCode { try add(-1) } == .outOfRange)
        }
    }
}
