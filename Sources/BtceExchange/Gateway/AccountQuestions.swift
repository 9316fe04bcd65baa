import Exchange
import Trading

/// What the desk asks about an account.
extension BtceGateway {
    func askAccount(_ query: ExchangeQuery, _ id: QueryID, _ account: TradedAccount) {
        if case .order(let client, _) = query, account.orders[client] == nil {
            return answer(id, .refused(.unknownOrder, reason: "no order \(client) is known here"))
        }
        guard account.key != nil else {
            return answer(id, .refused(.notAllowed, reason: "no key of this account is known here"))
        }
        guard account.questionCount < settings.waitingMax else { return answer(id, .lost) }
        let deadline = clock.advanced(byNanoseconds: settings.questionWaitNanoseconds)
        switch query {
        case .balances: return askBalances(id, deadline, account)
        case .fills(_, let after, _) where BtceGateway.number(of: after) == nil:
            return answer(
                id, .refused(.unknownSequence, reason: "no place in a list of fills: \(after?.text ?? "")"))
        case .transactions(_, let after, let limit):
            return askTransactions(id, after: after, limit: limit, deadline, account)
        case .order(let client, _):
            guard let order = account.orders[client] else { return }
            account.questions[id] = TradedAccount.Question(query: query, deadline: deadline)
            order.questions.append(id)
            if tellWhatIsFinal(order, account) { return }
            // One of an earlier run that nobody has asked about yet.
            order.isWatched = true
            account.noteFate(of: order)
        default:
            account.questions[id] = TradedAccount.Question(query: query, deadline: deadline)
        }
        account.wantLook(at: clock)
    }

    func answerAfterLook(_ id: QueryID, _ look: Look, _ account: TradedAccount) {
        guard let question = account.questions[id] else { return }
        switch question.query {
        case .openOrders(_, let pair):
            answer(id, .openOrders(openOrders(look, account).filter { pair == nil || $0.pair == pair }))
        case .fills(_, let cursor, let limit):
            guard let page = fills(after: BtceGateway.number(of: cursor) ?? 0, limit: limit, look, account) else {
                return
            }
            answer(id, .fills(page))
        case .order, .balances, .transactions, .pairs, .ticker, .depth, .recentTrades: return
        }
        account.questions[id] = nil
    }

    /// Oldest first. Of an order that was not made here it is only known what is left of it.
    private func openOrders(_ look: Look, _ account: TradedAccount) -> [OpenOrder] {
        look.active.values.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }.map { row in
            let owner = account.owners[row.id].flatMap { account.orders[$0] }
            return OpenOrder(
                clientOrderID: owner?.id, exchangeOrderID: String(row.id), pair: row.pair, side: row.side,
                price: row.rate, quantity: owner?.order.quantity ?? row.remaining, remaining: row.remaining,
                placedAt: row.createdAt)
        }
    }
}

extension TradedAccount {
    /// How many questions wait for an answer.
    var questionCount: Int {
        questions.count + balances.count + transactions.count + foreignCancels.values.reduce(0) { $0 + $1.count }
    }
}
