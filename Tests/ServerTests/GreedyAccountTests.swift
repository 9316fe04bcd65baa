import Conversation
import Foundation
import Testing
import Threads

extension `The server` {
    /// An account that does the worst that its limits allow: ladders of a thousand, cancels, questions that read much, from
    /// every session that it may have.
    @Suite struct `beside a greedy account` {
        /// Every sixteenth session of an account asks and the others place and cancel, each as fast as `line_rate` allows.
        private static let placing = [
            "slice buy 1 btc 195..199 x100", "cancel all", "slice buy 100 btc 195..199 x1000", "undo",
        ]
        private static let asking = [
            "report last 200", "why 1", "chart btc_usd 1d", "trades last 200", "orders", "summary",
        ]

        private func compare(_ name: String, accounts: Int, sessions: Int) throws {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "1000000 usd")
            try desk.add("bob", funds: "1000000 usd")
            let greedy = (1...accounts).map { "greedy\($0)" }
            for name in greedy { try desk.add(name, funds: "1000000 usd") }
            // Only the traders who are measured may send more than others do.
            try desk.start(["--limit", "line_burst=20", "--limit", "address_sessions=1000"])
            let traders = try MeasuredTraders(desk, placing: "ann", panicking: "bob")
            let tokens = try greedy.map { try desk.token(of: desk.logIn($0)) }

            try traders.measure(alone: true)
            var clients: [GreedyClient] = []
            for token in tokens {
                for number in 0..<sessions {
                    let lines = number % 2 == 0 ? Self.placing : Self.asking
                    clients.append(try GreedyClient(port: desk.port, token: token, lines: lines))
                }
            }
            for client in clients { try client.waitForAnswers() }
            let before = clients.reduce(0) { $0 + $1.taken }
            try traders.measure(alone: false)
            let taken = clients.reduce(0) { $0 + $1.taken } - before
            for client in clients { client.stop() }
            print("\(name): \(traders.figures); \(taken >> 10) KiB to \(clients.count) greedy sessions")
            // Everybody gets turns, the greedy too.
            #expect(taken > 0)
            #expect(try desk.connect(token: tokens[0]).ask("funds").ok == true)
            #expect(try desk.stop() == .exit(0))
        }

        @Test func `of one account: orders of another are answered, and its panic goes first`() throws {
            try compare("one greedy account", accounts: 1, sessions: 15)
        }

        @Test func `of sixteen accounts: all the same`() throws {
            try compare("sixteen greedy accounts", accounts: 16, sessions: 2)
        }
    }
}

/// Two traders whose waiting is measured: one places orders, one types `panic`. Nothing here asserts a time.
private final class MeasuredTraders {
    private let ann: Trader
    private let bob: Trader
    private var orders: (alone: [Double], beside: [Double]) = ([], [])
    private var panics: (alone: [Double], beside: [Double]) = ([], [])
    private var placed = 0

    private static let ordersMeasured = ProcessInfo.processInfo.environment["OUTCRY_MEASURED"].flatMap { Int($0) } ?? 12

    init(_ desk: DeskUnderTest, placing: String, panicking: String) throws {
        (ann, bob) = (try desk.logIn(placing), try desk.logIn(panicking, .text))
    }

    func measure(alone: Bool) throws {
        for _ in 0..<Self.ordersMeasured {
            // As fast as `line_rate` and `urgent_rate` allow.
            let next = ContinuousClock.now + .milliseconds(110)
            let order = try time {
                let reply = try ann.ask("buy 0.01 btc_usd at 100")
                guard reply.ok == true else { throw Unexpected("an order was refused: \(reply.text)") }
                placed += 1
            }
            let panic = try time {
                let reply = try bob.ask("panic")
                guard reply.text.hasPrefix("+") else { throw Unexpected("a panic was refused: \(reply.text)") }
            }
            if alone {
                orders.alone.append(order)
                panics.alone.append(panic)
            } else {
                orders.beside.append(order)
                panics.beside.append(panic)
            }
            let left = next - ContinuousClock.now
            if left > .zero { Thread.sleep(forTimeInterval: Double(left.components.attoseconds) / 1e18) }
        }
        #expect(Set(ann.replies.compactMap { $0.order?.id }).count == placed)
    }

    var figures: String { "an order \(words(orders)); panic \(words(panics))" }

    private func time(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try body()
        let took = ContinuousClock.now - start
        return Double(took.components.attoseconds) / 1e15 + Double(took.components.seconds) * 1e3
    }

    private func words(_ samples: (alone: [Double], beside: [Double])) -> String {
        func figure(_ values: [Double], _ part: Double) -> Double {
            let sorted = values.sorted()
            return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
        }
        let (median, last) = (figure(samples.beside, 0.5), figure(samples.beside, 0.99))
        let (medianAlone, lastAlone) = (figure(samples.alone, 0.5), figure(samples.alone, 0.99))
        return String(
            format: "%.1f and %.1f ms, alone %.1f and %.1f (median, 99th of 100), ratio %.1f and %.1f", median, last,
            medianAlone, lastAlone, median / medianAlone, last / lastAlone)
    }
}

/// A session that types its lines over and over, each when the one before is answered, as often as its limits allow. It reads
/// what comes, and keeps nothing.
private final class GreedyClient: Sendable {
    private let socket: RawSocket.Descriptor
    private let mayRun = Monitor(true)
    private let counted = Monitor(0)

    init(port: UInt16, token: String, lines: [String]) throws {
        let connection = try RawSocket(port: port)
        let head = try connection.upgrade([
            "Sec-WebSocket-Protocol: outcry.text.v1", "Authorization: Bearer \(token)",
        ])
        guard head.hasPrefix("HTTP/1.1 101 ") else { throw Unexpected("no WebSocket: \(head)") }
        socket = connection.released()
        Thread.detachNewThread { [self] in
            while let bytes = socket.read() {
                counted.withLock { $0 += bytes.count }
            }
        }
        Thread.detachNewThread { [self] in
            var number = 0
            while mayRun.withLock({ $0 }) {
                number += 1
                guard socket.write(RawSocket.message("[g\(number)] \(lines[number % lines.count])")) else { return }
                Thread.sleep(forTimeInterval: 0.1)
            }
        }
    }

    deinit { socket.close() }

    /// Bytes that have come.
    var taken: Int { counted.withLock { $0 } }

    func waitForAnswers() throws {
        let came: Void? = counted.wait(seconds: patienceSeconds) { $0 > 0 ? () : nil }
        if came == nil { throw Unexpected("no answers to a greedy session") }
    }

    func stop() {
        mayRun.withLock { $0 = false }
        socket.hangUp()
    }
}
