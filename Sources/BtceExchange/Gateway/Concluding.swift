import Exchange
import Trading

/// What follows for each order once the book and the history have been read.
extension BtceGateway {
    func conclude(_ order: PlacedOrder, _ look: Look, _ account: TradedAccount) {
        switch order.fate {
        case .unsent, .queued, .inFlight, .neverThere: return
        case .inDoubt: guard concludeNeverArrived(order, look, account) else { return }
        case .open, .closed:
            guard concludeWhereItStands(order, look, account) else {
                tellFills(of: order, account)
                return account.wantLook(at: clock.advanced(byNanoseconds: settings.retryMinNanoseconds))
            }
        }
        tellStatus(order, account)
        tellFills(of: order, account)
        tellEnd(of: order, account)
    }

    /// Nothing that the exchange shows is this order. True where that is certain by now.
    private func concludeNeverArrived(_ order: PlacedOrder, _ look: Look, _ account: TradedAccount) -> Bool {
        var certainAt = order.doubtfulSince.advanced(byNanoseconds: settings.certaintyNanoseconds)
        if let changed = account.keyChangedAt, order.sentAt <= changed {
            certainAt = max(certainAt, changed.advanced(byNanoseconds: settings.keyChangeNanoseconds))
        }
        guard look.beganAt >= certainAt else {
            account.wantLook(at: certainAt)
            return false
        }
        count("never arrived")
        settle(order, .neverThere, account)
        return true
    }

    /// Whether all is known of an order that the exchange has, or had.
    private func concludeWhereItStands(_ order: PlacedOrder, _ look: Look, _ account: TradedAccount) -> Bool {
        let (filled, quantity) = (order.filled, order.order.quantity)
        guard filled <= quantity, account.hasAllRows(of: order) else {
            contradictions += 1
            return false
        }
        if filled == quantity { return close(order, account) }
        if let missing = order.takerMissing, missing.isPositive { return false }
        guard let number = order.number else { return false }
        if look.active[number] != nil { return concludeOnTheBook(order, look, account) }
        switch look.details[number] {
        case .some(.some(let row)):
            // The list is older than the order, or than the end of it.
            guard row.status != .active else { return order.fate == .open && filledAtExchange(order, look) == filled }
            guard filledAtExchange(order, look) == filled else { return false }
            return close(order, account)
        case .some(nil):
            // The exchange has forgotten it: its fills are what the history tells, once that cannot lag any more.
            let closedAt = order.closedAt ?? look.beganAt
            if order.fate == .open { settle(order, .closed, account) }
            guard look.beganAt >= closedAt.advanced(byNanoseconds: settings.certaintyNanoseconds) else { return false }
            return close(order, account)
        case nil:
            return false
        }
    }

    private func concludeOnTheBook(_ order: PlacedOrder, _ look: Look, _ account: TradedAccount) -> Bool {
        // The end of it was told after the list was made: its fills up to then may not have been read.
        if order.fate == .closed, let closedAt = order.closedAt, closedAt >= look.beganAt { return false }
        guard let filled = filledAtExchange(order, look), filled <= order.filled else { return false }
        // What filled while it rested, after the list was made, may stand in for what it traded on arrival and nobody has found.
        if order.takerMissing == nil, filled < order.filled { return false }
        order.takerMissing = .zero
        settle(order, .open, account)
        return true
    }

    private func close(_ order: PlacedOrder, _ account: TradedAccount) -> Bool {
        order.isComplete = true
        settle(order, .closed, account)
        return true
    }

    // MARK: What the desk has not been told

    private func tellFills(of order: PlacedOrder, _ account: TradedAccount) {
        guard order.isWatched, !order.fills.isEmpty, order.wasToldAccepted || !order.owesStatus else { return }
        tellAccepted(order, account)
        for fill in order.fillsByNumber { tell(fill, of: order, account) }
    }

    /// Its end, and whether it still is to be canceled.
    private func tellEnd(of order: PlacedOrder, _ account: TradedAccount) {
        if order.fate == .closed, order.isWatched, !order.wasToldCanceled {
            order.wasToldCanceled = true
            if order.filled < order.order.quantity { say(.canceled(order.id), of: account) }
        }
        if order.wantsCancel {
            order.wantsCancel = false
            cancelKnown(order, account)
        } else if order.fate == .open, order.order.lifetime == .immediateOrCancel {
            cancelUnasked(order, account)
        }
    }
}
