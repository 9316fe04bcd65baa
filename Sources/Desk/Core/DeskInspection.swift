package import OrderEngine
package import Trading

/// What the simulator looks at, and nobody in the product does.
extension DeskCore {
    /// The exchange of a desk that has one.
    package var onlyExchange: ExchangeID { firstSeat.id }

    /// The whole durable state of the engine of a desk with one exchange.
    package var engineState: EngineSnapshot { firstSeat.engine.snapshot() }

    /// The same of the engine of one exchange; nil where there is no seat.
    package func engineState(at exchange: ExchangeID) -> EngineSnapshot? { seat(exchange)?.engine.snapshot() }

    /// The same of every engine, in the order of the seats.
    package var engineStates: [EngineSnapshot] { seats.map { $0.engine.snapshot() } }

    /// An order as its engine has it.
    package func engineOrder(_ id: OrderID) -> Order? { orderInMemory(id) }

    /// What an account's sliced orders at an exchange hold of a coin for orders that they have still to place.
    package func engineUnplaced(of account: AccountID, in coin: Coin, at exchange: ExchangeID? = nil) -> ExactDecimal {
        ((exchange.map { seat($0) } ?? firstSeat)?.engine.openOrders(of: account) ?? []).reduce(.zero) { sum, order in
            guard order.plan.isSliced, order.spentCoin == coin else { return sum }
            return sum + order.reserved
        }
    }

    /// What an account has of a coin at an exchange, as its engine has it.
    package func engineFunds(of account: AccountID, in coin: Coin, at exchange: ExchangeID? = nil) -> Funds {
        (exchange.map { seat($0) } ?? firstSeat)?.engine.funds(of: account, in: coin) ?? Funds()
    }
}
