import Benchmark
import Trading

func decimalBenchmarks() {
    let price = decimal("229.985")
    let quantity = decimal("0.12345678")
    Benchmark("decimal: price × quantity") { benchmark in
        for _ in benchmark.scaledIterations { blackHole(blackHoleInput(price).times(quantity)) }
    }
    Benchmark("decimal: divided, to the nearest") { benchmark in
        for _ in benchmark.scaledIterations {
            blackHole(try? blackHoleInput(price).divided(by: quantity, rounding: .nearest))
        }
    }
    let text = Array("28.393269938".utf8)
    Benchmark("decimal: parsed") { benchmark in
        for _ in benchmark.scaledIterations { blackHole(try? ExactDecimal(parsingUTF8: text)) }
    }
    let value = decimal("28.393269938")
    Benchmark("decimal: printed") { benchmark in
        var bytes: [UInt8] = []
        for _ in benchmark.scaledIterations {
            bytes.removeAll(keepingCapacity: true)
            value.appendText(to: &bytes)
            blackHole(bytes.count)
        }
    }
}

/// Keeps the optimiser from moving what does not change out of the loop.
@inline(never)
private func blackHoleInput<Value>(_ value: Value) -> Value { value }

func decimal(_ text: String) -> ExactDecimal {
    guard let value = ExactDecimal(text) else { preconditionFailure("\(text) is no decimal") }
    return value
}
