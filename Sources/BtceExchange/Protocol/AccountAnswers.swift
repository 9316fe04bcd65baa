public import Trading

/// How much of each coin, by the coins' names.
public typealias CoinFunds = [CoinAmount]

/// An amount of a coin.
public struct CoinAmount: Hashable, Sendable {
    public let coin: Coin
    public let amount: ExactDecimal

    public init(_ coin: Coin, _ amount: ExactDecimal) {
        self.coin = coin
        self.amount = amount
    }
}

/// What a key may do.
public struct KeyRights: Hashable, Sendable {
    public let info: Bool
    public let trade: Bool
    public let withdraw: Bool

    public init(info: Bool, trade: Bool, withdraw: Bool) {
        self.info = info
        self.trade = trade
        self.withdraw = withdraw
    }

    /// A right as the exchange calls it.
    enum Name: String, CaseIterable {
        case info
        case trade
        case withdraw
    }

    /// The same rights but one.
    func without(_ name: Name) -> KeyRights {
        KeyRights(
            info: info && name != .info, trade: trade && name != .trade, withdraw: withdraw && name != .withdraw)
    }
}

/// The answer to getInfo.
public struct AccountInfo: Hashable, Sendable {
    /// Without what is on orders.
    public let funds: CoinFunds
    /// With what is on orders; nil where the exchange does not say.
    public let fundsWithOrders: CoinFunds?
    public let rights: KeyRights
    public let openOrderCount: UInt64?
    public let serverTime: Timestamp
}

/// The answer to Trade.
public struct TradeAnswer: Hashable, Sendable {
    /// What was received at once, net of the fee: the base coin for a buy, the quote coin for a sale.
    public let received: ExactDecimal
    /// What is left of the order, in the base coin.
    public let remains: ExactDecimal
    /// Nil where the exchange gave 0: all of it filled at once, and no order is there to be asked about.
    public let orderID: UInt64?
    public let funds: CoinFunds
}

/// The answer to CancelOrder.
public struct CancelAnswer: Hashable, Sendable {
    public let orderID: UInt64
    public let funds: CoinFunds
}

/// An order as ActiveOrders and OrderInfo tell it.
public struct WireOrder: Hashable, Sendable {
    /// What has become of it.
    public enum Status: UInt64, Hashable, Sendable, CaseIterable {
        case active = 0
        case executed = 1
        case canceled = 2
        case canceledInPart = 3
    }

    public let id: UInt64
    public let pair: Pair
    public let side: Side
    /// In the quote coin.
    public let rate: ExactDecimal
    /// What was ordered, in the base coin; OrderInfo alone tells it.
    public let startAmount: ExactDecimal?
    /// What has not traded, in the base coin.
    public let remaining: ExactDecimal
    public let createdAt: Timestamp
    public let status: Status
}

/// Reads the answers to private requests.
public struct TapiReader: Sendable {
    public let dialect: Dialect

    public init(_ dialect: Dialect) { self.dialect = dialect }

    /// The answer to getInfo.
    public func accountInfo(_ response: HTTPResponse) throws(AnswerFailure) -> AccountInfo {
        let result = try AnswerBody(response: response).result()
        return try AnswerBody.reading { () throws(UnreadableAnswer) in
            let rights = try result.required("rights")
            return AccountInfo(
                funds: try result.required("funds").funds(),
                fundsWithOrders: try result.optional("funds_incl_orders")?.funds(),
                rights: KeyRights(
                    info: try rights.required("info").flag(), trade: try rights.required("trade").flag(),
                    withdraw: try rights.optional("withdraw")?.flag() ?? false),
                openOrderCount: try result.optional("open_orders")?.whole(),
                serverTime: try result.required("server_time").timestamp())
        }
    }

    /// The answer to Trade. An order without a number of which something is left is no answer: it could not be found
    /// again.
    public func trade(_ response: HTTPResponse) throws(AnswerFailure) -> TradeAnswer {
        let result = try AnswerBody(response: response).result()
        return try AnswerBody.reading { () throws(UnreadableAnswer) in
            let id = try result.required("order_id").whole()
            let remains = try result.required("remains").amount()
            guard id != 0 || remains.isZero else {
                throw try result.required("order_id").unreadable("0 for an order of which \(remains) are left")
            }
            return TradeAnswer(
                received: try result.required("received").amount(), remains: remains, orderID: id == 0 ? nil : id,
                funds: try result.optional("funds")?.funds() ?? [])
        }
    }

    /// The answer to CancelOrder.
    public func cancel(_ response: HTTPResponse) throws(AnswerFailure) -> CancelAnswer {
        let result = try AnswerBody(response: response).result()
        return try AnswerBody.reading { () throws(UnreadableAnswer) in
            CancelAnswer(
                orderID: try result.required("order_id").whole(), funds: try result.optional("funds")?.funds() ?? [])
        }
    }

    /// By number. Empty where the exchange says `no orders`.
    public func activeOrders(_ response: HTTPResponse) throws(AnswerFailure) -> [WireOrder] {
        try orders(response)
    }

    /// The one order that was asked for; `expected` is its number, and another's is no answer.
    public func orderInfo(_ response: HTTPResponse, expected: UInt64) throws(AnswerFailure) -> WireOrder {
        let found = try orders(response, isOne: true)
        guard found.count == 1, let order = found.first, order.id == expected else {
            throw .unreadable(path: "return", message: "not the order \(expected)")
        }
        return order
    }

    private func orders(_ response: HTTPResponse, isOne: Bool = false) throws(AnswerFailure) -> [WireOrder] {
        let result: JSONPlace
        do {
            result = try AnswerBody(response: response).result()
        } catch .refused(.nothingThere, _) where !isOne && response.isSuccess {
            return []
        }
        return try AnswerBody.reading { () throws(UnreadableAnswer) in
            var orders: [WireOrder] = []
            for (name, place) in try result.members() { orders.append(try place.order(named: name)) }
            return orders.sorted { $0.id < $1.id }
        }
    }
}

extension JSONPlace {
    /// By coin. Names that the desk cannot hold are left out.
    fileprivate func funds() throws(UnreadableAnswer) -> CoinFunds {
        var funds: CoinFunds = []
        for (coin, place) in try members(named: { Coin($0) }) { funds.append(CoinAmount(coin, try place.amount())) }
        return funds.sorted { $0.coin < $1.coin }
    }

    /// A row's number is its name, in one way only: `5` and `05` would be two rows of one number. Of 63 bits, as `whole`.
    func rowID(_ name: String) throws(UnreadableAnswer) -> UInt64 {
        guard let id = Int64(name), id > 0, String(id) == name else {
            throw unreadable("its name is no number of a row")
        }
        return UInt64(id)
    }

    fileprivate func order(named name: String) throws(UnreadableAnswer) -> WireOrder {
        let status = try required("status")
        guard let known = WireOrder.Status(rawValue: try status.whole()) else { throw status.unreadable("no status") }
        let remaining = try required("amount").amount()
        let startAmount = try optional("start_amount")?.amount()
        if let startAmount, remaining > startAmount {
            throw try required("amount").unreadable("more than start_amount")
        }
        return WireOrder(
            id: try rowID(name), pair: try required("pair").pair(), side: try required("type").side(),
            rate: try required("rate").positiveAmount(), startAmount: startAmount, remaining: remaining,
            createdAt: try required("timestamp_created").timestamp(), status: known)
    }
}
