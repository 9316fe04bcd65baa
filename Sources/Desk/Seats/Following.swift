import Exchange
import Logging
import OrderEngine
import Trading

/// A paper exchange whose outside is the market of another seat: a strategy is tried on today's prices without a key and without
/// money.
extension Seat {
    /// The seats that go by this one's market.
    private var followers: [Seat] { desk.seats.filter { $0.market.follows == id } }

    /// Whose market this seat trades at: its own, or the one that it follows.
    var marketSeat: Seat { market.follows.flatMap { desk.seat($0) } ?? self }

    /// The exchange here has told a price: those that follow it trade at it. A last price that is too old for this seat fires nothing at
    /// theirs either.
    func tellFollowers(_ ticker: Ticker, of pair: Pair) throws {
        let isPrint = !isStale(ticker.at)
        for seat in followers {
            guard let paper = seat.paper else { continue }
            try seat.takeReports(paper.follow(ticker, of: pair, isPrint: isPrint, at: now))
        }
    }

    /// The exchange here has told which pairs it trades.
    func tellFollowers(_ rules: [PairRules]) throws {
        for seat in followers { try seat.follow(rules) }
    }

    private func follow(_ rules: [PairRules]) throws {
        guard let paper else { return }
        for one in rules {
            do {
                try takeReports(paper.follow(one))
            } catch let refusal as Refusal {
                log.warning("\(name) keeps its rules of \(one.pair): \(refusal.message)")
            }
        }
        // Of its own pairs none has a price.
        market.take(rules.map(\.pair))
    }
}
