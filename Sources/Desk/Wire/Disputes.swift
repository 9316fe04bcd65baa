import Conversation
import Exchange
import Logging
import OrderEngine
import Threads
import Trading

/// Orders that the exchange does not list and says to be open when it is asked: asked about less and less often.
struct MissingOrders: Hashable {
    private struct Entry: Hashable {
        var times: Int
        let since: Timestamp
        var nextAt: Timestamp
    }

    private var entries: [OrderID: Entry] = [:]

    /// An order is missing from the list. Whether it is to be asked about now.
    mutating func isMissing(_ id: OrderID, at now: Timestamp, first: Int64, longest: Int64) -> Bool {
        var entry = entries[id] ?? Entry(times: 0, since: now, nextAt: now)
        guard entry.nextAt <= now else { return false }
        entry.times += 1
        let wait = Backoff(first: first, longest: max(first, longest)).wait(failures: entry.times)
        entry.nextAt = now.advanced(bySeconds: wait)
        entries[id] = entry
        return true
    }

    mutating func isListed(_ id: OrderID) { entries[id] = nil }

    /// Keeps none but these.
    mutating func keep(_ ids: Set<OrderID>) { entries = entries.filter { ids.contains($0.key) } }

    /// What the exchange contradicts itself in, once it has done so more often than two answers of different moments can.
    func contradiction(about id: OrderID) -> Contradiction? {
        guard let entry = entries[id], entry.times >= MissingOrders.timesTold else { return nil }
        return Contradiction(
            words: "it says that the order is open, and does not list it among the open orders", times: entry.times,
            since: entry.since, nextAt: entry.nextAt)
    }

    private static let timesTold = 5
}

/// What a trader and an admin are told of an exchange that contradicts itself.
extension Seat {
    func takeContradiction(_ account: AccountID, _ client: ClientOrderID, _ said: Contradiction?) throws {
        let id = client.order
        guard let said, let order = engine.order(id), order.account == account, order.isAtExchangeItself else {
            wire?.disputes[id] = nil
            return
        }
        if wire?.disputes[id] == nil {
            log.warning("\(name) contradicts itself about \(id): \(said.words.printable)")
        }
        wire?.disputes[id] = said
        jobs.ended(.orderChecks, at: now, tookNanoseconds: 0, error: "\(id): \(said.words.printable)")
    }

    /// What the exchange contradicts itself in about an order now.
    func contradiction(about order: Order) -> Contradiction? {
        wire?.disputes[order.id] ?? wire?.accounts[order.account]?.missing.contradiction(about: order.id)
    }

    /// When the account's open orders and fills are asked for next: later where the exchange contradicts itself about all
    /// orders that it has there.
    func nextPoll(of account: AccountID) -> Timestamp {
        let regular = nextPoll
        guard let disputes = wire?.disputes, !disputes.isEmpty else { return regular }
        var waits: [Timestamp] = []
        let hasOther = engine.hasOrder(of: account) { order in
            guard order.isAtExchangeItself else { return false }
            guard let said = disputes[order.id] else { return true }
            waits.append(said.nextAt)
            return false
        }
        guard !hasOther, let first = waits.min() else { return regular }
        return max(regular, min(first, now.advanced(bySeconds: Int64(limits.contradictionSeconds))))
    }
}

extension Contradiction {
    /// For `why`.
    func sentence(_ exchange: String, _ zone: TimeZoneRules) -> String {
        """
        \(exchange) contradicts itself about it, \(times) times since \(zone.dateAndTime(of: since)): \
        \(words.printable); it is asked again at \(zone.dateAndTime(of: nextAt))
        """
    }

    var json: JSONValue {
        [
            "text": .string(words.printable), "times": .int(Int64(times)), "since": since.json, "next_at": nextAt.json,
        ]
    }
}
