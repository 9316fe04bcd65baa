import ArgumentParser
import Desk

/// The program.
@main
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
