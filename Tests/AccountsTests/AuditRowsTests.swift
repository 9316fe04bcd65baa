import GRDB
import Testing
import Trading

@testable import Accounts

/// What the audit log keeps, and for how long.
@Suite struct AuditRowsTests {
    private func failure(_ name: String, from address: String) -> AuditEvent {
        AuditEvent(.loginFailed, account: name, address: address, [AuditLine.Field("way", "password")])
    }

    private func change(_ name: String, from address: String = "10.0.0.1") throws -> AuditEvent {
        AuditEvent(
            .settingChanged, account: name, actor: .account(try #require(AccountName(name))), address: address,
            [AuditLine.Field("name", "guard")])
    }

    private func held(_ group: AuditGroup, _ database: Database) throws -> Int {
        try Int.fetchOne(
            database, sql: "SELECT COUNT(*) FROM audit WHERE kind_group = ?", arguments: [group.rawValue]) ?? 0
    }

    @Test func `failed attempts of one name and address within a minute are one line with a count`() throws {
        try makeDatabase().write { database in
            let store = AccountStore(database)
            for second in 0..<50 {
                try store.audit(failure("ana", from: "10.0.0.1"), at: noon.advanced(bySeconds: Int64(second)))
            }
            try store.audit(failure("ana", from: "10.0.0.2"), at: noon.advanced(bySeconds: 50))
            try store.audit(failure("ben", from: "10.0.0.1"), times: 3, at: noon.advanced(bySeconds: 51))
            try store.audit(failure("ana", from: "10.0.0.1"), at: noon.advanced(bySeconds: 61))
            let lines = try store.auditEntries(last: 100)
            #expect(lines.map(\.count) == [50, 1, 3, 1])
            #expect(lines[0].description.hasSuffix("count=50 last=\(noon.advanced(bySeconds: 49))"))
            #expect(
                lines[0].description.hasPrefix("at=\(noon) number=1 event=login_failed account=ana address=10.0.0.1"))
            #expect(try store.auditEntries(last: 100, account: "BEN").map(\.number) == [3])
            #expect(try store.auditEntries(last: 100, since: noon.advanced(bySeconds: 49)).count == 4)
            #expect(try store.auditEntries(last: 2).map(\.number) == [3, 4])
        }
    }

    @Test func `each of ten acts in a minute has its line, and more are counted on the last`() throws {
        try makeDatabase().write { database in
            let store = AccountStore(database)
            for _ in 0..<25 { try store.audit(change("ana"), at: noon) }
            let lines = try store.auditEntries(last: 100)
            #expect(lines.map(\.count) == Array(repeating: 1, count: 9) + [16])
        }
    }

    @Test func `no flood of attempts or refused requests pushes out what changed, and each kind holds its limit`()
        throws
    {
        let limits = AuditLimits(rows: 100)
        try makeDatabase().write { database in
            let store = AccountStore(database)
            try store.audit(AuditEvent(.tokenMade, account: "ana", address: "10.0.0.9"), limits: limits, at: noon)
            try store.audit(AuditEvent(.login, account: "ana", address: "10.0.0.9"), limits: limits, at: noon)
            for number in 0..<1_500 {
                let address = "10.1.\(number / 250).\(number % 250)"
                let event =
                    number.isMultiple(of: 3)
                    ? AuditEvent(.originRefused, address: address) : failure("name\(number)", from: address)
                try store.audit(event, limits: limits, at: noon)
                for group in AuditGroup.allCases { #expect(try held(group, database) <= limits.rows) }
            }
            #expect(try held(.attempt, database) > limits.rows / 2)
            #expect(try store.auditEntries(last: 100, account: "ana").map(\.event["event"]) == ["token_made", "login"])
        }
    }

    @Test func `whoever fills the log pushes out their own lines before anybody else's`() throws {
        let limits = AuditLimits(rows: 200)
        try makeDatabase().write { database in
            let store = AccountStore(database)
            for number in 0..<15 { try store.audit(change("ben", from: "10.0.0.\(number)"), limits: limits, at: noon) }
            for number in 0..<2_000 {
                try store.audit(
                    change("ana", from: "10.2.\(number / 250).\(number % 250)"), limits: limits, at: noon)
            }
            #expect(try store.auditEntries(last: 1_000, account: "ben").count == 15)
            #expect(try held(.change, database) <= limits.rows)
        }
    }

    @Test func `a line is kept for so many days`() throws {
        let limits = AuditLimits(rows: 100, days: 30)
        try makeDatabase().write { database in
            let store = AccountStore(database)
            for day in 0..<400 {
                try store.audit(change("ana"), limits: limits, at: noon.advanced(bySeconds: Int64(day) * 86_400))
            }
            let oldest = try #require(try store.auditEntries(last: 1_000).first)
            #expect(oldest.at >= noon.advanced(bySeconds: (399 - 30 - 25) * 86_400))
        }
    }

    @Test func `nobody can take the operator's name`() throws {
        #expect(AccountName("operator:0") == nil)
        #expect("\(AuditActor.operatorOfMachine(user: 0, loginUser: 1000))" == "operator:0:1000")
        #expect("\(AuditActor.account(try #require(AccountName("operator"))))" == "operator")
    }
}
