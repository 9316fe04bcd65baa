import Trading

/// Which of what the exchange shows is which of our orders.
extension BtceGateway {
    /// Rows that bear an order's own number: trades that it waited for. One that does not fit the order is left, and the order is not
    /// concluded then.
    func takeMakerRows(of order: PlacedOrder, _ account: TradedAccount) {
        guard let number = order.number else { return }
        for id in account.rowsByOrder[number] ?? [] where order.fills[id] == nil {
            guard let row = account.rows[id], order.fits(row) else { continue }
            account.own(id, by: order, fill(row))
            // Something new: whatever it was that the exchange contradicted itself in is asked about soon.
            order.dispute?.nextAt = clock
            (order.cancelsAnswered, order.cancelNotBefore) = (0, nil)
        }
    }

    // MARK: By terms

    /// Numbers that nobody owns and that may be an order in doubt: the exchange is asked what their terms were.
    func numbersToAskAbout(_ look: Look, _ account: TradedAccount) -> [UInt64] {
        let unmatched = look.members.filter(\.isUnmatched)
        guard !unmatched.isEmpty else { return [] }
        return freeNumbers(look, account).filter { number in
            look.details[number] == nil && unmatched.contains { mayBe(number, $0, look, account) }
        }
    }

    /// Gives each order in doubt the first number whose terms are its own, the earliest order first.
    func matchByTerms(_ look: Look, _ account: TradedAccount) {
        let unmatched = look.members.filter(\.isUnmatched)
        guard !unmatched.isEmpty else { return }
        for order in unmatched {
            let found = freeNumbers(look, account).first { number in
                mayBe(number, order, look, account) && isOfTerms(number, order, look, account)
            }
            guard let found else { continue }
            count("matched by its terms")
            account.claim(found, for: order)
            settle(order, .open, account)
            takeMakerRows(of: order, account)
        }
    }

    /// Numbers of the account's orders that none of ours is known to be, lowest first.
    private func freeNumbers(_ look: Look, _ account: TradedAccount) -> [UInt64] {
        Set(look.active.keys).union(account.rowsByOrder.keys)
            .filter { account.owners[$0] == nil && !account.strangers.contains($0) }.sorted()
    }

    private func mayBe(_ number: UInt64, _ order: PlacedOrder, _ look: Look, _ account: TradedAccount) -> Bool {
        // Numbers and not moments: what was there before the order is older, whatever the exchange's clock says.
        guard order.mayHave(number: number) else { return false }
        let first = account.rowsByOrder[number]?.min()
        if let first, !order.mayHave(fill: first) { return false }
        if let row = look.active[number] {
            return row.pair == order.order.pair && row.side == order.order.side && order.wasSent(at: row.rate)
                && row.remaining <= order.order.quantity
        }
        guard let row = first.flatMap({ account.rows[$0] }) else { return false }
        return row.pair == order.order.pair && row.side == order.order.side && order.wasSent(at: row.rate)
    }

    private func isOfTerms(_ number: UInt64, _ order: PlacedOrder, _ look: Look, _ account: TradedAccount) -> Bool {
        if case .some(.some(let row)) = look.details[number], let amount = row.startAmount {
            return amount == order.order.quantity && order.wasSent(at: row.rate)
        }
        // The exchange does not say what was ordered: only an order that is whole, or wholly filled, can be told.
        if let row = look.active[number] { return row.remaining == order.order.quantity }
        let ids = account.rowsByOrder[number] ?? []
        return ids.reduce(.zero) { $0 + (account.rows[$1]?.amount ?? .zero) } == order.order.quantity
    }

    /// The number of an order that is not on the book and of which it is not known how much filled.
    func numberOfUnknownEnd(_ order: PlacedOrder, _ look: Look) -> UInt64? {
        guard let number = order.number, look.active[number] == nil, look.details[number] == nil,
            order.fate == .open || order.fate == .closed, order.filled < order.order.quantity,
            order.isDue(at: look.beganAt)
        else { return nil }
        return number
    }

    // MARK: By figures

    /// How much of an order had filled when the exchange was asked; nil where it does not say.
    func filledAtExchange(_ order: PlacedOrder, _ look: Look) -> ExactDecimal? {
        guard let number = order.number else { return nil }
        if let row = look.active[number] { return order.order.quantity - row.remaining }
        if case .some(.some(let row)) = look.details[number] { return order.order.quantity - row.remaining }
        return nil
    }

    /// Finds the trades that orders made on arrival.
    func matchTakers(_ look: Look, _ account: TradedAccount) {
        var byKind: [PlacedOrder.Kind: [TakerMatching.Order]] = [:]
        for order in look.members {
            guard let (quantity, isCertain) = takerQuantity(order, look) else { continue }
            byKind[order.kind, default: []].append(
                TakerMatching.Order(
                    id: order.id, quantity: quantity, isCertain: isCertain, side: order.order.side, rate: order.rate,
                    seenBefore: order.seenBefore.fillNumber ?? 0))
        }
        for (kind, orders) in byKind {
            let found = TakerMatching(orders: orders, rows: account.unownedTakerRows(kind)).result()
            for (id, rows) in found {
                guard let order = account.orders[id] else { continue }
                give(rows.compactMap { account.rows[$0] }, to: order, account)
            }
        }
    }

    /// What an order's rows must add up to, and whether it has any for certain; nil where it has none.
    private func takerQuantity(_ order: PlacedOrder, _ look: Look) -> (ExactDecimal, Bool)? {
        if order.isUnmatched { return (order.order.quantity, false) }
        if let missing = order.takerMissing { return missing.isPositive ? (missing, true) : nil }
        guard let filled = filledAtExchange(order, look), filled > order.filled else { return nil }
        return (filled - order.filled, true)
    }

    private func give(_ rows: [WireFill], to order: PlacedOrder, _ account: TradedAccount) {
        let traded = rows.reduce(.zero) { $0 + $1.amount }
        guard order.filled + traded <= order.order.quantity else {
            contradictions += 1
            return
        }
        let fees = FillFees.fees(
            of: rows.map { FillFees.Traded(price: $0.rate, quantity: $0.amount) }, side: order.order.side,
            rate: market.feeRate(of: order.order.pair, or: settings), received: order.received)
        for (row, fee) in zip(rows, fees) { account.own(row.id, by: order, fill(row, fee: fee)) }
        if order.isUnmatched {
            count("matched by its fills")
            order.hasNoNumber = true
            settle(order, .closed, account)
        }
        if order.takerMissing != nil { order.takerMissing = .zero }
    }

    // MARK: Fills

    /// A row as a fill, its fee by the pair's rate unless told.
    func fill(_ row: WireFill, fee: ExactDecimal? = nil) -> Fill {
        let rate = market.feeRate(of: row.pair, or: settings)
        let traded = FillFees.Traded(price: row.rate, quantity: row.amount)
        let byRate = FillFees.fees(of: [traded], side: row.side, rate: rate, received: nil)[0]
        return Fill(
            id: FillID(row.id), price: row.rate, quantity: row.amount, fee: fee ?? byRate,
            feeCurrency: row.side == .buy ? row.pair.base : row.pair.quote,
            liquidity: row.isYourOrder ? .maker : .taker, at: row.at)
    }
}

extension PlacedOrder {
    /// Whether it may have been sent at that rate: a market order's was brought inside the pair's prices, and nobody remembers
    /// to what after a restart.
    func wasSent(at rate: ExactDecimal) -> Bool {
        if case .market = order.price { return allows(rate) }
        return rate == self.rate
    }
}
