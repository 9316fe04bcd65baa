import ExactJSON
import Trading

/// Trade and CancelOrder.
extension TapiVenue {
    func trade(_ call: TapiCall) throws(TapiError) -> ExchangeJSON {
        let entry = try entry(call)
        commit(
            .order(call.account, entry.pair, entry.side, price: entry.price, quantity: entry.quantity), at: call.at)
        guard let order = books.orders.last else { preconditionFailure("an accepted order is not in the books") }
        var members: [(String, ExchangeJSON)] = [
            ("received", .decimal(received(order))), ("remains", .decimal(ExactDecimal(units: order.left))),
            ("order_id", .whole(order.isNumberUntold ? 0 : told(order.number))), ("funds", funds(of: call.account)),
        ]
        if dialect.tellsMore { members.append(("server_time", .whole(call.at.seconds))) }
        if order.left > 0 { takePart(of: order, at: call.at) }
        return .members(members)
    }

    /// What the fields order, where nothing is against it.
    private func entry(_ call: TapiCall) throws(TapiError) -> OrderEntry {
        guard let name = call.fields["pair"] else { throw .badField }
        return try entry(
            call.account, pair: name, type: call.fields["type"], rate: call.fields["rate"],
            amount: call.fields["amount"])
    }

    /// An order of an account by the names and figures that somebody gave, where nothing is against it.
    func entry(
        _ account: AccountID, pair name: String, type: String?, rate: String?, amount: String?
    ) throws(TapiError) -> OrderEntry {
        guard let pair = listed(name) else { throw .invalidPair(name) }
        guard let side = type.flatMap({ Side(rawValue: $0) }), let price = rate.flatMap({ ExactDecimal($0) }),
            price.isPositive, let quantity = amount.flatMap({ ExactDecimal($0) }), quantity.isPositive
        else { throw .badField }
        let rules = pair.rules
        if quantity < rules.quantityMin { throw .amountBelow(rules.quantityMin, rules.pair.base) }
        if price < pair.priceMin { throw .priceBelow(pair.priceMin, rules.pair) }
        if price > pair.priceMax { throw .priceAbove(pair.priceMax, rules.pair) }
        let entry = OrderEntry(
            account: account, pair: rules.pair, side: side, price: price, quantity: quantity)
        switch books.objection(to: entry) {
        case nil: return entry
        case .insufficientFunds(let coin): throw .notEnough(coin, side)
        default: throw .badField
        }
    }

    /// What came of an order so far, net of the fee: the base coin for a buy, the quote coin for a sale.
    private func received(_ order: VenueOrder) -> ExactDecimal {
        order.fills.reduce(.zero) { sum, index in
            let fill = books.fills[index].fill
            let gross =
                order.side == .buy
                ? fill.quantity : ExactDecimal(units: exactProduct(fill.price.units, fill.quantity.units))
            return sum + gross - fill.fee
        }
    }

    func cancelOrder(_ call: TapiCall) throws(TapiError) -> ExchangeJSON {
        guard let order = order(call) else { throw .invalidOrder }
        if order.status == .open { takePart(of: order, at: call.at) }
        guard order.status == .open else { throw .badStatus }
        commit(.cancel(order.number), at: call.at)
        return .members([("order_id", .whole(told(order.number))), ("funds", funds(of: call.account))])
    }

    /// The account's order that the fields name, where the account was ever told its number.
    func order(_ call: TapiCall) -> VenueOrder? {
        guard let number = number(told: call.fields["order_id"]), let order = books.order(number, of: call.account),
            !order.isNumberUntold
        else { return nil }
        return order
    }

    // MARK: Faults that are trades and cancels

    /// The trader cancels one of the account's orders at the venue's own page, where that fault is due.
    func cancelSomethingElsewhere(of account: AccountID, at now: Timestamp) {
        guard chance.happens(perMillion: faults.cancelElsewhere),
            let number = chance.pick(ifAny: (books.openOrderNumbers[account] ?? []).sorted())
        else { return }
        commit(.cancel(number), at: now)
    }

    /// Strangers take a part of an order that rests, or all of it, where that fault is due.
    func takePart(of order: VenueOrder, at now: Timestamp) {
        guard chance.happens(perMillion: faults.partial), let step = books.markets[order.pair]?.rules.quantityStep.units
        else {
            return
        }
        let steps = Int64(clamping: order.left / step)
        guard steps > 0 else { return }
        let quantity = chance.happens(perMille: 200) ? order.left : Int128(chance.number(1...steps)) * step
        commit(.take(order.number, ExactDecimal(units: quantity)), at: now)
    }
}
