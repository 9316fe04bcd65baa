package import Trading

/// Orders that come, trade, rest and go.
extension VenueBooks {
    /// Why an order may not enter, or nil.
    package func objection(to new: OrderEntry) -> OrderObjection? {
        guard let market = markets[new.pair] else { return .unknownPair }
        let (rules, price, quantity) = (market.rules, new.price, new.quantity)
        guard price.units > 0, quantity.units > 0 else { return .nothing }
        if price.units % rules.priceTick.units != 0 { return .offTick(rules.priceTick) }
        if quantity.units % rules.quantityStep.units != 0 { return .offStep(rules.quantityStep) }
        if quantity < rules.quantityMin { return .belowQuantity(rules.quantityMin) }
        guard rules.valueFits(price: price, quantity: quantity) else { return .tooLarge }
        // An order at the market comes to what it trades at first, and not to the price that it may trade at last.
        let first = new.isMarket ? market.book[new.side.opposite].orders.first?.price : nil
        if exactProduct(first ?? price.units, quantity.units) < rules.valueMin.units {
            return .belowValue(rules.valueMin)
        }
        if new.lifetime == .postOnly, new.isMarket { return .marketCannotWait }
        let draft = order(new, number: 0, rules, at: Timestamp(nanoseconds: 0))
        let free = ledger[.free(draft.owner), draft.coinSpent]
        if draft.hold(for: draft.quantity) > free { return .insufficientFunds(draft.coinSpent) }
        return objection(toMatching: draft, new, market)
    }

    private func objection(toMatching draft: VenueOrder, _ new: OrderEntry, _ market: VenueMarket) -> OrderObjection? {
        let reached = market.book[new.side.opposite].orders.prefix { draft.accepts($0.price) }
        if new.lifetime == .postOnly, !reached.isEmpty { return .wouldTrade }
        if new.selfTrade == .cancelIncoming, reached.first?.owner == draft.owner { return .tradesWithItself }
        guard new.lifetime == .fillOrKill else { return nil }
        var found: Int128 = 0
        for order in reached where found < draft.quantity {
            if order.owner == draft.owner, let selfTrade = new.selfTrade {
                if selfTrade == .cancelResting { continue }
                break
            }
            found += order.left
        }
        return found < draft.quantity ? .cannotFill : nil
    }

    private func order(_ new: OrderEntry, number: UInt64, _ rules: PairRules, at now: Timestamp) -> VenueOrder {
        VenueOrder(
            number: number, owner: .account(new.account), clientOrderID: new.clientOrderID, pair: new.pair,
            side: new.side, price: new.price.units, quantity: new.quantity.units, feeRate: rules.feeRate.units,
            feeBasis: rules.feeBasis, createdAt: now)
    }

    /// Takes on an order that nothing objects to, and trades it.
    @discardableResult
    package func accept(_ new: OrderEntry, at now: Timestamp) -> VenueOrder {
        guard let market = markets[new.pair] else { preconditionFailure("an order of no pair was accepted") }
        let order = order(new, number: nextOrderNumber(), market.rules, at: now)
        enter(order)
        events.append(.accepted(order))
        let prints = trade(order, own: new.selfTrade, at: now)
        if order.left > 0, new.mayRest, new.selfTrade == nil || !meetsItself(order) {
            markets[new.pair]?.book[new.side].add(order)
            noteResting(order, at: now)
        } else if order.left > 0 {
            end(order, .canceled)
        }
        tell(prints, new.pair, at: now)
        return order
    }

    /// Whether what is left of an order would trade with its own account: then it may not rest.
    private func meetsItself(_ order: VenueOrder) -> Bool {
        guard let first = markets[order.pair]?.book[order.side.opposite].orders.first else { return false }
        return order.accepts(first.price)
    }

    /// Writes a new order down and holds what it may spend.
    func enter(_ order: VenueOrder) {
        let hold = order.hold(for: order.quantity)
        let missing = hold - ledger[.free(order.owner), order.coinSpent]
        // Strangers are never out of money: there are always more of them.
        if order.owner == .strangers, missing > 0 {
            ledger.move(missing, order.coinSpent, from: .outside, to: .free(.strangers))
        }
        ledger.move(hold, order.coinSpent, from: .free(order.owner), to: .held(order.owner))
        guard let account = order.account else { return }
        orders.append(order)
        openOrderNumbers[account, default: []].insert(order.number)
    }

    /// Trades an order with those that wait, best price first, then longest wait; the prints. `own` says which of two orders
    /// of one account gives way; nil lets them trade.
    func trade(_ order: VenueOrder, own: NewOrder.SelfTradePrevention?, at now: Timestamp) -> [MarketTrade] {
        var prints: [MarketTrade] = []
        while order.left > 0, let maker = markets[order.pair]?.book[order.side.opposite].orders.first,
            order.accepts(maker.price)
        {
            if maker.owner == order.owner, order.account != nil, let own {
                guard own == .cancelResting else { break }
                end(maker, .canceled)
                continue
            }
            let quantity = min(order.left, maker.left)
            exchange(quantity, maker: maker, taker: order, at: now)
            prints.append(printed(order.pair, maker.price, quantity, order.side, now))
        }
        return prints
    }

    func printed(_ pair: Pair, _ price: Int128, _ quantity: Int128, _ side: Side, _ now: Timestamp) -> MarketTrade {
        MarketTrade(
            pair: pair, price: ExactDecimal(units: price), quantity: ExactDecimal(units: quantity), takerSide: side,
            at: now)
    }

    /// Moves the money of one trade, at the maker's price.
    func exchange(_ quantity: Int128, maker: VenueOrder, taker: VenueOrder, at now: Timestamp) {
        let (buyer, seller) = maker.side == .buy ? (maker, taker) : (taker, maker)
        let (base, quote, price) = (maker.pair.base, maker.pair.quote, maker.price)
        let value = exactProduct(price, quantity)
        let held = buyer.hold(for: quantity)
        ledger.move(quantity, base, from: .held(seller.owner), to: .free(buyer.owner))
        ledger.move(value, quote, from: .held(buyer.owner), to: .free(seller.owner))
        let sellerFee = exactProduct(value, seller.feeRate)
        ledger.move(sellerFee, quote, from: .free(seller.owner), to: .fees)
        let buyerFee: Int128
        if buyer.feeBasis == .quote {
            buyerFee = exactProduct(value, buyer.feeRate)
            ledger.move(buyerFee, quote, from: .held(buyer.owner), to: .fees)
            ledger.move(held - value - buyerFee, quote, from: .held(buyer.owner), to: .free(buyer.owner))
        } else {
            buyerFee = exactProduct(quantity, buyer.feeRate)
            ledger.move(buyerFee, base, from: .free(buyer.owner), to: .fees)
            ledger.move(held - value, quote, from: .held(buyer.owner), to: .free(buyer.owner))
        }
        for order in [maker, taker] {
            order.filled += quantity
            let fee = order === buyer ? buyerFee : sellerFee
            let coin = order === buyer && order.feeBasis == .received ? base : quote
            fillCount += 1
            if let account = order.account {
                let fill = Fill(
                    id: FillID(fillCount), price: ExactDecimal(units: price), quantity: ExactDecimal(units: quantity),
                    fee: ExactDecimal(units: fee), feeCurrency: coin, liquidity: order === maker ? .maker : .taker,
                    at: now)
                note(fill, of: order, account, maker: maker.number)
                noteTrade(order, maker: maker, quantity, fee: fee, at: now)
            }
            if order.left == 0 { end(order, .filled) }
        }
    }

    private func note(_ fill: Fill, of order: VenueOrder, _ account: AccountID, maker: UInt64) {
        order.fills.append(fills.count)
        accountFills[account, default: []].append(fills.count)
        events.append(.filled(at: fills.count))
        fills.append(
            VenueFill(
                order: order.number, maker: maker, account: account, pair: order.pair, side: order.side, fill: fill))
    }

    /// Cancels an order that rests.
    package func cancel(_ order: VenueOrder, at now: Timestamp) {
        noteCanceled(order, rest: order.hold(for: order.left), at: now)
        end(order, .canceled)
        tell([], order.pair, at: now)
    }

    /// Closes an order, on the book or off it, and frees what it still holds.
    func end(_ order: VenueOrder, _ status: VenueOrderStatus) {
        order.status = status
        markets[order.pair]?.book[order.side].remove(order)
        let rest = order.hold(for: order.left)
        if rest > 0 { ledger.move(rest, order.coinSpent, from: .held(order.owner), to: .free(order.owner)) }
        guard let account = order.account else { return }
        openOrderNumbers[account]?.remove(order.number)
        if status == .canceled { events.append(.canceled(order)) }
    }

    /// Prints, and the ticker where it is another now.
    func tell(_ prints: [MarketTrade], _ pair: Pair, at now: Timestamp) {
        for print in prints { events.append(.trade(print)) }
        guard var market = markets[pair] else { return }
        let before = market.ticker
        market.ticker.bid = market.book[.buy].orders.first.map { ExactDecimal(units: $0.price) }
        market.ticker.ask = market.book[.sell].orders.first.map { ExactDecimal(units: $0.price) }
        if let last = prints.last { market.ticker.last = last.price }
        guard market.ticker != before else { return }
        market.ticker.at = now
        markets[pair] = market
        events.append(.ticker(pair, market.ticker))
    }
}
