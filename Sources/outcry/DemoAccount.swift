import Accounts
import Desk
import Secrets
import Threads
import Trading

/// The account that a first start is tried with.
enum DemoAccount {
    /// Makes `demo`, an admin with money, where there is no account yet. Its password, or nil where somebody was there.
    static func makeIfFirst(database path: String) throws -> String? {
        let desk = try OperatorDesk(database: path)
        guard try desk.accounts().isEmpty, let name = AccountName("demo") else { return nil }
        var password = ""
        // One in many thousands has the account's name in it.
        repeat {
            password = String(
                try TokenSecret.generate().secret.revealed().dropFirst(TokenSecret.prefix.count).prefix(12))
        } while (try? PasswordRule.check(Secret(password), of: name)) == nil
        let funds: [(ExactDecimal, Coin)] = [(10_000, "usd"), (20, "btc"), (1_000, "ltc"), (1_000, "eur")]
        _ = try desk.add(name, role: .admin, password: Secret(password), funds: funds, at: MachineClock.wall)
        return password
    }

    /// Says what to type where: the program as it was typed itself.
    static func greet(password: String?, url: String) {
        if let password {
            Terminal.write("A new desk, with an account demo. Its password, shown this once: \(password)\n")
        }
        Terminal.write(
            """
            Connect with any WebSocket client to \(url), or in another terminal:
              \(CommandLine.arguments.first ?? "outcry") chat \(url) --user demo
            and type
              buy 0.5 btc_usd at 230 until 18:00
              slice 2 btc 195..199 x20
              report paired
              help

            """)
    }
}
