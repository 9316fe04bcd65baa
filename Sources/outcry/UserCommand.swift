public import Accounts
public import ArgumentParser
import Desk
import Threads
import Trading

/// `outcry user`: the people of a desk.
struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Add people, list them, give them roles and passwords, end their sessions, close or delete accounts.",
        discussion: "Works while the server runs, and while it does not.",
        subcommands: [
            Add.self, List.self, Role.self, Disable.self, Enable.self, Password.self, Logout.self, Delete.self,
        ])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a person. The password is asked for, or is the first line of standard input.")

        @OptionGroup var database: DatabaseOption
        @Argument(help: "The name: \(AccountName.rule).")
        var name: String
        @Option(help: "viewer, trader or admin.")
        var role = Accounts.Role.trader
        @Option(help: "Money on the paper exchange: \"1000 usd, 0.5 btc\".")
        var funds = ""

        func run() throws {
            let accountName = try UserCommand.name(name)
            let money = try UserCommand.funds(funds)
            let password = try PasswordInput.read(asking: "password for \(name): ", twice: true)
            let account = try UserCommand.desk(database) { desk in
                try desk.add(accountName, role: role, password: password, funds: money, at: MachineClock.wall)
            }
            print("added \(account.name), \(account.role.rawValue)\(funds.isEmpty ? "" : ", with \(funds)")")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List everybody.")

        @OptionGroup var database: DatabaseOption

        func run() throws {
            for account in try UserCommand.desk(database, { try $0.accounts() }) {
                let seen = account.lastLoginAt.map { "last login \($0)" } ?? "never logged in"
                print("\(account.name)  \(account.role.rawValue)  \(seen)\(account.isDisabled ? "  disabled" : "")")
            }
        }
    }

    struct Disable: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Close an account, drop its tokens, and end its sessions.")

        @OptionGroup var database: DatabaseOption
        @Argument var name: String

        func run() throws {
            let accountName = try UserCommand.name(name)
            try UserCommand.desk(database) { try $0.disable(accountName, at: MachineClock.wall) }
            print("disabled \(accountName)")
        }
    }

    struct Enable: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Open a disabled account again.")

        @OptionGroup var database: DatabaseOption
        @Argument var name: String

        func run() throws {
            let accountName = try UserCommand.name(name)
            try UserCommand.desk(database) { try $0.enable(accountName) }
            print("enabled \(accountName)")
        }
    }

    struct Password: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a person another password, asked for or from the first line of standard input.",
            discussion: "Drops the person's tokens, ends all sessions, and turns two-factor codes off.")

        @OptionGroup var database: DatabaseOption
        @Argument var name: String

        func run() throws {
            let accountName = try UserCommand.name(name)
            let password = try PasswordInput.read(asking: "new password for \(name): ", twice: true)
            try UserCommand.desk(database) { try $0.setPassword(accountName, to: password, at: MachineClock.wall) }
            print("changed the password of \(accountName); sessions end, and tokens are dropped")
        }
    }

    struct Logout: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End all sessions of a person.",
            discussion: "Programs log in again with their tokens, unless --tokens drops those.")

        @OptionGroup var database: DatabaseOption
        @Argument var name: String
        @Flag(name: .customLong("tokens"), help: "Drop the person's tokens too.")
        var dropsTokens = false

        func run() throws {
            let accountName = try UserCommand.name(name)
            let count = try UserCommand.desk(database) {
                try $0.logOut(accountName, droppingTokens: dropsTokens, at: MachineClock.wall)
            }
            let tokens = dropsTokens ? ", and dropped \(count) token\(count == 1 ? "" : "s")" : ""
            print("ended the sessions of \(accountName)\(tokens)")
        }
    }

    // MARK: What they share

    /// Does something with the database; a refusal becomes the line that the program ends with.
    static func desk<Value>(_ database: DatabaseOption, _ body: (OperatorDesk) throws -> Value) throws -> Value {
        do {
            return try body(try OperatorDesk(database: database.path()))
        } catch let refusal as Refusal {
            throw Failure(refusal.message)
        }
    }

    static func name(_ text: String) throws -> AccountName {
        guard let name = AccountName(text) else { throw Failure("a name is \(AccountName.rule), not \(text)") }
        return name
    }

    /// `1000 usd, 0.5 btc`.
    static func funds(_ text: String) throws -> [(ExactDecimal, Coin)] {
        try text.split(separator: ",").map { part in
            let words = part.split(separator: " ")
            guard words.count == 2, let amount = ExactDecimal(String(words[0])), amount.isPositive,
                let coin = Coin(words[1])
            else {
                throw Failure("--funds takes amounts above zero with their coins, \"1000 usd, 0.5 btc\", not \(part)")
            }
            return (amount, coin)
        }
    }
}

extension Accounts.Role: ExpressibleByArgument {}
