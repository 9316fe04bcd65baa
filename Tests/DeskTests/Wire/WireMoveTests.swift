import Exchange
import OrderEngine
import Testing
import Trading

@testable import Desk

/// `move` and `panic` where every answer may be lost and the process may die between any two steps.
@Suite struct WireMoveTests {
    private func resting() throws -> WireBench {
        let bench = try WireBench()
        bench.reconcile()
        bench.pass(seconds: 3)
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 1)
        _ = bench.takeTold()
        _ = bench.asked()
        return bench
    }

    /// Attempts at the order that are on the exchange's book.
    private func onBook(_ bench: WireBench) -> [NewOrder] {
        bench.exchange.books.held.values.filter(\.isOpen).map(\.order)
    }

    @Test func `the new goes there when the old is off, with what had filled`() throws {
        let bench = try resting()
        bench.exchange.isMute = true
        bench.exchange.fill(bench.client(1), d("0.4"), at: bench.now)
        bench.exchange.isMute = false
        bench.type("move 1 to 190")
        bench.pass(seconds: 2)
        #expect(bench.asked() == ["cancel #1", "status #1", "place #1"])
        #expect(
            bench.takeTold() == [
                "* #1 filled 0.4 btc at 200; 0.6 left", "+ #1 moved: buy 1 btc_usd at 190; 0.4 was filled",
            ])
        #expect(onBook(bench).map(\.quantity) == [d("0.6")])
        bench.exchange.fill(ClientOrderID(order: OrderID(1), attempt: 2), d("0.6"), at: bench.now)
        bench.pass(seconds: 10)
        #expect(bench.order(1)?.status == .filled)
        #expect(bench.differences() == [])
    }

    @Test(arguments: 0..<12)
    func `a process that dies while it moves leaves one on the book, or none and says so`(outputs: Int) throws {
        let bench = try resting()
        bench.diesAfterOutputs = outputs
        bench.type("move 1 to 190", tag: "m")
        for _ in 0..<20 where bench.desk != nil {
            bench.pass(seconds: 1)
            #expect(onBook(bench).count <= 1)
        }
        bench.diesAfterOutputs = nil
        try bench.restart(afterSeconds: 5)
        bench.reconcile()
        bench.pass(seconds: 30)
        #expect(onBook(bench).count <= 1 && bench.exchange.books.complaints == [])
        #expect(bench.differences() == [])
        let order = try #require(bench.order(1))
        if order.status == .canceled {
            _ = bench.takeTold()
            bench.type("inbox 50")
            #expect(bench.takeTold().last?.contains("#1 canceled") == true)
        } else {
            #expect(order.status == .open && onBook(bench).map(\.price) == [order.price])
        }
        _ = bench.takeTold()
        bench.type("move 1 to 190", tag: "m")
        bench.pass(seconds: 15)
        #expect(bench.takeTold().contains { $0.hasPrefix("[m] ") } && onBook(bench).count <= 1)
    }

    @Test(arguments: [false, true])
    func `a lost answer to either half is asked about, and nothing is sent twice`(isSecondHalf: Bool) throws {
        let bench = try resting()
        if isSecondHalf {
            // The place arrives, and no word of it comes back.
            bench.type("move 1 to 190")
            while !bench.exchange.requests.contains(where: { if case .place = $0 { true } else { false } }) {
                bench.pass(seconds: 0)
            }
            bench.exchange.isMute = true
        } else {
            bench.exchange.isMute = true
            bench.type("move 1 to 190")
        }
        bench.pass(seconds: 40)
        #expect(onBook(bench).count <= 1)
        bench.exchange.isMute = false
        bench.pass(seconds: 120)
        #expect(bench.order(1)?.status == .open && bench.order(1)?.price == .limit(190))
        #expect(onBook(bench).map(\.price) == [.limit(190)])
        #expect(bench.asked().filter { $0 == "place #1" }.count == 1)
        #expect(bench.differences() == [])
    }

    @Test func `a panic is told as the exchange confirms it, and goes on after a restart`() throws {
        let bench = try resting()
        bench.type("sell 1 btc_usd at 300")
        bench.pass(seconds: 1)
        _ = bench.takeTold()
        bench.exchange.isDeaf = true
        bench.type("panic")
        #expect(
            bench.takeTold() == [
                "+ panic: 2 orders being canceled, and new orders are refused; resume takes them again"
            ])
        bench.pass(seconds: 5)
        #expect(!bench.takeTold().contains { $0.contains("panic done") })
        #expect(bench.desk?.hasUnfinished == true, "a desk that goes down waits for the exchange to confirm it")
        try bench.restart(afterSeconds: 5)
        bench.exchange.isDeaf = false
        // It is heard also while the account is still being compared.
        bench.type("panic")
        #expect(bench.takeTold().last?.hasPrefix("+ panic since") == true)
        bench.reconcile()
        bench.pass(seconds: 60)
        let told = bench.takeTold()
        // Two lines tell of it in text, whatever it took off.
        #expect(!told.contains { $0.contains(" canceled: ") })
        #expect(told.last == "* panic done: 2 orders gone by the exchange's word, nothing is open")
        #expect(bench.desk?.hasUnfinished == false)
        bench.type("buy 1 btc_usd at 200")
        #expect(bench.takeTold().last?.hasPrefix("! trading is stopped since the panic of") == true)
        bench.type("resume")
        bench.type("buy 1 btc_usd at 200")
        bench.pass(seconds: 2)
        #expect(bench.takeTold().last == "+ #3 buy 1 btc_usd at 200")
        #expect(bench.differences() == [])
    }
}
