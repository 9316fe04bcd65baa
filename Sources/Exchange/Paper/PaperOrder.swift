import DequeModule
import Trading

/// An order that the paper exchange has accepted, open or finished.
struct PaperOrder {
    let number: UInt64
    let order: NewOrder
    /// The rules with the fee under which it was accepted; a later fee is for later orders.
    let rules: PairRules
    let placedAt: Timestamp
    /// In the base coin.
    var filled: ExactDecimal = .zero
    /// Its fills, lowest number first.
    var fills: [FillID] = []
    /// Where it rests.
    var handle: OrderBook.Handle?
    /// Which finished order it was, counted from 1; nil while it is open.
    var finishedAs: UInt64?

    var remaining: ExactDecimal { order.quantity - filled }

    /// What its fills have cost, fees in the quote coin included; counted for an order with a cash quantity, which never rests.
    var cost: ExactDecimal = .zero

    /// What is held for what is left of it, in the coin that it spends.
    var held: ExactDecimal {
        if let cash = order.cashQuantity { return cash - cost }
        return hold(for: remaining)
    }

    private func hold(for quantity: ExactDecimal) -> ExactDecimal {
        rules.reservation(side: order.side, price: order.price.bound, quantity: quantity)
    }

    /// By how much a fill lessens what is held for it.
    func held(lessening quantity: ExactDecimal) -> ExactDecimal {
        hold(for: remaining) - hold(for: remaining - quantity)
    }

    /// How much of it may trade at a price: all that is left, or what its cash quantity still pays for.
    func affordable(at price: ExactDecimal) -> ExactDecimal {
        guard let cash = order.cashQuantity else { return remaining }
        let each = rules.reservation(side: order.side, price: price, quantity: .one)
        let quantity = try? (cash - cost).divided(by: each, rounding: .down)
            .rounded(toMultipleOf: rules.quantityStep, .down)
        return min(remaining, quantity ?? .zero)
    }
}

/// A fill as the exchange keeps it.
struct PaperFill {
    let order: UInt64
    let fill: Fill
}

/// What an account has at the paper exchange.
struct PaperWallet {
    struct Balance: Hashable {
        var free: ExactDecimal = .zero
        var held: ExactDecimal = .zero
    }

    var balances: [Coin: Balance] = [:]
    /// The numbers of its open orders, lowest first.
    var openOrders: [UInt64] = []
    /// The numbers of its fills, lowest first. The lowest are the first to be forgotten.
    var fills: Deque<FillID> = []
}

/// The desk's name of an order, within its account.
struct PaperOrderName: Hashable {
    let account: AccountID
    let client: ClientOrderID
}

extension RandomAccessCollection where Element: Comparable, Index == Int {
    /// Where the first element that is not below `element` stands in what is sorted.
    func sortedIndex(of element: Element) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle] < element { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension RandomAccessCollection where Self: RangeReplaceableCollection, Element: Comparable, Index == Int {
    /// Takes an element out of what is sorted.
    mutating func removeSorted(_ element: Element) {
        let index = sortedIndex(of: element)
        guard index < endIndex, self[index] == element else { return }
        remove(at: index)
    }
}
