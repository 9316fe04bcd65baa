import CommandGrammar
import Conversation
import OrderEngine
import Trading

/// `price`, `pairs`, `fee`, `watch` and `unwatch`.
extension DeskCore {
    func runPrice(_ pair: Pair?, _ context: LineContext) throws -> Reply {
        let asked = pair.map { [$0] } ?? shownPairs(context).filter { context.seat.engine.market[$0]?.isSeen == true }
        let place = place(of: context.seat, context)
        guard !asked.isEmpty else {
            return Reply(mark: .answer, text: "= no prices\(place) yet", fields: ["prices": []])
        }
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
                throw Refusal(.noMarket, "no price of \(pair)\(place) yet")
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
            mark: .answer, text: table.reply("= prices of \(DeskCore.count(asked.count, "pair"))\(place)"),
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
                "exchange": .string(context.seat.name), "pair": .string(rules.pair.description),
                "price_tick": rules.priceTick.json,
                "quantity_step": rules.quantityStep.json, "quantity_min": rules.quantityMin.json,
                "value_min": rules.valueMin.json, "fee_rate": rules.feeRate.json,
                "fee_basis": .string(rules.feeBasis.rawValue),
            ])
        }
        let place = place(of: context.seat, context)
        return Reply(
            mark: .answer,
            text: json.isEmpty ? "= no pairs\(place)" : table.reply("= \(DeskCore.count(json.count, "pair"))\(place)"),
            fields: ["pairs": .array(json)])
    }

    func runFee(_ pair: Pair, _ context: LineContext) throws -> Reply {
        guard let rules = context.seat.engine.rules[pair] else {
            throw Refusal(.unknownPair, "\(context.seat.name) does not trade \(pair)")
        }
        let coin = rules.feeBasis == .quote ? "in \(pair.quote)" : "in what is received"
        return Reply(
            mark: .answer,
            text:
                "= \(pair)\(place(of: context.seat, context)) fee \(DeskCore.percent(rules.feeRate)) of each fill, \(coin)",
            fields: [
                "exchange": .string(context.seat.name), "pair": .string(pair.description),
                "fee_rate": rules.feeRate.json,
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
            guard people.sessions[context.session]?.loggedIn?.watched.insert(watched).inserted == true else { continue }
            context.seat.prices.watch(pair, context.session)
        }
        return watchingReply(context)
    }

    /// nil stands for all.
    func runUnwatch(_ asked: [Pair]?, _ context: LineContext) throws -> Reply {
        let watched = people.sessions[context.session]?.watched ?? []
        for one in watched.sorted() {
            // A line that names pairs is about one exchange; `all` is about all, unless one is named.
            let isThere = one.exchange == context.seat.id || (asked == nil && !context.isSeatNamed)
            let isMeant = isThere && asked?.contains(one.pair) ?? true
            guard isMeant else { continue }
            people.sessions[context.session]?.loggedIn?.watched.remove(one)
            seat(one.exchange)?.prices.stopWatching(one.pair, context.session)
        }
        return watchingReply(context)
    }

    private func watchingReply(_ context: LineContext) -> Reply {
        let all = (people.sessions[context.session]?.watched ?? []).sorted()
        let watched = all.map { one in seats.count > 1 ? "\(one.pair) on \(one.exchange)" : one.pair.description }
        return Reply(
            mark: .done,
            text: watched.isEmpty
                ? "+ watching nothing" : "+ watching \(watched.joined(separator: seats.count > 1 ? ", " : " "))",
            fields: [
                "pairs": .array(
                    all.map {
                        ["exchange": .string($0.exchange.description), "pair": .string($0.pair.description)]
                    })
            ])
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
