import Exchange
import Trading
import Venue

/// The least that a desk has to keep, kept safely: what it has sent, what it was told, and nothing of a gateway.
///
/// It stands for a real desk in the story of one gateway after another: it sends orders, cancels, asks for the status of whatever
/// was lost, and loses what a gateway had told it last where a crash comes before it has written that down.
struct ModelDesk {
    struct Known {
        let order: NewOrder
        let sentAt: Timestamp
        var number: String?
        var fills: [FillID: Fill] = [:]
        var end: End?
        var isInDoubt = true
    }

    enum End: Equatable {
        case closed
        case neverArrived
        case rejected
    }

    private(set) var orders: [ClientOrderID: Known] = [:]
    /// What was said that cannot be: an order that ends twice, a fill told with two faces.
    private(set) var oddities: [String] = []
    /// Orders that were filled or settled under a number after they had been said never to be there.
    private(set) var lostCount = 0

    mutating func sends(_ order: NewOrder, at now: Timestamp) {
        orders[order.clientOrderID] = Known(order: order, sentAt: now)
    }

    func sent(_ id: ClientOrderID) -> SentOrder? {
        orders[id].map { SentOrder($0.order, exchangeOrderID: $0.number, sentAt: $0.sentAt) }
    }

    /// What a desk recalls: all that the exchange has or may have, and what it had.
    var recalled: [SentOrder] {
        orders.keys.sorted().compactMap { id in
            guard let known = orders[id], known.end == nil || known.end == .closed else { return nil }
            return sent(id)
        }
    }

    /// What it would ask about.
    var unsettled: [ClientOrderID] { orders.keys.sorted().filter { orders[$0]?.end == nil } }

    mutating func hear(_ reports: [ExchangeReport]) {
        for case .execution(_, let report) in reports { hear(report) }
    }

    private mutating func hear(_ report: ExecutionReport) {
        let id = report.clientOrderID
        guard orders[id] != nil else { return oddities.append("a report of nothing: \(report)") }
        switch report {
        case .accepted(_, let number):
            learn(number, of: id)
        case .rejected:
            end(id, .rejected)
        case .filled(_, let fill):
            count(fill, of: id)
        case .canceled, .canceledByExchange:
            // Its fills may not all be told yet: a status settles it.
            break
        case .cancelRejected: break
        case .lost: lostCount += 1
        case .status(_, .neverArrived):
            if orders[id]?.end != .rejected { end(id, .neverArrived) }
        case .status(_, .open(let number, let fills)):
            learn(number, of: id)
            for fill in fills { count(fill, of: id) }
        case .status(_, .closed(let number, let fills)):
            learn(number, of: id)
            for fill in fills { count(fill, of: id) }
            end(id, .closed)
        }
    }

    private mutating func learn(_ number: String, of id: ClientOrderID) {
        if let known = orders[id]?.number, known != number {
            oddities.append("\(id) is number \(known), and \(number) too")
        }
        if orders[id]?.end == .neverArrived || orders[id]?.end == .rejected {
            oddities.append("\(id) was never there, and is number \(number)")
        }
        orders[id]?.number = number
    }

    private mutating func count(_ fill: Fill, of id: ClientOrderID) {
        if let known = orders[id]?.fills[fill.id], known != fill { oddities.append("fill \(fill.id) has two faces") }
        if orders[id]?.end == .neverArrived || orders[id]?.end == .rejected {
            oddities.append("\(id) was never there, and fills")
        }
        orders[id]?.fills[fill.id] = fill
    }

    private mutating func end(_ id: ClientOrderID, _ end: End) {
        if let known = orders[id]?.end, known != end { oddities.append("\(id) ends as \(known), and as \(end)") }
        if end != .closed, orders[id]?.number != nil || orders[id]?.fills.isEmpty == false {
            oddities.append("\(id) was there, and is said to be \(end)")
        }
        orders[id]?.end = end
    }
}
