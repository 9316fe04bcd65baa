import CommandGrammar
import Conversation
import OrderEngine
import Trading

/// `price`, `pairs`, `fee`, `watch` and `unwatch`.
extension DeskCore {
    func runPrice(_ pair: Pair?, _ context: LineContext) throws -> Reply {
        let asked = pair.map { [$0] } ?? shownPairs(context).filter { context.seat.engine.market[$0]?.isSeen == true }
        guard !asked.isEmpty else { return Reply(mark: .answer, text: "= no prices yet", fields: ["prices": []]) }
        func hasDay(_ figure: (TickerDay) -> ExactDecimal?) -> Bool {
            asked.contains { context.seat.engine.market[$0]?.day.flatMap(figure) != nil }
        }
        var table = Table([
            .init("pair"), .init("last", .decimal), .init("bid", .decimal), .init("ask", .decimal),
            .init("high", .decimal, isOptional: true, isHidden: !hasDay { $0.high }),
            .init("low", .decimal, isOptional: true, isHidden: !hasDay { $0.low }),
            .init("volume", .decimal, isOptional: true, isHidden: !hasDay { $0.volume }), .init("at", saidOnce: "at"),
        ])
        var json: [JSONValue] = []
        for pair in asked {
            guard let ticker = context.seat.engine.market[pair], ticker.isSeen else {
                throw Refusal(.noMarket, "no price of \(pair) yet")
            }
            table.append([
                pair.description, ticker.last?.shown ?? "none", ticker.bid?.shown ?? "none",
                ticker.ask?.shown ?? "none", ticker.day?.high?.shown ?? "", ticker.day?.low?.shown ?? "",
                ticker.day?.volume?.shown ?? "",
                zone(context).dateAndTime(of: ticker.at),
            ])
            var object = context.seat.json(ticker, of: pair)
            for member in (ticker.day ?? TickerDay()).json.members { object.append(member.name, member.value) }
            json.append(.object(object))
        }
        return Reply(
            mark: .answer, text: table.reply("= prices of \(DeskCore.count(asked.count, "pair"))"),
            fields: ["prices": .array(json)])
    }

    func runPairs(_ context: LineContext) throws -> Reply {
        var table = Table([
            .init("pair"), .init("price step", .decimal), .init("amount step", .decimal),
            .init("least amount", .decimal),
            .init("of"), .init("fee", .right, saidOnce: "fee"),
        ])
        var json: [JSONValue] = []
        for rules in shownPairs(context).compactMap({ context.seat.engine.rules[$0] }) {
            table.append([
                rules.pair.description, rules.priceTick.description, rules.quantityStep.description,
                rules.quantityMin.description, rules.pair.base.description, DeskCore.percent(rules.feeRate),
            ])
            json.append([
                "pair": .string(rules.pair.description), "price_tick": rules.priceTick.json,
                "quantity_step": rules.quantityStep.json, "quantity_min": rules.quantityMin.json,
                "value_min": rules.valueMin.json, "fee_rate": rules.feeRate.json,
                "fee_basis": .string(rules.feeBasis.rawValue),
            ])
        }
        return Reply(
            mark: .answer, text: json.isEmpty ? "= no pairs" : table.reply("= \(DeskCore.count(json.count, "pair"))"),
            fields: ["pairs": .array(json)])
    }

    func runFee(_ pair: Pair, _ context: LineContext) throws -> Reply {
        guard let rules = context.seat.engine.rules[pair] else {
            throw Refusal(.unknownPair, "\(pair) is not traded here")
        }
        let coin = rules.feeBasis == .quote ? "in \(pair.quote)" : "in what is received"
        return Reply(
            mark: .answer, text: "= \(pair) fee \(DeskCore.percent(rules.feeRate)) of each fill, \(coin)",
            fields: [
                "pair": .string(pair.description), "fee_rate": rules.feeRate.json,
                "fee_basis": .string(rules.feeBasis.rawValue),
            ])
    }

    /// 0.002 as `0.2%`.
    static func percent(_ rate: ExactDecimal) -> String {
        "\((try? rate.multiplied(by: 100)) ?? rate)%"
    }

    // MARK: Watching

    func runWatch(_ asked: [Pair], _ context: LineContext) throws -> Reply {
        for pair in asked {
            let watched = WatchedPair(exchange: context.seat.id, pair: pair)
            guard sessions[context.session]?.loggedIn?.watched.insert(watched).inserted == true else { continue }
            context.seat.prices.watch(pair, context.session)
        }
        return watchingReply(context)
    }

    /// nil stands for all.
    func runUnwatch(_ asked: [Pair]?, _ context: LineContext) throws -> Reply {
        let watched = sessions[context.session]?.watched ?? []
        for one in watched.sorted() {
            let isMeant = asked.map { $0.contains(one.pair) && one.exchange == context.seat.id } ?? true
            guard isMeant else { continue }
            sessions[context.session]?.loggedIn?.watched.remove(one)
            seat(one.exchange)?.prices.stopWatching(one.pair, context.session)
        }
        return watchingReply(context)
    }

    private func watchingReply(_ context: LineContext) -> Reply {
        let watched = (sessions[context.session]?.watched ?? []).sorted().map { one in
            seats.count > 1 ? "\(one.pair) on \(one.exchange)" : one.pair.description
        }
        return Reply(
            mark: .done,
            text: watched.isEmpty
                ? "+ watching nothing" : "+ watching \(watched.joined(separator: seats.count > 1 ? ", " : " "))",
            fields: ["pairs": .array(watched.map { .string($0) })])
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

/// A pair of an exchange whose price a session is told.
struct WatchedPair: Hashable, Comparable {
    let exchange: ExchangeID
    let pair: Pair

    static func < (one: WatchedPair, other: WatchedPair) -> Bool {
        (one.exchange, one.pair) < (other.exchange, other.pair)
    }
}
