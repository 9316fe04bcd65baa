import Foundation
import Testing

/// How long a trader waits for the answers to orders: alone, and beside a client that behaves badly.
///
/// Nothing here asserts a time: what is printed is for people. That each order is answered is asserted.
final class FloodComparison {
    private let trader: Trader
    private var alone: [Double] = []
    private var beside: [Double] = []
    private var number = 0

    /// Orders that are measured alone; half before and half after the bad client's time.
    private static let ordersAlone = 100
    private static let ordersBeside = 200
    /// Lines that a session may send in such a test: its own orders, and what its test says besides.
    static let limits = ["--limit", "line_burst=500", "--limit", "account_sessions=10000"]

    /// - Parameter trader: somebody with dollars, whose session may send as many lines as `limits` says.
    init(_ trader: Trader) { self.trader = trader }

    /// Measures alone, then while `bad` runs, then alone again.
    func measure(_ name: String, whileRunning bad: (_ orders: () throws -> Void) throws -> Void) throws {
        try order(FloodComparison.ordersAlone / 2, into: &alone)
        try bad { try order(FloodComparison.ordersBeside, into: &beside) }
        try order(FloodComparison.ordersAlone / 2, into: &alone)
        print(
            """
            \(name): an order takes \(times(beside)) ms beside it, \(times(alone)) ms without (median, 99th of 100); \
            ratio \(ratio(0.5)), \(ratio(0.99))
            """)
        // Nothing is lost, and nothing was done twice.
        #expect(Set(trader.replies.compactMap { $0.order?.id }).count == number)
    }

    private func order(_ count: Int, into samples: inout [Double]) throws {
        for _ in 0..<count {
            let start = ContinuousClock.now
            let reply = try trader.ask("buy 0.01 btc_usd at 100")
            let took = ContinuousClock.now - start
            guard reply.ok == true else { throw Unexpected("an order was refused: \(reply.text)") }
            number += 1
            samples.append(Double(took.components.attoseconds) / 1e15 + Double(took.components.seconds) * 1e3)
        }
    }

    private func quantile(_ samples: [Double], _ part: Double) -> Double {
        let sorted = samples.sorted()
        return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
    }

    private func times(_ samples: [Double]) -> String {
        [0.5, 0.99].map { String(format: "%.2f", quantile(samples, $0)) }.joined(separator: " and ")
    }

    private func ratio(_ part: Double) -> String {
        String(format: "%.2f", quantile(beside, part) / quantile(alone, part))
    }
}

extension DeskUnderTest {
    /// Sessions that the server says it has.
    func sessions() throws -> Int {
        let body = try RawSocket(port: port).request("/health").body
        let answer = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        guard let count = answer?["sessions"] as? Int else { throw Unexpected("no sessions in \(body)") }
        return count
    }

    /// Bytes of the server's process that are resident, as Linux counts them (proc(5)).
    func residentBytes() throws -> Int {
        guard let process = server?.processID else { throw Unexpected("no server runs") }
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { throw Unexpected("no VmRSS in \(status)") }
        return kilobytes * 1_024
    }
}
