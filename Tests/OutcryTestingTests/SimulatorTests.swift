import Foundation
import Testing
import Trading

@testable import Simulation

@Suite struct SimulatorTests {
    /// What `make test` runs in every world, beside those of `SimulatorCrossingTests`: always the same, so that a change that breaks one is
    /// seen at once.
    static let seeds: [UInt64] = {
        if let text = ProcessInfo.processInfo.environment["OUTCRY_SEED"], let seed = UInt64(text) { return [seed] }
        return fixedSeeds
    }()

    static let fixedSeeds: [UInt64] = Array(4...8)

    @Test(arguments: seeds, [SimulationProfile.paper, .wire])
    func `no order is lost in the world of a seed`(seed: UInt64, profile: SimulationProfile) {
        _ = whole(seed, profile)
    }

    /// 1796035011277: a line is refused as there is no market yet, and done when it comes again under its tag.
    /// 1796075159226: what a panic before it took off was told behind the goodbye of a logout.
    @Test(arguments: [1_796_035_011_277, 1_796_075_159_226 as UInt64]) func `a seed that failed once fails no more`(
        seed: UInt64
    ) {
        #expect(Simulation.run(seed: seed, profile: .mixed).violation == nil, "seed \(seed)")
    }

    @Test(arguments: [1, 6, 8], [SimulationProfile.btce, .yobit])
    func `no order is lost between the adapter to btc-e and its venue`(seed: UInt64, profile: SimulationProfile) {
        _ = whole(seed, profile)
    }

    /// The dialects are two worlds: what is drawn is the same, what is said over the wire is not.
    @Test func `the world of the adapter to btc-e goes the same way twice, and in the other dialect another`() {
        let hash = whole(2, .btce).hash
        #expect(whole(2, .btce).hash == hash)
        #expect(whole(2, .yobit).hash != hash)
    }

    private func whole(_ seed: UInt64, _ profile: SimulationProfile) -> SimulationResult {
        let result = Simulation.run(seed: seed, profile: profile, linesKept: 60)
        #expect(
            result.violation == nil,
            "seed \(seed) failed: \(result.violation?.description ?? "")\n\(result.lines.suffix(60).joined(separator: "\n"))"
        )
        return result
    }

    @Test func `some of the mixed worlds are in the dialect of yobit, and the others are what they were`() {
        var worlds: [SimulationPlan.World: Int] = [:]
        for seed in UInt64(1)...1_000 {
            var chance = SplitMix64(seed: seed)
            for world in SimulationPlan(.mixed, &chance).worlds { worlds[world, default: 0] += 1 }
        }
        #expect((50...120).contains(worlds[.yobit] ?? 0) && (550...650).contains(worlds[.wire] ?? 0))
        #expect(worlds[.btce] == nil && (worlds[.paper] ?? 0) > 250)
    }

    @Test(arguments: [SimulationProfile.paper, .wire])
    func `a seed goes the same way twice, in this process and in another, and two seeds two ways`(
        profile: SimulationProfile
    ) throws {
        let seeds: ClosedRange<UInt64> = 3...4
        let first = seeds.map { Simulation.run(seed: $0, profile: profile) }
        #expect(Simulation.run(seed: 3, profile: profile).hash == first[0].hash)
        #expect(first[0].hash != first[1].hash)
        let program = try #require(SimulatorProgram.path, "outcry-simulate is not built: swift build --build-tests")
        let told = try SimulatorProgram.run(
            program, ["--profile", profile.rawValue, "--first-seed", "3", "--seeds", "2", "--hashes"])
        #expect(told == first.map { "seed \($0.seed) hash \($0.hashText) after \($0.lineCount) lines" })
    }
}

/// The program beside the tests.
enum SimulatorProgram {
    static var path: String? {
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent()
        var candidates = [folder.appending(path: "outcry-simulate")]
        candidates.append(
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: ".build/debug/outcry-simulate"))
        return candidates.map(\.path).first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// What it prints, line by line.
    static func run(_ path: String, _ arguments: [String]) throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let printed = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: printed, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
