import Foundation

/// Looks for one mutant with the simulator.
struct Hunt {
    /// The simulator of the mutants' copy.
    let simulator: String
    let firstSeed: Int
    let secondsMax: Int

    /// What came of it.
    enum Result: Hashable, Sendable {
        /// `by` is what the simulator says was wrong.
        case found(seed: Int, by: String)
        case survived
        case timedOut
        /// The simulator did not do what it was asked.
        case failed(String)
    }

    /// Runs the seeds of its worlds with the mutant on until one fails.
    func run(_ mutant: Mutant) throws -> Result {
        try run(mutant.name, seeds: mutant.seedsMax, profile: mutant.profile)
    }

    /// Runs the seeds of a profile with the mutant on, or with none, until one fails.
    func run(_ mutant: String?, seeds: Int, profile: String) throws -> Result {
        let run = try simulate(mutant, firstSeed: firstSeed, seeds: seeds, profile)
        if let failure = run.lines.lazy.compactMap({ FailedSeed($0) }).first {
            return .found(seed: failure.seed, by: failure.check)
        }
        switch run.end {
        case .exit(0): return .survived
        case .timedOut: return .timedOut
        case .signal: return try crashed(mutant, seeds: seeds, profile)
        case .exit(let code): return .failed("exit \(code): \(run.lines.last ?? "no word")")
        case .stopped: return .failed("stopped without a reason")
        }
    }

    /// A program that stopped has not told at which seed: they are tried one by one.
    private func crashed(_ mutant: String?, seeds: Int, _ profile: String) throws -> Result {
        for seed in firstSeed..<firstSeed + seeds {
            let run = try simulate(mutant, firstSeed: seed, seeds: 1, profile)
            if let failure = run.lines.lazy.compactMap({ FailedSeed($0) }).first {
                return .found(seed: failure.seed, by: failure.check)
            }
            if case .signal(let number) = run.end {
                let words = run.lines.first { $0.contains("Fatal error") || $0.contains("Precondition failed") }
                return .found(seed: seed, by: "crash, signal \(number)\(words.map { ": \($0)" } ?? "")")
            }
        }
        return .failed("the simulator stopped, and at no seed alone")
    }

    private func simulate(
        _ mutant: String?, firstSeed: Int, seeds: Int, _ profile: String
    ) throws -> ChildProcess {
        var environment = ProcessInfo.processInfo.environment
        environment[MutantTree.variable] = mutant
        environment["SWIFT_BACKTRACE"] = "enable=no"
        return try ChildProcess.run(
            simulator,
            ["--seeds", "\(seeds)", "--first-seed", "\(firstSeed)", "--profile", profile, "--quiet"],
            environment: environment, secondsMax: secondsMax, isEnough: { FailedSeed($0) != nil })
    }
}

/// `seed 123 failed: a fill was counted twice`
struct FailedSeed: Hashable {
    let seed: Int
    let check: String

    init?(_ line: String) {
        guard let match = line.firstMatch(of: #/^seed (\d+) failed: ?(.*)$/#), let seed = Int(match.1) else {
            return nil
        }
        self.seed = seed
        check = String(match.2)
    }
}
