import Ledger
import OrderEngine
import Trading

/// The engines of all exchanges, as a snapshot and the records after it make them.
struct EngineReplay {
    private(set) var engines: [ExchangeID: OrderEngine] = [:]
    /// The last record that is applied.
    private(set) var last: RecordNumber
    private let limits: EngineLimits

    /// Begins where a ledger is to start from.
    init(from loaded: LoadedState, limits: EngineLimits) {
        self.init(loaded.snapshots, at: loaded.number, limits: limits)
    }

    /// Begins at the states of one moment, or with nothing.
    init(_ snapshots: [EngineSnapshot], at number: RecordNumber, limits: EngineLimits) {
        self.limits = limits
        last = number
        for snapshot in snapshots {
            engines[snapshot.exchange] = OrderEngine(restoring: snapshot, limits: limits)
        }
    }

    /// The number that the next order gets.
    var nextOrderID: OrderID { engines.values.map(\.nextOrderID).max() ?? OrderID(1) }

    /// The states of all engines, by the exchanges' names.
    var snapshots: [EngineSnapshot] { engines.keys.sorted().compactMap { engines[$0]?.snapshot() } }

    /// The order, wherever it is.
    func order(_ id: OrderID) -> Order? {
        for engine in engines.values { if let order = engine.order(id) { return order } }
        return nil
    }

    /// Applies a record, and says what it touched.
    mutating func apply(_ record: NumberedRecord) -> OrderEngine.Outcome {
        last = record.number
        return engines[record.exchange, default: OrderEngine(exchange: record.exchange, limits: limits)]
            .replayTouching(record.record)
    }

    /// Forgets finished orders, wherever they are.
    mutating func forget(_ ids: Set<OrderID>) { for exchange in engines.keys { engines[exchange]?.forget(ids) } }

    /// Applies all records that are left. How many they were.
    mutating func replay(of ledger: Ledger) throws -> Int {
        var count = 0
        try ledger.forEachRecord(after: last) { record in
            _ = apply(record)
            count += 1
        }
        return count
    }

    /// Refuses to serve a database that has orders or funds of an exchange at which there is no seat: nobody would look after them.
    func requireSeats(at exchanges: [ExchangeID]) throws {
        for (exchange, engine) in engines.sorted(by: { $0.key < $1.key }) where !exchanges.contains(exchange) {
            guard engine.accounts.contains(where: engine.hasSomething) else { continue }
            throw DeskError.cannotOpen(
                """
                this database has orders or funds of \(exchange), and the desk is started without it; give --exchange \
                \(exchange) too
                """)
        }
    }
}

extension OrderEngine {
    /// Whether an account has funds or open orders.
    fileprivate func hasSomething(_ account: AccountID) -> Bool {
        openOrderCount(of: account) > 0 || coins(of: account).contains { !funds(of: account, in: $0).total.isZero }
    }
}
