public import Accounts
public import Exchange
public import Ledger
public import Logging
public import Trading

extension DeskCore {
    /// Opens a desk that trades on the paper exchange: the ledger at `path`, made where there is none, with the accounts' tables
    /// and the exchange's books in it.
    ///
    /// Throws `LedgerError` for a file that cannot be served, `BookError` for books that cannot be read, `TapeError` for
    /// tapes that cannot be played.
    public static func openPaper(
        database path: String, _ configuration: DeskConfiguration, tapes: PaperTapes? = nil,
        ledger options: LedgerOptions = .serve, passwords: any PasswordChecking, keys: KeyCustody? = nil,
        masterKey: MasterKeySource = .none, log: Logger, now: Timestamp
    ) throws -> DeskCore {
        let ledger = try openLedger(database: path, options, configuration)
        let now = try start(of: ledger, wall: now, log: log)
        let books = try ledger.books("paper")
        let exchange = try PaperExchange(
            restoring: books.map { BookEntry(key: String(decoding: $0.key, as: UTF8.self), value: $0.value) })
        let tape = try tapes.map { tapes in
            try TapePlayer(
                tapes.sources, speed: tapes.speed, loop: tapes.isLooping, startingAt: now,
                position: exchange.note("tape").flatMap { TapePosition(bytes: $0) })
        }
        return try DeskCore(
            configuration, ledger: ledger, exchange: exchange, passwords: passwords, keys: keys, masterKey: masterKey,
            tape: tape, log: log, now: now)
    }

    /// Opens a desk that trades on an exchange which answers over the wire: the ledger at `path`, made where there is none. The
    /// exchange's reports come back as `DeskInput.exchange`; what accounts have is what it says that they have.
    ///
    /// Throws `LedgerError` for a file that cannot be served.
    public static func openOverTheWire(
        database path: String, _ configuration: DeskConfiguration, exchange: any Exchange,
        ledger options: LedgerOptions = .serve, passwords: any PasswordChecking, keys: KeyCustody? = nil,
        masterKey: MasterKeySource = .none, log: Logger, now: Timestamp
    ) throws -> DeskCore {
        guard exchange.settlement == .overTheWire else {
            throw DeskError.cannotOpen("\(exchange.name) does not answer over the wire")
        }
        let ledger = try openLedger(database: path, options, configuration)
        guard try ledger.books("paper").isEmpty else {
            throw DeskError.cannotOpen(
                "this database has the books of the paper exchange; trading on \(exchange.name) takes one of its own")
        }
        return try DeskCore(
            configuration, ledger: ledger, exchange: exchange, passwords: passwords, keys: keys, masterKey: masterKey,
            log: log, now: try start(of: ledger, wall: now, log: log))
    }

    private static func openLedger(database path: String, _ options: LedgerOptions, _ configuration: DeskConfiguration)
        throws
        -> Ledger
    {
        let (limits, isReadOnly) = (configuration.limits, configuration.readOnly != nil)
        var options = options
        options.checkpointPages = limits.checkpointPages
        options.discardsWrites = isReadOnly
        return try Ledger(path: path, options: options) { AccountStore.registerMigrations(in: &$0) }
    }

    /// Adds a person, and gives the paper exchange's money to them. Refuses with `name_taken`.
    @discardableResult
    public func addAccount(
        _ name: AccountName, role: Role, passwordHash: PasswordHash, funds: [(ExactDecimal, Coin)], at moment: Timestamp
    ) throws -> AccountID {
        var id: AccountID?
        _ = try takeDirectly(at: moment) {
            let account = try accountStore().add(name, role: role, passwordHash: passwordHash, at: now)
            id = account.id
            try watch(account.id)
            for (amount, coin) in funds where amount.isPositive {
                try takePaper(.deposit(account.id, amount, coin))
            }
        }
        guard let id else { throw DeskError.outsideBatch }
        return id
    }

    /// Whether anybody has an account here.
    public func hasAccounts() throws -> Bool {
        var found = false
        _ = try takeDirectly(at: now) { found = try !accountStore().accounts().isEmpty }
        return found
    }
}

/// The tapes that drive the paper exchange.
public struct PaperTapes {
    public var sources: [any TapeSource]
    /// How much faster than it happened.
    public var speed: ExactDecimal
    public var isLooping: Bool

    public init(sources: [any TapeSource], speed: ExactDecimal = .one, isLooping: Bool = false) {
        self.sources = sources
        self.speed = speed
        self.isLooping = isLooping
    }
}
