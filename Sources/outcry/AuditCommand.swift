import Accounts
import ArgumentParser
import Desk
import Threads
import Trading

/// `outcry audit`: who did what, from the audit log in the database.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Show who did what: logins, tokens, keys, guards, the operator's acts.",
        discussion: """
            One line each, oldest first, as key=value; %20 stands for a space in a value. docs/audit.md lists the events. \
            Works while the server runs, and while it does not.
            """)

    /// Lines that are shown unless told.
    static let linesDefault = 100

    @OptionGroup var database: DatabaseOption
    @Option(
        help: ArgumentHelp(
            "Only what happened since then: 24h, 7d, 2026-08-30, \"2026-08-30 17:00\" (UTC).", valueName: "when"))
    var since: String?
    @Option(help: ArgumentHelp("Only what is about this account.", valueName: "name"))
    var account: String?
    @Option(
        help: ArgumentHelp("The newest so many lines. (default: \(linesDefault), or all with --since)", valueName: "n"))
    var last: Int?

    func validate() throws {
        guard (1...OperatorDesk.auditLinesMax).contains(last ?? 1) else {
            throw ValidationError("--last takes a number from 1 to \(OperatorDesk.auditLinesMax).")
        }
    }

    func run() throws {
        do {
            let since = try since.map { try OperatorDesk.moment(before: MachineClock.wall, $0) }
            let name = try account.map { text in
                guard let name = AccountName(text) else { throw Failure("a name is \(AccountName.rule), not \(text)") }
                return name
            }
            let most = last ?? (since == nil ? AuditCommand.linesDefault : OperatorDesk.auditLinesMax)
            for entry in try OperatorDesk(database: database.path()).audit(
                last: most, account: name, since: since)
            { print(entry) }
        } catch let refusal as Refusal {
            throw Failure(refusal.message)
        }
    }
}
