import Foundation
import Synchronization

/// Hunts all mutants, several at a time, and says what came of each.
final class HuntingTable: Sendable {
    private struct State {
        var waiting: ArraySlice<Mutant>
        var survivors: [String] = []
    }

    private let hunt: Hunt
    private let say: @Sendable (String) -> Void
    private let state: Mutex<State>
    private let nameWidth: Int

    init(_ mutants: [Mutant], _ hunt: Hunt, say: @escaping @Sendable (String) -> Void) {
        self.hunt = hunt
        self.say = say
        nameWidth = mutants.map(\.name.count).max() ?? 0
        state = Mutex(State(waiting: mutants[...]))
    }

    /// Returns the names of those that were not found, in order.
    func fill(jobs: Int) -> [String] {
        say("\(padded("mutant", nameWidth))  profile  \(padded("seed", 12))  \(padded("seconds", 7))  found by")
        DispatchQueue.concurrentPerform(iterations: max(1, jobs)) { _ in
            while let mutant = state.withLock({ $0.waiting.popFirst() }) { look(for: mutant) }
        }
        return state.withLock { $0.survivors }.sorted()
    }

    private func look(for mutant: Mutant) {
        let clock = ContinuousClock()
        let start = clock.now
        let result: Hunt.Result
        do {
            result = try hunt.run(mutant)
        } catch {
            result = .failed("\(error)")
        }
        let seconds = (clock.now - start).components.seconds
        let (seed, by): (String, String) =
            switch result {
            case .found(let seed, let by): ("\(seed)", by)
            case .survived: ("-", "NOT FOUND. \(mutant.breaks)")
            case .timedOut: ("-", "NOT FOUND in \(hunt.secondsMax) s. \(mutant.breaks)")
            case .failed(let why): ("-", "NO ANSWER: \(why)")
            }
        let of = "\(seed) of \(mutant.seedsMax)"
        state.withLock { state in
            if case .found = result {} else { state.survivors.append(mutant.name) }
            let name = "\(padded(mutant.name, nameWidth))  \(padded(mutant.profile, 7))"
            say("\(name)  \(padded(of, 12))  \(padded("\(seconds)", 7))  \(by)")
        }
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
