import ArgumentParser
import Desk
import Glibc
import Threads
import Trading

/// `outcry prune`: the database without what was over long ago.
struct PruneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract:
            "Remove what was over long ago: orders, fills, records, notifications. The server must not be running.",
        discussion: """
            Removes orders that were over by then, with all that belongs to them, their fills and records, and notifications from before. \
            Whatever is open stays with its whole history, however old it is, and so do money that came or went (transactions), balances, \
            stored prices, charts of what accounts were worth, and the audit log. No number is used again.

            Take a backup first (outcry backup): what is removed cannot be made again. Then the file is written anew without it, which \
            takes as much room again as what is left: once beside the database and once in the folder for temporary files \
            (SQLITE_TMPDIR, else /var/tmp). Without that room nothing is lost, and the freed pages are used for what comes next. A prune \
            that was cut off is finished by the next one, or by the server.
            """)

    @OptionGroup var database: DatabaseOption
    @Option(
        help: ArgumentHelp(
            "How long ago it was over, at least: 90d, 12w, 720h; not below 2d.", valueName: "age"))
    var olderThan: String
    @Flag(help: "Only say what would be removed.")
    var dryRun = false

    func run() throws {
        let now = MachineClock.wall
        let cut: Timestamp
        do throws(Refusal) {
            cut = try OperatorDesk.pruneCut(olderThan, before: now)
        } catch {
            throw Failure("--older-than: \(error.message)")
        }
        let path = try database.path()
        // Opening makes a database where there is none.
        guard access(path, F_OK) == 0 else { throw Failure("there is no database \(path)") }
        let pruned = try OperatorDesk.prune(database: path, before: cut, at: now, isTrial: dryRun)
        for line in PrunedWords(pruned, before: cut, isTrial: dryRun).lines { print(line) }
    }
}
