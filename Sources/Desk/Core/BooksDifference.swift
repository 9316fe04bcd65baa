import Exchange
import OrderEngine
import Trading

/// Where the records and the paper exchange's books say different things of what an account has.
struct BooksDifference: CustomStringConvertible {
    let account: AccountID
    let coin: Coin
    let recorded: ExactDecimal
    let booked: ExactDecimal

    var description: String {
        "\(account) has \(recorded) \(coin) by the records and \(booked) at the paper exchange"
    }

    /// The first one; nil where they are the same to the last digit.
    static func first(of engine: OrderEngine, _ paper: PaperExchange) -> BooksDifference? {
        all(of: engine, paper, atMost: 1).first
    }

    /// Of every account and coin that either side knows, by account and coin.
    static func all(of engine: OrderEngine, _ paper: PaperExchange, atMost limit: Int = .max) -> [BooksDifference] {
        let recorded = engine.snapshot().funds
        var places = Set(recorded.map { Place(account: $0.account, coin: $0.coin) })
        for account in paper.accounts {
            for balance in paper.balances(of: account) { places.insert(Place(account: account, coin: balance.coin)) }
        }
        var found: [BooksDifference] = []
        for place in places.sorted() where found.count < limit {
            let total = engine.funds(of: place.account, in: place.coin).total
            let booked = paper.balances(of: place.account).first { $0.coin == place.coin }?.total ?? .zero
            guard booked != total else { continue }
            found.append(
                BooksDifference(account: place.account, coin: place.coin, recorded: total, booked: booked))
        }
        return found
    }

    private struct Place: Hashable, Comparable {
        let account: AccountID
        let coin: Coin

        static func < (one: Place, other: Place) -> Bool { (one.account, one.coin) < (other.account, other.coin) }
    }
}
