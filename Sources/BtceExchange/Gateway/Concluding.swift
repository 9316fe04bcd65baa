import Exchange
import Trading

/// What follows for each order once the book and the history have been read.
extension BtceGateway {
    /// What the exchange's answers come to for an order that it has, or had.
    private enum Standing {
        /// All is known.
        case known
        /// Answers of different moments, or of an exchange that contradicts itself: it is asked again.
        case contradicted(String)
        /// The order may be said to be open, though an answer is against it.
        case openAgainst(String)
        /// The exchange was not asked this time.
        case notAsked
    }

    func conclude(_ order: PlacedOrder, _ look: Look, _ account: TradedAccount) {
        switch order.fate {
        case .unsent, .queued, .inFlight, .neverThere: return
        case .inDoubt: guard concludeNeverArrived(order, look, account) else { return }
        case .open, .closed:
            switch standing(of: order, look, account) {
            case .known: agrees(order, account)
            case .openAgainst(let words): contradicts(order, words, look, account)
            case .contradicted(let words):
                contradicts(order, words, look, account)
                return tellFills(of: order, account)
            case .notAsked: return tellFills(of: order, account)
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

    private func standing(of order: PlacedOrder, _ look: Look, _ account: TradedAccount) -> Standing {
        let (filled, quantity) = (order.filled, order.order.quantity)
        guard filled <= quantity, account.hasAllRows(of: order) else {
            if order.isDue(at: look.beganAt) { contradictions += 1 }
            return .contradicted("TradeHistory has a trade under its number that does not fit the order")
        }
        if filled == quantity { return close(order, account) }
        if let missing = order.takerMissing, missing.isPositive {
            return .contradicted(
                "\(missing) traded when it was placed, by the answer to Trade, and TradeHistory lacks it")
        }
        guard let number = order.number else {
            return .contradicted("it filled when it was placed, and TradeHistory has \(filled)")
        }
        if look.active[number] != nil { return standingOnTheBook(of: order, look, account) }
        switch look.details[number] {
        case .some(.some(let row)):
            guard filledAtExchange(order, look) == filled else {
                return .contradicted(
                    "OrderInfo says that \(quantity - row.remaining) has filled, TradeHistory has \(filled)")
            }
            guard row.status == .active else { return close(order, account) }
            // The list is older than the order, or than the end of it.
            let words = "OrderInfo says that it is open, and ActiveOrders does not list it"
            return order.fate == .open ? .openAgainst(words) : .contradicted(words)
        case .some(nil):
            // The exchange has forgotten it: its fills are what the history tells, once that cannot lag any more.
            let closedAt = order.closedAt ?? look.beganAt
            if order.fate == .open { settle(order, .closed, account) }
            guard look.beganAt >= closedAt.advanced(byNanoseconds: settings.certaintyNanoseconds) else {
                return .contradicted("the exchange does not know it any more")
            }
            return close(order, account)
        case nil:
            return .notAsked
        }
    }

    private func standingOnTheBook(of order: PlacedOrder, _ look: Look, _ account: TradedAccount) -> Standing {
        // The end of it was told after the list was made: its fills up to then may not have been read.
        if order.fate == .closed, let closedAt = order.closedAt, closedAt >= look.beganAt {
            return .contradicted("ActiveOrders lists it as it was before it came off the book")
        }
        let there = filledAtExchange(order, look) ?? .zero
        // What filled while it rested, after the list was made, may stand in for what it traded on arrival and nobody has found.
        guard there <= order.filled, order.takerMissing != nil || there == order.filled else {
            return .contradicted("ActiveOrders says that \(there) has filled, TradeHistory has \(order.filled)")
        }
        // Where its answer was lost, that may come to exactly as much: the next look tells, as long as a trade is there that may be its own.
        if order.takerMissing != nil || !account.hasUnownedTakerRow(for: order) { order.takerMissing = .zero }
        settle(order, .open, account)
        guard order.cancelsAnswered > 0 else { return .known }
        return .openAgainst("it was said to be off the book when it was canceled, and ActiveOrders lists it")
    }

    private func close(_ order: PlacedOrder, _ account: TradedAccount) -> Standing {
        order.isComplete = true
        settle(order, .closed, account)
        return .known
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
