import CommandGrammar
import Exchange
import OutcryMeasuring
import Trading

/// One thing, many times, for a profiler.
enum Repetition {
    static let vocabulary = Vocabulary(pairs: PairRules.paperDefaults.map(\.pair), quote: "usd")

    static func run(_ name: String, _ count: Int, _ options: MeasureOptions) throws {
        switch name {
        case "parse":
            let parser = CommandParser(vocabulary: vocabulary)
            var read = 0
            for _ in 0..<count where parser.parse("buy 0.5 btc_usd at 230 until 18:00").command != nil { read += 1 }
            print("\(read) lines")
        case "orders":
            try withScratchFolder(in: options.folder) { folder in
                let bench = try DeskBench(sessions: 100, folder: folder)
                for _ in 0..<(count / 100) { try bench.batch() }
            }
            print("\(count / 100 * 100) orders")
        default: throw MeasureError("nothing to repeat is called \(name): parse, orders")
        }
    }
}
