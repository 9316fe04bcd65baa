package import Trading

/// An order as it comes to the books.
package struct OrderEntry: Hashable, Sendable {
    package let account: AccountID
    package let pair: Pair
    package let side: Side
    /// The worst price at which it trades, in the quote coin.
    package let price: ExactDecimal
    /// In the base coin.
    package let quantity: ExactDecimal
    package let lifetime: NewOrder.Lifetime
    /// A market order never rests, whatever its lifetime says.
    package let isMarket: Bool
    /// Nil where an account may trade with itself.
    package let selfTrade: NewOrder.SelfTradePrevention?
    package let clientOrderID: ClientOrderID?

    package init(
        account: AccountID, pair: Pair, side: Side, price: ExactDecimal, quantity: ExactDecimal,
        lifetime: NewOrder.Lifetime = .rest, isMarket: Bool = false,
        selfTrade: NewOrder.SelfTradePrevention? = nil, clientOrderID: ClientOrderID? = nil
    ) {
        self.account = account
        self.pair = pair
        self.side = side
        self.price = price
        self.quantity = quantity
        self.lifetime = lifetime
        self.isMarket = isMarket
        self.selfTrade = selfTrade
        self.clientOrderID = clientOrderID
    }

    /// Whether what does not trade at once may wait.
    var mayRest: Bool { !isMarket && (lifetime == .rest || lifetime == .postOnly) }
}

/// Why an order may not enter the books.
package enum OrderObjection: Error, Hashable, Sendable {
    case unknownPair
    /// A price or quantity that is not above zero.
    case nothing
    case offTick(ExactDecimal)
    case offStep(ExactDecimal)
    case belowQuantity(ExactDecimal)
    case belowValue(ExactDecimal)
    /// Price times quantity is more than a number holds.
    case tooLarge
    case marketCannotWait
    case insufficientFunds(Coin)
    case wouldTrade
    case tradesWithItself
    case cannotFill
}
