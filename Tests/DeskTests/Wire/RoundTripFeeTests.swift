import Exchange
import OrderEngine
import Testing
import Trading

@testable import Desk

/// Round trips where fees of purchases are taken of the coins that are bought.
@Suite struct RoundTripFeeTests {
    private func ready() throws -> WireBench {
        let bench = try WireBench(usd: "1000", btc: "2", feeBasis: .received)
        bench.reconcile()
        bench.pass(seconds: 5)
        _ = bench.takeTold()
        return bench
    }

    private func typed(_ line: String, _ bench: WireBench) -> String { bench.typed(line, seconds: 3) }

    @Test(arguments: [false, true])
    func `one that begins with a sale pays for the fee of its purchase too, wherever it is told`(isMute: Bool) throws {
        let bench = try ready()
        #expect(
            typed("pair sell 0.05 btc_usd at 240 then 220", bench).contains(
                "breaks even at 239.041 after the fees of both legs; at 220 it earns 0.954 usd"))
        bench.exchange.isMute = isMute
        bench.exchange.fill(bench.client(1), d("0.05"), at: bench.now)
        bench.pass(seconds: 5)
        bench.exchange.fill(bench.client(2), d("0.05"), at: bench.now)
        bench.pass(seconds: 5)
        let told = bench.takeTold().last { $0.contains("paired done") } ?? "nothing"
        #expect(
            told.contains("benefit 0.954 usd after 0.046 usd of fees (0.0001 btc among them)"), "\(told)")
        let report = typed("report paired", bench)
        #expect(report.contains("benefit 0.954 usd"), "\(report)")
        let order = typed("order 1", bench)
        #expect(order.contains("benefit 0.954 usd"), "\(order)")
    }
}
