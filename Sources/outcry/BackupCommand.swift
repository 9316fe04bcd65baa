import ArgumentParser
import Desk

/// `outcry backup`: a copy of the database, also while the server runs.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy the database as it is now, also while the server runs.",
        discussion: """
            Only you may read the copy. It holds password hashes, and the keys and two-factor secrets of traders as they are \
            sealed; the master key is in a file of its own, which is not copied: keep that elsewhere.
            """)

    @OptionGroup var database: DatabaseOption
    @Argument(help: "The file to write. It must not exist yet.")
    var target: String

    func run() throws {
        try OperatorDesk(database: database.path()).backup(to: target)
        print("copied to \(target)")
    }
}
