import Accounts
import ArgumentParser
import Foundation

/// `--master-key-file`: what the keys of traders at exchanges are sealed under.
struct MasterKeyOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file with the master key that exchange keys are sealed under; outcry keys new-master makes one.",
            discussion: "Without it a service takes systemd's credential outcry-master-key, where it is given one.",
            valueName: "file"))
    var masterKeyFile: String?

    /// The key in the file that was named, or in systemd's credential; nil where there is neither.
    func read(_ settings: Settings) throws -> MasterKey? {
        let named = (masterKeyFile ?? settings.text("master.key.file")).map { MasterKeyFile(path: $0) }
        guard let file = named ?? .credential(environment: ProcessInfo.processInfo.environment) else { return nil }
        return try file.read()
    }
}
