import ArgumentParser
import Desk

/// `outcry rebuild`: the tables that reports read, made again from the records.
struct RebuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild", abstract: "Make the tables again from the records. The server must not be running.",
        discussion: """
            A database whose file is damaged is made anew of what is whole in it, if that has all that cannot be made again; \
            the damaged file stays beside it.
            """)

    @OptionGroup var database: DatabaseOption
    @Flag(
        help: """
            Believe pages whose checksums do not match, where SQLite finds no fault in any: for a database that another \
            program has written to.
            """)
    var trustPages = false

    func run() throws {
        let count = try OperatorDesk.rebuildTables(database: database.path(), trustingPages: trustPages) {
            print($0)
        }
        print("made the tables again from \(count) records")
    }
}
