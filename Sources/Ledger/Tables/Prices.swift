public import Trading

/// What a pair traded at, at one moment. Each price is nil where none had been seen.
public struct PricePoint: Hashable, Sendable {
    public let at: Timestamp
    public let bid: ExactDecimal?
    public let ask: ExactDecimal?
    public let last: ExactDecimal?
    /// What the exchange said then of the 24 hours before; nil where it said nothing.
    public let day: TickerDay?

    public init(
        at: Timestamp, bid: ExactDecimal?, ask: ExactDecimal?, last: ExactDecimal?, day: TickerDay? = nil
    ) {
        self.at = at
        self.bid = bid
        self.ask = ask
        self.last = last
        self.day = day
    }

    /// Whether it says nothing.
    public var isEmpty: Bool { bid == nil && ask == nil && last == nil }
}

/// How fine a row of prices is. The numbers are stored.
public enum PriceGrain: Int64, Hashable, Sendable, CaseIterable {
    /// As it was stored.
    case point = 0
    /// The last of an hour, at the hour's beginning.
    case hour = 1
    /// The last of a day in UTC, at the day's beginning.
    case day = 2

    var seconds: Int64? {
        switch self {
        case .point: nil
        case .hour: 3_600
        case .day: 86_400
        }
    }

    /// The key of the row that a moment belongs to.
    func row(of moment: Timestamp) -> Timestamp {
        guard let seconds else { return moment }
        // Before 1970 the quotient is rounded towards it; no exchange had prices then.
        return Timestamp(seconds: moment.seconds / seconds * seconds)
    }
}

extension LedgerTransaction {
    /// Stores a point: by itself, and as the last so far of its hour and its day.
    public func store(
        _ point: PricePoint, of pair: Pair, at exchange: ExchangeID
    ) throws(LedgerError) {
        for grain in PriceGrain.allCases {
            try write { connection in
                try connection.run(.upsertPrice) { row in
                    row.append(grain.rawValue)
                    row.append(exchange)
                    row.append(pair)
                    row.append(grain.row(of: point.at))
                    let day = point.day
                    for figure in [
                        point.bid, point.ask, point.last, day?.high, day?.low, day?.average, day?.volume, day?.value,
                    ] {
                        if let figure { row.append(figure) } else { row.appendNull() }
                    }
                }
            }
        }
    }

    /// Lets go of a grain's rows from before a moment.
    public func forgetPrices(_ grain: PriceGrain, before moment: Timestamp) throws(LedgerError) {
        try write { connection in
            try connection.run(.forgetPrices) { row in
                row.append(grain.rawValue)
                row.append(moment)
            }
        }
    }
}

extension LedgerReading {
    /// A pair's prices at an exchange from `since` on and before `until`, oldest first, each stretch of time as fine as it is still kept:
    /// days, then hours, then points.
    public func prices(
        of pair: Pair, at exchange: ExchangeID, since: Timestamp, until: Timestamp
    ) throws(LedgerError) -> [PricePoint] {
        var found: [PricePoint] = []
        var end = until
        for grain in PriceGrain.allCases where since < end {
            let rows = try prices(grain, of: pair, at: exchange, since: since, until: end)
            found = rows + found
            // A coarser row whose hour or day reaches into what is there already would tell it twice, and before its time.
            if let coarser = PriceGrain(rawValue: grain.rawValue + 1) {
                end = min(end, coarser.row(of: found.first?.at ?? end))
            }
        }
        return found
    }

    private func prices(
        _ grain: PriceGrain, of pair: Pair, at exchange: ExchangeID, since: Timestamp, until: Timestamp
    ) throws(LedgerError) -> [PricePoint] {
        try onConnection { connection in
            var points: [PricePoint] = []
            try connection.run(
                .prices,
                { row in
                    row.append(grain.rawValue)
                    row.append(exchange)
                    row.append(pair)
                    row.append(since)
                    row.append(until)
                }
            ) { row in
                func price(_ column: Int32) throws -> ExactDecimal? {
                    guard let text = row.optionalText(column) else { return nil }
                    guard let price = ExactDecimal(text) else {
                        throw LedgerError.badRow(table: "prices", detail: "no price: \(text)")
                    }
                    return price
                }
                let day = TickerDay(
                    high: try price(4), low: try price(5), average: try price(6), volume: try price(7),
                    value: try price(8))
                points.append(
                    PricePoint(
                        at: Timestamp(nanoseconds: row.integer(0)), bid: try price(1), ask: try price(2),
                        last: try price(3), day: day.isEmpty ? nil : day))
                return true
            }
            return points
        }
    }
}
