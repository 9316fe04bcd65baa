import Exchange
import Trading

/// Orders that come, trade, rest and go.
extension SimulatedVenue {
    /// Why an order may not enter, or nil.
    func objection(to new: NewOrder) -> VenueRefusal? {
        guard let market = markets[new.pair] else { return .rejected(.unknownPair, reason: "no pair \(new.pair)") }
        let (rules, price, quantity) = (market.rules, new.price.bound, new.quantity)
        let refuse = { (code: RefusalCode, reason: String) in VenueRefusal.rejected(code, reason: reason) }
        guard price.units > 0, quantity.units > 0 else { return refuse(.outOfRange, "nothing, or for nothing") }
        if price.units % rules.priceTick.units != 0 { return refuse(.offTick, "prices step by \(rules.priceTick)") }
        if quantity.units % rules.quantityStep.units != 0 {
            return refuse(.offStep, "quantities step by \(rules.quantityStep)")
        }
        if quantity < rules.quantityMin { return refuse(.belowMinimum, "at least \(rules.quantityMin)") }
        guard rules.valueFits(price: price, quantity: quantity) else { return refuse(.outOfRange, "too large") }
        if exactProduct(price.units, quantity.units) < rules.valueMin.units {
            return refuse(.belowMinimum, "a value of at least \(rules.valueMin)")
        }
        if new.lifetime == .postOnly, new.price.limit == nil {
            return refuse(.conflictingWords, "a market order cannot wait")
        }
        let draft = draft(new, rules, at: Timestamp(nanoseconds: 0))
        let free = ledger[.free(.account(new.account)), draft.coinSpent]
        if draft.hold(for: draft.quantity) > free {
            return refuse(.insufficientFunds, "It is not enough \(draft.coinSpent) in the account")
        }
        return objection(toMatching: draft, new, market)
    }

    private func objection(toMatching draft: VenueOrder, _ new: NewOrder, _ market: VenueMarket) -> VenueRefusal? {
        let reached = market.book[new.side.opposite].orders.prefix { draft.accepts($0.price) }
        if new.lifetime == .postOnly, !reached.isEmpty {
            return .rejected(.wouldTrade, reason: "it would trade at once")
        }
        if new.selfTrade == .cancelIncoming, reached.first?.owner == draft.owner {
            return .rejected(.selfTrade, reason: "it would trade with an order of the same account")
        }
        guard new.lifetime == .fillOrKill else { return nil }
        var found: Int128 = 0
        for order in reached where found < draft.quantity {
            if order.owner == draft.owner {
                if new.selfTrade == .cancelResting { continue }
                break
            }
            found += order.left
        }
        return found < draft.quantity ? .rejected(.cannotFill, reason: "not enough to trade with") : nil
    }

    func draft(_ new: NewOrder, _ rules: PairRules, at now: Timestamp) -> VenueOrder {
        VenueOrder(
            number: UInt64(orders.count + 1), owner: .account(new.account), clientOrderID: new.clientOrderID,
            pair: new.pair, side: new.side, price: new.price.bound.units, quantity: new.quantity.units,
            feeRate: rules.feeRate.units, feeBasis: rules.feeBasis, createdAt: clock(now))
    }

    /// Takes on an order that nothing objects to, and trades it.
    func accept(_ new: NewOrder, at now: Timestamp) -> VenueOrder {
        guard let market = markets[new.pair] else { preconditionFailure("an order of no pair was accepted") }
        let order = draft(new, market.rules, at: now)
        let name = VenueOrderName(account: new.account, client: new.clientOrderID)
        named[name] = order.number
        acceptedCounts[name, default: 0] += 1
        enter(order)
        pushes.append(.accepted(new.account, number: order.number, told(order)))
        let prints = trade(order, cancelsOwn: new.selfTrade == .cancelResting, at: now)
        let mayRest = new.price.limit != nil && (new.lifetime == .rest || new.lifetime == .postOnly)
        if order.left > 0, mayRest, !meetsItself(order) {
            markets[new.pair]?.book[new.side].add(order)
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
        orders.append(order)
        ledger.move(
            order.hold(for: order.quantity), order.coinSpent, from: .free(order.owner), to: .held(order.owner))
        if let account = order.account { openOrderNumbers[account, default: []].insert(order.number) }
    }

    /// Trades an order with those that wait, best price first, then longest wait; the prints.
    func trade(_ order: VenueOrder, cancelsOwn: Bool, at now: Timestamp) -> [MarketTrade] {
        var prints: [MarketTrade] = []
        while order.left > 0, let maker = markets[order.pair]?.book[order.side.opposite].orders.first,
            order.accepts(maker.price)
        {
            if maker.owner == order.owner, order.account != nil {
                guard cancelsOwn else { break }
                takeOff(maker)
                continue
            }
            let quantity = min(order.left, maker.left)
            exchange(quantity, maker: maker, taker: order, at: now)
            prints.append(
                MarketTrade(
                    pair: order.pair, price: ExactDecimal(units: maker.price), quantity: ExactDecimal(units: quantity),
                    takerSide: order.side, at: clock(now)))
        }
        return prints
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
            note(order, quantity, price, fee, coin, order === maker ? .maker : .taker, at: now)
            if order.left == 0 { end(order, .filled) }
        }
    }

    private func note(
        _ order: VenueOrder, _ quantity: Int128, _ price: Int128, _ fee: Int128, _ coin: Coin,
        _ liquidity: Liquidity, at now: Timestamp
    ) {
        lastFill += 1
        guard let account = order.account else { return }
        let fill = Fill(
            id: FillID(lastFill), price: ExactDecimal(units: price), quantity: ExactDecimal(units: quantity),
            fee: ExactDecimal(units: fee), feeCurrency: coin, liquidity: liquidity, at: clock(now))
        order.fills.append(fillList.count)
        accountFills[account, default: []].append(fillList.count)
        fillList.append(
            VenueFill(order: order.number, account: account, pair: order.pair, side: order.side, fill: fill))
        pushes.append(.filled(account, row(fillList[fillList.count - 1])))
    }

    /// Closes an order that is off the book, and frees what it still holds.
    func end(_ order: VenueOrder, _ status: VenueOrderStatus) {
        order.status = status
        markets[order.pair]?.book[order.side].remove(order)
        let rest = order.hold(for: order.left)
        if rest > 0 { ledger.move(rest, order.coinSpent, from: .held(order.owner), to: .free(order.owner)) }
        guard let account = order.account else { return }
        openOrderNumbers[account]?.remove(order.number)
        if status == .canceled { pushes.append(.canceled(account, number: order.number, told(order))) }
    }

    /// Cancels an order that rests.
    func takeOff(_ order: VenueOrder) {
        end(order, .canceled)
    }

    /// Prints, and the ticker where it is another now.
    func tell(_ prints: [MarketTrade], _ pair: Pair, at now: Timestamp) {
        for print in prints {
            printList.append(print)
            pushes.append(.trade(print))
        }
        guard var market = markets[pair] else { return }
        let before = market.ticker
        market.ticker.bid = market.book[.buy].orders.first.map { ExactDecimal(units: $0.price) }
        market.ticker.ask = market.book[.sell].orders.first.map { ExactDecimal(units: $0.price) }
        if let last = prints.last { market.ticker.last = last.price }
        guard market.ticker != before else { return }
        market.ticker.at = clock(now)
        markets[pair] = market
        pushes.append(.ticker(pair, market.ticker))
    }
}
