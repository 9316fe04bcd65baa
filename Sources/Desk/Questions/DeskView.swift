import Accounts
import Conversation
import Ledger
import Trading

/// What a question may see of the desk: all that it has to answer from, and nothing that changes any of it.
///
/// That a command cannot change anything shows in its signature: it is given this, and no `DeskCore`. It always shows the desk as it is.
struct DeskView {
    private unowned let desk: DeskCore

    init(_ desk: DeskCore) { self.desk = desk }

    var now: Timestamp { desk.now }
    var configuration: DeskConfiguration { desk.configuration }
    var limits: DeskLimits { desk.configuration.limits }
    /// The tables, brought up to what the lines before this one did.
    func ledger() throws -> some LedgerReading {
        try desk.flushTables()
        return try desk.ledgerTransaction()
    }

    // MARK: The exchanges

    var seats: [any SeatReading] { desk.seats }
    func seat(_ id: ExchangeID) -> (any SeatReading)? { desk.seat(id) }
    func currentSeat(of account: AccountID) -> any SeatReading { desk.currentSeat(of: account) }
    /// Whether an account has to be told at which exchange something is.
    func namesExchange(_ account: AccountID) -> Bool { desk.namesExchange(account) }
    /// ` on kraken` behind a pair, where a line about a market has to say which one it is.
    func place(of seat: any SeatReading, isNamed: Bool = false) -> String {
        desk.seats.count > 1 || isNamed ? " on \(seat.name)" : ""
    }

    /// The exchanges whose own lists of transactions an account is shown.
    func exchangesListing(_ account: AccountID) -> [ExchangeID] {
        desk.seats.filter { $0.listsTransactions(of: account) }.map(\.id)
    }

    // MARK: Accounts

    func sight(of account: AccountID) -> AccountSight { desk.sight(of: account) }
    func zone(of account: AccountID?) -> TimeZoneRules {
        account.flatMap { desk.people.accounts[$0]?.zone } ?? configuration.timeZone
    }
    func quote(of account: AccountID?) -> Coin {
        account.flatMap { desk.people.accounts[$0]?.quote } ?? configuration.quote
    }
    /// The pairs that an account wants to trade only; nil where it is all.
    func pairsWanted(by account: AccountID?) -> [Pair]? {
        account.flatMap { desk.people.accounts[$0]?.guards.pairs }
    }
    func sessionCount(of account: AccountID) -> Int { desk.people.accounts[account]?.sessions.count ?? 0 }
    func account(_ id: AccountID) throws -> Account? { try desk.accountStore().account(id) }
    func settings(of account: AccountID) throws -> [String: String] { try desk.accountStore().settings(of: account) }
    func tokens(of account: AccountID) throws -> [Token] { try desk.accountStore().tokens(of: account) }
    func exchangeKeys(of account: AccountID) throws -> [StoredExchangeKey] {
        try desk.accountStore().exchangeKeys(of: account)
    }

    // MARK: Histories

    /// That trades and finished orders go back to a moment only, where an answer may have less in it for that.
    func historyLines(of account: AccountID, since: Timestamp?) throws -> [String] {
        try desk.historyLines(of: account, since: since)
    }
    /// The same for programs.
    func withHistory(_ fields: JSONObject, of account: AccountID) throws -> JSONObject {
        try desk.withHistory(fields, of: account)
    }

    // MARK: What the desk does by itself

    var jobs: JobBook { desk.upkeep.jobs }

    // MARK: What an answer costs

    /// Rows read so far, and what is worth as much. A difference of two says what something has cost.
    var cost: Int { desk.cost }
    /// Whether a step of an answer may go on: it began at `start`, and has cost less than a turn.
    func mayGoOn(since start: Int) -> Bool { desk.mayGoOn(since: start) }
    /// Counts what costs time without reading a row.
    func addCost(_ rows: Int) { desk.addCost(rows) }
}
