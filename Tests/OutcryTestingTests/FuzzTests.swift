import Foundation
import FuzzTargets
import TestSupport
import Testing

/// What is kept in `Fuzz/Corpus`, and mutations of it; libFuzzer looks for more (`make fuzz`).
@Suite struct FuzzTests {
    /// Mutations of each target's corpus.
    private static let mutations = TestExtent.isWhole ? 2_000 : 800

    private static let corpora = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fuzz/Corpus")

    private func corpus(_ target: FuzzTarget) throws -> FuzzCorpus {
        try FuzzCorpus(folder: FuzzTests.corpora.appending(path: target.rawValue))
    }

    @Test(arguments: FuzzTarget.allCases)
    func `whatever was once kept is taken in`(target: FuzzTarget) throws {
        let inputs = try corpus(target).inputs
        #expect(inputs.count >= 3)
        for input in inputs {
            do {
                try target.run(input.bytes)
            } catch {
                Issue.record("Fuzz/Corpus/\(target.rawValue)/\(input.name): \(error)")
            }
        }
    }

    @Test(arguments: FuzzTarget.allCases)
    func `whatever becomes of the corpus is taken in`(target: FuzzTarget) throws {
        let seed = ProcessInfo.processInfo.environment["OUTCRY_SEED"].flatMap { UInt64($0) } ?? 1
        print("fuzz \(target.rawValue): OUTCRY_SEED=\(seed)")
        var mutation = FuzzMutation(seed: seed, corpus: try corpus(target).inputs.map(\.bytes))
        for _ in 0..<FuzzTests.mutations {
            let input = mutation.next()
            do {
                try target.run(input)
            } catch {
                Issue.record(
                    "OUTCRY_SEED=\(seed): \(error)\n\(String(decoding: input, as: UTF8.self).debugDescription)")
            }
        }
    }

    @Test func `a seed makes the same inputs again, and another seed others`() {
        func inputs(_ seed: UInt64) -> [[UInt8]] {
            var mutation = FuzzMutation(seed: seed, corpus: [Array("buy 0.5 btc at 230".utf8), Array("{}".utf8)])
            return (0..<100).map { _ in mutation.next() }
        }
        #expect(inputs(7) == inputs(7))
        #expect(inputs(7) != inputs(8))
        #expect(Set(inputs(7)).count > 80)
    }
}
