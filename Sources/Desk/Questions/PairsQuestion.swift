import Conversation
import OrderEngine
import Trading

/// `pairs`.
struct PairsQuestion: PlainQuestion {
    let desk: DeskView
    let line: AskedLine

    func reply() throws -> Reply {
        var table = Table([
            .init("pair"), .init("price step", .decimal), .init("amount step", .decimal),
            .init("least amount", .decimal),
            .init("of"), .init("fee", .right, saidOnce: "fee"),
        ])
        var json: [JSONValue] = []
        for rules in shownPairs.compactMap({ line.seat.engine.rules[$0] }) {
            table.append([
                rules.pair.description, rules.priceTick.description, rules.quantityStep.description,
                rules.quantityMin.description, rules.pair.base.description, Words.percent(rules.feeRate),
            ])
            json.append([
                "exchange": .string(line.seat.name), "pair": .string(rules.pair.description),
                "price_tick": rules.priceTick.json,
                "quantity_step": rules.quantityStep.json, "quantity_min": rules.quantityMin.json,
                "value_min": rules.valueMin.json, "fee_rate": rules.feeRate.json,
                "fee_basis": .string(rules.feeBasis.rawValue),
            ])
        }
        return Reply(
            mark: .answer,
            text: json.isEmpty ? "= no pairs\(place)" : table.reply("= \(Words.count(json.count, "pair"))\(place)"),
            fields: ["pairs": .array(json)])
    }
}

/// `fee`.
struct FeeQuestion: PlainQuestion {
    let desk: DeskView
    let line: AskedLine
    let pair: Pair

    func reply() throws -> Reply {
        guard let rules = line.seat.engine.rules[pair] else {
            throw Refusal(.unknownPair, "\(line.seat.name) does not trade \(pair)")
        }
        let coin = rules.feeBasis == .quote ? "in \(pair.quote)" : "in what is received"
        return Reply(
            mark: .answer,
            text:
                "= \(pair)\(place) fee \(Words.percent(rules.feeRate)) of each fill, \(coin)",
            fields: [
                "exchange": .string(line.seat.name), "pair": .string(pair.description),
                "fee_rate": rules.feeRate.json,
                "fee_basis": .string(rules.feeBasis.rawValue),
            ])
    }
}

extension Question {
    /// The pairs of the line's exchange that are shown to whoever asks: all, or those that the account has set.
    var shownPairs: [Pair] {
        guard let wanted = desk.pairsWanted(by: line.login?.account) else { return line.seat.pairs }
        return line.seat.pairs.filter(wanted.contains)
    }
}
