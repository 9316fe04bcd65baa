import Accounts
import Conversation
import Exchange
import OrderEngine
import Secrets
import SimulatedDisk
import Testing
import Trading

@testable import Desk

/// The keys of an account that trades on an exchange over the wire.
@Suite struct KeysOverTheWireTests {
    private let key = "K7F3Q2-51DD-A9X0-77B1"
    private let secret = "8c1f55e0-hush"

    private func bench(_ keys: BenchKeys = BenchKeys(), disk: SimulatedDisk? = nil) throws -> WireBench {
        try WireBench(disk: disk, keys: keys)
    }

    @Test func `without a key nothing is asked for the account, and nothing is traded`() throws {
        let bench = try bench()
        bench.pass(seconds: 120)
        let asked = bench.exchange.queries.filter { query in
            switch query {
            case .pairs, .ticker: false
            default: true
            }
        }
        #expect(asked.isEmpty)
        _ = bench.takeTold()
        bench.type("buy 1 btc_usd at 200")
        #expect(
            bench.takeTold() == ["! this account has no key at lossy; nothing was done\n  keys lossy set KEY SECRET"])
        bench.type("funds")
        #expect(bench.takeTold().first?.hasPrefix("=") == true)
    }

    @Test func `with a key the account is compared at once, and trades`() throws {
        let bench = try bench()
        bench.pass(seconds: 120)
        bench.type("keys lossy set \(key) \(secret)")
        #expect(bench.takeTold().last == "+ lossy key K7F3Q2...: may read and trade")
        bench.reconcile(withinSeconds: 5)
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 2)
        #expect(bench.order(1)?.status == .open)
        #expect(bench.funds("btc").total == 100)
    }

    @Test func `the exchange has the key before it is asked anything with it, also after a restart`() throws {
        let keys = BenchKeys()
        let bench = try bench(keys)
        let account = bench.account.rawValue
        bench.pass(seconds: 5)
        keys.used.removeAll()
        bench.type("keys lossy set \(key) \(secret)")
        bench.pass(seconds: 1)
        #expect(keys.used.first == "\(account) \(key)" && keys.used.count > 1)
        keys.used.removeAll()
        try bench.restart()
        #expect(keys.used.first == "\(account) \(key)" && keys.used.count > 1)
        bench.reconcile()
        // Another one takes its place, and goes when it is dropped.
        keys.used.removeAll()
        bench.type("keys lossy set ANOTHER-ONE \(secret)")
        bench.type("keys lossy drop")
        #expect(keys.used.filter { $0 != "ask" } == ["\(account) ANOTHER-ONE", "\(account) none"])
        keys.used.removeAll()
        try bench.restart()
        bench.pass(seconds: 120)
        #expect(keys.used.allSatisfy { $0 == "ask" })
    }

    @Test func `a key is not dropped while orders are open that only it can ask about`() throws {
        let bench = try bench()
        bench.type("keys lossy set \(key) \(secret)")
        bench.reconcile()
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 2)
        _ = bench.takeTold()
        bench.type("keys lossy drop")
        #expect(bench.takeTold().first?.hasPrefix("! 1 order is open at lossy, #1 first\n") == true)
        bench.type("cancel 1")
        bench.pass(seconds: 2)
        _ = bench.takeTold()
        bench.type("keys lossy drop")
        #expect(bench.takeTold() == ["+ lossy key dropped"])
    }

    @Test func `while orders are open another key has to see one of them`() throws {
        let keys = BenchKeys()
        let bench = try bench(keys)
        bench.type("keys lossy set \(key) \(secret)")
        bench.reconcile()
        #expect(keys.asked.map(\.order) == [nil])
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 2)
        _ = bench.takeTold()
        keys.verdict = .ofAnotherAccount(words: "invalid order")
        bench.type("keys lossy set OTHER-PERSONS-KEY \(secret)")
        let open = try #require(bench.order(1)?.exchangeOrderID)
        #expect(keys.asked.last?.order == open)
        #expect(
            bench.takeTold() == [
                """
                ! this key does not see the orders that are open at lossy, so it is of another account there: invalid order; \
                nothing was kept
                  set a key of the same account, or cancel all first
                """
            ])
        #expect(!keys.used.contains { $0.hasSuffix("OTHER-PERSONS-KEY") })
        #expect(bench.order(1)?.status == .open)
        keys.verdict = .accepted(ExchangeKeyRights(info: true, trade: true, withdraw: false))
        bench.type("keys lossy set MY-SECOND-KEY \(secret)")
        #expect(bench.takeTold().last == "+ lossy key MY-S...: may read and trade")
    }

    @Test func `lines behind one whose key is being checked wait for it`() throws {
        let keys = BenchKeys()
        keys.verdict = nil
        let bench = try bench(keys)
        bench.pass(seconds: 5)
        _ = bench.takeTold()
        bench.type("keys lossy set \(key) \(secret)", tag: "t1")
        bench.type("keys", tag: "t2")
        #expect(bench.takeTold() == [])
        #expect(bench.desk?.isAnsweringLater == true)
        let job = try #require(keys.asked.first?.job)
        bench.process([.keyChecked(job, .refused(words: "invalid sign"))])
        #expect(
            bench.takeTold() == [
                "[t1] ! lossy does not accept this key: invalid sign; nothing was kept", "[t2] = no keys",
            ])
        // A verdict that comes twice, or that nobody waits for, does nothing.
        bench.process([
            .keyChecked(job, .accepted(ExchangeKeyRights(info: true, trade: true, withdraw: true))),
            .keyChecked(KeyJobID(rawValue: 77), .refused(words: "x")),
        ])
        #expect(bench.takeTold() == [])
        bench.type("keys")
        #expect(bench.takeTold() == ["= no keys"])
    }

    @Test func `no more keys are checked at once than the limit says`() throws {
        let keys = BenchKeys()
        keys.verdict = nil
        let bench = try bench(keys)
        bench.configuration.limits.keyChecks = 3
        try bench.restart()
        for number in 0..<3 {
            bench.logIn()
            bench.type("keys lossy set KEY-\(number) \(secret)")
        }
        bench.logIn()
        _ = bench.takeTold()
        bench.type("keys lossy set ONE-MORE \(secret)")
        #expect(bench.takeTold() == ["! too many keys are being checked; try again in a moment"])
        #expect(keys.asked.count == 3)
    }

    @Test func `when the ledger fails a line whose key is being checked is told so, and the key is not used`() throws {
        let disk = SimulatedDisk(seed: 1)
        let keys = BenchKeys()
        keys.verdict = nil
        let bench = try bench(keys, disk: disk)
        bench.pass(seconds: 3)
        bench.type("keys lossy set \(key) \(secret)", tag: "t1")
        _ = bench.takeTold()
        keys.used.removeAll()
        disk.faults = [DiskFault(.fails, at: .operation(disk.counts.total + 1), isLasting: true)]
        let job = try #require(keys.asked.first?.job)
        bench.process([.keyChecked(job, .accepted(ExchangeKeyRights(info: true, trade: true, withdraw: false)))])
        let told = bench.takeTold()
        #expect(told.count == 1 && told.first?.hasPrefix("[t1] ! the database cannot be written") == true, "\(told)")
        #expect(keys.used.isEmpty)
    }

    @Test func `a desk whose master key is another than its keys' does not open, and says which is which`() throws {
        let keys = BenchKeys()
        let bench = try bench(keys)
        bench.type("keys lossy set \(key) \(secret)")
        let right = try #require(keys.master)
        for wrong in [nil, try MasterKey.generate()] {
            keys.master = wrong
            let error = #expect(throws: DeskError.self) { try bench.restart() }
            let words = "\(error.map { "\($0)" } ?? "")"
            #expect(words.contains("1 exchange key is sealed under the master key \(right.name), and"))
            #expect(words.contains(wrong?.name ?? "and there is none; give its file"))
        }
        keys.master = right
        try bench.restart()
        bench.reconcile()
    }

    @Test func `a key that the trader's other session set is told there, without the secret`() throws {
        let bench = try bench()
        bench.logIn()
        bench.type("keys lossy set \(key) \(secret)")
        bench.logIn()
        _ = bench.takeTold()
        bench.type("resume 1")
        let told = bench.takeTold().joined()
        #expect(told.contains("* keys: lossy key K7F3Q2... was set"))
        #expect(!told.contains(secret) && !told.contains(key))
    }
}
