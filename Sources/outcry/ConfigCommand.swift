import ArgumentParser
import Desk

/// `outcry config`: every limit with its value.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show the limits, with what --limit and the environment make of them.")

    @OptionGroup var database: DatabaseOption
    @Option(help: "A limit, NAME=VALUE.")
    var limit: [String] = []

    func run() throws {
        let settings = Settings()
        let limits = try settings.limits(limit)
        print("database \(try database.path(settings))")
        for one in limits.described { print("limit \(one.name)=\(one.value)") }
    }
}
