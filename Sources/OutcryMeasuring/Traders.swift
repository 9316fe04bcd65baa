public import Accounts
import Conversation
public import Desk
import Ledger
import Secrets
import Threads
public import Trading

/// Accounts with money and a token each, so that a session logs in with its handshake.
public struct Traders {
    public let tokens: [String]

    /// The most that one look at the operator's requests takes up; each account asks for its money that way.
    public static let countMax = 100

    /// Those of an exchange over the wire, where a master key is given, have a key there that is called as they are, and the
    /// same as its secret; the others have play money.
    public init(_ count: Int, database path: String, keysAt exchange: String = "", under master: MasterKey? = nil)
        throws
    {
        precondition(count <= Traders.countMax)
        guard let cost = ScryptCost(n: 2, r: 1, p: 1) else { throw MeasureError("scrypt") }
        let hash = try PasswordHash(hashing: Secret("never typed"), cost: cost)
        let ledger = try Ledger(path: path, options: .tool) { AccountStore.registerMigrations(in: &$0) }
        let now = MachineClock.wall
        tokens = try ledger.transaction { transaction in
            let store = AccountStore(try transaction.database)
            return try (1...count).map { number in
                guard let name = AccountName(Traders.name(number)) else { throw MeasureError("name") }
                let account = try store.add(name, role: .trader, passwordHash: hash, at: now)
                let token = try TokenSecret.generate()
                _ = try store.addToken(token, named: name, rights: .trade, for: account.id, at: now)
                if let master {
                    guard let key = ExchangeKey(key: Traders.name(number), secret: Traders.name(number)) else {
                        throw MeasureError("key")
                    }
                    _ = try store.setExchangeKey(
                        key, at: exchange, rights: ExchangeKeyRights(info: true, trade: true, withdraw: false),
                        sealedUnder: master, for: account.id, at: now)
                } else {
                    try store.enqueue(.deposit(1_000_000_000_000, "usd"), for: account.id, at: now)
                }
                return token.secret.revealed()
            }
        }
        try ledger.close()
    }

    /// Limits that a load does not meet.
    public static var limits: Limits {
        var limits = Limits()
        for (name, value) in [
            ("open_orders", 10_000_000), ("snapshot_records", 100_000_000),
        ] {
            precondition(limits.set(name, to: value), "no limit \(name)")
        }
        return limits
    }

    public static var configuration: DeskConfiguration {
        let limits = limits
        return DeskConfiguration(engineLimits: limits.engine, limits: limits.desk)
    }

    /// What the trader of a number is called.
    public static func name(_ number: Int) -> String { "trader\(number)" }

    /// The price of an order that rests on the book: nothing trades at it.
    public static func price(_ number: Int) -> ExactDecimal { ExactDecimal(200 + number % 30) }

    /// A line that rests on the book.
    public static func line(_ number: Int) -> String { "buy 0.5 btc_usd at \(price(number))" }
}
