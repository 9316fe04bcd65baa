import Exchange
import Trading

/// Looking at an account: which calls, in which order, and what follows from them.
extension SimulatedGateway {
    func beginLook(_ account: GatewayAccount) {
        let members = account.ordersByAge.filter(\.isToBeLookedFor)
        guard let first = members.first else { return askAfterLook(account) }
        let since = first.sentAt.advanced(byNanoseconds: -settings.clockSkewMaxNanoseconds)
        if account.readSince.map({ since < $0 }) ?? true { account.forgetHistory(since: since) }
        account.look = GatewayLook(members: members)
    }

    func sendLookCall(_ account: GatewayAccount) -> Bool {
        guard let look = account.look else { return false }
        switch look.stage {
        case .openOrders: call(.openOrders, for: .look, account)
        case .history:
            call(
                .history(after: account.readThrough, since: account.readSince, limit: settings.historyRows),
                for: .look, account)
        case .details(let number): call(.order(number), for: .look, account)
        case .name(let client): call(.orderNamed(name(of: client)), for: .look, account)
        }
        return true
    }

    func takeLookAnswer(_ answer: VenueAnswer, _ account: GatewayAccount) {
        guard let stage = account.look?.stage else { return }
        switch (stage, answer) {
        case (.openOrders, .openOrders(let rows)):
            for row in rows { account.look?.open[row.number] = row }
            if mistake == .trustsFirstNotFound { return goOn(account) }
            account.look?.stage = .history
        case (.history, .history(let rows)):
            for row in rows { account.keep(row) }
            guard let last = rows.last else { return goOn(account) }
            account.readThrough = last.number
        case (.details(let number), .order(let row)):
            account.details[number] = .some(row)
            goOn(account)
        case (.details(let number), .refused(.noSuchOrder)):
            account.details[number] = .some(nil)
            goOn(account)
        case (.name(let client), .order(let row)):
            if let order = account.orders[client], order.number == nil { account.claim(row.number, for: order) }
            goOn(account)
        case (.name(let client), .refused(.noSuchOrder)):
            account.look?.unknownNames.insert(client)
            goOn(account)
        default:
            failLook(account)
        }
    }

    func failLook(_ account: GatewayAccount) {
        account.look = nil
        let doubled = settings.retryDelayMinNanoseconds << min(account.failedLooks, 10)
        account.failedLooks += 1
        count("look failed")
        account.wantLook(at: clock.advanced(byNanoseconds: min(doubled, settings.retryDelayMaxNanoseconds)))
    }

    /// The book and the history are read: matches what was found, asks what that takes, and concludes.
    private func goOn(_ account: GatewayAccount) {
        guard let look = account.look else { return }
        matchByName(look, account)
        if let number = numberToAskAbout(look, account) {
            account.look?.stage = .details(number)
            return
        }
        matchByFigures(look, account)
        if settings.clientOrderIDs != .never {
            let unnamed = look.members.first { order in
                order.isUnmatched && !order.filledAtOnce && !look.unknownNames.contains(order.id)
            }
            if let unnamed {
                account.look?.stage = .name(unnamed.id)
                return
            }
        }
        account.look = nil
        account.failedLooks = 0
        for order in look.members { conclude(order, look, account) }
        lookAgain(after: look, account)
        askAfterLook(account)
    }

    /// What one order is, now that all that could tell has been read.
    private func conclude(_ order: GatewayOrder, _ look: GatewayLook, _ account: GatewayAccount) {
        switch (order.fate, order.number) {
        case (.neverThere, _), (.unsent, _), (.inFlight, _): return
        case (_, .none):
            guard !order.filledAtOnce else { return count("order 0 not found") }
            count("never arrived")
            settle(order, .neverThere)
        case (let fate, .some(let number)):
            let isListed = look.open[number] != nil
            // The end of it was told after the list was made: its fills up to then may not have been read.
            if fate == .closed, isListed, !order.isComplete { return account.wantLook(at: clock) }
            if isListed, fate != .closed, account.filled(order) < order.order.quantity {
                settle(order, .open)
            } else {
                settle(order, .closed)
                order.isComplete = true
            }
        }
        tellStatus(order, account)
        tellNews(of: order, account)
    }

    /// What the desk has not been told of an order, and whether it still is to be canceled.
    private func tellNews(of order: GatewayOrder, _ account: GatewayAccount) {
        if let number = order.number, order.isWatched {
            if !order.wasToldAccepted {
                order.wasToldAccepted = true
                say(.accepted(order.id, exchangeOrderID: String(number)), of: account.id)
            }
            for fill in account.fills(of: order) { tell(fill, of: order, account) }
            if order.fate == .closed, !order.wasToldCanceled {
                order.wasToldCanceled = true
                if account.filled(order) < order.order.quantity { say(.canceled(order.id), of: account.id) }
            }
        }
        guard order.wantsCancel else { return }
        order.wantsCancel = false
        account.jobs.append(.cancel(order.id))
    }

    private func lookAgain(after look: GatewayLook, _ account: GatewayAccount) {
        for order in account.orders.values where order.isToBeLookedFor {
            let isNew = !look.members.contains { $0 === order }
            let isWanted = order.wantsStatus || order.wantsCancel || !order.questions.isEmpty
            let wait =
                !isWanted && !(order.fate == .inDoubt)
                ? settings.pollIntervalNanoseconds : isNew ? 0 : settings.retryDelayMinNanoseconds
            account.wantLook(at: clock.advanced(byNanoseconds: wait))
        }
    }
}

extension GatewayOrder {
    /// Whether a look would tell more of it.
    var isToBeLookedFor: Bool {
        guard isWatched || !questions.isEmpty else { return false }
        return fate == .inDoubt || fate == .open || (fate == .closed && !isComplete)
    }

    /// Whether nothing at the venue is known to be this order.
    var isUnmatched: Bool { fate == .inDoubt && number == nil }
}
