import Ledger
import OrderEngine
import Trading

/// Reads what is written, as it is written: engines of its own, one for each exchange, that know nothing but the records.
struct RecordObserver {
    /// A record with what it did to its order.
    struct Observation {
        let number: RecordNumber
        let exchange: ExchangeID
        let record: Record
        let before: Order?
        let after: Order?
    }

    private(set) var engines: [ExchangeID: OrderEngine] = [:]
    /// At which exchange each order is.
    private var homes: [OrderID: ExchangeID] = [:]
    private(set) var last = RecordNumber.none
    /// Each record's own text, to see that it is still the same after a crash.
    private var texts: [String] = []
    /// Orders that the clock ends, while they are open.
    private(set) var expiring: [OrderID: Timestamp] = [:]

    /// How many orders that are not over are in each status.
    private(set) var openStatuses: [OrderStatus: Int] = [:]

    /// How many orders of an account are unknown.
    private(set) var unknown: [AccountID: Int] = [:]
    /// The fills that were written, by order, oldest first.
    private var fills: [OrderID: [(number: RecordNumber, fill: Fill)]] = [:]
    /// Orders that may wait for a trigger; some of them no more.
    private(set) var waiting: Set<OrderID> = []
    /// What was told of orders whose answer was lost: `unknown`, then `reconciled`.
    private(set) var uncertain: [OrderID: [String]] = [:]

    func exchange(of order: OrderID) -> ExchangeID? { homes[order] }

    func order(_ id: OrderID) -> Order? { engine(of: id)?.order(id) }

    /// The engine of the exchange at which an order is.
    func engine(of order: OrderID) -> OrderEngine? { homes[order].flatMap { engines[$0] } }

    func engine(at exchange: ExchangeID) -> OrderEngine { engines[exchange] ?? OrderEngine(exchange: exchange) }

    /// The fills of an order that had been written by a record.
    func fills(of id: OrderID, upTo number: RecordNumber) -> [Fill] {
        (fills[id] ?? []).prefix { $0.number <= number }.map(\.fill)
    }

    /// Takes in the records that are new.
    mutating func read(_ ledger: Ledger) throws -> [Observation] {
        guard try ledger.recordHead() > last else { return [] }
        var new: [Observation] = []
        var records: [NumberedRecord] = []
        try ledger.forEachRecord(after: last) { records.append($0) }
        for numbered in records {
            let (number, exchange, record) = (numbered.number, numbered.exchange, numbered.record)
            try note(record, at: exchange, number)
            let before = record.order.flatMap { order($0) }
            engines[exchange, default: OrderEngine(exchange: exchange)].replay(record)
            let after = record.order.flatMap { order($0) }
            last = number
            texts.append(record.traceText)
            note(before, after)
            note(record, number)
            new.append(
                Observation(number: number, exchange: exchange, record: record, before: before, after: after))
        }
        return new
    }

    /// An order stays at the exchange at which it was placed.
    private mutating func note(_ record: Record, at exchange: ExchangeID, _ number: RecordNumber) throws {
        if case .orderPlaced(let order) = record {
            if let known = homes.updateValue(exchange, forKey: order.id) {
                throw Violation(.ordersAgree, "\(order.id) is placed at \(exchange), and was at \(known)")
            }
        } else if let order = record.order, homes[order] != exchange {
            let home = homes[order]?.description ?? "no exchange"
            throw Violation(
                .ordersAgree, expected: home, found: exchange, "where record \(number), \(record.name), of \(order) is")
        }
    }

    private mutating func note(_ record: Record, _ number: RecordNumber) {
        switch record {
        case .orderFilled(let id, let fill, _, _): fills[id, default: []].append((number, fill))
        case .answerLost(let id, _): uncertain[id, default: []].append("unknown")
        case .orderReconciled(let id, _): uncertain[id, default: []].append("reconciled")
        default: break
        }
    }

    private mutating func note(_ before: Order?, _ after: Order?) {
        if let before, before.status == .unknown { unknown[before.account, default: 0] -= 1 }
        if let after, after.status == .unknown { unknown[after.account, default: 0] += 1 }
        if let before, before.closedAt == nil { openStatuses[before.status, default: 0] -= 1 }
        if let after, after.closedAt == nil { openStatuses[after.status, default: 0] += 1 }
        if let after { if after.isWaiting { waiting.insert(after.id) } else { waiting.remove(after.id) } }
        guard let order = after, let end = order.timeInForce.expireTime else { return }
        expiring[order.id] = order.status.isFinal || order.closedAt != nil ? nil : end
    }

    /// After a crash: all that was there must be there still; more may be.
    mutating func readAgain(_ ledger: Ledger) throws -> [Observation] {
        var found: [String] = []
        let known = Int64(texts.count)
        try ledger.forEachRecord { numbered in
            let (number, record) = (numbered.number, numbered.record)
            if number.rawValue <= known { found.append(record.traceText) }
        }
        for (index, text) in texts.enumerated() {
            guard index < found.count, found[index] == text else {
                throw Violation(
                    .recordsAreKept, expected: text, found: index < found.count ? found[index] : "nothing",
                    "record \(index + 1), which was synced")
            }
        }
        return try read(ledger)
    }
}
