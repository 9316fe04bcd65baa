import CommandGrammar
import Conversation
import Exchange
import Trading

/// `depth` and `tape`: what waits on the exchange's book, and what was last traded there.
extension DeskCore {
    private static let depthRows = 10
    private static let tapeRows = 20

    func runDepth(_ pair: Located<Pair>, _ rows: Int?, _ context: LineContext) throws -> Reply? {
        let rows = min(rows ?? DeskCore.depthRows, configuration.limits.answerRows)
        return try ask(.depth(pair.value, rows: rows), context) { [self] told in
            guard case .depth(let depth) = told else { throw context.seat.noAnswer }
            return depthReply(depth, rows: rows, context)
        }
    }

    private func depthReply(_ depth: MarketDepth, rows: Int, _ context: LineContext) -> Reply {
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
        let lines = ["= \(depth.pair)\(place(of: context.seat, context)): \(what)"]
        return Reply(
            mark: .answer, text: (lines + (isEmpty ? [] : table.lines)).joined(separator: "\n  "),
            fields: [
                "depth": [
                    "exchange": .string(context.seat.name), "pair": .string(depth.pair.description),
                    "bids": .array(bids.map(\.json)),
                    "asks": .array(asks.map(\.json)),
                ]
            ])
    }

    func runTape(_ pair: Located<Pair>, _ rows: Int?, _ context: LineContext) throws -> Reply? {
        let rows = min(rows ?? DeskCore.tapeRows, configuration.limits.answerRows)
        return try ask(.recentTrades(pair.value, count: rows), context) { [self] told in
            guard case .recentTrades(let pair, let prints) = told else { throw context.seat.noAnswer }
            return tapeReply(pair, prints.prefix(rows), context)
        }
    }

    private func tapeReply(
        _ pair: Pair, _ prints: some Collection<MarketTrade>, _ context: LineContext
    ) -> Reply {
        let zone = zone(context)
        let what = "\(pair)\(place(of: context.seat, context))"
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
                "exchange": .string(context.seat.name), "pair": .string(pair.description),
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

extension DepthLevel {
    /// The world outside of the paper exchange takes and gives any amount.
    fileprivate var amountWords: String { quantity?.description ?? "any" }

    fileprivate var json: JSONValue { ["price": price.json, "quantity": quantity.json] }
}
