import Accounts
import ArgumentParser
import Desk
import Glibc
import Threads
import Trading

extension UserCommand {
    /// `outcry user role`.
    struct Role: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a person another role.",
            discussion: """
                A viewer sees and changes nothing, a trader trades, an admin is a trader who may also do what is the operator's. \
                Open sessions end, since they have the old role; tokens go on, with no more rights than the role has.
                """)

        @OptionGroup var database: DatabaseOption
        @Argument var name: String
        @Argument(help: "viewer, trader or admin.")
        var role: Accounts.Role

        func run() throws {
            let accountName = try UserCommand.name(name)
            let old = try UserCommand.desk(database) { try $0.setRole(accountName, to: role, at: MachineClock.wall) }
            print(
                old == role
                    ? "\(accountName) is \(UserCommand.article(role)) already"
                    : "\(accountName) is \(UserCommand.article(role)) now, and was \(UserCommand.article(old))")
        }
    }

    /// `outcry user delete`.
    struct Delete: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete an account and free its name, after a confirmation.",
            discussion: """
                Sessions end; tokens, two-factor codes, settings and exchange keys go. Orders, fills, funds and the audit log stay \
                in the books, under the account's number. The name is typed again to confirm, at the terminal or as the first line \
                of standard input; --yes goes without. To close an account for a while, see disable.
                """)

        @OptionGroup var database: DatabaseOption
        @Argument var name: String
        @Flag(help: "Ask for no confirmation.")
        var yes = false
        @Flag(
            help: """
                Delete it although orders are open: they stay open, nobody can cancel them, and exchange keys stay, to follow them.
                """)
        var leaveOrders = false

        func run() throws {
            let accountName = try UserCommand.name(name)
            let found = try UserCommand.desk(database) { try $0.belongings(of: accountName) }
            if !yes { try confirm(found) }
            let gone = try UserCommand.desk(database) {
                try $0.delete(accountName, leavingOrders: leaveOrders, at: MachineClock.wall)
            }
            var words = ["deleted \(accountName): the name is free", "sessions end"]
            if gone.tokens > 0 { words.append("\(UserCommand.count(gone.tokens, "token")) dropped") }
            if gone.openOrders > 0 { words.append("\(UserCommand.count(gone.openOrders, "order")) left open") }
            print(words.joined(separator: "; "))
        }

        /// Says what there is, and has the name typed.
        private func confirm(_ found: AccountBelongings) throws {
            guard found.openOrders == 0 || leaveOrders else { return }
            var words = "\(found.account.name), \(UserCommand.article(found.account.role))"
            words +=
                ": \(UserCommand.count(found.tokens, "token")), \(UserCommand.count(found.exchangeKeys, "exchange key"))"
            words += ", \(UserCommand.count(found.openOrders, "open order"))"
            let funds = found.funds.map { "\($0.amount) \($0.coin)" }.joined(separator: ", ")
            words += funds.isEmpty ? "; no funds" : "; it has \(funds), which stay in the books and nobody can reach"
            Terminal.write("\(words)\ntype \(found.account.name) to delete it: ", to: STDERR_FILENO)
            let typed = readLine(strippingNewline: true)
            if isatty(STDIN_FILENO) == 0 { Terminal.write("\n", to: STDERR_FILENO) }
            guard let typed, AccountName(typed) == found.account.name else {
                throw Failure("that is not \(found.account.name); nothing was deleted")
            }
        }
    }

    fileprivate static func count(_ number: Int, _ what: String) -> String {
        "\(number == 0 ? "no" : "\(number)") \(what)\(number == 1 ? "" : "s")"
    }

    fileprivate static func article(_ role: Accounts.Role) -> String {
        "\(role == .admin ? "an" : "a") \(role.rawValue)"
    }
}
