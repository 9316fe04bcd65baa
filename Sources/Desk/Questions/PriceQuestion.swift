import Conversation
import OrderEngine
import Trading

/// `price`.
struct PriceQuestion: PlainQuestion {
    let desk: DeskView
    let line: AskedLine
    /// Nil for all that have one.
    let pair: Pair?

    func reply() throws -> Reply {
        let shown = pair.map { [$0] } ?? shownPairs.filter { line.seat.engine.market[$0]?.isSeen == true }
        guard !shown.isEmpty else {
            return Reply(mark: .answer, text: "= no prices\(place) yet", fields: ["prices": []])
        }
        func hasDay(_ figure: (TickerDay) -> ExactDecimal?) -> Bool {
            shown.contains { line.seat.engine.market[$0]?.day.flatMap(figure) != nil }
        }
        var table = Table([
            .init("pair"), .init("last", .decimal), .init("bid", .decimal), .init("ask", .decimal),
            .init("high", .decimal, isOptional: true, isHidden: !hasDay { $0.high }),
            .init("low", .decimal, isOptional: true, isHidden: !hasDay { $0.low }),
            .init("volume", .decimal, isOptional: true, isHidden: !hasDay { $0.volume }), .init("at", saidOnce: "at"),
        ])
        var json: [JSONValue] = []
        for pair in shown {
            guard let ticker = line.seat.engine.market[pair], ticker.isSeen else {
                throw Refusal(.noMarket, "no price of \(pair)\(place) yet")
            }
            table.append([
                pair.description, ticker.last?.shown ?? "none", ticker.bid?.shown ?? "none",
                ticker.ask?.shown ?? "none", ticker.day?.high?.shown ?? "", ticker.day?.low?.shown ?? "",
                ticker.day?.volume?.shown ?? "",
                zone.dateAndTime(of: ticker.at),
            ])
            var object = line.seat.json(ticker, of: pair)
            for member in (ticker.day ?? TickerDay()).json.members { object.append(member.name, member.value) }
            json.append(.object(object))
        }
        return Reply(
            mark: .answer, text: table.reply("= prices of \(Words.count(shown.count, "pair"))\(place)"),
            fields: ["prices": .array(json)])
    }
}

extension TickerDay {
    /// What traded in the last 24 hours, as programs get it.
    var json: JSONObject {
        ["high": high.json, "low": low.json, "average": average.json, "volume": volume.json, "value": value.json]
    }
}

extension Ticker {
    /// Whether any price has been seen.
    var isSeen: Bool { last != nil || bid != nil || ask != nil }
}
