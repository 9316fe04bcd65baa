import Trading

/// An order as its trader knows it: from the reply and the notifications, and from nothing else.
struct KnownOrder {
    struct KnownFill: Hashable {
        let id: UInt64
        let price: ExactDecimal
        let quantity: ExactDecimal
        let fee: ExactDecimal
    }

    let id: UInt64
    let kind: String
    let side: String
    let quantity: ExactDecimal
    /// The limit; nil for market orders and for those whose work their children do.
    let price: ExactDecimal?
    let parent: UInt64?
    /// RFC 3339 in UTC, as all times here: as text they are ordered as the moments are.
    let expireTime: String?
    private let figures: [String]

    var fills: [KnownFill] = []
    /// It was told to be on the book, and not yet to have left it.
    var isWorking = false
    /// It has been on the book, and has left it.
    var hasLeft = false
    var closedAt: String?
    /// How it ended, where that was told.
    var ending: String?
    /// When it was taken off, by that notification.
    var endedAt: String?
    var benefit: ExactDecimal?

    init(_ order: Fields) throws {
        guard let id = order.number("id"), let kind = order.text("kind"), let side = order.text("side") else {
            throw Contradiction("an order without number, kind or side: \(order)")
        }
        (self.id, self.kind, self.side) = (id, kind, side)
        quantity = try order.money("quantity")
        price = order.text("price").flatMap { ExactDecimal($0) }
        parent = order.number("parent")
        expireTime = order.text("expire_time")
        figures = KnownOrder.figures(of: order)
        closedAt = order.text("closed_at")
    }

    /// What never changes of an order.
    private static func figures(of order: Fields) -> [String] {
        [
            "kind", "pair", "side", "quantity", "price", "time_in_force", "expire_time", "created_at", "trigger_price",
            "stop_price", "contra_price", "low", "high",
        ].map { "\($0) \(order.text($0) ?? "null")" } + ["parent \(order.number("parent") ?? 0)"]
    }

    /// The same order, said again.
    mutating func agree(with order: Fields) throws {
        let now = KnownOrder.figures(of: order)
        if now != figures {
            throw Contradiction("#\(id) was \(figures) and is \(now)")
        }
        guard let closed = order.text("closed_at") else { return }
        if let closedAt, closedAt != closed { throw Contradiction("#\(id) ended at \(closedAt) and at \(closed)") }
        closedAt = closed
    }

    var filled: ExactDecimal { fills.reduce(.zero) { $0 + $1.quantity } }
    var value: ExactDecimal { fills.reduce(.zero) { $0 + $1.quantity.times($1.price) } }
    var fee: ExactDecimal { fills.reduce(.zero) { $0 + $1.fee } }

    /// Whether its figures are the sums of its own fills and its children's.
    var sumsItsChildren: Bool { ["sliced", "stop", "oco"].contains(kind) }

    /// What it holds while it works, and of which coin (all of these tests is btc_usd).
    var held: (coin: String, amount: ExactDecimal) {
        let left = quantity - filled
        guard isWorking, kind != "sliced", let price else { return ("usd", .zero) }
        return side == "sell" ? ("btc", left) : ("usd", left.times(price).times(KnownOrder.feeFactor))
    }

    /// The paper exchange's fee, 0.2%.
    static let feeRate: ExactDecimal = ExactDecimal("0.002") ?? .zero
    private static let feeFactor: ExactDecimal = .one + feeRate
}
