public import Exchange
public import Trading
public import Venue

/// An order in the venue's books, for who holds them against the desk's.
public struct BookedOrder: Hashable, Sendable {
    public let number: UInt64
    public let account: AccountID
    /// As it was sent, whether or not the venue still tells it; nil for an order placed elsewhere.
    public let clientOrderID: ClientOrderID?
    public let pair: Pair
    public let side: Side
    public let price: ExactDecimal
    public let quantity: ExactDecimal
    public let filled: ExactDecimal
    public let status: VenueOrderStatus
    /// What it holds of the coin that it spends, at the fee rate under which it was taken on.
    public let held: ExactDecimal
    public let fills: [Fill]
    /// Whether it was answered with `order 0`.
    public let isNumberUntold: Bool
    /// By the venue's clock.
    public let createdAt: Timestamp
}

extension SimulatedVenue {
    /// The accounts that ever had money here, lowest number first.
    public var accounts: [AccountID] {
        Set(books.transactions.map(\.account)).sorted()
    }

    /// What an account has of each coin that it ever had, by name.
    public func balances(of account: AccountID) -> [CoinBalance] {
        books.balances(of: account)
    }

    /// Every order of accounts that was ever accepted, oldest first.
    public var bookedOrders: [BookedOrder] { books.orders.compactMap(booked) }

    /// The order that came of a client order id: the first, should there be several.
    public func bookedOrder(_ client: ClientOrderID, of account: AccountID) -> BookedOrder? {
        books.orders.first { $0.account == account && $0.clientOrderID == client }.flatMap(booked)
    }

    /// Every fill of an account, oldest first, with its order's number.
    public func bookedFills(of account: AccountID) -> [AccountFill] {
        (books.accountFills[account] ?? []).map { index in
            let fill = books.fills[index]
            return AccountFill(
                clientOrderID: books.order(fill.order)?.clientOrderID, exchangeOrderID: String(fill.order),
                pair: fill.pair, side: fill.side, fill: named(fill))
        }
    }

    /// Every print, oldest first. Times are the venue's.
    public var prints: [MarketTrade] {
        collectEvents()
        return printList
    }

    /// Every deposit and withdrawal, oldest first.
    public var moneyMoved: [VenueTransaction] { books.transactions }

    /// Every fee rate that a pair has had, the newest last.
    public func feeRates(of pair: Pair) -> [ExactDecimal] { books.markets[pair]?.feeRates ?? [] }

    /// The rules of a pair as they are now.
    public func rules(of pair: Pair) -> PairRules? { books.markets[pair]?.rules }

    /// What a pair trades at now.
    public func ticker(of pair: Pair) -> Ticker? { books.markets[pair]?.ticker }

    /// How many orders were accepted under a client order id, by any account: never above one, if the desk does right.
    public func ordersAccepted(for client: ClientOrderID) -> Int {
        acceptedCounts[client] ?? 0
    }

    /// What all purses of each coin hold together, the outside's debt included: zero, or the books are wrong.
    public var imbalances: [Coin: ExactDecimal] {
        books.imbalances
    }

    /// A digest of all that is in the books and of its chance: equal in two runs only if they went the same way.
    public var digest: UInt64 {
        var digest = VenueDigest()
        for account in accounts {
            for balance in balances(of: account) {
                digest.add("\(account) \(balance.coin) \(balance.free) \(balance.held)")
            }
        }
        for order in bookedOrders {
            digest.add("\(order.number) \(order.account) \(order.filled) \(order.status.rawValue) \(order.createdAt)")
        }
        for fill in books.fills {
            digest.add("\(fill.fill.id) \(fill.fill.price) \(fill.fill.quantity) \(fill.fill.fee)")
        }
        for account in nonces.keys.sorted() { digest.add("\(account) \(nonces[account] ?? 0)") }
        var chance = chance
        digest.add("\(prints.count) \(books.transactions.count) \(chance.next())")
        return digest.value
    }

    private func booked(_ order: VenueOrder) -> BookedOrder? {
        guard let account = order.account else { return nil }
        return BookedOrder(
            number: order.number, account: account, clientOrderID: order.clientOrderID, pair: order.pair,
            side: order.side, price: ExactDecimal(units: order.price), quantity: ExactDecimal(units: order.quantity),
            filled: ExactDecimal(units: order.filled), status: order.status,
            held: order.status == .open ? ExactDecimal(units: order.hold(for: order.left)) : .zero,
            fills: order.fills.map { named(books.fills[$0]) }, isNumberUntold: order.isNumberUntold,
            createdAt: order.createdAt)
    }
}

/// FNV-1a over text.
private struct VenueDigest {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ text: String) {
        for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
        value = (value ^ 0x0a) &* 0x100_0000_01b3
    }
}
