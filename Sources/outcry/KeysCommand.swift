import Accounts
import ArgumentParser
import Desk
import Trading

/// `outcry keys`: the master key that the exchange keys of traders are sealed under.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Make and change the master key that exchange keys are sealed under.",
        discussion: """
            Traders set their keys themselves, with keys EXCHANGE set KEY SECRET. They are in the database, sealed; the \
            master key is not, and not in its backups either: keep a copy of it elsewhere.
            """,
        subcommands: [NewMaster.self, Rotate.self, Forget.self])

    struct NewMaster: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "new-master", abstract: "Make a master key in a new file that only you may read.")

        @Argument(help: "The file to write. It must not exist yet.")
        var file: String

        func run() throws {
            let key = try MasterKeyFile(path: file).create()
            print("made the master key \(key.name) in \(file)")
            print("keep a copy of it apart from the database and its backups: without it the keys are lost")
        }
    }

    struct Rotate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Seal all keys under another master key. The server must not be running.",
            discussion: """
                All keys in one transaction: whenever it is cut off, either the old file or the new one opens all of them, and \
                to do it again does no harm.
                """)

        @OptionGroup var database: DatabaseOption
        @OptionGroup var master: MasterKeyOption
        @Option(help: "The file with the master key to use from now on.")
        var newMaster: String

        func run() throws {
            let settings = Settings()
            let new = try MasterKeyFile(path: newMaster).read()
            let count = try OperatorDesk.resealKeys(
                database: database.path(settings), from: try master.read(settings), to: new)
            let already = count.already == 0 ? "" : "; \(count.already) were already"
            print("sealed \(count.resealed) keys under the master key \(new.name)\(already)")
            print("now put \(newMaster) in the place of the old file, and start the server")
        }
    }

    struct Forget: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget the keys that the master key does not open. The server must not be running.",
            discussion: "For a master key that is lost: traders set their keys again. Without one it forgets all.")

        @OptionGroup var database: DatabaseOption
        @OptionGroup var master: MasterKeyOption

        func run() throws {
            let settings = Settings()
            let forgotten = try OperatorDesk.forgetUnreadableKeys(
                database: database.path(settings), under: try master.read(settings))
            for (name, key) in forgotten { print("forgot \(name)'s key \(key.start)... at \(key.exchange)") }
            print("forgot \(forgotten.count) keys")
        }
    }
}
