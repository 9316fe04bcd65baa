import ArgumentParser
import Desk
import Dispatch

/// Begins on the main thread alone: an asynchronous `main` would need a thread before anything can be checked.
@main
enum Main {
    static func main() {
        StartCheck.run(CommandLine.arguments)
        Task { await Outcry.main() }
        dispatchMain()
    }
}

/// The program.
struct Outcry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outcry",
        abstract: "A trading desk that you talk to.",
        version: Version.text,
        subcommands: [
            ServeCommand.self, ChatCommand.self, ReplayCommand.self, UserCommand.self, ConfigCommand.self,
            KeysCommand.self, BackupCommand.self, AuditCommand.self, RebuildCommand.self, VenueCommand.self,
        ])
}

extension Outcry {
    /// Reads the command line, does what it says, and ends the process.
    static func main() async {
        do {
            var command = try parseAsRoot()
            StartCheck.parsed()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            exit()
        } catch {
            exit(withError: error)
        }
    }
}
