import Accounts
import Conversation
import Exchange
import Foundation
import Ledger
import Logging
import Testing
import Trading

@testable import Desk

/// A database whose records and paper books say different things of what an account has.
@Suite struct BooksDifferTests {
    /// A copy of a desk's database in which the books say that ann has 7 btc, all of them free.
    private func damaged(_ bench: SightBench) throws -> (path: String, account: AccountID) {
        let path = bench.folder.appending(path: "damaged.db").path
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: bench.database + suffix) {
            try FileManager.default.copyItem(atPath: bench.database + suffix, toPath: path + suffix)
        }
        let ledger = try open(path)
        let other = PaperExchange()
        let name = try #require(AccountName("ann"))
        let account = try #require(try ledger.read { try AccountStore($0).account(named: name) }).id
        _ = try other.deposit(7, "btc", to: account)
        let entry = try #require(other.bookEntries().first { $0.key == "balance/\(account.rawValue)/btc" })
        let value = try #require(entry.value)
        try ledger.transaction { try $0.putBook("paper", key: Array(entry.key.utf8), value: value) }
        try ledger.close()
        return (path, account)
    }

    private func open(_ path: String) throws -> Ledger {
        try Ledger(path: path, options: .serve) { AccountStore.registerMigrations(in: &$0) }
    }

    private func desk(_ path: String, _ bench: SightBench, readOnly: ReadOnlyReason? = nil) throws -> DeskCore {
        var configuration = bench.configuration
        configuration.readOnly = readOnly
        return try DeskCore.openPaper(
            database: path, configuration, passwords: bench.passwords, log: Logger(label: "test"), now: bench.now)
    }

    @Test func `they are served for questions only, until outcry rebuild has made the books what the records say`()
        throws
    {
        let bench = try SightBench(isBusy: false)
        #expect(bench.type("sell 20 btc_usd at 300", bench.ann).hasPrefix("+ #1"))
        let (path, account) = try damaged(bench)
        let error = #expect(throws: DeskError.self) { _ = try desk(path, bench) }
        #expect(
            error?.description.contains("50 btc by the records and 7 at the paper exchange") == true, "\(error as Any)")

        let readOnly = try desk(path, bench, readOnly: .booksDiffer)
        #expect(readOnly.health.isUp == false)
        #expect(readOnly.health.details["state"] == "read only: the books differ")
        try readOnly.ledger.close()

        var told: [String] = []
        _ = try OperatorDesk.rebuildTables(database: path) { told.append($0) }
        #expect(told.count == 1 && told[0].hasPrefix("the books differed: "), "\(told)")
        let mended = try desk(path, bench)
        let balance = mended.firstSeat.paper?.balances(of: account).first { $0.coin == "btc" }
        #expect(balance?.total == 50)
        #expect(mended.firstSeat.paper?.openOrders(of: account).count == 1)
        try mended.ledger.close()
        told = []
        _ = try OperatorDesk.rebuildTables(database: path) { told.append($0) }
        #expect(told.isEmpty)
    }
}
