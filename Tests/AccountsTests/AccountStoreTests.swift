import Foundation
import GRDB
import Secrets
import Testing
import Trading

@testable import Accounts

/// A database in memory with this room's tables.
func makeDatabase() throws -> DatabaseQueue {
    let queue = try DatabaseQueue()
    var migrator = DatabaseMigrator()
    AccountStore.registerMigrations(in: &migrator)
    try migrator.migrate(queue)
    return queue
}

/// Cheap enough for tests, and stored as any other.
let testCost = ScryptCost(n: 16, r: 1, p: 1)!
let noon = Timestamp(seconds: 1_788_091_200)

extension AccountStore {
    func addPerson(_ name: String, role: Role = .trader, password: String = "correct horse") throws -> Account {
        try add(
            AccountName(name)!, role: role, passwordHash: PasswordHash(hashing: Secret(password), cost: testCost),
            at: noon)
    }
}

/// The code of the refusal that a body ends with, or nil.
func refusalCode(_ body: () throws -> Void) throws -> RefusalCode? {
    do {
        try body()
        return nil
    } catch let refusal as Refusal {
        return refusal.code
    }
}

struct AccountStoreTests {
    @Test func `a person who was added is found by name in any case and by number`() throws {
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let ana = try store.addPerson("Ana", role: .admin)
            #expect(ana.name.text == "ana")
            #expect(try store.account(named: AccountName("ANA")!) == ana)
            #expect(try store.account(ana.id) == ana)
            #expect(try store.account(named: AccountName("anna")!) == nil)
            #expect(try store.account(AccountID(99)) == nil)
        }
    }

    @Test func `a name is taken whatever its capitals, also by somebody disabled`() throws {
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let ana = try store.addPerson("ana")
            try store.disable(ana.id, at: noon)
            #expect(try refusalCode { _ = try store.addPerson("ANA") } == .nameTaken)
            #expect(try store.accounts().count == 1)
        }
    }

    @Test(arguments: [
        ("a", true), ("ana.b_c-2", true), ("Ana", true), (String(repeating: "a", count: 32), true),
        ("", false), (String(repeating: "a", count: 33), false), ("ana b", false), ("año", false), ("a/b", false),
        ("a\n", false), ("a\u{0}", false),
    ])
    func `a name is 1 to 32 letters, digits and three signs`(text: String, isName: Bool) {
        #expect((AccountName(text) != nil) == isName)
    }

    @Test func `each change is kept whole, and touches nobody else`() throws {
        try makeDatabase().write { database in
            let store = AccountStore(database)
            var ana = try store.addPerson("ana")
            let bob = try store.addPerson("bob")
            try store.disable(ana.id, at: noon.advanced(bySeconds: 1))
            try store.disable(ana.id, at: noon.advanced(bySeconds: 9))
            try store.setRole(ana.id, to: .viewer)
            try store.setEmail(ana.id, to: "ana@example.org")
            try store.touchLastLogin(ana.id, at: noon.advanced(bySeconds: 2))
            ana.disabledAt = noon.advanced(bySeconds: 1)
            ana.role = .viewer
            ana.email = "ana@example.org"
            ana.lastLoginAt = noon.advanced(bySeconds: 2)
            #expect(try store.accounts() == [ana, bob])
            try store.enable(ana.id)
            try store.setEmail(ana.id, to: nil)
            ana.disabledAt = nil
            ana.email = nil
            #expect(try store.accounts() == [ana, bob])
        }
    }

    @Test func `a change to nobody is refused`() throws {
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let nobody = AccountID(7)
            let hash = try PasswordHash(hashing: Secret("correct horse"), cost: testCost)
            #expect(try refusalCode { try store.disable(nobody, at: noon) } == .unknownUser)
            #expect(try refusalCode { try store.enable(nobody) } == .unknownUser)
            #expect(try refusalCode { try store.setRole(nobody, to: .admin) } == .unknownUser)
            #expect(try refusalCode { try store.setPassword(nobody, to: hash) } == .unknownUser)
            #expect(try refusalCode { try store.set("quote", to: "eur", for: nobody) } == .unknownUser)
            #expect(try refusalCode { try store.enqueue(.accountChanged, for: nobody, at: noon) } == .unknownUser)
        }
    }

    @Test func `the stored password is known again, with its own cost, until another takes its place`() throws {
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let ana = try store.addPerson("ana", password: "correct horse")
            let old = try #require(try store.credentials(named: ana.name))
            #expect(old.account == ana)
            #expect(old.passwordHash.cost == testCost)
            #expect(try old.passwordHash.matches(Secret("correct horse")))
            let cost = try #require(ScryptCost(n: 32, r: 2, p: 2))
            try store.setPassword(ana.id, to: PasswordHash(hashing: Secret("battery staple"), cost: cost))
            let new = try #require(try store.credentials(named: ana.name))
            #expect(new.passwordHash.cost == cost)
            #expect(try new.passwordHash.matches(Secret("battery staple")))
            #expect(try !new.passwordHash.matches(Secret("correct horse")))
        }
    }

    @Test func `no password, token or hash stands in the database as it was typed`() throws {
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let ana = try store.addPerson("ana", password: "correct horse")
            let secret = try TokenSecret.generate()
            _ = try store.addToken(secret, named: AccountName("bot")!, rights: .read, for: ana.id, at: noon)
            for table in ["accounts", "tokens"] {
                for row in try Row.fetchAll(database, sql: "SELECT * FROM \(table)") {
                    for (_, value) in row {
                        let text =
                            String(describing: value)
                            + (Data.fromDatabaseValue(value).map { String(decoding: $0, as: UTF8.self) } ?? "")
                        #expect(!text.contains("correct horse"))
                        #expect(!text.contains(secret.secret.revealed().dropFirst(7)))
                    }
                }
            }
        }
    }

    @Test(arguments: [
        ("role", "'emperor'"), ("scrypt_n", "-1"), ("scrypt_n", "12345"), ("scrypt_n", "1 << 40"),
        ("password_hash", "x'00'"),
    ])
    func `a damaged row is an error that names it, not a crash`(column: String, value: String) throws {
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let ana = try store.addPerson("ana")
            try database.execute(sql: "UPDATE accounts SET \(column) = \(value)")
            #expect(throws: AccountStore.Unreadable(table: "accounts", column: column, row: ana.id.rawValue)) {
                try store.credentials(named: ana.name)
            }
        }
    }

    @Test func `settings are one's own, and nil goes back`() throws {
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let (ana, bob) = (try store.addPerson("ana"), try store.addPerson("bob"))
            try store.set("timezone", to: "Europe/Madrid", for: ana.id)
            try store.set("timezone", to: "Asia/Kolkata", for: ana.id)
            try store.set("quote", to: "eur", for: ana.id)
            #expect(try store.settings(of: ana.id) == ["timezone": "Asia/Kolkata", "quote": "eur"])
            #expect(try store.setting("quote", of: ana.id) == "eur")
            #expect(try store.settings(of: bob.id).isEmpty)
            try store.set("quote", to: nil, for: ana.id)
            #expect(try store.setting("quote", of: ana.id) == nil)
        }
    }

    @Test func `a request of the operator is done once`() throws {
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let ana = try store.addPerson("ana")
            let first = try store.enqueue(.deposit(ExactDecimal("1000.5")!, "usd"), for: ana.id, at: noon)
            let second = try store.enqueue(.accountChanged, for: ana.id, at: noon)
            #expect(try refusalCode { try store.enqueue(.deposit(0, "usd"), for: ana.id, at: noon) } == .outOfRange)
            #expect(try store.pendingOperatorRequests() == [first, second])
            #expect(try store.pendingOperatorRequests(atMost: 1) == [first])
            #expect(try store.markDone(first, at: noon))
            #expect(try !store.markDone(first, at: noon))
            #expect(try store.pendingOperatorRequests() == [second])
        }
    }

    @Test func `the migrations of two openings are those of one`() throws {
        let queue = try makeDatabase()
        try queue.write { _ = try AccountStore($0).addPerson("ana") }
        var migrator = DatabaseMigrator()
        AccountStore.registerMigrations(in: &migrator)
        try migrator.migrate(queue)
        #expect(migrator.migrations.allSatisfy { $0.hasPrefix("accounts-") })
        #expect(try queue.read { try AccountStore($0).accounts().count } == 1)
    }
}
