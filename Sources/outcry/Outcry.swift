import ArgumentParser
import Desk
import Dispatch

/// Begins on the main thread alone, and stays there for commands that need no other: an asynchronous `main` would need a thread
/// before anything can be checked.
@main
enum Main {
    static func main() {
        Terminal.begin()
        StartCheck.run(CommandLine.arguments)
        do {
            let command = try Outcry.parseAsRoot()
            StartCheck.parsed()
            guard command is any AsyncParsableCommand else {
                var command = command
                try command.run()
                Outcry.exit()
            }
            Task.detached {
                // The only one to have it.
                guard var command = command as? any AsyncParsableCommand else { return }
                do {
                    try await command.run()
                    Outcry.exit()
                } catch {
                    Outcry.exit(withError: error)
                }
            }
            dispatchMain()
        } catch {
            Outcry.exit(withError: error)
        }
    }
}

/// The program.
struct Outcry: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outcry",
        abstract: "A trading desk that you talk to.",
        version: Version.text,
        subcommands: [
            ServeCommand.self, ChatCommand.self, ReplayCommand.self, UserCommand.self, ConfigCommand.self,
            KeysCommand.self, BackupCommand.self, AuditCommand.self, RebuildCommand.self, PruneCommand.self,
            VenueCommand.self, TapeCommand.self,
        ])
}
