import Exchange
import Trading

/// Calls: which goes next, what its answer means, and what it means that none came.
extension SimulatedGateway {
    /// When something of an account is to be done. All times that have passed are answered by `work`.
    func dueTimes(of account: GatewayAccount) -> [Timestamp] {
        var due = account.questions.values.map(\.deadline)
        if let look = account.lookDue, account.look == nil { due.append(look) }
        if let call = account.call {
            due.append(call.timesOutAt)
        } else if account.look != nil || account.jobs.contains(where: { !isHeld($0, account) }) {
            due.append(max(clock, Timestamp(nanoseconds: account.lastNonce + 1)))
        }
        for case .place(let id) in account.jobs {
            guard let order = account.orders[id] else { continue }
            if let end = order.sendBy { due.append(end) }
        }
        return due
    }

    /// Does all that is to be done at this moment.
    func work(at now: Timestamp) {
        sendMarketQuestions()
        for (id, question) in marketQuestions.sorted(by: { $0.key.number < $1.key.number })
        where question.deadline <= now {
            marketQuestions[id] = nil
            reports.append(.answer(question.id, .lost))
        }
        for id in accounts.keys.sorted() {
            guard let account = accounts[id] else { continue }
            giveUp(account)
            if let due = account.lookDue, due <= now, account.look == nil {
                account.lookDue = nil
                if !account.jobs.contains(.look) { account.jobs.append(.look) }
            }
            while account.call == nil, now.nanoseconds > account.lastNonce, sendNext(account) {}
        }
    }

    private func giveUp(_ account: GatewayAccount) {
        if let call = account.call, call.timesOutAt <= clock {
            account.call = nil
            count("call timed out")
            failed(call, account, isTimeout: true)
        }
        for id in account.questions.keys.sorted() {
            guard let question = account.questions[id], question.deadline <= clock else { continue }
            account.questions[id] = nil
            account.jobs.removeAll { $0 == .ask(id) }
            for order in account.orders.values { order.questions.removeAll { $0 == id } }
            reports.append(.answer(id, .lost))
        }
        for case .place(let id) in account.jobs {
            guard let order = account.orders[id], let end = order.sendBy, end <= clock else { continue }
            account.jobs.removeAll { $0 == .place(id) }
            count("order never sent")
            settle(order, .neverThere)
            say(
                .rejected(id, code: .exchangeUnavailable, reason: "it could not be sent in time, and was not"),
                of: account.id)
            tellStatus(order, account)
        }
    }

    // MARK: What goes next

    /// Sends the next call, or does a job that needs none; false where nothing is to be done.
    private func sendNext(_ account: GatewayAccount) -> Bool {
        if account.look != nil { return sendLookCall(account) }
        guard let index = account.jobs.firstIndex(where: { !isHeld($0, account) }) else { return false }
        switch account.jobs.remove(at: index) {
        case .place(let id):
            guard let order = account.orders[id] else { return true }
            order.sentAt = max(order.sentAt, clock)
            order.fate = .inFlight
            call(.place(order.order, named: name(of: id)), for: .place(id), account)
        case .cancel(let id): cancel(id, account)
        case .ask(let id): send(question: id, account)
        case .look: beginLook(account)
        }
        return true
    }

    /// Whether an order has to wait because another that looks the same may still be on its way.
    private func isHeld(_ job: GatewayAccount.Job, _ account: GatewayAccount) -> Bool {
        guard case .place(let id) = job, let order = account.orders[id], mistake != .letsTwinsFly else { return false }
        return account.orders.values.contains { other in
            guard other !== order, other.likeness == order.likeness else { return false }
            switch other.fate {
            case .unsent: return false
            case .inFlight, .inDoubt: return other.isWatched
            case .open, .closed, .neverThere: return !keepsNames && !other.isNoted
            }
        }
    }

    func call(_ call: VenueCall, for purpose: GatewayAccount.Call.Purpose, _ account: GatewayAccount) {
        requestCount += 1
        let id = VenueRequestID(process: process, number: requestCount)
        account.lastNonce = clock.nanoseconds
        account.call = GatewayAccount.Call(
            id: id, purpose: purpose, timesOutAt: clock.advanced(byNanoseconds: settings.callTimeoutNanoseconds))
        network.send(.account(account.id, nonce: account.lastNonce, call), id: id, at: clock)
    }

    private func cancel(_ id: ClientOrderID, _ account: GatewayAccount) {
        guard let order = account.orders[id] else { return }
        switch (order.fate, order.number) {
        case (.open, .some(let number)): call(.cancel(number), for: .cancel(id), account)
        case (.closed, _), (.neverThere, _):
            say(.cancelRejected(id, reason: "it is filled or canceled already, or never was"), of: account.id)
        default:
            order.wantsCancel = true
            account.wantLook(at: clock)
        }
    }

    // MARK: What an answer means

    func take(_ delivery: NetworkDelivery) {
        switch delivery {
        case .push(let push): take(push)
        case .answer(let id, let answer):
            if let question = marketQuestions.removeValue(forKey: id) {
                return reports.append(.answer(question.id, marketAnswer(answer)))
            }
            for key in accounts.keys.sorted() {
                guard let account = accounts[key] else { continue }
                if let call = account.call, call.id == id { return take(answer, to: call, account) }
                if let client = account.latePlaces[id], let order = account.orders[client] {
                    return takeLate(answer, id, order, account)
                }
            }
            count("answer to nothing that waits")
        }
    }

    private func take(_ answer: VenueAnswer, to call: GatewayAccount.Call, _ account: GatewayAccount) {
        if answer == .refused(.invalidNonce) {
            count("call met an invalid nonce")
            guard mistake == .takesInvalidNonceForRejection, case .place(let id) = call.purpose,
                let order = account.orders[id]
            else {
                // It answers a copy of a call that was accepted: the answer to that one may be on its way.
                return
            }
            account.call = nil
            return reject(order, .exchangeRejected, "invalid nonce", account)
        }
        account.call = nil
        if case .refused(let refusal) = answer, !refusal.countsNonce {
            count("call met \(refusal)")
            return failed(call, account, isTimeout: false)
        }
        if answer == .garbage {
            count("call met garbage")
            return failed(call, account, isTimeout: false)
        }
        switch call.purpose {
        case .place(let id):
            guard let order = account.orders[id] else { return }
            if !takePlaced(answer, order, account) { failed(call, account, isTimeout: false) }
        case .cancel(let id): takeCanceled(answer, id, account)
        case .ask(let id): takeAnswer(answer, id, account)
        case .look: takeLookAnswer(answer, account)
        }
    }

    /// The call came to nothing that can be relied on.
    private func failed(_ call: GatewayAccount.Call, _ account: GatewayAccount, isTimeout: Bool) {
        switch call.purpose {
        case .place(let id):
            guard let order = account.orders[id], order.fate == .inFlight else { return }
            if isTimeout, mistake == .takesTimeoutForRejection {
                return reject(order, .exchangeUnavailable, "no answer", account)
            }
            if mistake == .sendsAgain {
                order.fate = .unsent
                account.jobs.append(.place(id))
                return
            }
            count("place lost")
            order.fate = .inDoubt
            order.owesStatus = true
            account.latePlaces[call.id] = id
            say(.lost(id), of: account.id)
            account.wantLook(at: clock.advanced(byNanoseconds: settings.retryDelayMinNanoseconds))
        case .cancel(let id):
            count("cancel lost")
            say(.lost(id), of: account.id)
            account.wantLook(at: clock.advanced(byNanoseconds: settings.retryDelayMinNanoseconds))
        case .ask(let id):
            if account.questions.removeValue(forKey: id) != nil { reports.append(.answer(id, .lost)) }
        case .look: failLook(account)
        }
    }

    /// Whether it was the answer to a place.
    private func takePlaced(_ answer: VenueAnswer, _ order: GatewayOrder, _ account: GatewayAccount) -> Bool {
        switch answer {
        case .placed(number: 0):
            count("order 0")
            order.filledAtOnce = true
            if order.fate == .inFlight { order.fate = .inDoubt }
            account.wantLook(at: clock)
        case .placed(let number):
            accepted(order, number, account)
        case .refused(.rejected(let code, let reason)):
            reject(order, code, reason, account)
        default:
            return false
        }
        return true
    }

    /// An answer that came after the order was said to be lost.
    private func takeLate(
        _ answer: VenueAnswer, _ id: VenueRequestID, _ order: GatewayOrder, _ account: GatewayAccount
    ) {
        if case .refused(let refusal) = answer, !refusal.countsNonce { return }
        guard answer != .garbage else { return }
        count("late answer")
        account.latePlaces[id] = nil
        switch (order.fate, answer) {
        case (.inDoubt, _): _ = takePlaced(answer, order, account)
        case (.neverThere, .placed(let number)): cameAndWent(order, number)
        default: break
        }
    }

    private func reject(_ order: GatewayOrder, _ code: RefusalCode, _ reason: String, _ account: GatewayAccount) {
        settle(order, .neverThere)
        order.owesStatus = false
        say(.rejected(order.id, code: code, reason: reason), of: account.id)
        tellStatus(order, account)
    }

    /// The venue has the order, under this number.
    func accepted(_ order: GatewayOrder, _ number: UInt64, _ account: GatewayAccount) {
        guard order.number == nil else {
            if order.number != number { contradictions += 1 }
            return
        }
        guard order.fate != .neverThere else { return cameAndWent(order, number) }
        account.claim(number, for: order)
        settle(order, .open)
        if !order.wasToldAccepted {
            order.wasToldAccepted = true
            order.owesStatus = false
            say(.accepted(order.id, exchangeOrderID: String(number)), of: account.id)
        }
        // Its fills and its end are told by reports, which may be lost.
        let patience =
            order.order.lifetime == .rest || order.order.lifetime == .postOnly
            ? settings.pollIntervalNanoseconds : settings.reportPatienceNanoseconds
        account.wantLook(at: order.wantsStatus ? clock : clock.advanced(byNanoseconds: patience))
        for fill in account.fills(of: order) { tell(fill, of: order, account) }
    }

    /// The venue tells late of an order that had left no trace when it was looked for: it can only have gone without a fill,
    /// and where names are remembered there is no such order.
    func cameAndWent(_ order: GatewayOrder, _ number: UInt64) {
        guard order.number == nil else { return }
        order.number = number
        count("came and went")
        if settings.clientOrderIDs == .forEver { contradictions += 1 }
    }

    private func takeCanceled(_ answer: VenueAnswer, _ id: ClientOrderID, _ account: GatewayAccount) {
        guard let order = account.orders[id] else { return }
        switch answer {
        case .canceled:
            offTheBook(order, account)
        case .refused(.badStatus), .refused(.noSuchOrder):
            say(.cancelRejected(id, reason: "it is filled or canceled already"), of: account.id)
            settle(order, .closed)
            account.wantLook(at: clock)
        case .refused:
            count("cancel refused")
            say(.cancelRejected(id, reason: "the exchange does not take the cancel now"), of: account.id)
        default:
            say(.lost(id), of: account.id)
            account.wantLook(at: clock)
        }
    }

    /// An order is off the book, as the venue says. What filled before is in the history.
    func offTheBook(_ order: GatewayOrder, _ account: GatewayAccount) {
        settle(order, .closed)
        if !order.wasToldCanceled {
            order.wasToldCanceled = true
            say(.canceled(order.id), of: account.id)
        }
        if !order.isComplete { account.wantLook(at: clock) }
    }

    func tell(_ fill: Fill, of order: GatewayOrder, _ account: GatewayAccount) {
        guard order.toldFills.insert(fill.id).inserted else { return }
        say(.filled(order.id, fill), of: account.id)
    }
}
