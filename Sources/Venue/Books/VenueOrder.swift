package import Exchange
package import Trading

/// An order in the venue's books. Amounts are in units of 10^-18.
package final class VenueOrder {
    package let number: UInt64
    package let owner: VenueOwner
    /// As it was sent; nil for what did not come from the desk.
    package let clientOrderID: ClientOrderID?
    package let pair: Pair
    package let side: Side
    package let price: Int128
    package let quantity: Int128
    /// The rate under which it was taken on; it keeps it.
    package let feeRate: Int128
    package let feeBasis: FeeBasis
    /// By the venue's clock.
    package let createdAt: Timestamp
    package internal(set) var filled: Int128 = 0
    package internal(set) var status = VenueOrderStatus.open
    /// Whether its number was kept back.
    package var isNumberUntold = false
    /// Whether what it held when it came to rest was written down as a debit.
    var hasDebitRow = false
    /// The positions of its fills in the venue's list.
    package internal(set) var fills: [Int] = []

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

    package var left: Int128 { quantity - filled }

    package var account: AccountID? { if case .account(let account) = owner { account } else { nil } }

    package var coinSpent: Coin { side == .buy ? pair.quote : pair.base }

    /// What it holds for so much of it.
    package func hold(for quantity: Int128) -> Int128 {
        guard side == .buy else { return quantity }
        let value = exactProduct(price, quantity)
        return feeBasis == .quote ? value + exactProduct(value, feeRate) : value
    }

    /// Whether it would trade at a price of the other side.
    package func accepts(_ other: Int128) -> Bool { side == .buy ? other <= price : other >= price }
}

/// The orders of one pair that wait, best price first, then longest wait.
package struct VenueBook {
    package let bids: VenueQueue
    package let asks: VenueQueue

    init() {
        bids = VenueQueue(.buy)
        asks = VenueQueue(.sell)
    }

    package subscript(_ side: Side) -> VenueQueue { side == .buy ? bids : asks }
}

package final class VenueQueue {
    private let side: Side
    package private(set) var orders: [VenueOrder] = []

    init(_ side: Side) { self.side = side }

    func add(_ order: VenueOrder) {
        let place = orders.firstIndex { side == .buy ? $0.price < order.price : $0.price > order.price }
        orders.insert(order, at: place ?? orders.endIndex)
    }

    func remove(_ order: VenueOrder) {
        if let place = orders.firstIndex(where: { $0 === order }) { orders.remove(at: place) }
    }

    /// The best `rows` prices and all that waits at each.
    package func levels(_ rows: Int) -> [DepthLevel] {
        var found: [DepthLevel] = []
        var start = orders.startIndex
        while found.count < rows, start < orders.endIndex {
            let price = orders[start].price
            let level = orders[start...].prefix { $0.price == price }
            let left = level.reduce(Int128(0)) { $0 + $1.left }
            found.append(DepthLevel(price: ExactDecimal(units: price), quantity: ExactDecimal(units: left)))
            start = level.endIndex
        }
        return found
    }
}

/// Where an order stands in the exchange's books.
public enum VenueOrderStatus: String, Hashable, Sendable {
    case open
    case filled
    case canceled
}
