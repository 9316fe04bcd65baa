import Accounts
import Desk
import Trading

/// The account that a first start is tried with.
enum DemoAccount {
    /// Makes `demo`, an admin with money, where there is no account yet, and prints what to type where.
    static func makeIfFirst(database path: String, listen: (host: String, port: UInt16)) throws {
        let desk = try OperatorDesk(database: path)
        let url = "ws://\(listen.host):\(listen.port)"
        if try desk.accounts().isEmpty {
            guard let name = AccountName("demo") else { return }
            let password = try TokenSecret.generate().secret.revealed().dropFirst(TokenSecret.prefix.count).prefix(12)
            let funds: [(ExactDecimal, Coin)] = [(10_000, "usd"), (20, "btc"), (1_000, "ltc"), (1_000, "eur")]
            _ = try desk.add(name, role: .admin, password: Secret(password), funds: funds, at: SystemClock.now)
            Terminal.write("A new desk, with an account demo. Its password, shown this once: \(password)\n")
        }
        Terminal.write(
            """
            Connect with any WebSocket client to \(url), or in another terminal:
              .build/release/outcry chat \(url) --user demo
            and type
              buy 0.5 btc_usd at 230 until 18:00
              slice 2 btc 195..199 x20
              report paired
              help

            """)
    }
}
