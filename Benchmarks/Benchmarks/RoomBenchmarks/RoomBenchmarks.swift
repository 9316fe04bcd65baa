import Benchmark

/// The rooms one by one. No thresholds: these are times, and times are the machine's. `outcry-measure counts` has
/// what can be held to a number.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(metrics: [.wallClock, .throughput], scalingFactor: .kilo)
    decimalBenchmarks()
    grammarBenchmarks()
    engineBenchmarks()
    bookBenchmarks()
    recordBenchmarks()
}
