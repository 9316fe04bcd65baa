import CommandGrammar
import Conversation
import Exchange
import Ledger
import OrderEngine
import Trading

/// `orders`.
struct OrdersQuestion: PlainQuestion {
    let desk: DeskView
    let line: AskedLine
    /// Nil for all.
    let kind: OrderKind?
    let pair: Pair?

    func reply() throws -> Reply {
        let sight = desk.sight(of: try account())
        let open = sight.openOrders.filter { order in
            order.parent == nil && (kind == nil || order.kind == kind) && (pair == nil || order.pair == pair)
                && (namedExchange == nil || order.exchange == namedExchange)
        }
        let reader = self.reader
        let what = [kind?.rawValue, "orders", pair.map { "of \($0)" }, namedExchange.map { "on \($0)" }]
            .compactMap(\.self).joined(separator: " ")
        let foreign = kind == nil ? foreignOrders(of: sight.account) : []
        var fields: JSONObject = ["orders": []]
        let rowsMax = limits.answerRows
        // Where no order could have been made elsewhere there is nothing to say of any.
        if desk.seats.contains(where: { $0.wire != nil }) {
            fields.append("foreign", .array(foreign.prefix(rowsMax).map { .object($0.order.json($0.seat.name)) }))
        }
        let besides = foreign.isEmpty ? "" : ", \(foreign.count) foreign"
        let ages = asked.compactMap { $0.ageWords(.openOrders, of: sight.account, zone) }
        func lines(_ own: [String]) -> String {
            let shown = foreign.prefix(rowsMax).map {
                "\($0.order.words(at: $0.seat, isNamed: desk.namesExchange(sight.account))): \($0.order.standing)"
            }
            let more = foreign.count > shown.count ? ["and \(foreign.count - shown.count) more foreign ones"] : []
            return (own + shown + more + ages).joined(separator: "\n  ")
        }
        guard !open.isEmpty else {
            return Reply(mark: .answer, text: lines(["= no open \(what)\(besides)"]), fields: fields)
        }
        let shown = open.prefix(rowsMax)
        let title = open.count == 1 ? String(what.replacing("orders", with: "order")) : what
        var own = ["= \(open.count) open \(title)\(besides)"]
        own += shown.map { "\($0.id) \(OrderWords($0, reader: reader).asked): \(sight.standing(of: $0))" }
        if open.count > shown.count { own.append("and \(open.count - shown.count) more") }
        fields["orders"] = .array(shown.map { .object($0.json) })
        return Reply(mark: .answer, text: lines(own), fields: fields)
    }

    /// Those that were not made here, each with where it is.
    private func foreignOrders(of account: AccountID) -> [(seat: any SeatReading, order: OpenOrder)] {
        asked.flatMap { seat in
            seat.foreignOrders(of: account).filter { pair == nil || $0.pair == pair }.map { (seat, $0) }
        }
    }
}
