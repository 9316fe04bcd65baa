import CommandGrammar
import Conversation
import Exchange
import Ledger
import OrderEngine
import Trading

/// `chart`: a pair's price, or what the account has of a coin, in text.
struct ChartQuestion: Question {
    let desk: DeskView
    let line: AskedLine
    let subject: ChartSubject
    /// Nil for as long as is usual for the subject.
    let seconds: Int64?

    private static let priceSeconds: Int64 = 86_400
    private static let printsAsked = 100
    private static let changesDrawn = 10_000
    /// Points of a column, on average, from which on candles say more than a line.
    private static let pointsOfACandle = 2

    func answer() throws -> Answer {
        switch subject {
        case .pair(let pair): try chartPrice(of: pair, seconds: seconds ?? ChartQuestion.priceSeconds)
        case .equity: .reply(try chartEquity(seconds: seconds ?? Equity.twoMonthsSeconds))
        case .coin(let coin): .reply(try chartCoin(coin.value, seconds: seconds ?? Equity.twoMonthsSeconds))
        }
    }

    // MARK: A price

    private func chartPrice(of pair: Located<Pair>, seconds: Int64) throws -> Answer {
        let query = ExchangeQuery.recentTrades(pair.value, count: ChartQuestion.printsAsked)
        return .asks(query, of: line.seat) { told in
            guard case .recentTrades(_, let prints) = told else { throw line.seat.noAnswer }
            let from = now.advanced(bySeconds: -seconds)
            let stored = try storedPrices(of: pair.value, at: line.seat, from: from)
            var points = stored.compactMap { point in point.last.map { ChartSeries.Point(at: point.at, value: $0) } }
            points += prints.map { ChartSeries.Point(at: min($0.at, now), value: $0.price) }
            guard let series = ChartSeries(fromHistory: points, from: from, to: now, columns: TextChart.columns) else {
                throw Refusal(
                    .noMarket, "no price of \(pair.value)\(place) yet", at: pair.span)
            }
            let isDense = series.count >= ChartQuestion.pointsOfACandle * TextChart.columns
            return .reply(
                chartReply(
                    series, isDense ? .candles : .line, "\(pair.value)\(place)",
                    unit: pair.value.quote, seconds: seconds,
                    ["exchange": .string(line.seat.name), "pair": .string(pair.value.description)],
                    day: dayFigures(of: pair.value, stored)))
        }
    }

    /// What the store of prices has, from a little before on.
    private func storedPrices(of pair: Pair, at seat: any SeatReading, from: Timestamp) throws -> [PricePoint] {
        let before = from.advanced(bySeconds: -ChartQuestion.priceSeconds)
        return try desk.ledger().prices(of: pair, at: seat.id, since: before, until: now)
    }

    /// What the exchange says of the last 24 hours: now, or when it was last stored. Nil where it says nothing.
    private func dayFigures(of pair: Pair, _ stored: [PricePoint]) -> DayFigures? {
        if let ticker = line.seat.engine.market[pair], let day = ticker.day {
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

    private func chartCoin(_ coin: Coin, seconds: Int64) throws -> Reply {
        let account = try account()
        let from = now.advanced(bySeconds: -seconds)
        let total = line.seat.engine.funds(of: account, in: coin).total
        let history = try CoinHistory(
            of: coin, account, at: line.seat.id, total: total, since: from,
            lists: line.seat.listsTransactions(of: account), limit: ChartQuestion.changesDrawn,
            in: try desk.ledger())
        let start = history.begins ?? from.advanced(byNanoseconds: -1)
        var points = [ChartSeries.Point(at: start, value: history.totalBefore(total))]
        points = history.changes.count < ChartQuestion.changesDrawn && history.totalBefore(total).isZero ? [] : points
        points += history.changes.reversed().map { ChartSeries.Point(at: min($0.at, now), value: $0.totalAfter) }
        guard let series = ChartSeries(fromHistory: points, from: from, to: now, columns: TextChart.columns) else {
            throw Refusal(.badDuration, "that duration is too short or too long for a chart")
        }
        return chartReply(
            series, .line, "what you have of \(coin)\(accountPlace)", unit: coin, seconds: seconds,
            ["exchange": .string(line.seat.name), "coin": .string(coin.description)])
    }

    // MARK: What all is worth

    private func chartEquity(seconds: Int64) throws -> Reply {
        let account = try account()
        let from = now.advanced(bySeconds: -seconds)
        let equity = try desk.equity(of: account, at: asked, since: from)
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
            series, .line, "what all you have\(line.isSeatNamed ? " on \(line.seat.name)" : "") is worth",
            unit: "usd", seconds: seconds,
            [
                "subject": "equity", "exchanges": .array(asked.map { .string($0.name) }), "currency": "usd",
            ], notes: notes)
    }

    private func chartReply(
        _ series: ChartSeries, _ style: TextChart.Style, _ what: String, unit: Coin, seconds: Int64,
        _ subject: JSONObject, notes: [String] = [], day: DayFigures? = nil
    ) -> Reply {
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
