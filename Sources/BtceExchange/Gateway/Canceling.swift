import Exchange
import Trading

/// Orders that are to come off the book, and questions about single ones.
extension BtceGateway {
    func submitCancel(_ sent: SentOrder) {
        let account = account(sent.account)
        let order = know(sent, isWatched: true)
        cancelKnown(order, account)
    }

    func cancelKnown(_ order: PlacedOrder, _ account: TradedAccount) {
        switch order.fate {
        case .unsent, .queued:
            guard withdraw(order, account) else {
                order.wantsCancel = true
                return
            }
            // It goes nowhere: nothing has been sent, and nothing will be.
            settle(order, .neverThere, account)
            say(.canceled(order.id), of: account)
            tellStatus(order, account)
        case .closed where !order.isComplete:
            // How it ended is being found out, and told first.
            order.wantsCancel = true
            account.wantLook(at: clock)
        case .closed, .neverThere:
            let reason = order.fate == .closed ? "it is filled or canceled already" : "no such order"
            say(.cancelRejected(order.id, reason: reason), of: account)
        case .inFlight:
            order.wantsCancel = true
        case .inDoubt, .open:
            guard account.key != nil else {
                return say(.cancelRejected(order.id, reason: "no key of this account is known here"), of: account)
            }
            order.cancelsUnasked = false
            if order.number != nil, let later = order.cancelNotBefore, clock < later {
                // The exchange has said that it is off the book, and lists it: saying so each second helps nobody.
                order.wantsCancel = true
                order.dispute?.nextAt = later
                return account.wantLook(at: later)
            }
            if order.number != nil { return sendCancel(order, account) }
            order.wantsCancel = true
            account.wantLook(at: clock)
        }
    }

    /// Takes an order off the book that is not to rest, or that is in the way of another.
    func cancelUnasked(_ order: PlacedOrder, _ account: TradedAccount) {
        guard !order.isCanceling, !order.wantsCancel else { return }
        cancelKnown(order, account)
        order.cancelsUnasked = order.isCanceling
    }

    /// Takes an order out of the line; false where it is not in it any more.
    private func withdraw(_ order: PlacedOrder, _ account: TradedAccount) -> Bool {
        if let index = account.waiting.firstIndex(of: order.id) {
            account.waiting.remove(at: index)
            return true
        }
        guard let key = account.key else { return false }
        return !dispatch.withdraw(key: key) { ticket in
            if case .place(account.id, order.id) = ticket { true } else { false }
        }.isEmpty
    }

    func sendCancel(_ order: PlacedOrder, _ account: TradedAccount) {
        guard let key = account.key, let number = order.number, !order.isCanceling else { return }
        order.isCanceling = true
        let isTaken = dispatch.add(
            .cancelOrder(orderID: number), key: key, urgency: .cancel, ticket: .cancel(account.id, order.id),
            sendBy: clock.advanced(byNanoseconds: settings.placeWaitNanoseconds))
        if !isTaken { cancelFailed(order, "too many requests wait for the exchange", account) }
    }

    // MARK: What the answer means

    func takeCanceled(
        _ answer: Result<HTTPResponse, AnswerFailure>, _ order: PlacedOrder, _ account: TradedAccount
    ) {
        do throws(AnswerFailure) {
            let canceled = try reader.cancel(try answer.get())
            guard canceled.orderID == order.number else {
                throw .unreadable(path: "return.order_id", message: "not \(order.exchangeOrderID)")
            }
            order.isCanceling = false
            noteCancelAnswered(order)
            offTheBook(order, account)
        } catch .refused(.badStatus, _), .refused(.invalidOrder, _) {
            order.isCanceling = false
            noteCancelAnswered(order)
            if !order.cancelsUnasked {
                say(.cancelRejected(order.id, reason: "it is filled or canceled already"), of: account)
            }
            settle(order, .closed, account)
            account.wantLook(at: clock)
        } catch {
            guard !error.provesNothingWasDone else { return cancelFailed(order, error.reason, account) }
            count("cancel lost")
            order.isCanceling = false
            if !order.cancelsUnasked { say(.lost(order.id), of: account) }
            account.wantLook(at: clock.advanced(byNanoseconds: settings.retryMinNanoseconds))
        }
    }

    /// The exchange has not taken the cancel, or never got it.
    func cancelFailed(_ order: PlacedOrder, _ reason: String, _ account: TradedAccount) {
        count("cancel refused")
        order.isCanceling = false
        if !order.cancelsUnasked { say(.cancelRejected(order.id, reason: reason), of: account) }
        account.wantLook(at: clock.advanced(byNanoseconds: settings.retryMinNanoseconds))
    }

    /// An order is off the book, as the exchange says. What filled before is in the history.
    private func offTheBook(_ order: PlacedOrder, _ account: TradedAccount) {
        settle(order, .closed, account)
        if !order.wasToldCanceled {
            order.wasToldCanceled = true
            say(.canceled(order.id), of: account)
        }
        if !order.isComplete { account.wantLook(at: clock) }
    }

    // MARK: Questions about an order

    func submitStatus(_ sent: SentOrder) {
        let account = account(sent.account)
        let order = know(sent, isWatched: true)
        order.wantsStatus = true
        // Where the exchange contradicts itself, asking more often does not make it agree.
        if !tellWhatIsFinal(order, account) { account.wantLook(at: max(clock, order.dispute?.nextAt ?? clock)) }
    }

    /// Answers at once what can change no more.
    func tellWhatIsFinal(_ order: PlacedOrder, _ account: TradedAccount) -> Bool {
        guard order.fate == .neverThere || (order.fate == .closed && order.isComplete) else { return false }
        tellStatus(order, account)
        return true
    }

    /// The state of an order of which it is known, told to all who asked; nothing where nobody did.
    func tellStatus(_ order: PlacedOrder, _ account: TradedAccount) {
        let state: ExchangeOrderState
        let fills = order.fillsByNumber
        switch order.fate {
        case .neverThere: state = .neverArrived
        case .closed: state = .closed(exchangeOrderID: order.exchangeOrderID, fills: fills)
        case .unsent, .queued, .inFlight, .inDoubt, .open:
            state = .open(exchangeOrderID: order.exchangeOrderID, fills: fills)
        }
        if order.wantsStatus || (order.owesStatus && order.isWatched) {
            say(.status(order.id, state), of: account)
            for fill in fills where order.toldFills.insert(fill.id).inserted { printed(fill, of: order) }
            order.wasToldAccepted = true
            if order.fate == .closed { order.wasToldCanceled = true }
        }
        order.wantsStatus = false
        if order.isWatched { order.owesStatus = false }
        for id in order.questions where account.questions.removeValue(forKey: id) != nil {
            answer(id, .order(order.id, state))
        }
        order.questions = []
    }

    /// A fill that has not been told yet, and the trade of the market that it is.
    func tell(_ fill: Fill, of order: PlacedOrder, _ account: TradedAccount) {
        guard order.toldFills.insert(fill.id).inserted else { return }
        say(.filled(order.id, fill), of: account)
        printed(fill, of: order)
    }

    private func printed(_ fill: Fill, of order: PlacedOrder) {
        let taker = fill.liquidity == .taker ? order.order.side : order.order.side.opposite
        turn.reports.append(
            .trade(
                MarketTrade(
                    pair: order.order.pair, price: fill.price, quantity: fill.quantity, takerSide: taker, at: fill.at)))
    }
}
