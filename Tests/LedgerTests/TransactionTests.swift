import GRDB
import Ledger
import OrderEngine
import Testing
import Trading

@Suite struct TransactionTests {
    private struct Change: Error {}
    private let account = AccountID(1)

    private func notify(_ transaction: LedgerTransaction, _ account: AccountID) throws -> UInt64 {
        try transaction.appendNotification(
            account, at: Samples.time, event: "opened", order: OrderID(1), text: "* #1", json: "{}")
    }

    @Test func `records are numbered from 1 without gaps, also over a restart`() throws {
        let scratch = try Scratch()
        for start in [0, 3] {
            let ledger = try scratch.open()
            let numbers = try ledger.transaction { transaction in
                try Samples.records.prefix(3).map { try transaction.append($0.record, of: .paper).rawValue }
            }
            #expect(numbers == (1...3).map { Int64(start + $0) })
            try ledger.close()
        }
    }

    @Test func `a failed transaction leaves nothing, stops the ledger, and the numbers go on without a gap`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        #expect(try ledger.transaction { [try notify($0, account), try notify($0, AccountID(2))] } == [1, 1])
        #expect {
            try ledger.transaction { transaction in
                #expect(try notify(transaction, account) == 2)
                throw Change()
            }
        } throws: { error in
            guard case .abandoned? = error as? LedgerError else { return false }
            return true
        }
        let first = try #require(ledger.failure)
        #expect(throws: LedgerError.poisoned(first)) { try ledger.transaction { _ in } }
        // What is asked is still answered, from what was committed.
        #expect(try ledger.notificationHead(account) == 1)
        #expect(try ledger.notifications(account, from: 0, limit: 10).map(\.seq) == [1])
        try ledger.close()
        let again = try scratch.open()
        #expect(try again.transaction { try notify($0, account) } == 2)
    }

    @Test func `a failure that the caller swallows fails the transaction all the same`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        let order = Samples.order()
        #expect(throws: LedgerError.self) {
            try ledger.transaction { transaction in
                try transaction.append(.orderPlaced(order), of: .paper)
                try transaction.project(fill: Samples.fill(1), of: order)
                try? transaction.project(fill: Samples.fill(1), of: order)
            }
        }
        #expect(try ledger.recordHead() == .none)
        #expect(ledger.failure != nil)
    }

    @Test func `a full disk stops the ledger, and what had been committed is all there`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        let pages = try ledger.read { database in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            return try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(pages + 20)") ?? 0
        }
        #expect(pages > 20)
        var committed: Int64 = 0
        var failure: LedgerError?
        for _ in 0..<10_000 {
            do {
                committed = try ledger.transaction { transaction in
                    try transaction.append(.orderPlaced(Samples.simple), of: .paper)
                    return try transaction.append(.orderPlaced(Samples.full), of: .paper)
                }.rawValue
            } catch {
                failure = error
                break
            }
        }
        #expect(failure == .diskFull)
        #expect(committed > 20)
        #expect(throws: LedgerError.poisoned(.diskFull)) { try ledger.transaction { _ in } }
        try ledger.close()
        let again = try scratch.open()
        var read: Int64 = 0
        try again.forEachRecord { read = $0.number.rawValue }
        #expect(read == committed)
    }

    @Test func `a transaction that only asks takes no lock and writes nothing`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        let tool = try scratch.open(.tool)
        let version = try ledger.dataVersion()
        try tool.transaction { transaction in
            _ = try transaction.order(OrderID(1))
            // Were the tool holding the lock, this would wait for it in vain.
            try ledger.transaction { _ = try $0.append(.orderPlaced(Samples.simple), of: .paper) }
            #expect(try transaction.order(OrderID(1)) == nil)
        }
        #expect(try ledger.dataVersion() == version)
    }

    @Test func `a tool writes beside the server, and the server sees that something came`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        let tool = try scratch.open(.tool)
        let version = try ledger.dataVersion()
        #expect(try ledger.dataVersion() == version)
        try tool.transaction { try $0.database.execute(sql: "CREATE TABLE requests (what TEXT)") }
        #expect(try ledger.dataVersion() != version)
        // Reads first, then writes, while the tool has written in between: the case that a deferred transaction loses.
        try ledger.transaction { transaction in
            #expect(try transaction.order(OrderID(1)) == nil)
            try tool.transaction { try $0.database.execute(sql: "INSERT INTO requests VALUES ('x')") }
            try transaction.append(.orderPlaced(Samples.simple), of: .paper)
            #expect(try String.fetchOne(transaction.database, sql: "SELECT what FROM requests") == "x")
        }
        #expect(ledger.failure == nil)
    }

    @Test func `a lock held for longer than the limit is a clear error`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open(LedgerOptions(busyMillisecondsMax: 50))
        let tool = try scratch.open(.tool)
        try tool.transaction { transaction in
            _ = try transaction.database
            #expect(throws: LedgerError.busy(waitedMilliseconds: 50)) {
                try ledger.transaction { try $0.append(.orderPlaced(Samples.simple), of: .paper) }
            }
        }
    }
}
