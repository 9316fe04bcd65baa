package import OrderEngine
package import Trading

/// What the simulator looks at, and nobody in the product does.
extension DeskCore {
    /// The engine's whole durable state.
    package var engineState: EngineSnapshot { engine.snapshot() }

    /// An order as the engine has it.
    package func engineOrder(_ id: OrderID) -> Order? { engine.order(id) }

    /// Whether a line still waits for a password check or an exchange.
    package var answersLater: Bool { isAnsweringLater }

    /// What an account's sliced orders hold of a coin for orders that they have still to place.
    package func engineUnplaced(of account: AccountID, in coin: Coin) -> ExactDecimal {
        engine.openOrders(of: account).reduce(.zero) { sum, order in
            guard case .sliced = order.plan, order.spentCoin == coin else { return sum }
            return sum + order.reserved
        }
    }

    /// What an account has of a coin, as the engine has it.
    package func engineFunds(of account: AccountID, in coin: Coin) -> Funds { engine.funds(of: account, in: coin) }
}
