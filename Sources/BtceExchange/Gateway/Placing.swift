import Exchange
import Trading

/// Orders on their way to the exchange, and what it says of them at once.
extension BtceGateway {
    func submitPlace(_ new: NewOrder) {
        let account = account(new.account)
        guard account.orders[new.clientOrderID] == nil else {
            return submitStatus(SentOrder(new, exchangeOrderID: nil, sentAt: clock))
        }
        let order = PlacedOrder(
            new, rate: rate(for: new), sentAt: clock,
            sendBy: clock.advanced(byNanoseconds: settings.placeWaitNanoseconds))
        if let (code, reason) = refusalAtOnce(order, account) {
            return say(.rejected(order.id, code: code, reason: reason), of: account)
        }
        account.add(order)
        account.waiting.append(order.id)
    }

    /// The limit that is sent. A market order's bound is kept inside what the exchange takes as a price.
    private func rate(for order: NewOrder) -> ExactDecimal {
        guard case .market(let bound) = order.price, let info = market.pairs[order.pair] else {
            return order.price.bound
        }
        return order.side == .buy ? min(bound, info.priceMax) : max(bound, info.priceMin)
    }

    // MARK: What is refused before it is sent

    private func refusalAtOnce(_ order: PlacedOrder, _ account: TradedAccount) -> (RefusalCode, String)? {
        guard account.key != nil else { return (.notAllowed, "no key of this account is known here") }
        guard account.waiting.count < settings.waitingMax else {
            return (.exchangeUnavailable, "\(settings.waitingMax) orders wait for the exchange")
        }
        switch order.order.lifetime {
        case .rest, .immediateOrCancel: break
        case .fillOrKill: return (.exchangeRejected, "this exchange has no fill-or-kill orders")
        case .postOnly: return (.exchangeRejected, "this exchange has no post-only orders")
        }
        return refusalByRules(order) ?? refusalOfSelfTrade(order, account)
    }

    /// By the pair's rules as the exchange has told them; where it has not yet, it will say so itself.
    private func refusalByRules(_ order: PlacedOrder) -> (RefusalCode, String)? {
        guard market.hasInfo else { return nil }
        let (new, pair) = (order.order, order.order.pair)
        guard let info = market.pairs[pair], let rules = try? info.rules() else {
            return (.unknownPair, "the exchange does not trade \(pair)")
        }
        guard order.rate.isMultiple(of: rules.priceTick) else {
            return (.offTick, "prices of \(pair) are multiples of \(rules.priceTick)")
        }
        guard new.quantity.isMultiple(of: rules.quantityStep) else {
            return (.offStep, "amounts of \(pair) are multiples of \(rules.quantityStep)")
        }
        guard new.quantity >= rules.quantityMin else {
            return (.belowMinimum, "the least amount of \(pair) is \(rules.quantityMin)")
        }
        guard order.rate >= info.priceMin, order.rate <= info.priceMax else {
            return (.outOfRange, "prices of \(pair) are from \(info.priceMin) to \(info.priceMax)")
        }
        return nil
    }

    /// The exchange tells a trade of an account with itself in one row of its history, from which nobody could make two fills.
    private func refusalOfSelfTrade(_ order: PlacedOrder, _ account: TradedAccount) -> (RefusalCode, String)? {
        let crossing = account.liveByAge.filter { $0.mayBeOnTheBook && $0.crosses(order) }
        guard let first = crossing.first else { return nil }
        if order.order.selfTrade == .cancelResting {
            for resting in crossing { cancelUnasked(resting, account) }
            return nil
        }
        return (.selfTrade, "it would trade with \(first.id.order), an order of this account")
    }

    // MARK: What is sent

    /// Lets the orders into the line that need not wait for the fate of another, first come first.
    func feed(_ account: TradedAccount) {
        guard let key = account.key, !account.waiting.isEmpty else { return }
        var taken = Set(account.unnoted.values)
        var mayTrade: [PlacedOrder] = []
        for id in account.live {
            guard let order = account.orders[id], order.mayBeOnTheBook, order.fate != .unsent else { continue }
            mayTrade.append(order)
            if order.fate != .open { taken.insert(order.kind) }
        }
        var fed = Set<ClientOrderID>()
        for id in account.waiting {
            guard let order = account.orders[id] else { continue }
            guard hasSeen(scope(of: order.order.pair), account) else {
                if account.look == nil { wantToSee(account) }
                continue
            }
            guard taken.insert(order.kind).inserted,
                !mayTrade.contains(where: { $0.crosses(order) })
            else { continue }
            let request = TapiRequest.trade(
                pair: order.order.pair, side: order.order.side, rate: order.rate, amount: order.order.quantity)
            guard
                dispatch.add(
                    request, key: key, urgency: .place, ticket: .place(account.id, id), sendBy: order.sendBy)
            else { break }
            fed.insert(id)
            mayTrade.append(order)
            settle(order, .queued, account)
        }
        account.waiting.removeAll { fed.contains($0) }
    }

    /// The book and the end of the history are read before the order goes out; at once, unless reading has just failed.
    private func wantToSee(_ account: TradedAccount) {
        let wait = account.failedLooks == 0 ? 0 : settings.lookIntervalNanoseconds
        account.wantLook(at: clock.advanced(byNanoseconds: wait))
    }

    // MARK: What the answer means

    func takePlaced(
        _ answer: Result<HTTPResponse, AnswerFailure>, _ order: PlacedOrder, _ account: TradedAccount
    ) {
        guard order.fate == .inFlight else { return }
        do throws(AnswerFailure) {
            let placed = try reader.trade(try answer.get())
            guard placed.remains <= order.order.quantity else {
                throw .unreadable(path: "return.remains", message: "more than was ordered")
            }
            if let number = placed.orderID, let owner = account.owners[number], owner != order.id {
                throw .unreadable(path: "return.order_id", message: "\(number) is \(owner)'s")
            }
            accepted(order, placed, account)
        } catch {
            if error.provesNothingWasDone { return reject(order, error.code, error.reason, account) }
            count("place lost")
            order.doubtfulSince = clock
            order.owesStatus = true
            settle(order, .inDoubt, account)
            say(.lost(order.id), of: account)
            account.wantLook(at: clock.advanced(byNanoseconds: settings.retryMinNanoseconds))
        }
    }

    private func accepted(_ order: PlacedOrder, _ placed: TradeAnswer, _ account: TradedAccount) {
        let traded = order.order.quantity - placed.remains
        order.takerMissing = traded
        order.received = placed.received
        if let number = placed.orderID {
            account.claim(number, for: order)
        } else {
            count("order 0")
            order.hasNoNumber = true
        }
        settle(order, placed.remains.isZero ? .closed : .open, account)
        tellAccepted(order, account)
        let isWanted = traded.isPositive || order.wantsStatus
        account.wantLook(at: isWanted ? clock : clock.advanced(byNanoseconds: settings.lookIntervalNanoseconds))
        guard order.fate == .open else { return }
        if order.wantsCancel {
            order.wantsCancel = false
            sendCancel(order, account)
        } else if order.order.lifetime == .immediateOrCancel {
            cancelUnasked(order, account)
        }
    }

    func tellAccepted(_ order: PlacedOrder, _ account: TradedAccount) {
        guard !order.wasToldAccepted else { return }
        order.wasToldAccepted = true
        order.owesStatus = false
        say(.accepted(order.id, exchangeOrderID: order.exchangeOrderID), of: account)
    }

    func reject(_ order: PlacedOrder, _ code: RefusalCode, _ reason: String, _ account: TradedAccount) {
        settle(order, .neverThere, account)
        order.owesStatus = false
        say(.rejected(order.id, code: code, reason: reason), of: account)
        tellStatus(order, account)
    }
}

extension PlacedOrder {
    /// Whether another order could trade with it, now or when it arrives.
    var mayBeOnTheBook: Bool {
        switch fate {
        case .unsent, .queued, .inFlight, .inDoubt, .open: true
        case .closed, .neverThere: false
        }
    }
}
