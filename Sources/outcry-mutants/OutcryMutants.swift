import ArgumentParser
import Foundation

/// Shows that the simulator can fail: breaks a copy of the product in every way that `Mutants/` knows.
@main
struct OutcryMutants: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outcry-mutants",
        abstract: "Breaks a copy of the product on purpose, and has the simulator find out.",
        subcommands: [Check.self, Build.self, Run.self])
}

struct PackageOptions: ParsableArguments {
    @Option(help: "The package's folder.")
    var package = "."

    @Option(help: "Where the broken copy is kept.")
    var scratch = ".build/mutants"

    @Option(help: "The product that simulates.")
    var product = "outcry-simulate"

    @Option(help: "debug or release.")
    var configuration = "release"

    func registry() throws -> MutantRegistry {
        try MutantRegistry(package: URL(filePath: package))
    }

    var tree: URL { URL(filePath: scratch).appending(path: "tree") }
    var build: URL { URL(filePath: scratch).appending(path: "build") }
    var simulator: String { build.appending(path: configuration).appending(path: product).path }
}

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Checks that every mutant fits the sources.")
    @OptionGroup var options: PackageOptions

    func run() throws {
        let registry = try options.registry()
        let misfits = registry.misfits()
        for misfit in misfits { print(misfit) }
        guard misfits.isEmpty else { throw ExitCode.failure }
        print("\(registry.mutants.count) mutants fit the sources")
    }
}

struct Build: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Builds a copy of the product with all mutants in it, each behind its switch.")
    @OptionGroup var options: PackageOptions

    func run() throws {
        let registry = try options.registry()
        let misfits = registry.misfits()
        for misfit in misfits { print(misfit) }
        guard misfits.isEmpty else { throw ExitCode.failure }
        try MutantTree(registry: registry, folder: options.tree).write()
        let swift = Process()
        swift.executableURL = URL(filePath: "/usr/bin/env")
        swift.arguments = [
            "swift", "build", "--package-path", options.tree.path, "--scratch-path", options.build.path,
            "--configuration", options.configuration, "--product", options.product,
        ]
        try swift.run()
        swift.waitUntilExit()
        guard swift.terminationReason == .exit, swift.terminationStatus == 0 else { throw ExitCode.failure }
    }
}

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Has the simulator look for each mutant, and fails if one survives. Build first.")
    @OptionGroup var options: PackageOptions

    @Argument(help: "The mutants to look for; all, where none is named.")
    var names: [String] = []

    @Option(help: "The first seed of each mutant.")
    var firstSeed = 1

    @Option(help: "Mutants that are looked for at a time.")
    var jobs = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "Seconds that one mutant may take.")
    var seconds = 600

    func run() throws {
        let registry = try options.registry()
        for name in names where !registry.mutants.contains(where: { $0.name == name }) {
            throw ValidationError("there is no mutant \(name)")
        }
        let mutants = registry.mutants.filter { names.isEmpty || names.contains($0.name) }
        let hunt = Hunt(simulator: options.simulator, firstSeed: firstSeed, secondsMax: seconds)
        for (profile, its) in Dictionary(grouping: mutants, by: \.profile).sorted(by: { $0.key < $1.key }) {
            let seeds = its.map(\.seedsMax).max() ?? 1
            let clean = try hunt.run(nil, seeds: seeds, profile: profile)
            guard clean == .survived else {
                print("with no mutant on, \(seeds) \(profile) seeds from \(firstSeed) do not pass: \(clean)")
                throw ExitCode.failure
            }
            print("with no mutant on, \(seeds) \(profile) seeds from \(firstSeed) pass")
        }
        let survivors = HuntingTable(mutants, hunt) { print($0) }.fill(jobs: jobs)
        guard survivors.isEmpty else {
            print("\(survivors.count) of \(mutants.count) mutants were not found: \(survivors.joined(separator: ", "))")
            throw ExitCode.failure
        }
        print("all \(mutants.count) mutants were found")
    }
}
