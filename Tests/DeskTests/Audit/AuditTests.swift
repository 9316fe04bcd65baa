import Accounts
import Conversation
import Exchange
import Foundation
import GRDB
import Ledger
import Secrets
import Testing
import Threads
import Trading

@testable import Desk
@testable import Transcripts

/// Who did what: each act leaves its line, and none of them holds a secret.
@Suite struct AuditTests {
    @Test func `each thing that is typed leaves exactly its line`() throws {
        let desk = try AuditedDesk(.beside, people: [("ana", .trader), ("ben", .admin)])
        let id = desk.connect("10.0.0.7", agent: "chat/1.0 (x y)")
        let ana = "account=ana who=ana address=10.0.0.7"
        var secrets = ["ana-password", "another-password"]
        func expect(_ lines: [String], _ typed: String...) throws {
            let before = try desk.lastNumber()
            for line in typed { desk.type(line, id) }
            #expect(try desk.lines(after: before) == lines, "\(typed.first ?? "")")
        }
        try expect(["event=login \(ana) way=password rights=trade agent=chat/1.0%20(x%20y)"], "login ana ana-password")
        try expect(
            [], "whoami", "funds", "totp", "tokens", "set quiet off", "set quote eur", "resume", "help", "nonsense")
        try expect(["event=setting \(ana) name=daily value=1000%20eur"], "set daily 1000")
        try expect(["event=setting \(ana) name=guard value=5%25"], "set guard 5%")
        try expect(["event=setting \(ana) name=pairs value=btc_usd"], "set pairs btc_usd")
        try expect(["event=setting \(ana) name=guard value=off"], "set guard off")
        try expect([], "set guard 500%")
        try expect(["event=setting \(ana) name=exchange value=paper"], "set exchange paper")
        try expect(["event=setting \(ana) name=exchange value=paper"], "use paper")
        try expect([], "use krakn")
        try expect(["event=panic \(ana)"], "panic")
        try expect(["event=panic_lifted \(ana)"], "resume")
        try expect(
            ["event=token_made \(ana) token=bot rights=read until=\(desk.now.advanced(bySeconds: 3_600))"],
            "token new bot read for 1h")
        try expect(["event=token_dropped \(ana) token=bot"], "token drop bot")
        try expect([], "token drop bot")
        try expect(
            [
                "event=password_failed \(ana.replacing("who=ana ", with: "")) way=password reason=login_failed agent=chat/1.0%20(x%20y)"
            ],
            "password", "a-guess-that-fails", "another-password", "another-password")
        try expect(
            ["event=password_changed \(ana) tokens_dropped=0"], "password", "ana-password", "another-password",
            "another-password")

        guard case .string(let base32)? = desk.type("totp on", id)?.fields["secret"] else {
            throw AuditedDesk.NoSecret()
        }
        let secret = try #require(OneTimeSecret(base32: base32))
        secrets.append(base32)
        try expect(["event=totp_on \(ana)"], try desk.code(secret))
        desk.wait(seconds: 60)
        try expect(
            ["event=code_failed account=ana address=10.0.0.7 way=code reason=wrong_code agent=chat/1.0%20(x%20y)"],
            "totp off", "12345")
        secrets.append(try desk.code(secret))
        try expect(["event=totp_off \(ana)"], "totp off", try desk.code(secret))
        try expect(["event=logout \(ana)"], "logout")
        try expect([], "logout")
        try expect(
            ["event=login account=ben who=ben address=10.0.0.7 way=password rights=trade agent=chat/1.0%20(x%20y)"],
            "login ben ben-password")
        try expect(
            ["event=paper account=ana who=ben address=10.0.0.7 what=deposit amount=5%20usd"], "paper deposit ana 5 usd")

        // The log has said the same lines, in the same order, once each.
        let said = desk.told.withLock { $0 }.compactMap { AuditLine($0) }
        #expect(said.map { AuditLine(Array($0.fields.dropFirst(2))).description } == (try desk.lines()))
        for place in [Data(said.map(\.description).joined().utf8), Data(try desk.lines().joined().utf8)] {
            for secret in secrets { #expect(place.range(of: Data(secret.utf8)) == nil, "\(secret)") }
        }
    }

    @Test func `logins that fail say where they came from and how, and never the name of nobody`() throws {
        let desk = try AuditedDesk(.beside)
        let id = desk.connect("2001:db8::7")
        let from = "address=2001:db8::7"
        desk.type("login ana a-wrong-password", id)
        // A password that was typed where the name belongs.
        desk.type("login Tr0ub4dor", id)
        desk.type("and-3", id)
        desk.type("login token outcry_not-a-token", id)
        _ = desk.connect("10.0.0.9", bearer: "outcry_no-token-either")
        #expect(
            try desk.lines() == [
                "event=login_failed account=ana \(from) way=password reason=login_failed",
                "event=login_failed \(from) way=password reason=login_failed",
                "event=login_failed \(from) way=token reason=login_failed",
                "event=login_failed address=10.0.0.9 way=bearer reason=login_failed",
            ])
        let kept = try desk.lines().joined() + desk.told.withLock { $0 }.joined()
        for text in ["a-wrong-password", "Tr0ub4dor", "tr0ub4dor", "and-3", "not-a-token", "no-token-either"] {
            #expect(!kept.contains(text), "\(text)")
        }
    }

    @Test func `logins with tokens and codes say so`() throws {
        let desk = try AuditedDesk(.beside)
        let id = desk.logIn()
        guard case .object(let shown)? = desk.type("token new bot trade", id)?.fields["token"],
            case .string(let token)? = shown["secret"]
        else { throw AuditedDesk.NoSecret() }
        let secret = try desk.turnOn(id)
        let before = try desk.lastNumber()
        desk.type("login token \(token)", desk.connect("10.0.0.2"))
        _ = desk.connect("10.0.0.3", bearer: token)
        let other = desk.connect("10.0.0.4")
        desk.type("login ana ana-password", other)
        desk.type("000000x", other)
        desk.type("login ana ana-password", other)
        desk.type(try desk.code(secret), other)
        #expect(
            try desk.lines(after: before) == [
                "event=login account=ana who=ana address=10.0.0.2 way=token token=bot rights=trade",
                "event=login account=ana who=ana address=10.0.0.3 way=bearer token=bot rights=trade",
                "event=login_failed account=ana address=10.0.0.4 way=code reason=wrong_code",
                "event=login account=ana who=ana address=10.0.0.4 way=password+code rights=trade",
            ])
        #expect(try desk.bytes().range(of: Data(token.utf8)) == nil)
    }

    @Test func `a thousand throttled logins cost one write a second, and are one line with their number`() throws {
        let desk = try AuditedDesk(.beside)
        let ids = (0..<4).map { desk.connect("10.0.0.\($0)") }
        for id in ids {
            for _ in 0..<8 { desk.type("login ana a-guess", id) }
        }
        let before = try desk.lastNumber()
        let changes = try desk.desk?.ledger.read { $0.totalChangesCount } ?? 0
        for _ in 0..<250 { for id in ids { desk.type("login ana a-guess", id) } }
        #expect(try desk.desk?.ledger.read { $0.totalChangesCount } ?? 0 <= changes)
        #expect(try desk.lines(after: before) == [])
        desk.wait(seconds: 1)
        let lines = try desk.lines().filter { $0.hasPrefix("event=login_wait") }
        #expect(lines.count == 4 && lines.allSatisfy { $0.contains(" way=password count=") }, "\(lines)")
    }

    @Test func `refused hosts and origins are a line a minute for each address, whatever they hold`() throws {
        let desk = try AuditedDesk(.beside)
        for number in 0..<60 {
            let value = "evil.example\r\nat=now event=login account=ana \(number)"
            _ = desk.process([
                .server(.refused(RefusedRequest(address: "10.0.0.9", header: .host, value: value))),
                .server(.refused(RefusedRequest(address: "2001:db8::1", header: .origin, value: "null"))),
            ])
        }
        desk.wait(seconds: 1)
        let lines = try desk.desk?.ledger.read { try AccountStore($0).auditEntries(last: 10) } ?? []
        #expect(lines.map(\.event["event"]) == ["host_refused", "origin_refused"])
        #expect(lines.map(\.event["value"]) == ["evil.example\r\nat=now event=login account=ana 59", "null"])
        #expect(lines.reduce(0) { $0 + $1.count } == 120 && lines.allSatisfy { !$0.description.contains("\n") })
    }

    @Test func `who registers, and who may not any more`() throws {
        let desk = try AuditedDesk(.beside, people: [])
        desk.configuration.isRegistrationOpen = true
        desk.configuration.limits.registrationsPerHour = 1
        try desk.open(.beside)
        desk.type("register cat seven-grey-horses", desk.connect("10.0.0.5"))
        desk.type("register dan eight-grey-horses", desk.connect("10.0.0.6"))
        desk.wait(seconds: 2)
        #expect(
            try desk.lines() == [
                "event=registered account=cat who=cat address=10.0.0.5 role=trader",
                "event=register_failed address=10.0.0.6 way=register reason=too_many_registrations",
            ])
    }

    @Test func `exchange keys are kept by what keys lists of them`() throws {
        let keys = InlineKeys("btce", master: nil)
        keys.answer(
            "K7F3Q2-51DD-A9X0-77B1", secret: "5ecret",
            with: .accepted(ExchangeKeyRights(info: true, trade: true, withdraw: false)))
        let desk = try AuditedDesk(.beside)
        try desk.open(.beside, keys: keys.custody)
        let id = desk.logIn()
        let before = try desk.lastNumber()
        desk.type("keys btce set K7F3Q2-51DD-A9X0-77B1 5ecret", id)
        _ = desk.process(keys.takeAnswers())
        desk.type("keys btce drop", id)
        let ana = "account=ana who=ana address=10.0.0.1"
        #expect(
            try desk.lines(after: before) == [
                "event=key_set \(ana) exchange=btce key=K7F3Q2 rights=read,trade",
                "event=key_dropped \(ana) exchange=btce",
            ])
    }

    @Test func `what the operator does is kept with the user of the machine, and said by the desk that runs`() throws {
        let desk = try AuditedDesk(.beside)
        let id = desk.logIn()
        let (ana, cat) = (try #require(AccountName("ana")), try #require(AccountName("cat")))
        let before = try desk.lastNumber()
        let operators = try OperatorDesk(database: desk.database)
        _ = try operators.add(
            cat, role: .admin, password: Secret("seven grey horses"), funds: [(5, "usd")], at: desk.now)
        try operators.setPassword(cat, to: Secret("eight grey horses"), at: desk.now)
        try operators.disable(ana, at: desk.now)
        try operators.enable(ana)
        try operators.backup(to: desk.folder.appending(path: "a copy.db").path)
        #expect(throws: Refusal.self) { try operators.disable(#require(AccountName("nobody")), at: desk.now) }
        let who = "who=\(AuditActor.thisProcess)"
        #expect(who.hasPrefix("who=operator:\(getuid())"))
        let expected = [
            "event=account_made account=cat \(who) role=admin funds=5%20usd",
            "event=password_changed account=cat \(who) tokens_dropped=0",
            "event=account_disabled account=ana \(who) tokens_dropped=0", "event=account_enabled account=ana \(who)",
            "event=backup \(who) file=\(desk.folder.path)/a%20copy.db",
        ]
        #expect(try desk.lines(after: before) == expected)
        desk.told.withLock { $0.removeAll() }
        desk.wait(seconds: 2)
        let said = desk.told.withLock { $0 }.compactMap { AuditLine($0) }.map {
            AuditLine(Array($0.fields.dropFirst(2))).description
        }
        #expect(said.filter { $0.contains("operator") } == expected)
        _ = id
    }

    @Test func `a session that is ended by force says why`() throws {
        let desk = try AuditedDesk(.beside)
        _ = desk.logIn()
        try OperatorDesk(database: desk.database).disable(#require(AccountName("ana")), at: desk.now)
        let before = try desk.lastNumber()
        desk.wait(seconds: 2)
        #expect(
            try desk.lines(after: before) == [
                "event=session_ended account=ana address=10.0.0.1 reason=the%20account%20has%20changed;%20log%20in%20again"
            ])
    }

    @Test func `what is kept when the ledger fails is said nowhere`() throws {
        let desk = try AuditedDesk(.beside)
        let id = desk.logIn()
        desk.told.withLock { $0.removeAll() }
        // Another process holds the write lock for longer than the desk waits.
        let ledger = try #require(desk.desk?.ledger)
        try ledger.read { try $0.execute(sql: "PRAGMA busy_timeout = 0") }
        let other = try Ledger(path: desk.database, options: .tool) { AccountStore.registerMigrations(in: &$0) }
        try other.transaction { transaction in
            _ = try transaction.database
            #expect(desk.type("set guard 5%", id)?.error?.code == .ledgerFailed)
        }
        #expect(desk.told.withLock { $0 } == [])
    }

    @Test func `an operator asks since when in the words of traders`() throws {
        let now = Timestamp(seconds: 1_767_614_400)
        #expect(try OperatorDesk.moment(before: now, "24h") == now.advanced(bySeconds: -86_400))
        #expect(try OperatorDesk.moment(before: now, "2026-01-01").description == "2026-01-01T00:00:00.000Z")
        #expect(try OperatorDesk.moment(before: now, "2026-01-01 17:30").description == "2026-01-01T17:30:00.000Z")
        for text in ["yesterday-ish", "", "h", "-5h", "2026-13-01"] {
            #expect(throws: Refusal.self) { try OperatorDesk.moment(before: now, text) }
        }
    }

    @Test func `each event is on its page`() throws {
        let page = try String(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
                path: "../../../docs/audit.md"),
            encoding: .utf8)
        for kind in AuditEvent.Kind.allCases { #expect(page.contains("| `\(kind.rawValue)` |"), "\(kind.rawValue)") }
    }
}
