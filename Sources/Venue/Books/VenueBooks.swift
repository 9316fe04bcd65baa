package import Exchange
package import Trading

/// An exchange's books: who has what, what rests, what traded. Price-time priority, double entry, no clock and no chance.
///
/// They know nothing of how an order reaches the exchange, share no code with the engine or the paper exchange, and take
/// every moment as it is given. Orders of strangers, who are everybody without an account, are matched and then
/// forgotten; those of accounts are kept for ever.
package final class VenueBooks {
    package internal(set) var ledger = VenueLedger()
    package internal(set) var markets: [Pair: VenueMarket] = [:]
    /// Every order of an account that was ever accepted, lowest number first.
    package internal(set) var orders: [VenueOrder] = []
    /// Every fill of an account, in the order in which they happened.
    package internal(set) var fills: [VenueFill] = []
    /// The positions of each account's fills in `fills`.
    package internal(set) var accountFills: [AccountID: [Int]] = [:]
    package internal(set) var openOrderNumbers: [AccountID: Set<UInt64>] = [:]
    /// Every row of the lists of transactions, oldest first: number `n` stands at `n - 1`.
    package internal(set) var transactions: [VenueTransaction] = []
    /// The positions of each account's rows in `transactions`.
    package internal(set) var accountTransactions: [AccountID: [Int]] = [:]
    /// Whether orders that are accepted, trade or are canceled from now on leave rows among the transactions.
    var writesOrderRows = false
    /// What is added to an order's number where a text names it.
    let orderNumberBase: UInt64
    /// How many fills there were, of strangers too.
    package internal(set) var fillCount: UInt64 = 0
    private var orderCount: UInt64 = 0
    var events: [VenueEvent] = []

    package init(orderNumberBase: UInt64 = 0) { self.orderNumberBase = orderNumberBase }

    /// What has happened since the last call, in the order in which it did.
    package func drainEvents() -> [VenueEvent] {
        defer { events = [] }
        return events
    }

    // MARK: Pairs

    /// Adds a pair, or takes other rules for orders that are accepted from now on; those that rest keep theirs. Tick and
    /// step of a pair may only become finer.
    package func setRules(_ rules: PairRules, at now: Timestamp) {
        if markets[rules.pair] != nil {
            markets[rules.pair]?.rules = rules
            markets[rules.pair]?.feeRates.append(rules.feeRate)
            events.append(.rules(rules))
            return
        }
        markets[rules.pair] = VenueMarket(rules: rules, at: now)
        for coin in [rules.pair.base, rules.pair.quote] where ledger[.free(.strangers), coin] == 0 {
            ledger.move(VenueLedger.strangersFunds, coin, from: .outside, to: .free(.strangers))
        }
    }

    // MARK: Orders

    func nextOrderNumber() -> UInt64 {
        orderCount += 1
        return orderCount
    }

    /// An account's order by its number.
    package func order(_ number: UInt64) -> VenueOrder? {
        var low = 0
        var high = orders.count
        while low < high {
            let middle = (low + high) / 2
            if orders[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low < orders.count && orders[low].number == number ? orders[low] : nil
    }

    /// An account's order by its number; nil for another's.
    package func order(_ number: UInt64, of account: AccountID) -> VenueOrder? {
        order(number).flatMap { $0.account == account ? $0 : nil }
    }

    // MARK: Money

    /// What an account has of each coin that it ever had, by name.
    package func balances(of account: AccountID) -> [CoinBalance] {
        ledger.coins.sorted().compactMap { coin in
            guard ledger.knows(.free(.account(account)), coin) else { return nil }
            return CoinBalance(
                coin: coin, free: ExactDecimal(units: ledger[.free(.account(account)), coin]),
                held: ExactDecimal(units: ledger[.held(.account(account)), coin]))
        }
    }

    /// What all purses of each coin hold together, the outside's debt included: zero, or the books are wrong.
    package var imbalances: [Coin: ExactDecimal] {
        var found: [Coin: ExactDecimal] = [:]
        for coin in ledger.coins where ledger.sum(of: coin) != 0 {
            found[coin] = ExactDecimal(units: ledger.sum(of: coin))
        }
        return found
    }
}

/// A pair as it trades now.
package struct VenueMarket {
    package internal(set) var rules: PairRules
    /// Every fee rate that it had, the newest last.
    package internal(set) var feeRates: [ExactDecimal]
    package internal(set) var book = VenueBook()
    package internal(set) var ticker: Ticker

    init(rules: PairRules, at now: Timestamp) {
        self.rules = rules
        feeRates = [rules.feeRate]
        ticker = Ticker(at: now)
    }
}

/// A fill of an account's order.
package struct VenueFill {
    package let order: UInt64
    /// The number of the order that was on the book first: this one, or the other side's.
    package let maker: UInt64
    package let account: AccountID
    package let pair: Pair
    package let side: Side
    package let fill: Fill

    /// Its fills are numbered, from 1 on.
    package var number: UInt64 { fill.id.number ?? 0 }
}

/// What happened in the books. A fill is told by its position in `VenueBooks.fills`.
package enum VenueEvent {
    case accepted(VenueOrder)
    case filled(at: Int)
    case canceled(VenueOrder)
    case trade(MarketTrade)
    case ticker(Pair, Ticker)
    case rules(PairRules)
    case money(VenueTransaction)
}
