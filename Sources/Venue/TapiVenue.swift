import Exchange
public import Trading

/// The exchange btc-e as who trades there meets it, from the other side of the wire: its public pages, its private `tapi`,
/// and books of its own behind them.
///
/// It is pure: a request is a value, the moment comes in with it, chance comes from one seed, and what to do is a value
/// too. Everything that lasts is a `VenueRecord`. Whoever hosts it takes `drainRecords()` after each call and makes them
/// durable before the answer goes out; `replay` makes the same venue of them again.
public final class TapiVenue {
    /// What a venue is started with.
    public struct Settings: Sendable {
        public var dialect: VenueDialect
        public var accounts: [VenueAccount]
        /// The pairs that it trades, beside those that its books know already.
        public var pairs: [VenuePair]
        /// Around what strangers quote a pair whose market nobody has moved yet.
        public var prices: [Pair: ExactDecimal]
        public var faults: VenueFaults
        /// Of the faults.
        public var seed: UInt64

        public init(
            dialect: VenueDialect = .btce, accounts: [VenueAccount] = [], pairs: [VenuePair] = [],
            prices: [Pair: ExactDecimal] = [:], faults: VenueFaults = .none, seed: UInt64 = 0
        ) {
            self.dialect = dialect
            self.accounts = accounts
            self.pairs = pairs
            self.prices = prices
            self.faults = faults
            self.seed = seed
        }
    }

    /// An account as the books know it.
    struct KnownAccount {
        let id: AccountID
        let key: String
        var nonce: UInt64 = 0
    }

    let settings: Settings
    package let books: VenueBooks
    /// What keys may do where that was changed while the venue ran.
    var changedRights: [AccountID: Set<KeyRight>] = [:]
    var pairs: [Pair: VenuePair] = [:]
    /// By number: account `n` stands at `n - 1`.
    var accounts: [KnownAccount] = []
    var accountNumbers: [String: AccountID] = [:]
    let access: [String: VenueAccount]
    var tape = MarketTape()
    var cache = AnswerCache()
    /// What strangers keep offering, where they do.
    var standing: [Pair: [VenueEntry.Level]] = [:]
    var replenishedAt = Timestamp(nanoseconds: .min)
    public package(set) var faults: VenueFaults
    var chance: SplitMix64
    var startedAt: Timestamp?
    /// Where the tape is that has been played, for its player to go on.
    public internal(set) var tapeMark: VenueEntry.TapeMark?
    /// Which tape that is, by its content; nil in books that were kept before that was written down.
    public internal(set) var tapeIdentity: String?
    private var records: [VenueRecord] = []

    public init(_ settings: Settings) {
        self.settings = settings
        books = VenueBooks(orderNumberBase: settings.dialect.orderNumberBase)
        faults = settings.faults
        chance = SplitMix64(seed: settings.seed)
        access = Dictionary(settings.accounts.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
    }

    public var dialect: VenueDialect { settings.dialect }

    // MARK: Records

    /// What has changed since the last call, to be made durable before any answer goes out.
    public func drainRecords() -> [VenueRecord] {
        defer { records = [] }
        return records
    }

    /// Takes back a record of an earlier run. All of them come before `start`.
    public func replay(_ record: VenueRecord) { apply(record.entry, at: record.at) }

    /// Opens for business: brings in what the settings have and the books do not know yet.
    public func start(at now: Timestamp) {
        startedAt = now
        // Books of versions up to 0.2 have none for what happened before: a row keeps its number for ever.
        if dialect.writesOrderRows, !books.writesOrderRows { commit(.orderRows, at: now) }
        for pair in settings.pairs where pairs[pair.rules.pair] == nil { commit(.pair(pair), at: now) }
        for account in settings.accounts where accountNumbers[account.key] == nil {
            commit(.account(key: account.key), at: now)
            guard let id = accountNumbers[account.key] else { continue }
            for fund in account.funds where fund.amount.isPositive {
                commit(.money(id, fund.amount, fund.coin, .deposit), at: now)
            }
        }
        openMarkets(at: now)
    }

    /// Writes a change down and makes it.
    package func commit(_ entry: VenueEntry, at now: Timestamp) {
        records.append(VenueRecord(at: now, entry))
        apply(entry, at: now)
    }

    private func apply(_ entry: VenueEntry, at now: Timestamp) {
        switch entry {
        case .account(let key):
            let id = AccountID(Int64(accounts.count + 1))
            accounts.append(KnownAccount(id: id, key: key))
            accountNumbers[key] = id
        case .pair(let pair):
            pairs[pair.rules.pair] = pair
            books.setRules(pair.rules, at: now)
        case .money(let account, let amount, let coin, let reason):
            books.move(amount, coin, reason, of: account, at: now)
        case .transaction(let account, let amount, let coin, let reason, let status, let text):
            books.move(amount, coin, reason, status, text: text, of: account, at: now)
        case .settle(let number, let status): books.settle(number, status)
        case .orderRows: books.writesOrderRows = true
        case .rights(let account, let rights): changedRights[account] = rights
        case .nonce(let account, let nonce):
            let index = Int(account.rawValue) - 1
            if accounts.indices.contains(index) { accounts[index].nonce = nonce }
        case .order(let account, let pair, let side, let price, let quantity):
            let order = books.accept(
                OrderEntry(account: account, pair: pair, side: side, price: price, quantity: quantity), at: now)
            order.isNumberUntold = order.status == .filled
        case .cancel(let number):
            if let order = books.order(number), order.status == .open { books.cancel(order, at: now) }
        case .take(let number, let quantity):
            if let order = books.order(number), order.status == .open { books.take(quantity, of: order, at: now) }
        case .quote(let pair, let levels, let isStanding):
            standing[pair] = isStanding ? levels : nil
            offer(levels, pair, at: now)
        case .print(let pair, let side, let price, let quantity):
            books.print(pair, price: price, quantity: quantity, takerSide: side, at: now)
        case .tape(let pair, let side, let price, let quantity, let mark):
            tapeMark = mark
            play(pair, side, price, quantity, at: now)
        case .tapeIs(let identity): tapeIdentity = identity
        }
        for case .trade(let print) in books.drainEvents() { tape.add(print) }
    }

    /// What a pair has traded at: of the last 24 hours, and at least the last 2,000; oldest first.
    package func prints(of pair: Pair) -> [MarketTrade] { tape.all(of: pair) }

    // MARK: Ranges

    /// More than anybody pays in at once or trades at once, in any coin: sums of such amounts stay within what a number holds.
    public static let amountMax: ExactDecimal = 1_000_000_000_000

    static func isValueInRange(_ price: ExactDecimal, _ quantity: ExactDecimal) -> Bool {
        guard let value = try? price.multiplied(by: quantity, rounding: .up) else { return false }
        return max(value, quantity) <= amountMax
    }

    // MARK: Names

    /// An order's number as clients know it.
    package func told(_ number: UInt64) -> UInt64 { dialect.orderNumberBase + number }

    /// What an account's key may do now.
    func rights(of account: AccountID) -> Set<KeyRight> {
        if let changed = changedRights[account] { return changed }
        let index = Int(account.rawValue) - 1
        return accounts.indices.contains(index) ? access[accounts[index].key]?.rights ?? [] : []
    }

    /// The books' number of an order as a client names it.
    func number(told text: String?) -> UInt64? {
        guard let text, let told = UInt64(text), told > dialect.orderNumberBase else { return nil }
        return told - dialect.orderNumberBase
    }

    /// A pair that is traded, by its name.
    func listed(_ name: some StringProtocol) -> VenuePair? {
        guard let pair = Pair(name), let known = pairs[pair], !known.isOff, known.rules.pair.description == name else {
            return nil
        }
        return known
    }

    /// All that are traded, by name.
    var listedPairs: [VenuePair] { pairs.values.filter { !$0.isOff }.sorted { $0.rules.pair < $1.rules.pair } }
}
