import CommandGrammar
import Conversation
import OrderEngine
import Trading

/// `price`, `pairs`, `fee`, `watch` and `unwatch`.
extension DeskCore {
    func runPrice(_ pair: Pair?, _ context: LineContext) throws -> Reply {
        let asked = pair.map { [$0] } ?? shownPairs(context).filter { engine.market[$0]?.isSeen == true }
        guard !asked.isEmpty else { return Reply(mark: .answer, text: "= no prices yet", fields: ["prices": []]) }
        var table = Table([
            .init("pair"), .init("last", .decimal), .init("bid", .decimal), .init("ask", .decimal),
            .init("at", saidOnce: "at"),
        ])
        var json: [JSONValue] = []
        for pair in asked {
            guard let ticker = engine.market[pair], ticker.isSeen else {
                throw Refusal(.noMarket, "no price of \(pair) yet")
            }
            table.append([
                pair.description, ticker.last?.shown ?? "none", ticker.bid?.shown ?? "none",
                ticker.ask?.shown ?? "none",
                zone(context).dateAndTime(of: ticker.at),
            ])
            json.append(.object(DeskCore.json(ticker, of: pair)))
        }
        return Reply(
            mark: .answer, text: table.reply("= prices of \(DeskCore.count(asked.count, "pair"))"),
            fields: ["prices": .array(json)])
    }

    static func json(_ ticker: Ticker, of pair: Pair) -> JSONObject {
        [
            "pair": .string(pair.description), "last": ticker.last.json, "bid": ticker.bid.json,
            "ask": ticker.ask.json, "at": ticker.at.json,
        ]
    }

    func runPairs(_ context: LineContext) throws -> Reply {
        var table = Table([
            .init("pair"), .init("price step", .decimal), .init("amount step", .decimal),
            .init("least amount", .decimal),
            .init("of"), .init("fee", .right, saidOnce: "fee"),
        ])
        var json: [JSONValue] = []
        for rules in shownPairs(context).compactMap({ engine.rules[$0] }) {
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

    func runFee(_ pair: Pair) throws -> Reply {
        guard let rules = engine.rules[pair] else { throw Refusal(.unknownPair, "\(pair) is not traded here") }
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
        for pair in asked where sessions[context.session]?.loggedIn?.watched.insert(pair).inserted == true {
            watchers[pair, default: []].append(context.session)
        }
        return watchingReply(context)
    }

    /// nil stands for all.
    func runUnwatch(_ asked: [Pair]?, _ context: LineContext) throws -> Reply {
        let watched = sessions[context.session]?.watched ?? []
        for pair in asked ?? watched.sorted() where watched.contains(pair) {
            sessions[context.session]?.loggedIn?.watched.remove(pair)
            stopWatching(pair, context.session)
        }
        return watchingReply(context)
    }

    private func watchingReply(_ context: LineContext) -> Reply {
        let watched = (sessions[context.session]?.watched ?? []).sorted().map(\.description)
        return Reply(
            mark: .done, text: watched.isEmpty ? "+ watching nothing" : "+ watching \(watched.joined(separator: " "))",
            fields: ["pairs": .array(watched.map { .string($0) })])
    }

    func stopWatching(_ pair: Pair, _ session: SessionID) {
        watchers[pair]?.removeAll { $0 == session }
        if watchers[pair]?.isEmpty == true { watchers[pair] = nil }
    }

    /// When the next price notification may be sent, if one waits.
    var nextPriceNotice: Timestamp? {
        pricesToTell.compactMap { pair in
            lastPriceNotice[pair].map { $0.advanced(byNanoseconds: watchIntervalNanoseconds) } ?? now
        }.min()
    }

    private var watchIntervalNanoseconds: Int64 { Int64(configuration.limits.watchIntervalMilliseconds) * 1_000_000 }

    /// Tells those who watch a pair its newest price: at once, and then at most once an interval.
    func tellPrices() throws {
        guard !pricesToTell.isEmpty else { return }
        var later: [Pair] = []
        for pair in pricesToTell {
            guard let listeners = watchers[pair], let ticker = engine.market[pair] else { continue }
            if let last = lastPriceNotice[pair], now < last.advanced(byNanoseconds: watchIntervalNanoseconds) {
                later.append(pair)
                continue
            }
            lastPriceNotice[pair] = now
            let last = ticker.last?.description ?? "none"
            let text =
                "* price \(pair) \(last) (bid \(ticker.bid?.description ?? "none"), ask \(ticker.ask?.description ?? "none"))"
            let notice = Notice(
                sequence: nil, at: now, event: "price", text: text,
                fields: ["price": .object(DeskCore.json(ticker, of: pair))])
            for session in listeners { send(.notice(notice), to: session) }
        }
        pricesToTell = later
    }
}

extension Ticker {
    /// Whether any price has been seen.
    var isSeen: Bool { last != nil || bid != nil || ask != nil }
}
