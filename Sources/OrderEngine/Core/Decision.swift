public import Trading

/// What an input leads to: records, or a refusal and no change at all.
public struct Decision: Hashable, Sendable {
    public var records: [Record]
    public var refusal: EngineRefusal?
    public var anomaly: Anomaly?
    /// What is left to decide when others have had their turn.
    public var rest: [Input]
    /// Why what was asked for is not among the records; for the words of what is told, not for the state.
    public var why: EngineRefusal?

    static let nothing = Decision(records: [])

    init(
        records: [Record], refusal: EngineRefusal? = nil, anomaly: Anomaly? = nil, why: EngineRefusal? = nil,
        rest: [Input] = []
    ) {
        self.records = records
        self.refusal = refusal
        self.anomaly = anomaly
        self.why = why
        self.rest = rest
    }

    static func refused(_ refusal: EngineRefusal) -> Decision { Decision(records: [], refusal: refusal) }

    static func odd(_ order: OrderID, _ text: String) -> Decision {
        Decision(records: [], anomaly: Anomaly(order: order, text: text))
    }
}

extension OrderEngine {
    /// What this input leads to in the state as it is. Reads, and changes nothing.
    public func decide(_ input: Input, at now: Timestamp) -> Decision {
        do {
            switch input {
            case .place(let ticket):
                return Decision(
                    records: try decidePlacement(ticket, placing: limits.decisionOrdersMax, at: now))
            case .placeContra(let order, let account, let price, let line):
                return Decision(
                    records: try PairedOrder.decideContra(
                        order, account: account, price: price, line: line, at: now, in: self))
            case .cancel(let orders, let account):
                return try decideCancel(orders, account: account, at: now)
            case .move(let order, let account, let move, let line):
                return Decision(records: try decideMove(order, account: account, move, line: line, at: now))
            case .panic(let account):
                return decidePanic(account, at: now)
            case .liftPanic(let account):
                return Decision(records: panics[account] == nil ? [] : [.panicLifted(account, at: now)])
            case .report(let report):
                return decideReport(report, at: now)
            case .marketTrade(let trade):
                return decideTrigger(trade, at: now)
            case .timePassed:
                return Decision(records: decideExpiry(at: now))
            case .adjustFunds(let adjustment):
                return Decision(records: try decideAdjustment(adjustment))
            case .settle(let order):
                return decideSettlement(order, at: now)
            case .settlePanic(let account):
                return Decision(records: hasClearedPanic(account) ? [.panicCleared(account, at: now)] : [])
            case .carryOn(let order):
                return SlicedOrder.carryOn(order, at: now, in: self)
            case .takeOff(let orders, let account, let reason):
                return decideTakingOff(orders, account: account, reason, at: now)
            }
        } catch {
            return .refused(error)
        }
    }

    /// What follows for an order of several parts now that one of them has changed.
    private func decideSettlement(_ id: OrderID, at now: Timestamp) -> Decision {
        guard let entry = entries[id], entry.order.closedAt == nil else { return .nothing }
        return entry.order.plan.behavior.settle(entry, at: now, in: self)
    }

    private func decideAdjustment(_ adjustment: FundsAdjustment) throws(EngineRefusal) -> [Record] {
        let held = funds(of: adjustment.account, in: adjustment.coin)
        do {
            let total = try held.total.adding(adjustment.amount)
            // A thousandth of the range is kept free, so that no sum of balances and values can leave it.
            guard total.magnitude.units < Int128.max / 1_000 else { throw DecimalError.overflow }
        } catch {
            throw EngineRefusal(
                .outOfRange, .amount, "\(adjustment.amount) \(adjustment.coin) is more than an account can hold")
        }
        return [.fundsAdjusted(adjustment)]
    }
}
