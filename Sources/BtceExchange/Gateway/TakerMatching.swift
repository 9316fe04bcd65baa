import Trading

/// Gives the rows of a history that name only the other side's order to the orders that they are of.
///
/// A row of a trade that was made on arrival bears the number of the order that waited, not of the one that came. What
/// is known is this: requests of a key are taken one after the other, so that the rows of one order stand together, and
/// those of an order that was sent earlier stand first; they add up to what the order traded on arrival; and none is
/// beyond its limit. Of all the ways that fit, the one is taken that gives the most orders what they must have, then passes
/// over the fewest rows, then explains the most.
struct TakerMatching {
    /// An order that may have rows here.
    struct Order {
        let id: ClientOrderID
        /// What its rows add up to, in the base coin.
        let quantity: ExactDecimal
        /// Whether it has rows for certain. Else it may never have arrived.
        let isCertain: Bool
        let side: Side
        let rate: ExactDecimal
        /// The highest row that was seen before it was sent: its own have higher numbers.
        let seenBefore: UInt64
    }

    /// Rows that one call looks at: more of them are not told apart at once.
    static let rowsMax = 2_000

    private struct Score: Comparable {
        var certain = 0
        /// Rows before the last one that is anybody's. What comes behind may be an order's that is not asked about here.
        var passedOver = 0
        var rows = 0

        static func < (left: Score, right: Score) -> Bool {
            (left.certain, right.passedOver, left.rows) < (right.certain, left.passedOver, right.rows)
        }
    }

    private enum Choice {
        case end
        /// The row is nobody's.
        case skipRow
        /// The order has no rows.
        case skipOrder
        case take(Int)
    }

    private let orders: [Order]
    private let rows: [WireFill]

    /// `orders` in the order in which they were sent; `rows` of one pair and side, lowest number first.
    init(orders: [Order], rows: [WireFill]) {
        self.orders = orders
        self.rows = rows.count > TakerMatching.rowsMax ? Array(rows.suffix(TakerMatching.rowsMax)) : rows
    }

    /// The numbers of the rows of each order that has some.
    func result() -> [ClientOrderID: [UInt64]] {
        let width = rows.count + 1
        var scores = [Score](repeating: Score(), count: (orders.count + 1) * width)
        var choices = [Choice](repeating: .end, count: scores.count)
        for order in stride(from: orders.count - 1, through: 0, by: -1) {
            for row in stride(from: rows.count, through: 0, by: -1) {
                // Where two ways are as good, an earlier order has the earlier rows.
                var best = scores[(order + 1) * width + row]
                var choice = Choice.skipOrder
                if row < rows.count {
                    var score = scores[order * width + row + 1]
                    if score.rows > 0 { score.passedOver += 1 }
                    if best < score { (best, choice) = (score, .skipRow) }
                }
                if let end = run(from: row, of: orders[order]) {
                    var score = scores[(order + 1) * width + end]
                    score.rows += end - row
                    if orders[order].isCertain { score.certain += 1 }
                    if !(score < best) { (best, choice) = (score, .take(end)) }
                }
                scores[order * width + row] = best
                choices[order * width + row] = choice
            }
        }
        return follow(choices, width)
    }

    private func follow(_ choices: [Choice], _ width: Int) -> [ClientOrderID: [UInt64]] {
        var found: [ClientOrderID: [UInt64]] = [:]
        var (order, row) = (0, 0)
        while order < orders.count {
            switch choices[order * width + row] {
            case .end: return found
            case .skipRow: row += 1
            case .skipOrder: order += 1
            case .take(let end):
                found[orders[order].id] = rows[row..<end].map(\.id)
                (order, row) = (order + 1, end)
            }
        }
        return found
    }

    /// The end of the rows from `start` on that are exactly this order's; nil where they cannot be.
    private func run(from start: Int, of order: Order) -> Int? {
        var total = ExactDecimal.zero
        for index in start..<rows.count {
            let row = rows[index]
            guard row.id > order.seenBefore,
                order.side == .buy ? row.rate <= order.rate : row.rate >= order.rate
            else { return nil }
            total += row.amount
            if total == order.quantity { return index + 1 }
            if total > order.quantity { return nil }
        }
        return nil
    }
}
