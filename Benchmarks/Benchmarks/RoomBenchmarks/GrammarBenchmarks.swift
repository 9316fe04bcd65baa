import Benchmark
import CommandGrammar
import Exchange
import Trading

func grammarBenchmarks() {
    let parser = CommandParser(vocabulary: Vocabulary(pairs: PairRules.paperDefaults.map(\.pair), quote: "usd"))
    for line in ["buy 0.5 btc_usd at 230 until 18:00", "slice 2 btc 195..199 x20", "report paired"] {
        precondition(parser.parse(line).command != nil, "\(line) is refused")
        Benchmark("line: \(line)") { benchmark in
            for _ in benchmark.scaledIterations { blackHole(parser.parse(line)) }
        }
    }
    let misspelt = "buy 0.5 btc_eurr at 230"
    precondition(parser.parse(misspelt).refusal?.suggestion != nil, "nothing is suggested")
    Benchmark("line, refused with a suggestion: \(misspelt)") { benchmark in
        for _ in benchmark.scaledIterations { blackHole(parser.parse(misspelt)) }
    }
}
