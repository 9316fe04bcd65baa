import Conversation
import DequeModule
import Exchange
import Ledger
import Logging
import OrderEngine
import Trading

/// Between the engine and the exchange: what the engine decides is written, what it asks is asked, what comes back goes in.
///
/// One thing leads to another: a fill prints, the print fires a stop, the stop's order fills. That may go on for as long as
/// there are stops, so it is a queue and not a recursion. Reports go before requests: what the exchange has said is known
/// before it is asked for more.
extension Seat {
    /// Writes what was decided, and acts on it and on all that follows.
    func takeOutcome(_ outcome: OrderEngine.Outcome) throws {
        let transaction = try ledgerTransaction()
        guard !isReadOnly || outcome.records.isEmpty else { throw DeskError.readOnly }
        for record in outcome.records {
            let account = record.accountID ?? record.orderID.flatMap { engine.order($0)?.account }
            desk.recorded.last = try desk.counting(account) { try $0.append(record, of: id) }
            desk.recorded.sinceSnapshot += 1
            if case .orderFilled(let order, let fill, _, _) = record, let order = engine.order(order) {
                try transaction.project(fill: fill, of: order)
                desk.countToday(fill, of: order)
            }
        }
        traffic.touchedOrders.formUnion(outcome.touchedOrders)
        touchReplies(outcome.touchedOrders)
        traffic.touchedFunds.formUnion(outcome.touchedFunds)
        desk.addCost(outcome.touchedOrders.count + outcome.touchedFunds.count)
        keepForLater(outcome.unfinished)
        for anomaly in outcome.anomalies { log.error("\(anomaly.order): \(anomaly.text)") }
        desk.batch.events += settled(outcome.events)
        desk.batch.panicEvents += outcome.panics.map { SeatPanic(seat: id, event: $0) }
        if wire != nil {
            for account in Set(outcome.touchedOrders.compactMap { engine.order($0)?.account }).sorted() {
                noteActivity(account)
            }
        }
        traffic.requests.append(contentsOf: outcome.requests)
        try pump()
    }

    /// Lines that wait for these orders, or for those that they are under, are looked at again.
    private func touchReplies(_ orders: some Sequence<OrderID>) {
        guard !desk.waiting.replies.isEmpty else { return }
        for id in orders {
            desk.waiting.replies.touch(id)
            if let parent = engine.order(id)?.parent { desk.waiting.replies.touch(parent) }
        }
    }

    /// The events with the orders as the whole outcome leaves them: a filled order is closed, a triggered one has the order
    /// that it became. Of several events of one order the last one is as far as the outcome went.
    private func settled(_ events: [OrderEvent]) -> [OrderEvent] {
        var isTold: Set<OrderID> = []
        return events.reversed().map { event in
            guard isTold.insert(event.order.id).inserted, let order = engine.order(event.order.id) else { return event }
            return OrderEvent(order: order, kind: event.kind, at: event.at, why: event.why)
        }.reversed()
    }

    /// Takes in what an exchange says, and acts on all that follows.
    func takeReports(_ reports: [ExchangeReport]) throws {
        traffic.reports.append(contentsOf: reports)
        try pump()
    }

    private func pump() throws {
        guard !traffic.isPumping else { return }
        traffic.isPumping = true
        defer { traffic.isPumping = false }
        while true {
            if let report = traffic.reports.popFirst() {
                try take(report)
            } else if let request = traffic.requests.popFirst() {
                try submit(request)
            } else {
                return
            }
        }
    }

    /// Asks the exchange. The paper exchange answers at once, within the transaction; others after it is on disk.
    private func submit(_ request: OrderRequest) throws {
        if case .place(let order) = request, engine.order(order.clientOrderID.order)?.cancelReason != nil {
            // Canceled before it was sent: the exchange never hears of it.
            return try takeOutcome(process(.report(.canceled(order.clientOrderID))))
        }
        switch exchange.settlement {
        case .withinTransaction: traffic.reports.append(contentsOf: exchange.submit(request, at: now))
        case .overTheWire:
            if case .place(let order) = request { try noteSent(order) }
            wire?.answers.sent(request, at: now)
            desk.batch.outputs.append(.request(id, request))
        }
    }

    private func take(_ report: ExchangeReport) throws {
        switch report {
        case .execution(let account, let execution):
            if wire != nil {
                if execution.saysWhereItIs, !exchange.traits.keepsClientOrderIDs {
                    desk.batch.outputs.append(.noted(id, execution.clientOrderID, account))
                }
                return try takeWireExecution(account, execution)
            }
            try takeOutcome(process(.report(execution)))
        case .trade(let trade):
            // The paper exchange prints in the turn that hears of it, also where its tape is behind its time.
            let told = wire == nil ? trade.happening(at: now) : trade
            guard !isStale(told) else { return }
            try fireAlerts(told)
            try fireTriggers(told)
        case .ticker(let pair, let ticker):
            if wire != nil {
                wire?.feed.tickerTold(pair, at: now)
                return try observe(ticker, of: pair)
            }
            engine.observe(ticker, of: pair)
            market.watch.changed(pair)
        case .rules(let rules):
            try observe(rules)
            if !pairs.contains(rules.pair) { market.take(pairs + [rules.pair]) }
        case .balanceChanged(let account, let coin, let amount, let reason):
            if wire != nil {
                // It may be told twice, or never: only the balances themselves are booked.
                _ = wire?.change(account) { watch in
                    watch.funds.reasons[coin] = reason
                    watch.funds.check.want(at: now)
                    watch.transactions.want(at: now)
                }
                return
            }
            let adjustment = FundsAdjustment(
                account: account, coin: coin, amount: amount, reason: FundsAdjustment.Reason(reason), at: now)
            try takeOutcome(process(.adjustFunds(adjustment)))
        case .answer(let query, let answer):
            try takeAnswer(query, answer)
        case .connection(let connection): try takeConnection(connection)
        case .keyEnding(let account, let requestsLeft): try takeKeyEnding(account, requestsLeft: requestsLeft)
        case .keyRights(let account, let rights): try takeKeyRights(account, rights)
        case .contradiction(let account, let order, let said): try takeContradiction(account, order, said)
        }
    }

    /// Trades fire what waits for them in the order in which they were told.
    func fireTriggers(_ trade: MarketTrade) throws {
        guard !desk.waiting.turns.isMarketBusy(id) else {
            return desk.waiting.turns.add(work(.marketTrade(trade)), of: .market(id))
        }
        try takeOutcome(process(.marketTrade(trade)))
    }

    /// Puts requests to the exchange that the engine has for it after a restart.
    func ask(_ requests: [OrderRequest]) throws {
        traffic.requests.append(contentsOf: requests)
        try pump()
    }

    func takePaper(_ action: PaperAction) throws {
        guard let paper else { throw Refusal(.paperOnly, "\(name) is no paper exchange") }
        switch action {
        case .quote(let pair, let bid, let ask): try takeReports(paper.quote(pair, bid: bid, ask: ask, at: now))
        case .trade(let trade): try takeReports(paper.trade(trade))
        case .deposit(let account, let amount, let coin): try takeReports(paper.deposit(amount, coin, to: account))
        case .adjust(let account, let amount, let coin, let reason):
            try takeReports(paper.adjust(amount, coin, of: account, reason))
        case .fee(let pair, let rate): try takeReports(paper.setFee(pair, rate: rate))
        case .rules(let rules): try takeReports(paper.add(rules))
        }
        if tape.stop != nil, let pair = action.movedPair { tape.pairsMovedByHand.insert(pair) }
    }

    // MARK: Writing

    /// Brings the tables up to the records, so that a question in the same batch sees what the lines before it did.
    func flushTables() throws {
        guard !traffic.touchedOrders.isEmpty || !traffic.touchedFunds.isEmpty else { return }
        let transaction = try ledgerTransaction()
        for touched in traffic.touchedOrders.sorted() {
            guard let order = engine.order(touched) else { continue }
            try desk.counting(order.account) { try $0.project(order) }
            desk.noteFinished(order)
        }
        let inOrder = traffic.touchedFunds.sorted { ($0.account, $0.coin) < ($1.account, $1.coin) }
        for touched in inOrder {
            try transaction.project(
                touched.account, touched.coin, at: id, funds: engine.funds(of: touched.account, in: touched.coin))
        }
        traffic.touchedOrders.removeAll(keepingCapacity: true)
        traffic.touchedFunds.removeAll(keepingCapacity: true)
    }

    /// The paper exchange's books, in the desk's own transaction.
    func writeBooks() throws {
        guard let paper, paper.hasDurableChanges else { return }
        let transaction = try ledgerTransaction()
        for entry in paper.drainBookChanges() {
            let key = Array(entry.key.utf8)
            if let value = entry.value {
                try transaction.putBook(name, key: key, value: value)
            } else {
                try transaction.deleteBook(name, key: key)
            }
        }
    }
}

extension DeskCore {
    /// Brings the tables of all seats up to the records.
    func flushTables() throws { for seat in seats { try seat.flushTables() } }

    /// Keeps a snapshot of the engines, so that the next start has little to read.
    public func keepSnapshotNow() throws {
        guard recorded.sinceSnapshot > 0 else { return }
        try ledger.saveSnapshots(seats.map { $0.engine.snapshot() } + recorded.unseated, at: recorded.last)
        recorded.sinceSnapshot = 0
    }

    /// Moves the paper exchange. Throws `Refusal` where the desk has none, or where that does not do it.
    func takePaper(_ action: PaperAction) throws {
        guard let seat = paperSeat else {
            let names = seats.map(\.name).joined(separator: ", ")
            throw Refusal(.paperOnly, "this desk trades on \(names), not on paper")
        }
        try seat.takePaper(action)
    }

    /// The seat at the paper exchange, where there is one.
    var paperSeat: Seat? { seats.first { $0.paper != nil } }
}

extension MarketTrade {
    fileprivate func happening(at now: Timestamp) -> MarketTrade {
        MarketTrade(pair: pair, price: price, quantity: quantity, takerSide: takerSide, at: now)
    }
}

extension FundsAdjustment.Reason {
    init(_ reason: BalanceChangeReason) {
        switch reason {
        case .deposit: self = .deposit
        case .withdrawal: self = .withdrawal
        case .credit: self = .credit
        case .debit: self = .debit
        }
    }
}
