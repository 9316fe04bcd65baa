import Conversation
import Exchange
import Trading

/// `tape`: what was last traded at the exchange.
struct TapeQuestion: Question {
    let desk: DeskView
    let line: AskedLine
    let pair: Pair
    /// Nil for as many as fit a screen.
    let rows: Int?
    private static let rowsUnasked = 20

    func answer() throws -> Answer {
        let rows = min(rows ?? TapeQuestion.rowsUnasked, limits.answerRows)
        return .asks(.recentTrades(pair, count: rows), of: line.seat) { told in
            guard case .recentTrades(let pair, let prints) = told else { throw line.seat.noAnswer }
            return .reply(reply(pair, prints.prefix(rows)))
        }
    }

    private func reply(_ pair: Pair, _ prints: some Collection<MarketTrade>) -> Reply {
        let zone = zone
        let what = "\(pair)\(place)"
        var table = Table([.init("time"), .init("taker"), .init("amount", .decimal), .init("price", .decimal)])
        for print in prints {
            table.append([
                zone.dateAndTime(of: print.at), print.takerSide?.rawValue ?? "", print.quantity.shown,
                print.price.shown,
            ])
        }
        let title =
            prints.isEmpty
            ? "= no trades of \(what) yet"
            : "= \(what): \(prints.count) trade\(prints.count == 1 ? "" : "s"), newest first, times in \(zone.name)"
        return Reply(
            mark: .answer, text: table.reply(title),
            fields: [
                "exchange": .string(line.seat.name), "pair": .string(pair.description),
                "tape": .array(
                    prints.map { print in
                        [
                            "price": print.price.json, "quantity": print.quantity.json,
                            "side": print.takerSide.map { .string($0.rawValue) } ?? .null, "at": print.at.json,
                        ]
                    }),
            ])
    }
}
