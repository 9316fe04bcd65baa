import CommandGrammar
import Ledger
import OrderEngine
import Trading

/// What an account may see of the orders on the desk: its own, open or over, and those under them. Another's is as one that
/// does not exist.
///
/// Every command looks up orders here, above all those whose numbers were typed: order numbers run over the whole desk, so that
/// anybody can guess another's. `HouseTests` hold the commands to it.
struct AccountSight {
    /// Not a copy of the engine: while one lives, every change of the engine first copies all its orders.
    private let desk: DeskCore
    let account: AccountID

    fileprivate init(_ desk: DeskCore, _ account: AccountID) {
        self.desk = desk
        self.account = account
    }

    var now: Timestamp { desk.now }

    // MARK: In memory

    /// An order as it is, where the engine still has it: every open one, and the newest of those that are over.
    func order(_ id: OrderID) -> Order? {
        guard let order = desk.orderInMemory(id), order.account == account else { return nil }
        return order
    }

    /// Those that something can still happen to, children too, by number.
    var openOrders: [Order] {
        guard desk.seats.count > 1 else { return desk.firstSeat.engine.openOrders(of: account) }
        return desk.seats.flatMap { $0.engine.openOrders(of: account) }.sorted { $0.id < $1.id }
    }

    /// The newest order that is no other's child.
    var newestRoot: OrderID? { desk.seats.compactMap { $0.engine.newestRoot(of: account) }.max() }

    /// The newest order at one exchange that is no other's child.
    func newestRoot(at exchange: ExchangeID) -> OrderID? { desk.seat(exchange)?.engine.newestRoot(of: account) }

    /// What a paired order's contra may be, while it may be placed; in the base coin.
    func contraReady(_ id: OrderID) -> ExactDecimal? {
        order(id).flatMap { desk.seat($0.exchange)?.engine.contraReady(id) }
    }

    // MARK: On disk too

    /// An order as it is, or, where it is over for so long that it is not in memory, as it was in the end.
    func orderEver(_ id: OrderID) throws -> Order? {
        if let order = order(id) { return order }
        try desk.flushTables()
        guard let order = try desk.ledgerTransaction().order(id), order.account == account else { return nil }
        return order
    }

    /// An order whose number was typed. Refuses with `unknown_order`, or with `order_pruned` where it was the account's.
    func existing(_ id: Located<OrderID>) throws -> Order {
        guard let order = try orderEver(id.value) else {
            if let refusal = try desk.prunedRefusal(id.value, of: account, at: id.span) { throw refusal }
            throw Refusal(.unknownOrder, "there is no order \(id.value)", at: id.span)
        }
        return order
    }

    /// An order's direct children, in the order of their numbers.
    func children(of order: Order) throws -> [Order] {
        guard order.account == account else { return [] }
        try desk.flushTables()
        return try desk.ledgerTransaction().children(of: order.id)
    }

    /// The first of an order's direct children, in the order of their numbers.
    func children(of order: Order, limit: Int) throws -> [Order] {
        guard order.account == account else { return [] }
        try desk.flushTables()
        return try desk.ledgerTransaction().children(of: order.id, limit: limit)
    }

    /// The first of an order's own fills, in the order of their numbers.
    func fills(of order: Order, limit: Int) throws -> [FillRow] {
        guard order.account == account else { return [] }
        return try desk.ledgerTransaction().fills(of: order.id, limit: limit)
    }

    /// The first and last records, at most so many of each, that name an order or one of those under it; and how many there are.
    func ends(
        ofHistory id: OrderID, under order: Order, each limit: Int
    ) throws -> (records: [NumberedRecord], count: Int) {
        guard order.account == account, id == order.id || order.children.contains(id) else { return ([], 0) }
        return try desk.ledgerTransaction().ends(ofHistory: id, each: limit)
    }

    func fills(of order: Order) throws -> [FillRow] {
        guard order.account == account else { return [] }
        return try desk.ledgerTransaction().fills(of: order.id)
    }

    /// The line that made an order: of a child that its parent's line made, the parent's.
    func line(of order: Order) throws -> String {
        guard order.line == Order.lineOfParent, let parent = order.parent, let whole = try orderEver(parent) else {
            return order.line
        }
        return whole.line
    }
}

extension DeskCore {
    /// What the account that typed a line may see. Refuses with `not_logged_in`.
    func sight(_ context: LineContext) throws(Refusal) -> AccountSight { sight(of: try context.account()) }

    /// What an account may see.
    func sight(of account: AccountID) -> AccountSight { AccountSight(self, account) }
}
