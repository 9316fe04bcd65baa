import Accounts
import ArgumentParser
import Desk
import Trading

/// `outcry keys`: the master key that exchange keys and two-factor secrets are sealed under.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make and change the master key that exchange keys and two-factor secrets are sealed under.",
        discussion: """
            Traders set their keys themselves, with keys EXCHANGE set KEY SECRET, and two-factor codes with totp on. Both are \
            in the database, sealed; the master key is not, and not in its backups either: keep a copy of it elsewhere.
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
            print("keep a copy of it apart from the database and its backups: without it what it seals is lost")
        }
    }

    struct Rotate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Seal everything under another master key. The server must not be running.",
            discussion: """
                All in one transaction: whenever it is cut off, either the old file or the new one opens everything, and to do \
                it again does no harm.
                """)

        @OptionGroup var database: DatabaseOption
        @OptionGroup var master: MasterKeyOption
        @Option(help: "The file with the master key to use from now on.")
        var newMaster: String

        func run() throws {
            let settings = try database.settings()
            let new = try MasterKeyFile(path: newMaster).read()
            let path = try database.path(settings).value
            let count = try OperatorDesk.resealKeys(
                database: path, from: try master.read(settings, database: path), to: new)
            let already = count.already == 0 ? "" : "; \(count.already) were already"
            print(
                "sealed \(count.keys) keys and \(count.codes) two-factor secrets under the master key \(new.name)\(already)"
            )
            let old = try master.path(settings, database: path).value
            print("now put \(newMaster) in the place of \(old), and start the server")
        }
    }

    struct Forget: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget what the master key does not open. The server must not be running.",
            discussion: """
                For a master key that is lost: traders set their exchange keys again, and two-factor codes are off for those \
                who had them, so that their password alone logs in. Where there is no master key it forgets everything.
                """)

        @OptionGroup var database: DatabaseOption
        @OptionGroup var master: MasterKeyOption

        func run() throws {
            let settings = try database.settings()
            let path = try database.path(settings).value
            let forgotten = try OperatorDesk.forgetUnreadableSecrets(
                database: path, under: try master.read(settings, database: path))
            for (name, key) in forgotten.keys { print("forgot \(name)'s key \(key.start)... at \(key.exchange)") }
            for name in forgotten.codes {
                print("switched \(name)'s two-factor codes off: the password alone logs in until totp on")
            }
            print("forgot \(forgotten.keys.count) keys and \(forgotten.codes.count) two-factor secrets")
        }
    }
}
