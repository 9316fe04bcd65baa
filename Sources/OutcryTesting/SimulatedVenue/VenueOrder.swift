import Trading

/// An order in the venue's books. Amounts are in units of 10^-18.
final class VenueOrder {
    let number: UInt64
    let owner: VenueOwner
    /// As it was sent; nil for what did not come from the desk.
    let clientOrderID: ClientOrderID?
    let pair: Pair
    let side: Side
    let price: Int128
    let quantity: Int128
    /// The rate under which it was taken on; it keeps it.
    let feeRate: Int128
    let feeBasis: FeeBasis
    /// By the venue's clock.
    let createdAt: Timestamp
    var filled: Int128 = 0
    var status = VenueOrderStatus.open
    /// Whether its number was kept back.
    var isNumberUntold = false
    /// While it may not be canceled.
    var cancelRefusedUntil: Timestamp?
    /// The positions of its fills in the venue's list.
    var fills: [Int] = []

    init(
        number: UInt64, owner: VenueOwner, clientOrderID: ClientOrderID?, pair: Pair, side: Side, price: Int128,
        quantity: Int128, feeRate: Int128, feeBasis: FeeBasis, createdAt: Timestamp
    ) {
        self.number = number
        self.owner = owner
        self.clientOrderID = clientOrderID
        self.pair = pair
        self.side = side
        self.price = price
        self.quantity = quantity
        self.feeRate = feeRate
        self.feeBasis = feeBasis
        self.createdAt = createdAt
    }

    var left: Int128 { quantity - filled }

    var account: AccountID? { if case .account(let account) = owner { account } else { nil } }

    var coinSpent: Coin { side == .buy ? pair.quote : pair.base }

    /// What it holds for so much of it.
    func hold(for quantity: Int128) -> Int128 {
        guard side == .buy else { return quantity }
        let value = exactProduct(price, quantity)
        return feeBasis == .quote ? value + exactProduct(value, feeRate) : value
    }

    /// Whether it would trade at a price of the other side.
    func accepts(_ other: Int128) -> Bool { side == .buy ? other <= price : other >= price }
}

/// The orders of one pair that wait, best price first, then longest wait.
struct VenueBook {
    let bids: VenueQueue
    let asks: VenueQueue

    init() {
        bids = VenueQueue(.buy)
        asks = VenueQueue(.sell)
    }

    subscript(_ side: Side) -> VenueQueue { side == .buy ? bids : asks }
}

final class VenueQueue {
    private let side: Side
    private(set) var orders: [VenueOrder] = []

    init(_ side: Side) { self.side = side }

    func add(_ order: VenueOrder) {
        let place = orders.firstIndex { side == .buy ? $0.price < order.price : $0.price > order.price }
        orders.insert(order, at: place ?? orders.endIndex)
    }

    func remove(_ order: VenueOrder) {
        orders.removeAll { $0 === order }
    }
}
