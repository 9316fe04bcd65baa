import Accounts
import Exchange
import Ledger
import Secrets
import Testing
import Trading

@testable import Desk

/// What a key may do is what the exchange says now.
@Suite struct KeyRightsTests {
    private let bench: WireBench

    init() throws {
        bench = try WireBench(keys: BenchKeys())
        bench.pass(seconds: 5)
        bench.type("keys lossy set K7F3Q2-51DD-A9X0-77B1 8c1f55e0-hush")
        bench.reconcile(withinSeconds: 5)
        bench.pass(seconds: 60)
        _ = bench.takeTold()
    }

    private func say(trade: Bool) {
        let rights = ExchangeKeyRights(info: true, trade: trade, withdraw: false)
        bench.exchange.say(.keyRights(account: bench.account, rights), at: bench.now)
        bench.pass(seconds: 1)
    }

    private func typed(_ line: String) -> String { bench.typed(line, seconds: 3) }

    @Test func `a right that is taken is told once, shown, audited, and no order is sent without it`() throws {
        say(trade: true)
        #expect(bench.takeTold() == [], "that it may trade is known")
        say(trade: false)
        say(trade: false)
        #expect(bench.takeTold() == ["* keys: lossy key K7F3Q2... may read now"])
        #expect(typed("keys").contains("may read") && !typed("keys").contains("trade"))
        #expect(typed("summary").contains("K7F3Q2..., may read\n"))
        for line in ["buy 1 btc_usd at 200", "slice buy 1 btc_usd 190..200 x3", "? buy 1 btc_usd at 200"] {
            let answer = typed(line)
            #expect(answer.contains("the lossy key K7F3Q2... may read and not trade; nothing was done"), "\(answer)")
        }
        #expect(bench.asked() == [])
        let audited = try #require(bench.desk).ledger.read { try AccountStore($0).auditEntries(last: 1_000) }
        #expect(audited.count { "\($0)".contains("key_rights") } == 1)
        try bench.restart()
        bench.reconcile()
        _ = bench.takeTold()
        #expect(typed("buy 1 btc_usd at 200").contains("may read and not trade"))
        say(trade: true)
        #expect(bench.takeTold() == ["* keys: lossy key K7F3Q2... may read and trade now"])
        #expect(typed("buy 1 btc_usd at 200") == "+ #1 buy 1 btc_usd at 200")
    }

    @Test func `a right that was given back is asked for before an order is refused`() throws {
        say(trade: false)
        bench.pass(seconds: 30)
        _ = bench.takeTold()
        let rights = ExchangeKeyRights(info: true, trade: true, withdraw: false)
        bench.exchange.afterAnswer = { [unowned bench] query in
            guard case .balances = query else { return }
            bench.exchange.say(.keyRights(account: bench.account, rights), at: bench.now)
        }
        #expect(typed("buy 1 btc_usd at 200") == "+ #1 buy 1 btc_usd at 200")
    }

    @Test func `another key has its own rights`() throws {
        say(trade: false)
        bench.type("keys lossy set ANOTHER-ONE 8c1f55e0-hush")
        bench.pass(seconds: 2)
        _ = bench.takeTold()
        #expect(typed("buy 1 btc_usd at 200") == "+ #1 buy 1 btc_usd at 200")
    }
}
