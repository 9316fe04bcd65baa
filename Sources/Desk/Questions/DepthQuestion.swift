import Conversation
import Exchange
import Trading

/// `depth`: what waits on the exchange's book.
struct DepthQuestion: Question {
    let desk: DeskView
    let line: AskedLine
    let pair: Pair
    /// Nil for as many as fit a screen.
    let rows: Int?
    private static let rowsUnasked = 10

    func answer() throws -> Answer {
        let rows = min(rows ?? DepthQuestion.rowsUnasked, limits.answerRows)
        return .asks(.depth(pair, rows: rows), of: line.seat) { told in
            guard case .depth(let depth) = told else { throw line.seat.noAnswer }
            return .reply(reply(depth, rows: rows))
        }
    }

    private func reply(_ depth: MarketDepth, rows: Int) -> Reply {
        let (bids, asks) = (depth.bids.prefix(rows), depth.asks.prefix(rows))
        var table = Table([
            .init("amount", .decimal), .init("bid", .decimal), .init("ask", .decimal), .init("amount", .decimal),
        ])
        for row in 0..<max(bids.count, asks.count) {
            let bid = row < bids.count ? bids[row] : nil
            let ask = row < asks.count ? asks[row] : nil
            table.append([
                bid?.amountWords ?? "", bid?.price.description ?? "", ask?.price.description ?? "",
                ask?.amountWords ?? "",
            ])
        }
        let isEmpty = bids.isEmpty && asks.isEmpty
        let what = isEmpty ? "nothing is on the book" : "the best prices"
        let lines = ["= \(depth.pair)\(place): \(what)"]
        return Reply(
            mark: .answer, text: (lines + (isEmpty ? [] : table.lines)).joined(separator: "\n  "),
            fields: [
                "depth": [
                    "exchange": .string(line.seat.name), "pair": .string(depth.pair.description),
                    "bids": .array(bids.map(\.json)),
                    "asks": .array(asks.map(\.json)),
                ]
            ])
    }
}

extension DepthLevel {
    /// The world outside of the paper exchange takes and gives any amount.
    fileprivate var amountWords: String { quantity?.description ?? "any" }

    fileprivate var json: JSONValue { ["price": price.json, "quantity": quantity.json] }
}
