import Exchange
import Trading

/// What the desk asks of the gateway, put down until it is sent.
extension SimulatedGateway {
    func submitPlace(_ new: NewOrder) {
        let account = account(new.account)
        guard account.orders[new.clientOrderID] == nil else {
            return submitStatus(SentOrder(new, exchangeOrderID: nil, sentAt: clock))
        }
        guard account.jobs.count < settings.waitingMax else {
            count("refused to wait")
            return say(
                .rejected(
                    new.clientOrderID, code: .exchangeUnavailable,
                    reason: "\(settings.waitingMax) requests wait for the exchange"), of: new.account)
        }
        let order = GatewayOrder(new, sentAt: clock, fate: .unsent, isWatched: true)
        order.sendBy = clock.advanced(byNanoseconds: settings.unsentTimeMaxNanoseconds)
        account.orders[order.id] = order
        account.jobs.append(.place(order.id))
    }

    func submitCancel(_ sent: SentOrder) {
        let account = account(sent.account)
        let order = know(sent, isWatched: true)
        switch order.fate {
        case .unsent:
            // It goes nowhere: nothing has been sent, and nothing will be.
            account.jobs.removeAll { $0 == .place(order.id) }
            settle(order, .neverThere)
            say(.canceled(order.id), of: account.id)
            tellStatus(order, account)
        case .closed, .neverThere:
            let reason = order.fate == .closed ? "it is filled or canceled already" : "no such order"
            say(.cancelRejected(order.id, reason: reason), of: account.id)
        case .inFlight, .inDoubt, .open:
            guard !account.jobs.contains(.cancel(order.id)), account.call?.purpose != .cancel(order.id) else { return }
            account.jobs.append(.cancel(order.id))
        }
    }

    func submitStatus(_ sent: SentOrder) {
        let account = account(sent.account)
        let order = know(sent, isWatched: true)
        order.wantsStatus = true
        tellWhatIsFinal(order, account)
        if order.wantsStatus { account.wantLook(at: clock) }
    }

    /// Answers at once what can change no more.
    private func tellWhatIsFinal(_ order: GatewayOrder, _ account: GatewayAccount) {
        guard order.fate == .neverThere || (order.fate == .closed && order.isComplete) else { return }
        tellStatus(order, account)
    }

    func submitQuestion(_ query: ExchangeQuery, _ id: QueryID, of account: GatewayAccount) {
        guard account.questions.count < settings.waitingMax else { return reports.append(.answer(id, .lost)) }
        let deadline = clock.advanced(byNanoseconds: settings.askTimeoutNanoseconds)
        account.questions[id] = GatewayAccount.Question(query: query, deadline: deadline)
        account.jobs.append(.ask(id))
    }

    func submitQuestion(about client: ClientOrderID, _ id: QueryID, of account: GatewayAccount) {
        guard let order = account.orders[client] else {
            return reports.append(.answer(id, .refused(.unknownOrder, reason: "no order \(client) is known here")))
        }
        let deadline = clock.advanced(byNanoseconds: settings.askTimeoutNanoseconds)
        account.questions[id] = GatewayAccount.Question(
            query: .order(client, account: account.id), deadline: deadline)
        order.questions.append(id)
        tellWhatIsFinal(order, account)
        if !order.questions.isEmpty { account.wantLook(at: clock) }
    }

    /// The state of an order of which it is known, told to all who asked; nothing where nobody did.
    func tellStatus(_ order: GatewayOrder, _ account: GatewayAccount) {
        let state: ExchangeOrderState
        let fills = account.fills(of: order)
        switch (order.fate, order.number) {
        case (.open, .some(let number)): state = .open(exchangeOrderID: String(number), fills: fills)
        case (.closed, .some(let number)): state = .closed(exchangeOrderID: String(number), fills: fills)
        default: state = .neverArrived
        }
        if order.wantsStatus || (order.owesStatus && order.isWatched) {
            say(.status(order.id, state), of: account.id)
            for fill in fills { order.toldFills.insert(fill.id) }
            order.wasToldAccepted = true
            if order.fate == .closed { order.wasToldCanceled = true }
        }
        order.wantsStatus = false
        if order.isWatched { order.owesStatus = false }
        for id in order.questions where account.questions.removeValue(forKey: id) != nil {
            reports.append(.answer(id, .order(order.id, state)))
        }
        order.questions = []
    }
}
