import Accounts
import Conversation
import Foundation
import GRDB
import Ledger
import Secrets
import Testing
import Threads
import Trading

@testable import Desk

/// Two-factor secrets in the file, and the master key that a desk makes for itself.
@Suite struct SecretsAtRestTests {
    private func master(_ desk: AuditedDesk) -> MasterKeyFile { .beside(database: desk.database) }

    @Test func `a secret is in no file, whatever tag totp on had, and opens after a restart`() throws {
        let desk = try AuditedDesk(.beside)
        let id = desk.logIn()
        guard case .string(let base32)? = desk.type("totp on", id, tag: "k1")?.fields["secret"] else {
            Issue.record("no secret was shown")
            return
        }
        let secret = try #require(OneTimeSecret(base32: base32))
        desk.type(try desk.code(secret), id)
        // The same line with the same tag is not answered with it: nothing of a question is kept.
        let again = desk.process([.server(.lines(id, [IncomingLine(tag: "k1", text: "totp on")]))])
        #expect("\(again)".contains("k1") && !"\(again)".contains(base32))
        #expect(try desk.bytes().range(of: Data(base32.utf8)) == nil)
        let copy = desk.folder.appending(path: "copy.db").path
        try OperatorDesk(database: desk.database).backup(to: copy)
        #expect(try Data(contentsOf: URL(fileURLWithPath: copy)).range(of: Data(base32.utf8)) == nil)

        desk.wait(seconds: 60)
        try desk.open(.beside)
        #expect(try desk.bytes().range(of: Data(base32.utf8)) == nil)
        let other = desk.connect()
        #expect(desk.type("login ana ana-password", other)?.mark == .question)
        #expect(desk.type(try desk.code(secret), other)?.mark == .done)
    }

    /// Writes secrets as version 0.1 did: among the settings, and in a reply that was kept with a tag. Rows come and go around them, so
    /// that copies lie in pages that are free by now.
    private func leaveInClear(_ secret: OneTimeSecret, _ tagged: OneTimeSecret, _ desk: AuditedDesk) throws {
        let ledger = try #require(desk.desk?.ledger)
        try ledger.read { _ = try Int.fetchOne($0, sql: "PRAGMA secure_delete = OFF") }
        let ana = try #require(try ledger.read { try AccountStore($0).accounts() }.first).id
        let name = try #require(AccountName("ana"))
        try ledger.transaction { transaction in
            let store = AccountStore(try transaction.database)
            for number in 0..<300 { try store.set("alias a\(number)", to: String(repeating: "x", count: 60), for: ana) }
            try store.set("totp", to: secret.base32, for: ana)
            try transaction.rememberTag(ana, "t1", line: "totp on", at: desk.now)
            try transaction.completeTag(
                ana, "t1", RememberedReply(text: tagged.uri(account: name), json: tagged.base32))
        }
        try ledger.read { _ = try $0.checkpoint(.passive) }
        try ledger.transaction { transaction in
            let store = AccountStore(try transaction.database)
            for number in 0..<300 { try store.set("alias a\(number)", to: nil, for: ana) }
        }
        #expect(try desk.bytes().range(of: Data(secret.base32.utf8)) != nil)

    }

    @Test func `what an older version left in clear is sealed at the first start with a key, and gone from the files`()
        throws
    {
        let desk = try AuditedDesk(.none, people: [("ana", .trader), ("ben", .trader)])
        let (secret, tagged) = (try OneTimeSecret.generate(), try OneTimeSecret.generate())
        try leaveInClear(secret, tagged, desk)
        // Without a key it works as it did, and says that it is in clear.
        try desk.open(.none)
        #expect(desk.said.withLock { $0 }.contains { $0.contains("1 two-factor secret in clear") })
        try desk.open(.beside)
        for text in [secret.base32, tagged.base32] {
            #expect(try desk.bytes().range(of: Data(text.utf8)) == nil, "while it runs")
        }
        #expect(try desk.lines().contains { $0.hasPrefix("event=secrets_sealed master=") && $0.hasSuffix("codes=1") })
        let id = desk.connect()
        #expect(desk.type("login ana ana-password", id)?.mark == .question)
        #expect(desk.type(try desk.code(secret), id)?.mark == .done)
        #expect(desk.type("login ben ben-password", desk.connect())?.mark == .done)
        #expect(try desk.desk?.ledger.read { try AccountStore($0).unsealedOneTimeSecretCount() } == 0)
        desk.desk = nil
        #expect(try desk.bytes().range(of: Data(secret.base32.utf8)) == nil, "after its end")
    }

    @Test func `a first start makes a key of its own beside the database, says so, and uses it from then on`() throws {
        let desk = try AuditedDesk(.beside)
        let made = try master(desk).read()
        let said = desk.said.withLock { $0 }
        #expect(said.count == 1 && said[0].hasPrefix("made the master key \(made.name) in \(master(desk).path): "))
        #expect(said[0].contains("Keep a copy of that file apart from the database's backups"))
        let bytes = try Data(contentsOf: URL(fileURLWithPath: master(desk).path))
        #expect(!said[0].contains(String(decoding: bytes.dropLast(), as: UTF8.self)))
        let mode = try FileManager.default.attributesOfItem(atPath: master(desk).path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try desk.open(.beside)
        #expect(try master(desk).read().name == made.name && desk.said.withLock { $0.count } == 1)
    }

    @Test func `where the key is lost, none is made over what it sealed, and only logins that need a code are refused`()
        throws
    {
        let desk = try AuditedDesk(.beside, people: [("ana", .trader), ("ben", .trader)])
        let secret = try desk.turnOn(desk.logIn())
        let lost = try master(desk).read().name
        try FileManager.default.moveItem(atPath: master(desk).path, toPath: desk.database + ".elsewhere")
        try desk.open(.beside)
        #expect(!master(desk).exists)
        let words = try #require(desk.said.withLock { $0.last })
        #expect(
            words.hasPrefix(
                "1 two-factor secret is sealed under the master key \(lost), and \(master(desk).path) is not there"))
        #expect(words.contains("outcry keys forget"))

        // Neither the password alone gets past, nor a code, nor is anything sealed anew.
        let id = desk.connect()
        #expect(desk.type("login ana ana-password", id)?.error?.code == .noMasterKey)
        #expect(desk.type("whoami", id)?.error?.code == .notLoggedIn)
        let ben = desk.logIn("ben")
        #expect(desk.type("buy 0.01 btc at 200", ben)?.error?.code != .noMasterKey)
        #expect(desk.type("totp on", ben)?.error?.code == .noMasterKey)

        // The file comes back, and all is as it was.
        try FileManager.default.moveItem(atPath: desk.database + ".elsewhere", toPath: master(desk).path)
        try desk.open(.beside)
        let again = desk.connect()
        #expect(desk.type("login ana ana-password", again)?.mark == .question)
        #expect(desk.type(try desk.code(secret), again)?.mark == .done)
    }

    @Test func `a lost key is let go of by the operator: codes are off, and the next start makes another key`() throws {
        let desk = try AuditedDesk(.beside)
        _ = try desk.turnOn(desk.logIn())
        let lost = try master(desk).read().name
        desk.desk = nil
        try FileManager.default.removeItem(atPath: master(desk).path)
        let forgotten = try OperatorDesk.forgetUnreadableSecrets(database: desk.database, under: nil)
        #expect(forgotten.codes.map(\.text) == ["ana"] && forgotten.keys.isEmpty)
        try desk.open(.beside)
        #expect(try master(desk).read().name != lost)
        #expect(desk.type("login ana ana-password", desk.connect())?.mark == .done)
        #expect(try desk.lines().contains { $0.hasPrefix("event=secrets_forgotten account=ana who=operator:") })
    }

    @Test func `a new password from the operator turns codes off, also without the key`() throws {
        let desk = try AuditedDesk(.beside)
        _ = try desk.turnOn(desk.logIn())
        try FileManager.default.removeItem(atPath: master(desk).path)
        try OperatorDesk(database: desk.database).setPassword(
            #require(AccountName("ana")), to: Secret("another password"), at: desk.now)
        try desk.open(.beside)
        #expect(desk.type("login ana another password", desk.connect())?.mark == .done)
        // Nothing is sealed any more: the desk has made itself another key.
        #expect(master(desk).exists)
    }
}
