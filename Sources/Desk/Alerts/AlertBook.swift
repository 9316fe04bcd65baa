import Ledger
import OrderEngine
import Trading

/// The alerts that wait, by the price that fires them: a trade that fires none costs the same with ten waiting and with a million.
struct AlertBook {
    /// Which alert, of all accounts'.
    struct ID: Hashable, Comparable {
        let account: AccountID
        let number: UInt64

        static func < (left: ID, right: ID) -> Bool {
            (left.account, left.number) < (right.account, right.number)
        }
    }

    /// Keys are in 10^-18 of the quote coin; those below are negated, so that the first to fire is the lowest on both sides.
    private struct Side {
        var above = WaitingList<Int128, ID>()
        var below = WaitingList<Int128, ID>()
    }

    private var alerts: [ID: Alert] = [:]
    private var numbers: [AccountID: Set<UInt64>] = [:]
    private var sides: [Pair: Side] = [:]

    init(_ alerts: some Sequence<Alert> = []) {
        for alert in alerts { insert(alert) }
    }

    mutating func insert(_ alert: Alert) {
        let id = ID(account: alert.account, number: alert.number)
        alerts[id] = alert
        numbers[alert.account, default: []].insert(alert.number)
        switch alert.direction {
        case .above: sides[alert.pair, default: Side()].above.set(id, to: alert.price.units)
        case .below: sides[alert.pair, default: Side()].below.set(id, to: -alert.price.units)
        }
    }

    mutating func remove(_ alert: Alert) {
        let id = ID(account: alert.account, number: alert.number)
        alerts[id] = nil
        numbers[alert.account]?.remove(alert.number)
        switch alert.direction {
        case .above: sides[alert.pair]?.above.remove(id)
        case .below: sides[alert.pair]?.below.remove(id)
        }
    }

    /// An account's, by number.
    func alerts(of account: AccountID) -> [Alert] {
        (numbers[account] ?? []).sorted().compactMap { alerts[ID(account: account, number: $0)] }
    }

    func count(of account: AccountID) -> Int { numbers[account]?.count ?? 0 }

    func alert(_ number: UInt64, of account: AccountID) -> Alert? { alerts[ID(account: account, number: number)] }

    /// The next one that a trade fires, of those that waited when it happened: `newest` is how late one may have been made.
    func firstDue(on pair: Pair, at price: ExactDecimal, madeBy newest: Timestamp) -> Alert? {
        guard let side = sides[pair] else { return nil }
        let waited = { (id: ID) in (alerts[id]?.createdAt ?? newest) <= newest }
        let id =
            side.above.first(upTo: price.units, where: waited) ?? side.below.first(upTo: -price.units, where: waited)
        return id.flatMap { alerts[$0] }
    }
}
