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
extension DeskCore {
    /// Writes what was decided, and acts on it and on all that follows.
    func takeOutcome(_ outcome: OrderEngine.Outcome) throws {
        let transaction = try ledgerTransaction()
        guard !isReadOnly || outcome.records.isEmpty else { throw DeskError.readOnly }
        for record in outcome.records {
            lastRecord = try counting(record.accountID ?? record.orderID.flatMap { engine.order($0)?.account }) {
                try $0.append(record)
            }
            recordsSinceSnapshot += 1
            if case .orderFilled(let id, let fill, _, _) = record, let order = engine.order(id) {
                try transaction.project(fill: fill, of: order)
                countToday(fill, of: order)
            }
        }
        touchedOrders.formUnion(outcome.touchedOrders)
        touchedFunds.formUnion(outcome.touchedFunds)
        addCost(outcome.touchedOrders.count + outcome.touchedFunds.count)
        keepForLater(outcome.unfinished)
        for anomaly in outcome.anomalies { log.error("\(anomaly.order): \(anomaly.text)") }
        events += settled(outcome.events)
        panicEvents += outcome.panics
        if wire != nil {
            for account in Set(outcome.touchedOrders.compactMap { engine.order($0)?.account }).sorted() {
                noteActivity(account)
            }
        }
        requestQueue.append(contentsOf: outcome.requests)
        try pump()
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
        reportQueue.append(contentsOf: reports)
        try pump()
    }

    private func pump() throws {
        guard !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        while true {
            if let report = reportQueue.popFirst() {
                try take(report)
            } else if let request = requestQueue.popFirst() {
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
            return try takeOutcome(engine.process(.report(.canceled(order.clientOrderID)), at: now))
        }
        switch exchange.settlement {
        case .withinTransaction: reportQueue.append(contentsOf: exchange.submit(request, at: now))
        case .overTheWire:
            if case .place(let order) = request { try noteSent(order) }
            wire?.answers.sent(request, at: now)
            outputs.append(.request(request))
        }
    }

    private func take(_ report: ExchangeReport) throws {
        switch report {
        case .execution(let account, let execution):
            if wire != nil {
                if execution.saysWhereItIs { outputs.append(.noted(execution.clientOrderID, account)) }
                return try takeWireExecution(account, execution)
            }
            try takeOutcome(engine.process(.report(execution), at: now))
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
            if watchers[pair] != nil, !pricesToTell.contains(pair) { pricesToTell.append(pair) }
        case .rules(let rules):
            try observe(rules)
            if !pairs.contains(rules.pair) {
                pairs.append(rules.pair)
                pairs.sort()
                parsers.removeAll()
            }
        case .balanceChanged(let account, let coin, let amount, let reason):
            if wire != nil {
                // It may be told twice, or never: only the balances themselves are booked.
                _ = wire?.change(account) { watch in
                    watch.reasons[coin] = reason
                    watch.balances.want(at: now)
                }
                return
            }
            let adjustment = FundsAdjustment(
                account: account, coin: coin, amount: amount, reason: FundsAdjustment.Reason(reason), at: now)
            try takeOutcome(engine.process(.adjustFunds(adjustment), at: now))
        case .answer(let id, let answer):
            try takeAnswer(id, answer)
        case .connection(let connection): try takeConnection(connection)
        case .keyEnding(let account, let requestsLeft): try takeKeyEnding(account, requestsLeft: requestsLeft)
        case .keyRights: break
        case .contradiction(let account, let order, let said): try takeContradiction(account, order, said)
        }
    }

    /// Trades fire what waits for them in the order in which they were told.
    func fireTriggers(_ trade: MarketTrade) throws {
        guard !turns.isMarketBusy else { return turns.add(.marketTrade(trade), of: .market) }
        try takeOutcome(engine.process(.marketTrade(trade), at: now))
    }

    /// Puts requests to the exchange that the engine has for it after a restart.
    func ask(_ requests: [OrderRequest]) throws {
        requestQueue.append(contentsOf: requests)
        try pump()
    }

    func takePaper(_ action: PaperAction) throws {
        guard let paper else { throw Refusal(.paperOnly, "this desk trades on \(exchange.name), not on paper") }
        switch action {
        case .quote(let pair, let bid, let ask): try takeReports(paper.quote(pair, bid: bid, ask: ask, at: now))
        case .trade(let trade): try takeReports(paper.trade(trade))
        case .deposit(let account, let amount, let coin): try takeReports(paper.deposit(amount, coin, to: account))
        case .adjust(let account, let amount, let coin, let reason):
            try takeReports(paper.adjust(amount, coin, of: account, reason))
        case .fee(let pair, let rate): try takeReports(paper.setFee(pair, rate: rate))
        case .rules(let rules): try takeReports(paper.add(rules))
        }
        if tapeStop != nil, let pair = action.movedPair { pairsMovedByHand.insert(pair) }
    }

    // MARK: Writing

    /// Brings the tables up to the records, so that a question in the same batch sees what the lines before it did.
    func flushTables() throws {
        guard !touchedOrders.isEmpty || !touchedFunds.isEmpty else { return }
        let transaction = try ledgerTransaction()
        for id in touchedOrders.sorted() {
            guard let order = engine.order(id) else { continue }
            try counting(order.account) { try $0.project(order) }
            noteFinished(order)
        }
        let inOrder = touchedFunds.sorted { ($0.account, $0.coin) < ($1.account, $1.coin) }
        for touched in inOrder {
            try transaction.project(
                touched.account, touched.coin, funds: engine.funds(of: touched.account, in: touched.coin))
        }
        touchedOrders.removeAll(keepingCapacity: true)
        touchedFunds.removeAll(keepingCapacity: true)
    }

    /// The paper exchange's books, in the desk's own transaction.
    func writeBooks() throws {
        guard let paper, paper.hasDurableChanges else { return }
        let transaction = try ledgerTransaction()
        for entry in paper.drainBookChanges() {
            let key = Array(entry.key.utf8)
            if let value = entry.value {
                try transaction.putBook(paper.name, key: key, value: value)
            } else {
                try transaction.deleteBook(paper.name, key: key)
            }
        }
    }

    /// Keeps a snapshot of the engine, so that the next start has little to read.
    public func keepSnapshotNow() throws {
        guard recordsSinceSnapshot > 0 else { return }
        try ledger.saveSnapshot(engine.snapshot(), at: lastRecord)
        recordsSinceSnapshot = 0
    }
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
