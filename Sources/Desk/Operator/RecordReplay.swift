import Ledger
import OrderEngine
import Trading

/// The engines made of the records in order, however many they are: finished orders that no later record names are forgotten on the
/// way, so that memory holds what is open and little else.
///
/// It does not go by `finished_orders_kept`, which may have been another when the records were written: a record may name an order
/// that this limit would have forgotten by now.
struct RecordReplay {
    /// Finished orders after which those that nothing names any more are looked for.
    private static let finishedPerLook = 10_000

    private(set) var engines: EngineReplay
    /// The numbers of the orders that were forgotten, by account.
    private(set) var forgotten: [AccountID: RangeSet<UInt64>] = [:]
    private var finishedSinceLook = 0

    private static let limits = EngineLimits(finishedOrdersKept: .max)

    /// The last record that is applied.
    var last: RecordNumber { engines.last }

    /// Begins at the base, or before the first record where nothing was pruned.
    init(from base: LedgerBase?) {
        engines = EngineReplay(
            base?.snapshots ?? [], at: base?.record ?? RecordNumber.none, limits: RecordReplay.limits)
    }

    /// Begins where a ledger is to start from.
    init(from loaded: LoadedState) { engines = EngineReplay(from: loaded, limits: RecordReplay.limits) }

    /// Applies the records up to one, or to the last, and tells of each with what it touched.
    mutating func replay(
        of ledger: some LedgerReading, through end: RecordNumber? = nil,
        _ body: (NumberedRecord, OrderEngine.Outcome, EngineReplay) throws -> Void = { _, _, _ in }
    ) throws {
        try ledger.forEachRecord(after: last, through: end) { record in
            let touched = engines.apply(record)
            try body(record, touched, engines)
            for id in touched.touchedOrders where engines.order(id)?.closedAt != nil { finishedSinceLook += 1 }
            if finishedSinceLook >= RecordReplay.finishedPerLook { try forgetFinished(in: ledger) }
        }
    }

    /// Forgets each finished order of which neither it nor anything that belongs to it is named by a record that is still to come.
    mutating func forgetFinished(in ledger: some LedgerReading) throws {
        finishedSinceLook = 0
        var gone: Set<OrderID> = []
        for family in engines.engines.values.flatMap({ $0.finishedFamilies() }) {
            guard try !family.contains(where: { try ledger.isNamed($0, after: last) }) else { continue }
            for id in family {
                guard let account = engines.order(id)?.account else { continue }
                forgotten[account, default: RangeSet()].insert(contentsOf: id.rawValue..<id.rawValue + 1)
                gone.insert(id)
            }
        }
        engines.forget(gone)
    }
}
