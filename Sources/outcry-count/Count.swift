import CAllocationCount
import CommandGrammar
import Exchange
import Glibc
import Ledger
import OrderEngine
import OutcryMeasuring
import Trading

/// What is the same on every machine and in every run: rows and records an order, allocations of the hot paths. Each has
/// a threshold, committed here; a change that raises one says why. The program ends with status 1 where a count is above its own.
///
/// Each count has two thresholds: what is built without optimization, as the tests are, allocates more, and as exactly.
///
/// Usage: `outcry-count [FOLDER]`, the folder for its databases; `.build/count` unless told.
@main
struct Count {
    /// How often each thing is done; what is done seldom (growing an array) spreads thin.
    private static let repetitions = 1_000
    private static let vocabulary = Vocabulary(pairs: PairRules.paperDefaults.map(\.pair), quote: "usd")

    #if DEBUG
    private static let isOptimized = false
    #else
    private static let isOptimized = true
    #endif

    private let folder: String

    static func main() {
        let folder = CommandLine.arguments.dropFirst().first ?? ".build/count"
        do {
            if !(try Count(folder: folder).run()) { exit(1) }
        } catch {
            print("outcry-count: \(error)")
            exit(1)
        }
    }

    /// Whether every count is within its threshold.
    private func run() throws -> Bool {
        var table = FigureTable("count", "measured", "at most")
        var isWithin = true
        func note(_ name: String, _ value: Double, atMost optimized: Double, unoptimized: Double? = nil) {
            let threshold = Count.isOptimized ? optimized : unoptimized ?? optimized
            isWithin = isWithin && value <= threshold
            table.add(name, value.fixed(2), threshold.fixed(2) + (value <= threshold ? "" : "  ABOVE"))
        }
        for line in countedLines {
            let parser = CommandParser(vocabulary: Count.vocabulary)
            let count = allocations { _ = parser.parse(line.text) }
            note("allocations: \(line.text)", count, atMost: line.allocationsMax, unoptimized: line.unoptimizedMax)
        }
        let record = Record.orderPlaced(sampleOrder(1))
        let bytes = RecordCoder.encode(record)
        note("allocations: record encoded", allocations { _ = RecordCoder.encode(record) }, atMost: 5)
        note(
            "allocations: record decoded", allocations { _ = try? RecordCoder.decode(bytes, of: .paper) }, atMost: 20,
            unoptimized: 38)
        for batch in [1, 100] {
            try withScratchFolder(in: folder) { scratch in
                let bench = try DeskBench(sessions: batch, folder: scratch)
                for _ in 0..<10 { try bench.batch() }
                let (rows, records) = (try bench.rowsChanged(), try bench.records())
                let (blocks, bytes) = (outcry_allocations(), outcry_allocated_bytes())
                let batches = Count.repetitions / batch
                for _ in 0..<batches { try bench.batch() }
                let made = Double(outcry_allocations() - blocks)
                let asked = Double(outcry_allocated_bytes() - bytes)
                let orders = Double(batches * batch)
                note("rows an order, batch \(batch)", Double(try bench.rowsChanged() - rows) / orders, atMost: 9.1)
                note("records an order, batch \(batch)", Double(try bench.records() - records) / orders, atMost: 2)
                note(
                    "allocations an order, batch \(batch)", made / orders, atMost: batch == 1 ? 180 : 150,
                    unoptimized: batch == 1 ? 550 : 750)
                // Shows what a count of blocks does not: one big copy for each order.
                note("bytes allocated an order, batch \(batch)", asked / orders, atMost: 60_000, unoptimized: 90_000)
            }
        }
        table.print(titled: "Counts")
        return isWithin
    }

    private func allocations(_ body: () -> Void) -> Double {
        body()
        let before = outcry_allocations()
        for _ in 0..<Count.repetitions { body() }
        return Double(outcry_allocations() - before) / Double(Count.repetitions)
    }

    private var countedLines: [(text: String, allocationsMax: Double, unoptimizedMax: Double)] {
        [
            ("buy 0.5 btc_usd at 230 until 18:00", 4, 68),
            ("slice 2 btc 195..199 x20", 3, 59),
            ("report paired", 3, 28),
            ("buy 0.5 btc_eurr at 230", 240, 860),
        ]
    }
}
