public import Accounts
public import Exchange
public import Ledger
public import Logging
public import Trading

extension DeskCore {
    /// Makes a desk's exchange, once its ledger is open.
    public typealias MakeExchange = (Ledger, Timestamp) throws -> ExchangeSetup

    /// Opens a desk with a seat at each of some exchanges: the ledger at `path`, made where there is none, with the accounts' tables in it.
    /// What exchanges over the wire report comes back as `DeskInput.exchange`; what accounts have there is what they say.
    ///
    /// Throws `LedgerError` for a file that cannot be served, `BookError` for books of the paper exchange that cannot be read, `TapeError`
    /// for tapes that cannot be played, and whatever making an exchange throws.
    public static func open(
        database path: String, _ configuration: DeskConfiguration, exchanges: [MakeExchange],
        ledger options: LedgerOptions = .serve, passwords: any PasswordChecking, masterKey: MasterKeySource = .none,
        log: Logger, now: Timestamp
    ) throws -> DeskCore {
        let ledger = try openLedger(database: path, options, configuration)
        let now = try start(of: ledger, wall: now, log: log)
        let setups = try exchanges.map { try $0(ledger, now) }
        let hasPaperBooks = try !ledger.books(ExchangeID.paper.description).isEmpty
        guard !hasPaperBooks || setups.contains(where: { $0.id == .paper }) else {
            throw DeskError.cannotOpen(
                "this database has the books of the paper exchange: give --exchange paper too, or another database")
        }
        return try DeskCore(
            configuration, ledger: ledger, exchanges: setups, passwords: passwords, masterKey: masterKey, log: log,
            now: now)
    }

    /// The paper exchange with its books as the ledger has them, driven by tapes or by another exchange's market where there are any.
    public static func paper(
        tapes: PaperTapes? = nil, keys: KeyCustody? = nil, follows: ExchangeID? = nil
    ) -> MakeExchange {
        { ledger, now in
            let books = try ledger.books(ExchangeID.paper.description)
            let exchange = try PaperExchange(
                restoring: books.map { BookEntry(key: String(decoding: $0.key, as: UTF8.self), value: $0.value) })
            let tape = try tapes.map { tapes in
                try TapePlayer(
                    tapes.sources, speed: tapes.speed, loop: tapes.isLooping, startingAt: now,
                    position: exchange.note("tape").flatMap { TapePosition(bytes: $0) })
            }
            return ExchangeSetup(id: .paper, exchange: exchange, keys: keys, tape: tape, follows: follows)
        }
    }

    /// Opens a desk that trades on the paper exchange alone.
    public static func openPaper(
        database path: String, _ configuration: DeskConfiguration, tapes: PaperTapes? = nil,
        ledger options: LedgerOptions = .serve, passwords: any PasswordChecking, keys: KeyCustody? = nil,
        masterKey: MasterKeySource = .none, log: Logger, now: Timestamp
    ) throws -> DeskCore {
        try open(
            database: path, configuration, exchanges: [paper(tapes: tapes, keys: keys)], ledger: options,
            passwords: passwords, masterKey: masterKey, log: log, now: now)
    }

    /// Opens a desk that trades on one exchange over the wire, under that exchange's own name.
    public static func openOverTheWire(
        database path: String, _ configuration: DeskConfiguration, exchange: any Exchange,
        ledger options: LedgerOptions = .serve, passwords: any PasswordChecking, keys: KeyCustody? = nil,
        masterKey: MasterKeySource = .none, log: Logger, now: Timestamp
    ) throws -> DeskCore {
        guard let id = ExchangeID(exchange.name), exchange.settlement == .overTheWire else {
            throw DeskError.cannotOpen("\(exchange.name) does not answer over the wire")
        }
        return try open(
            database: path, configuration,
            exchanges: [{ _, _ in ExchangeSetup(id: id, exchange: exchange, keys: keys) }], ledger: options,
            passwords: passwords, masterKey: masterKey, log: log, now: now)
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
            for seat in seats { try seat.watch(account.id) }
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
