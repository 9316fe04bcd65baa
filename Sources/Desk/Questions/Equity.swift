import Conversation
import Ledger
import OrderEngine
import Trading

/// What all that an account has was worth in USD, over time.
struct Equity {
    struct Point: Hashable {
        let at: Timestamp
        let usd: ExactDecimal
        /// Coins that no price in USD was known of, and that are not counted.
        let unpriced: [Coin]
    }

    /// What two months are to a trader who looks back: as on the platform of 2015.
    static let twoMonthsSeconds: Int64 = 62 * 86_400

    /// Oldest first.
    let points: [Point]

    /// A point at which no price was known of a coin that had one before and after is left out: its value is a false one.
    init(_ stored: [FundsPoint]) {
        var points: [Point] = []
        var priced: [Coin: ClosedRange<Timestamp>] = [:]
        for point in stored where point.usd != nil && !point.total.isZero {
            priced[point.coin] = (priced[point.coin]?.lowerBound ?? point.at)...point.at
        }
        var index = stored.startIndex
        while index < stored.endIndex {
            let at = stored[index].at
            var usd = ExactDecimal.zero
            var unpriced: [Coin] = []
            while index < stored.endIndex, stored[index].at == at {
                let point = stored[index]
                if let worth = point.usd {
                    usd = (try? usd.adding(worth)) ?? usd
                } else if !point.total.isZero {
                    unpriced.append(point.coin)
                }
                index += 1
            }
            let isFalse = unpriced.contains { priced[$0]?.contains(at) ?? false }
            if !isFalse { points.append(Point(at: at, usd: usd, unpriced: unpriced)) }
        }
        self.points = points
    }

    init(_ points: [Point]) { self.points = points }

    /// One character a point of `columns` equal stretches of the values: `▁` where it was lowest, `█` where it was highest.
    func sparkline(columns: Int) -> String {
        guard let first = points.first, let last = points.last, first.at < last.at,
            let series = ChartSeries(
                points.map { ChartSeries.Point(at: $0.at, value: $0.usd) }, from: first.at, to: last.at,
                columns: columns)
        else { return "" }
        let marks: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
        let span = series.high - series.low
        return String(
            series.columns.map { column in
                guard let value = column?.close, span.isPositive else { return marks[0] }
                let share = (try? (value - series.low).divided(by: span, rounding: .down)) ?? .zero
                return marks[Int(clamping: share.units * Int128(marks.count - 1) / ExactDecimal.one.units)]
            })
    }

    var json: JSONValue {
        .array(
            points.map { point in
                [
                    "at": point.at.json, "usd": point.usd.json,
                    "unpriced": .array(point.unpriced.map { .string($0.description) }),
                ]
            })
    }
}

extension DeskView {
    /// What an account has at some exchanges, from what was stored in the time, and now, where each of them has told since the start
    /// what the account has and what it is worth: a value made of less would be a gain or a loss that never was.
    func equity(of account: AccountID, at places: [any SeatReading], since: Timestamp) throws -> Equity {
        var stored = try ledger().fundsPoints(account, since: since, until: now)
        // Of exchanges that the desk has no more there may be points too: they belong to the whole.
        if places.count < seats.count { stored.removeAll { point in !places.contains { $0.id == point.exchange } } }
        guard places.allSatisfy({ $0.isValued(account) }) else { return Equity(stored) }
        let current = places.flatMap { seat in
            seat.engine.coins(of: account).map { coin -> FundsPoint in
                let total = seat.engine.funds(of: account, in: coin).total
                return FundsPoint(
                    account: account, at: now, exchange: seat.id, coin: coin, total: total, usd: seat.usd(total, coin))
            }
        }
        return Equity(stored + current)
    }
}
