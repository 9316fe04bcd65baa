import ArgumentParser
import Desk
import Dispatch
import Glibc

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
                    end(error)
                }
            }
            dispatchMain()
        } catch {
            end(error)
        }
    }

    /// Ends the program as the parser would, and shows no password of a URL that was typed in the wrong place.
    private static func end(_ error: any Error) -> Never {
        let words = Outcry.fullMessage(for: error)
        let shown = Outcry.shown(words, typed: CommandLine.arguments)
        guard shown != words else { Outcry.exit(withError: error) }
        Terminal.write("\(shown)\n", to: STDERR_FILENO)
        exit(Outcry.exitCode(for: error).rawValue)
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

    /// A message that may quote arguments, as the parser's do, without the secrets of URLs among them.
    static func shown(_ message: String, typed arguments: [String]) -> String {
        arguments.flatMap { argument in
            // The value of an option too: `--exchang=https://...`.
            [argument, argument.firstIndex(of: "=").map { String(argument[argument.index(after: $0)...]) } ?? argument]
        }.filter { $0.contains("://") }.reduce(message) { $0.hidingSecrets(of: $1) }
    }
}
