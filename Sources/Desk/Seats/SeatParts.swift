import CommandGrammar
import Exchange
import OrderEngine
import Secrets
import Trading

/// What an exchange trades, and who is told of it.
struct SeatMarket {
    /// Whose market it goes by, where that is a paper exchange that has none of its own.
    let follows: ExchangeID?
    /// The pairs that the exchange trades, in order.
    private(set) var pairs: [Pair] = []
    /// By the currency that a coin alone is traded in.
    private var parsers: [Coin: CommandParser] = [:]
    var watch = PriceWatch()
    var alerts: AlertBook

    init(follows: ExchangeID?, alerts: AlertBook) {
        self.follows = follows
        self.alerts = alerts
    }

    mutating func take(_ told: [Pair]) {
        let told = told.sorted()
        guard told != pairs else { return }
        pairs = told
        parsers.removeAll()
    }

    /// Reads a line in the words of these pairs.
    mutating func parser(quote: Coin) -> CommandParser {
        if let parser = parsers[quote] { return parser }
        let parser = CommandParser(vocabulary: Vocabulary(pairs: pairs, quote: quote))
        parsers[quote] = parser
        return parser
    }
}

/// By what keys an exchange is asked for accounts.
struct SeatKeys {
    /// Nil where the exchange needs none.
    let custody: KeyCustody?
    /// The accounts that it can be asked for.
    var accounts: Set<AccountID> = []
    /// What their keys may do, as the exchange said it last.
    var rights: [AccountID: ExchangeKeyRights] = [:]
}

/// What a seat goes on with when it can.
struct SeatBacklog {
    /// What a restart has cut off, while the exchange has not said yet what it has of the account.
    var postponed: [Input] = []
    var tradesLeft = TradesLeft()
}
