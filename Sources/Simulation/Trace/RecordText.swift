import Desk
import Exchange
import OrderEngine
import Secrets
import Trading

// Records, requests and reports in one short line each. Written out by hand: what Swift prints of a value by itself differs
// between its versions, and takes a hundred times as long.

extension Record {
    /// What happened to which order, with every figure that decides something.
    var traceText: String {
        switch self {
        case .fundsAdjusted(let change):
            "funds \(change.account.rawValue) \(change.amount) \(change.coin) \(change.reason.rawValue)"
        case .orderPlaced(let order): "placed \(order.traceText)"
        case .orderAccepted(let id, let number, _): "accepted \(id) as \(number)"
        case .orderRejected(let id, let code, _, _): "rejected \(id) \(code.name)"
        case .orderFilled(let id, let fill, let reserved, _): "filled \(id) \(fill.traceText) holds \(reserved)"
        case .cancelRequested(let id, let reason, _): "cancel \(id) \(reason.rawValue)"
        case .cancelFailed(let id, let reason, _): "cancel failed \(id) \(reason)"
        case .orderClosed(let id, _): "closed \(id)"
        case .orderClosedByExchange(let id, let code, _, _): "closed \(id) \(code.name)"
        case .orderTriggered(let id, let price, let child, _):
            "triggered \(id) at \(price) child \(child?.description ?? "none")"
        case .answerLost(let id, _): "answer lost \(id)"
        case .orderReconciled(let id, _): "reconciled \(id)"
        case .contraReady(let id, let quantity, _): "contra ready \(id) \(quantity)"
        case .orderFinished(let id, let status, _): "finished \(id) \(status.rawValue)"
        case .pairedDone(let id, let result, _):
            "paired done \(id) \(result.benefit) \(result.fees) \(result.currency)"
        case .moveRequested(let id, let terms, _):
            "move \(id) to \(terms.quantity) at \(terms.price) holds \(terms.held)"
        case .orderReplaced(let id, let price, let quantity, let reserved, _):
            "replaced \(id) by \(quantity) at \(price) holds \(reserved)"
        case .orderAmended(let id, let terms, _):
            "amended \(id) \(terms.quantity) at \(terms.price.bound) \(terms.line)"
        case .triggerMoved(let id, let trigger, let price, _, _): "trigger of \(id) to \(trigger) by \(price)"
        case .orderGrown(let id, let quantity, _): "grown \(id) to \(quantity)"
        case .panicDeclared(let account, let orders, _): "panic \(account.rawValue) over \(orders)"
        case .panicCleared(let account, _): "panic cleared \(account.rawValue)"
        case .panicLifted(let account, _): "panic lifted \(account.rawValue)"
        }
    }

    /// The order that it is about.
    var order: OrderID? {
        switch self {
        case .fundsAdjusted, .panicDeclared, .panicCleared, .panicLifted: nil
        case .orderPlaced(let order): order.id
        case .orderAccepted(let id, _, _), .orderRejected(let id, _, _, _), .orderFilled(let id, _, _, _),
            .cancelRequested(let id, _, _), .cancelFailed(let id, _, _), .orderClosed(let id, _),
            .orderClosedByExchange(let id, _, _, _),
            .orderTriggered(let id, _, _, _), .answerLost(let id, _), .orderReconciled(let id, _),
            .contraReady(let id, _, _), .orderFinished(let id, _, _), .pairedDone(let id, _, _),
            .moveRequested(let id, _, _), .orderReplaced(let id, _, _, _, _), .orderAmended(let id, _, _),
            .triggerMoved(let id, _, _, _, _), .orderGrown(let id, _, _):
            id
        }
    }

    /// What kind of thing happened, for the counts.
    var name: String {
        switch self {
        case .fundsAdjusted: "funds adjusted"
        case .orderPlaced: "placed"
        case .orderAccepted: "accepted"
        case .orderRejected: "rejected"
        case .orderFilled: "filled"
        case .cancelRequested(_, let reason, _): "cancel requested (\(reason.rawValue))"
        case .cancelFailed: "cancel failed"
        case .orderClosed: "closed"
        case .orderClosedByExchange: "closed by the exchange"
        case .orderTriggered: "triggered"
        case .answerLost: "answer lost"
        case .orderReconciled: "reconciled"
        case .contraReady: "contra ready"
        case .orderFinished: "finished"
        case .pairedDone: "paired done"
        case .moveRequested: "move requested"
        case .orderReplaced: "replaced"
        case .orderAmended: "amended"
        case .triggerMoved: "trigger moved"
        case .orderGrown: "grown"
        case .panicDeclared: "panic declared"
        case .panicCleared: "panic cleared"
        case .panicLifted: "panic lifted"
        }
    }
}

extension Order {
    var traceText: String {
        let under = parent.map { " under \($0)" } ?? ""
        return
            "\(id) of \(account.rawValue)\(under) \(kind.rawValue) \(side.rawValue) \(quantity) \(pair) at \(price.bound) \(timeInForce.name) \(status.rawValue) holds \(reserved)"
    }
}

extension Fill {
    var traceText: String {
        "fill \(id) \(quantity) at \(price) fee \(fee) \(feeCurrency) \(liquidity.rawValue)"
    }
}

extension OrderRequest {
    var traceText: String {
        switch self {
        case .place(let order):
            "place \(order.clientOrderID) \(order.side.rawValue) \(order.quantity) \(order.pair) at \(order.price.bound)"
        case .cancel(let sent): "cancel \(sent.clientOrderID) \(sent.exchangeOrderID ?? "-")"
        case .status(let sent): "status \(sent.clientOrderID) \(sent.exchangeOrderID ?? "-")"
        }
    }
}

extension ExecutionReport {
    var traceText: String {
        switch self {
        case .accepted(let id, let number): "\(id) accepted \(number)"
        case .rejected(let id, let code, _): "\(id) rejected \(code.name)"
        case .filled(let id, let fill): "\(id) \(fill.traceText)"
        case .canceled(let id): "\(id) canceled"
        case .canceledByExchange(let id, let code, _): "\(id) canceled (\(code.name))"
        case .cancelRejected(let id, let reason): "\(id) cancel rejected \(reason)"
        case .lost(let id): "\(id) lost"
        case .status(let id, .neverArrived): "\(id) never arrived"
        case .status(let id, .open(let number, let fills)): "\(id) open \(number) \(fills.map(\.traceText))"
        case .status(let id, .closed(let number, let fills)): "\(id) closed \(number) \(fills.map(\.traceText))"
        }
    }
}

extension ExchangeReport {
    var traceText: String {
        switch self {
        case .execution(_, let report): report.traceText
        case .trade(let trade): "print \(trade.traceText)"
        case .ticker(let pair, let ticker): "ticker \(pair) \(ticker.traceText)"
        case .rules(let rules): "rules \(rules.pair) fee \(rules.feeRate)"
        case .balanceChanged(let account, let coin, let amount, let reason):
            "balance \(account.rawValue) \(amount) \(coin) \(reason.rawValue)"
        case .answer(let id, let answer): "answer \(id.rawValue) \(answer.traceText)"
        case .connection(.lost(let since, let reason)): "lost since \(since.nanoseconds) \(reason)"
        case .connection(.back(let lostAt)): "back, lost at \(lostAt.nanoseconds)"
        case .keyEnding(let account, let left): "key of \(account.rawValue) ends after \(left)"
        case .keyRights(let account, let rights):
            "key of \(account.rawValue) may info \(rights.info) trade \(rights.trade) withdraw \(rights.withdraw)"
        case .contradiction(let account, let order, let said):
            "contradiction of \(account.rawValue) about \(order): \(said?.words ?? "none any more")"
        }
    }
}

extension ExchangeAnswer {
    var traceText: String {
        switch self {
        case .openOrders(let orders):
            "open orders \(orders.map { "\($0.clientOrderID?.description ?? "-")=\($0.exchangeOrderID) \($0.remaining)" })"
        case .order(let id, _): "order \(id)"
        case .fills(let page):
            "fills \(page.fills.map { "\($0.clientOrderID?.description ?? "-") \($0.fill.traceText)" })"
        case .balances(let balances): "balances \(balances.map { "\($0.coin) \($0.free) \($0.held)" })"
        case .pairs(let rules): "pairs \(rules.map { "\($0.pair) \($0.feeRate)" })"
        case .ticker(let pair, let ticker): "ticker \(pair) \(ticker.traceText)"
        case .depth: "depth"
        case .recentTrades(let pair, let trades): "trades \(pair) \(trades.map(\.traceText))"
        case .transactions(let rows, let next):
            "transactions \(rows.map { "\($0.id) \($0.kind.rawValue) \($0.status.name) \($0.amount) \($0.coin)" }) \(next?.text ?? "")"
        case .foreignCanceled(let number): "foreign canceled \(number)"
        case .refused(let code, _): "refused \(code.name)"
        case .lost: "lost"
        }
    }
}

extension MarketTrade {
    var traceText: String { "\(pair) \(quantity) at \(price) \(takerSide?.rawValue ?? "-")" }
}

extension Ticker {
    var traceText: String {
        func text(_ price: ExactDecimal?) -> String { price?.description ?? "-" }
        return "\(text(bid)) \(text(ask)) \(text(last))"
    }
}

extension PaperAction {
    var traceText: String {
        switch self {
        case .quote(let pair, let bid, let ask): "quote \(pair) \(bid) \(ask)"
        case .trade(let trade): "trade \(trade.traceText)"
        case .deposit(let account, let amount, let coin): "deposit \(account.rawValue) \(amount) \(coin)"
        case .adjust(let account, let amount, let coin, let reason):
            "\(reason.rawValue) \(account.rawValue) \(amount) \(coin)"
        case .fee(let pair, let rate): "fee \(pair) \(rate)"
        case .rules(let rules): "rules \(rules.pair)"
        }
    }
}

extension ExchangeQuery {
    var traceText: String {
        switch self {
        case .openOrders(let account, let pair): "open orders \(account.rawValue) \(pair?.description ?? "")"
        case .order(let id, _): "order \(id)"
        case .fills(let account, let after, let limit):
            "fills \(account.rawValue) after \(after?.text ?? "0") \(limit)"
        case .balances(let account): "balances \(account.rawValue)"
        case .transactions(let account, let after, let limit):
            "transactions \(account.rawValue) after \(after?.text ?? "-") \(limit)"
        case .pairs: "pairs"
        case .ticker(let pair): "ticker \(pair)"
        case .depth(let pair, let rows): "depth \(pair) \(rows)"
        case .recentTrades(let pair, let count): "trades \(pair) \(count)"
        }
    }
}
