import Benchmark
import Exchange
import Foundation
import Trading

func bookBenchmarks() {
    let synthetic = BookFlow.synthetic(operations: 100_000)
    benchmark(synthetic, named: "book: \(synthetic.count) synthetic operations")
    // The whole flow of a million stands beside the project, where it is there.
    let recorded = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../../shared/flows/flow_1m.csv.gz").standardizedFileURL.path
    let path = ProcessInfo.processInfo.environment["OUTCRY_SHARED"].map { $0 + "/flows/flow_1m.csv.gz" } ?? recorded
    guard FileManager.default.fileExists(atPath: path) else { return }
    do {
        let flow = try BookFlow.read(path)
        benchmark(flow, named: "book: the flow of \(flow.count) operations")
    } catch {
        preconditionFailure("\(path): \(error)")
    }
}

private func benchmark(_ flow: [BookFlow], named name: String) {
    Benchmark(
        name, configuration: .init(metrics: [.wallClock, .operations], scalingFactor: .one, maxDuration: .seconds(3))
    ) { benchmark in
        let start = ContinuousClock.now
        blackHole(BookFlow.run(flow))
        let took = start.duration(to: .now)
        let seconds = Double(took.components.seconds) + Double(took.components.attoseconds) * 1e-18
        benchmark.measurement(.operations, Int(Double(flow.count) / seconds))
    }
}

extension BenchmarkMetric {
    /// Operations on the book a second.
    static let operations = BenchmarkMetric.custom(
        "operations a second", polarity: .prefersLarger, useScalingFactor: false)
}

/// One operation on a book: add and match, cancel, or take and drop the rest.
private enum BookFlow {
    case add(Int, Side, price: ExactDecimal, quantity: ExactDecimal)
    case cancel(Int)
    case take(Side, price: ExactDecimal, quantity: ExactDecimal)

    /// How many orders rest when all is done.
    static func run(_ flow: [BookFlow]) -> Int {
        var book = OrderBook()
        var handles = [OrderBook.Handle?](repeating: nil, count: flow.count + 1)
        var traded = ExactDecimal.zero
        for operation in flow {
            switch operation {
            case .add(let id, let side, let price, let quantity):
                let left = book.take(side, quantity: quantity, limit: price) { traded += $0.quantity }
                if left.isPositive { handles[id] = book.add(UInt64(id), side, price: price, quantity: left) }
            case .cancel(let id):
                if let handle = handles[id] { book.cancel(handle) }
            case .take(let side, let price, let quantity):
                _ = book.take(side, quantity: quantity, limit: price) { traded += $0.quantity }
            }
        }
        blackHole(traded)
        return book.count
    }

    /// Around a price that walks: half are added, a third canceled, the rest take. The same each time.
    static func synthetic(operations: Int) -> [BookFlow] {
        var state: UInt64 = 0x9e37_79b9_7f4a_7c15
        func below(_ bound: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state >> 33) % bound
        }
        var middle = 230_000
        return (1...operations).map { id in
            middle += below(3) - 1
            let side: Side = below(2) == 0 ? .buy : .sell
            let quantity = ExactDecimal(1 + below(100))
            switch below(6) {
            case 0..<3:
                let away = below(20) - 2
                return .add(
                    id, side, price: ExactDecimal(side == .buy ? middle - away : middle + away), quantity: quantity)
            case 3, 4: return .cancel(1 + below(id))
            default: return .take(side, price: ExactDecimal(side == .buy ? middle + 5 : middle - 5), quantity: quantity)
            }
        }
    }

    /// `A,id,B|S,price,quantity` adds, `C,id` cancels, `X,id,B|S,price,quantity` takes.
    static func read(_ path: String) throws -> [BookFlow] {
        let gzip = Process()
        let output = Pipe()
        gzip.executableURL = URL(filePath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-dc", path]
        gzip.standardOutput = output
        try gzip.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        gzip.waitUntilExit()
        var flow: [BookFlow] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: ",")).map { String(decoding: $0, as: UTF8.self) }
            guard fields.count >= 2, let id = Int(fields[1]) else { continue }
            guard fields.count == 5, let price = ExactDecimal(fields[3]), let quantity = ExactDecimal(fields[4]) else {
                flow.append(.cancel(id))
                continue
            }
            let side: Side = fields[2] == "B" ? .buy : .sell
            flow.append(
                fields[0] == "A"
                    ? .add(id, side, price: price, quantity: quantity) : .take(side, price: price, quantity: quantity))
        }
        return flow
    }
}
