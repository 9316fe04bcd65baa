public import Trading

/// Making the books say again what the records say, where one of the two was damaged.
extension PaperExchange {
    /// The accounts that have, or had, anything, by number.
    public var accounts: [AccountID] { wallets.keys.sorted() }

    /// Gives an account this much of a coin in all. Where less of it is free than has to go, orders of the account that hold the
    /// coin come off the book, the newest first; their client order ids.
    public func correct(_ account: AccountID, _ coin: Coin, total: ExactDecimal) -> [ClientOrderID] {
        var canceled: [ClientOrderID] = []
        for number in (wallets[account]?.openOrders ?? []).reversed() {
            let balance = wallets[account]?.balances[coin] ?? PaperWallet.Balance()
            guard total < balance.held else { break }
            guard let order = orders[number], order.rules.reservedCoin(for: order.order.side) == coin,
                let handle = order.handle, let market = marketIndex[order.order.pair]
            else { continue }
            markets[market].book.cancel(handle)
            finish(number)
            canceled.append(order.order.clientOrderID)
        }
        changeBalance(account, coin) { $0.free = max(.zero, total - $0.held) }
        return canceled
    }

    /// Forgets the fills of an order that nobody has in their records: it is as if they had not been.
    public func forgetFills(of client: ClientOrderID, _ account: AccountID, besides known: Set<FillID>) {
        guard let number = orderNumbers[PaperOrderName(account: account, client: client)], let order = orders[number]
        else { return }
        for id in order.fills where !known.contains(id) {
            orders[number]?.fills.removeAll { $0 == id }
            wallets[account]?.fills.removeSorted(id)
            fills[id] = nil
            changes.durable.insert(.fill(id))
            changes.durable.insert(.order(number))
        }
    }
}
