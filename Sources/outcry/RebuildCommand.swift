import ArgumentParser
import Desk

/// `outcry rebuild`: the tables that reports read, made again from the records.
struct RebuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild", abstract: "Make the tables again from the records. The server must not be running.")

    @OptionGroup var database: DatabaseOption

    func run() throws {
        let count = try OperatorDesk.rebuildTables(database: database.path(Settings()))
        print("made the tables again from \(count) records")
    }
}
