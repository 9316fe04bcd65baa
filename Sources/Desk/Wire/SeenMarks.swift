import Exchange
import Ledger
import OrderEngine
import Trading

/// What had been seen of an account's fills and orders on one pair when each of its orders was sent. Kept on disk, so that after
/// a restart too an order whose answer was lost is not taken for an older one, whatever the exchange's clock says.
///
/// It is a list of steps: orders from a number on were sent when that much had been seen. An order may be given less than had
/// been seen, and never more: then one of its own fills would be passed over.
struct SeenMarks: Hashable {
    private struct Step: Hashable {
        let firstOrder: UInt64
        let seen: SeenBefore
    }

    /// Steps that are kept; of orders before the first it is only known how far all fills had been read.
    static let stepsMax = 32

    /// What has been seen so far.
    private(set) var latest = SeenBefore()
    private var steps: [Step] = []
    private var highestSent: UInt64

    /// `highestSent` is the highest order that may have been sent already.
    init(highestSent: OrderID) { self.highestSent = highestSent.rawValue }

    /// One that has no number says nothing.
    mutating func saw(fill: FillID) {
        guard let number = fill.number else { return }
        latest.fillNumber = max(latest.fillNumber ?? number, number)
    }

    /// The exchange's own name of an order; one that is no number says nothing.
    mutating func saw(exchangeOrderID: String) {
        guard let number = UInt64(exchangeOrderID), number > 0 else { return }
        latest.orderNumber = max(latest.orderNumber ?? number, number)
    }

    /// An order is sent now. True where that is to be written down.
    mutating func sends(_ order: OrderID) -> Bool {
        let first = max(order.rawValue, highestSent + 1)
        highestSent = max(highestSent, order.rawValue)
        guard latest != steps.last?.seen ?? SeenBefore() else { return false }
        steps.append(Step(firstOrder: first, seen: latest))
        if steps.count > SeenMarks.stepsMax { steps.removeFirst() }
        return true
    }

    /// What had been seen before an order was sent.
    func seen(before order: OrderID) -> SeenBefore {
        steps.last { $0.firstOrder <= order.rawValue }?.seen ?? SeenBefore()
    }

    // MARK: On disk

    /// `41 166830 5001`, a step a line: the first order, the highest fill, the highest number of an order; `-` for none.
    var text: String {
        steps.map { step in
            let numbers = [step.seen.fillNumber, step.seen.orderNumber].map { $0.map { String($0) } ?? "-" }
            return "\(step.firstOrder) \(numbers.joined(separator: " "))"
        }.joined(separator: "\n")
    }

    /// What `text` wrote. A line that cannot be read is left out.
    init(_ text: String, highestSent: OrderID) {
        self.init(highestSent: highestSent)
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            guard parts.count == 3, let first = UInt64(parts[0]) else { continue }
            let seen = SeenBefore(fillNumber: UInt64(parts[1]), orderNumber: UInt64(parts[2]))
            steps.append(Step(firstOrder: first, seen: seen))
            self.highestSent = max(self.highestSent, first)
        }
        latest = steps.last?.seen ?? SeenBefore()
    }
}

extension Seat {
    /// Where the marks of an account's pair are kept: among the rows of the exchange.
    static func seenKey(_ account: AccountID, _ pair: Pair) -> [UInt8] { Array("seen of \(account) \(pair)".utf8) }

    /// What the exchange is told of the orders of earlier runs, each with what had been seen before it.
    func ordersToRecall() throws -> [SentOrder] {
        let orders = engine.ordersSent()
        guard exchange.settlement == .overTheWire else { return orders }
        var rows: [[UInt8]: String] = [:]
        for row in try desk.ledger.books(name) { rows[row.key] = String(decoding: row.value, as: UTF8.self) }
        let highest = orders.map(\.clientOrderID.order).max() ?? OrderID(0)
        return orders.map { sent in
            var sent = sent
            if let text = rows[Seat.seenKey(sent.account, sent.order.pair)] {
                sent.seenBefore = SeenMarks(text, highestSent: highest).seen(before: sent.clientOrderID.order)
            }
            // The cursor never passes a fill that may be of an order whose answer is awaited.
            sent.seenBefore.fillsRead = rows[Seat.cursorKey(sent.account)].flatMap { HistoryCursor($0) }
            return sent
        }
    }

    /// An order goes out: what has been seen until now is not its.
    func noteSent(_ order: NewOrder) throws {
        let id = order.clientOrderID.order
        let text = wire?.change(order.account) { watch -> String? in
            var marks = watch.marks.byPair[order.pair] ?? watch.marks.fresh
            let isNew = marks.sends(id)
            watch.marks.byPair[order.pair] = marks
            return isNew ? marks.text : nil
        }
        guard let text = text ?? nil else { return }
        try ledgerTransaction().putBook(
            name, key: Seat.seenKey(order.account, order.pair), value: Array(text.utf8))
    }

    /// Something is seen at the exchange: a fill, an order, or both.
    func noteSeen(_ account: AccountID, _ pair: Pair, fills: [FillID] = [], exchangeOrderID: String? = nil) {
        _ = wire?.change(account) { watch in
            var marks = watch.marks.byPair[pair] ?? watch.marks.fresh
            for fill in fills { marks.saw(fill: fill) }
            if let exchangeOrderID { marks.saw(exchangeOrderID: exchangeOrderID) }
            watch.marks.byPair[pair] = marks
        }
    }
}
