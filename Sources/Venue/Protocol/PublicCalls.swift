import ExactJSON
import Exchange
import Trading

/// The pages that anybody may read, of version 3 (many pairs at once) and of version 2 (one pair).
extension TapiVenue {
    /// How many rows depth and trades have, unless told otherwise.
    static let limitDefault = 150
    static let limitMax = 2_000

    private enum Page: String {
        case info
        case ticker
        case depth
        case trades
        case fee
    }

    /// The answer to a `GET` below `/api/`; nil where there is no such page.
    func publicAnswer(_ request: VenueHTTPRequest, at now: Timestamp) -> VenueHTTPResponse? {
        let parts = request.path.split(separator: "/").map(String.init)
        guard parts.count >= 2, parts[0] == "api" else { return nil }
        let fields = FormFields(request.query.utf8)
        let answer: ExchangeJSON
        switch parts[1] {
        case "3": answer = versionThree(parts.dropFirst(2), fields, at: now)
        case "2": answer = versionTwo(parts.dropFirst(2), fields, at: now)
        default: return nil
        }
        return VenueHTTPResponse(body: answer.bytes)
    }

    private func failure(_ text: String) -> ExchangeJSON { .members([("success", 0), ("error", .string(text))]) }

    private func limit(_ fields: FormFields) -> Int {
        guard let limit = fields["limit"].flatMap({ Int($0) }), limit > 0 else { return TapiVenue.limitDefault }
        return min(limit, TapiVenue.limitMax)
    }

    private func versionThree(_ parts: ArraySlice<String>, _ fields: FormFields, at now: Timestamp) -> ExchangeJSON {
        guard let name = parts.first, let page = Page(rawValue: name) else { return failure("Invalid method") }
        if page == .info { return cache.value(.init(page: "info", pair: nil, limit: 0), at: now) { info(at: now) } }
        let names = (parts.dropFirst().first ?? "").split(separator: "-")
        let passesOver = fields["ignore_invalid"].map { $0 != "0" && !$0.isEmpty } ?? false
        var seen: Set<Substring> = []
        var members: [ExchangeJSON.Member] = []
        for name in names {
            guard seen.insert(name).inserted else { return failure("Duplicated pair name: \(name)") }
            guard let pair = listed(name) else {
                if passesOver { continue }
                return failure(TapiError.invalidPair(String(name)).text(dialect))
            }
            members.append(
                ExchangeJSON.Member(name: String(name), value: answer(page, pair, limit(fields), at: now)))
        }
        return members.isEmpty ? failure("Empty pair list") : .object(members)
    }

    private func answer(_ page: Page, _ pair: VenuePair, _ limit: Int, at now: Timestamp) -> ExchangeJSON {
        let rows = page == .depth || page == .trades ? limit : 0
        return cache.value(.init(page: page.rawValue, pair: pair.rules.pair, limit: rows), at: now) {
            switch page {
            case .ticker: .members(ticker(pair, at: now) + [("updated", .whole(now.seconds))])
            case .depth: depth(pair, limit)
            case .trades: .array(tape.newest(limit, of: pair.rules.pair).map(row))
            case .fee: percent(pair)
            case .info: info(at: now)
            }
        }
    }

    private func info(at now: Timestamp) -> ExchangeJSON {
        let pairs = listedPairs.map { pair -> (String, ExchangeJSON) in
            (
                pair.rules.pair.description,
                .members([
                    ("decimal_places", .whole(pair.priceDecimals)), ("min_price", .decimal(pair.priceMin)),
                    ("max_price", .decimal(pair.priceMax)), ("min_amount", .decimal(pair.rules.quantityMin)),
                    ("hidden", pair.isHidden ? 1 : 0), ("fee", percent(pair)),
                ])
            )
        }
        return .members([("server_time", .whole(now.seconds)), ("pairs", .members(pairs))])
    }

    /// All of a ticker but its time.
    private func ticker(_ pair: VenuePair, at now: Timestamp) -> [(String, ExchangeJSON)] {
        let day = tape.day(of: pair.rules.pair, before: now)
        let ticker = books.markets[pair.rules.pair]?.ticker
        let (bid, ask) = (ticker?.bid ?? .zero, ticker?.ask ?? .zero)
        return [
            ("high", .decimal(day.high)), ("low", .decimal(day.low)), ("avg", .decimal(day.average)),
            ("vol", .decimal(day.value)), ("vol_cur", .decimal(day.amount)), ("last", .decimal(ticker?.last ?? .zero)),
            ("buy", .decimal(dialect.isTickerBuyTheAsk ? ask : bid)),
            ("sell", .decimal(dialect.isTickerBuyTheAsk ? bid : ask)),
        ]
    }

    private func depth(_ pair: VenuePair, _ limit: Int) -> ExchangeJSON {
        let book = books.markets[pair.rules.pair]?.book
        func rows(_ queue: VenueQueue?) -> ExchangeJSON {
            .array(
                (queue?.levels(limit) ?? []).map {
                    .array([.decimal($0.price), .decimal($0.quantity ?? .zero)])
                })
        }
        return .members([("asks", rows(book?.asks)), ("bids", rows(book?.bids))])
    }

    private func row(_ trade: MarketTape.Trade) -> ExchangeJSON {
        .members([
            ("type", trade.print.takerSide == .sell ? "ask" : "bid"), ("price", .decimal(trade.print.price)),
            ("amount", .decimal(trade.print.quantity)), ("tid", .whole(trade.number)),
            ("timestamp", .whole(trade.print.at.seconds)),
        ])
    }

    private func percent(_ pair: VenuePair) -> ExchangeJSON {
        .decimal(ExactDecimal(units: pair.rules.feeRate.units * 100))
    }

    // MARK: Version 2

    private func versionTwo(_ parts: ArraySlice<String>, _ fields: FormFields, at now: Timestamp) -> ExchangeJSON {
        guard let name = parts.first else { return failure("Empty pair list") }
        guard let pair = listed(name) else { return failure(TapiError.invalidPair(name).text(dialect)) }
        guard let page = parts.dropFirst().first.flatMap({ Page(rawValue: $0) }), page != .info else {
            return failure("Invalid method")
        }
        let limit = limit(fields)
        return cache.value(.init(page: "2 \(page.rawValue)", pair: pair.rules.pair, limit: limit), at: now) {
            switch page {
            case .ticker:
                .members([
                    (
                        "ticker",
                        .members(
                            ticker(pair, at: now) + [
                                ("updated", .whole(now.seconds)), ("server_time", .whole(now.seconds)),
                            ])
                    )
                ])
            case .depth: depth(pair, limit)
            case .trades: .array(tape.newest(limit, of: pair.rules.pair).map(oldRow))
            case .fee, .info: .members([("trade", percent(pair))])
            }
        }
    }

    private func oldRow(_ trade: MarketTape.Trade) -> ExchangeJSON {
        .members([
            ("date", .whole(trade.print.at.seconds)), ("price", .decimal(trade.print.price)),
            ("amount", .decimal(trade.print.quantity)), ("tid", .whole(trade.number)),
            ("price_currency", .string(trade.print.pair.quote.capitals)),
            ("item", .string(trade.print.pair.base.capitals)),
            ("trade_type", trade.print.takerSide == .sell ? "ask" : "bid"),
        ])
    }
}
