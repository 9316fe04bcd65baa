import CommandGrammar
import Conversation
import Exchange
import Ledger
import OrderEngine
import Trading

/// `chart`: a pair's price, or what the account has of a coin, in text.
extension DeskCore {
    private static let priceSeconds: Int64 = 86_400
    private static let printsAsked = 100
    private static let changesDrawn = 10_000
    /// Points of a column, on average, from which on candles say more than a line.
    private static let pointsOfACandle = 2

    func runChart(_ subject: ChartSubject, seconds: Int64?, _ context: LineContext) throws -> Reply? {
        switch subject {
        case .pair(let pair): return try chartPrice(of: pair, seconds: seconds ?? DeskCore.priceSeconds, context)
        case .equity: return try chartEquity(seconds: seconds ?? DeskCore.twoMonthsSeconds, context)
        case .coin(let coin): return try chartCoin(coin.value, seconds: seconds ?? DeskCore.twoMonthsSeconds, context)
        }
    }

    // MARK: A price

    private func chartPrice(of pair: Located<Pair>, seconds: Int64, _ context: LineContext) throws -> Reply? {
        let query = ExchangeQuery.recentTrades(pair.value, count: DeskCore.printsAsked)
        return try ask(query, context) { [self] told in
            guard case .recentTrades(_, let prints) = told else { throw context.seat.noAnswer }
            let from = now.advanced(bySeconds: -seconds)
            let stored = try storedPrices(of: pair.value, at: context.seat, from: from)
            var points = stored.compactMap { point in point.last.map { ChartSeries.Point(at: point.at, value: $0) } }
            points += prints.map { ChartSeries.Point(at: min($0.at, now), value: $0.price) }
            guard let series = ChartSeries(fromHistory: points, from: from, to: now, columns: TextChart.columns) else {
                throw Refusal(
                    .noMarket, "no price of \(pair.value)\(place(of: context.seat, context)) yet", at: pair.span)
            }
            let isDense = series.count >= DeskCore.pointsOfACandle * TextChart.columns
            return chartReply(
                series, isDense ? .candles : .line, "\(pair.value)\(place(of: context.seat, context))",
                unit: pair.value.quote, seconds: seconds,
                ["exchange": .string(context.seat.name), "pair": .string(pair.value.description)], context,
                day: dayFigures(of: pair.value, stored, context))
        }
    }

    /// What the store of prices has, from a little before on.
    private func storedPrices(of pair: Pair, at seat: Seat, from: Timestamp) throws -> [PricePoint] {
        let before = from.advanced(bySeconds: -DeskCore.priceSeconds)
        return try ledgerTransaction().prices(of: pair, at: seat.id, since: before, until: now)
    }

    /// What the exchange says of the last 24 hours: now, or when it was last stored. Nil where it says nothing.
    private func dayFigures(of pair: Pair, _ stored: [PricePoint], _ context: LineContext) -> DayFigures? {
        if let ticker = context.seat.engine.market[pair], let day = ticker.day {
            return DayFigures(pair: pair, day: day, at: ticker.at)
        }
        guard let point = stored.last(where: { $0.day != nil }), let day = point.day else { return nil }
        return DayFigures(pair: pair, day: day, at: point.at)
    }

    /// A day's figures, and when the exchange said them.
    private struct DayFigures {
        let pair: Pair
        let day: TickerDay
        let at: Timestamp

        /// `24h to 2026-08-30 17:00: high 240, low 225.5, volume 1,204.5 btc`
        func words(_ zone: TimeZoneRules) -> String {
            let parts = [
                day.high.map { "high \($0.shown)" }, day.low.map { "low \($0.shown)" },
                day.volume.map { "volume \($0.shown) \(pair.base)" },
            ].compactMap(\.self)
            return "24h to \(zone.dateAndTime(of: at)): \(parts.joined(separator: ", "))"
        }
    }

    // MARK: A coin

    private func chartCoin(_ coin: Coin, seconds: Int64, _ context: LineContext) throws -> Reply {
        let account = try context.account()
        let from = now.advanced(bySeconds: -seconds)
        let total = context.seat.engine.funds(of: account, in: coin).total
        let history = try CoinHistory(
            of: coin, account, at: context.seat.id, total: total, since: from,
            lists: context.seat.listsTransactions(of: account), limit: DeskCore.changesDrawn,
            in: try ledgerTransaction())
        let start = history.begins ?? from.advanced(byNanoseconds: -1)
        var points = [ChartSeries.Point(at: start, value: history.totalBefore(total))]
        points = history.changes.count < DeskCore.changesDrawn && history.totalBefore(total).isZero ? [] : points
        points += history.changes.reversed().map { ChartSeries.Point(at: min($0.at, now), value: $0.totalAfter) }
        guard let series = ChartSeries(fromHistory: points, from: from, to: now, columns: TextChart.columns) else {
            throw Refusal(.badDuration, "that duration is too short or too long for a chart")
        }
        return chartReply(
            series, .line, "what you have of \(coin)\(accountPlace(context))", unit: coin, seconds: seconds,
            ["exchange": .string(context.seat.name), "coin": .string(coin.description)], context)
    }

    // MARK: What all is worth

    private func chartEquity(seconds: Int64, _ context: LineContext) throws -> Reply {
        let account = try context.account()
        let from = now.advanced(bySeconds: -seconds)
        let equity = try equity(of: account, at: asked(context), since: from)
        let points = equity.points.map { ChartSeries.Point(at: min($0.at, now), value: $0.usd) }
        guard let series = ChartSeries(fromHistory: points, from: from, to: now, columns: TextChart.columns) else {
            throw Refusal(.noMarket, "no equity recorded yet: try again later")
        }
        var notes: [String] = []
        if let last = equity.points.last, !last.unpriced.isEmpty {
            let coins = last.unpriced.map(\.description).joined(separator: ", ")
            notes.append("without \(coins): no price in usd is known")
        }
        if let last = equity.points.last, last.at < now {
            notes.append("the value now is not known: some prices or balances are missing")
        }
        return chartReply(
            series, .line, "what all you have\(context.isSeatNamed ? " on \(context.seat.name)" : "") is worth",
            unit: "usd", seconds: seconds,
            [
                "subject": "equity", "exchanges": .array(asked(context).map { .string($0.name) }), "currency": "usd",
            ], notes: notes, context)
    }

    private func chartReply(
        _ series: ChartSeries, _ style: TextChart.Style, _ what: String, unit: Coin, seconds: Int64,
        _ subject: JSONObject, notes: [String] = [], _ context: LineContext, day: DayFigures? = nil
    ) -> Reply {
        let zone = zone(context)
        let figures = "first \(series.first), high \(series.high), low \(series.low), last \(series.last) \(unit)"
        // Where there is less history than was asked for, the chart begins with it.
        let drawn = now.nanoseconds(since: series.from) / Timestamp.nanosecondsPerSecond
        let span =
            drawn < seconds
            ? "all there is of \(DurationText.exact(seconds: seconds)), since \(zone.dateAndTime(of: series.from))"
            : "\(DurationText.exact(seconds: seconds)) to \(zone.text(of: now))"
        let title = "= \(what), \(span)"
        let chart = TextChart(series, style: style, zone: zone)
        var fields = subject
        fields.append("style", style == .candles ? "candles" : "line")
        fields.append(
            "chart",
            .array(
                series.columns.enumerated().compactMap { index, column in
                    column.map { column in
                        let at = ChartSeries.moment(index, of: TextChart.columns, from: series.from, to: series.to)
                        return [
                            "at": at.json, "open": column.open.json, "high": column.high.json, "low": column.low.json,
                            "close": column.close.json,
                        ]
                    }
                }))
        if let day { fields.append("day", .object(day.day.json)) }
        let head = [title, figures] + notes + (day.map { [$0.words(zone)] } ?? [])
        return Reply(mark: .answer, text: (head + chart.lines).joined(separator: "\n  "), fields: fields)
    }
}
