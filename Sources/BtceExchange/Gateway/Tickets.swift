import Exchange
import Trading

/// What a request over HTTP was for.
enum Ticket: Sendable {
    case place(AccountID, ClientOrderID)
    case cancel(AccountID, ClientOrderID)
    /// With the number of the look or reading: an answer to an earlier one does nothing.
    case look(AccountID, UInt64)
    case balances(AccountID, UInt64)
    case transactions(AccountID, QueryID)
    /// By the exchange's number.
    case cancelForeign(AccountID, UInt64)
    case market(MarketTicket)

    /// Whose key it is sent with; nil where it takes none.
    var account: AccountID? {
        switch self {
        case .place(let id, _), .cancel(let id, _), .look(let id, _), .balances(let id, _), .transactions(let id, _),
            .cancelForeign(let id, _):
            id
        case .market: nil
        }
    }
}

/// What the way out and back says of requests.
extension BtceGateway {
    /// A request goes out now.
    func leaves(_ ticket: Ticket) {
        guard case .place(let id, let client) = ticket, let account = accounts[id], let order = account.orders[client]
        else { return }
        order.sentAt = max(order.sentAt, clock)
        order.seenBefore = account.seen(on: order.order.pair, in: scope(of: order.order.pair))
        settle(order, .inFlight, account)
    }

    func take(_ event: RequestDispatch<Ticket>.Event) {
        switch event {
        case .answered(let ticket, let response): answered(ticket, .success(response))
        case .failed(let ticket, let failure): answered(ticket, .failure(failure))
        case .givenUp(let ticket): neverSent(ticket, because: "it could not be sent in time, and was not")
        case .noNonce(let ticket, .exhausted(let most)):
            neverSent(ticket, because: "the key has sent its last nonce, \(most): only a new key helps")
        case .noNonce(let ticket, .storeFailed(let reason)):
            neverSent(ticket, because: "no nonce could be kept: \(reason)")
        case .keyEnding(let key, let warning):
            guard let account = accounts.values.first(where: { $0.key == key }) else { return }
            turn.reports.append(.keyEnding(account: account.id, requestsLeft: warning.remaining))
        case .circuit(.opened(let since, let reason)):
            turn.reports.append(.connection(.lost(since: since, reason: reason)))
        case .circuit(.closed(let openedAt)): turn.reports.append(.connection(.back(lostAt: openedAt)))
        }
    }

    private func answered(_ ticket: Ticket, _ answer: Result<HTTPResponse, AnswerFailure>) {
        if case .failure(let failure) = answer, let right = failure.missingRight,
            let account = ticket.account.flatMap({ accounts[$0] })
        {
            noteMissing(right, account)
        }
        switch ticket {
        case .place(let id, let client):
            guard let account = accounts[id], let order = account.orders[client] else { return }
            takePlaced(answer, order, account)
        case .cancel(let id, let client):
            guard let account = accounts[id], let order = account.orders[client] else { return }
            takeCanceled(answer, order, account)
        case .look(let id, let number):
            guard let account = accounts[id], account.look?.number == number else { return }
            takeLookAnswer(answer, account)
        case .balances(let id, let number):
            guard let account = accounts[id], account.balances.number == number else { return }
            takeBalancesAnswer(answer, account)
        case .transactions(let id, let query):
            if let account = accounts[id] { takeTransactionsAnswer(answer, query, account) }
        case .cancelForeign(let id, let number):
            if let account = accounts[id] { takeForeignCanceled(answer, number, account) }
        case .market(let ticket): takeMarket(ticket, answer)
        }
    }

    /// The exchange never got the request, and never will.
    func neverSent(_ ticket: Ticket, because reason: String) {
        switch ticket {
        case .place(let id, let client):
            guard let account = accounts[id], let order = account.orders[client] else { return }
            count("order never sent")
            reject(order, .exchangeUnavailable, reason, account)
        case .cancel(let id, let client):
            guard let account = accounts[id], let order = account.orders[client] else { return }
            cancelFailed(order, reason, account)
        case .look(let id, let number):
            guard let account = accounts[id], account.look?.number == number else { return }
            failLook(account)
        case .balances(let id, let number):
            guard let account = accounts[id], account.balances.number == number else { return }
            failBalances(account, .lost)
        case .transactions(let id, let query):
            if accounts[id]?.transactions.removeValue(forKey: query) != nil { answer(query, .lost) }
        case .cancelForeign(let id, let number):
            if let account = accounts[id] {
                endForeignCancel(number, .refused(.exchangeUnavailable, reason: reason), account)
            }
        case .market(let ticket): failMarket(ticket)
        }
    }

    // MARK: Time

    /// When something of an account is to be done without an answer coming.
    func dueTimes(of account: TradedAccount) -> [Timestamp] {
        var due = account.questions.values.map(\.deadline) + account.balances.deadlines
        due += account.waiting.compactMap { account.orders[$0]?.sendBy }
        due += account.transactions.values.map(\.deadline)
        if let look = account.lookDue, account.look == nil { due.append(look) }
        return due
    }

    /// Gives up on what has waited too long.
    func giveUp(_ account: TradedAccount) {
        for id in account.waiting {
            guard let order = account.orders[id], order.sendBy <= clock else { continue }
            account.waiting.removeAll { $0 == id }
            neverSent(.place(account.id, id), because: "it could not be sent in time, and was not")
        }
        for id in account.questions.keys.sorted() {
            guard let question = account.questions[id], question.deadline <= clock else { continue }
            account.questions[id] = nil
            for order in account.liveByAge { order.questions.removeAll { $0 == id } }
            answer(id, .lost)
        }
        for id in account.balances.takeLate(at: clock) { answer(id, .lost) }
        for id in account.transactions.keys.sorted() {
            guard let question = account.transactions[id], question.deadline <= clock else { continue }
            account.transactions[id] = nil
            answer(id, .lost)
        }
    }
}
