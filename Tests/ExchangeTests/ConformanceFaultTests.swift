import Exchange
import ExchangeConformance
import Testing
import Trading

/// The conformance suite is worth what it catches: exchanges with one fault each, behind the paper exchange.
@Suite struct `Conformance suite` {
    @Test(arguments: Fault.allCases) func `it catches an exchange with a fault`(fault: Fault) throws {
        var caught: [String] = []
        for check in ExchangeConformance.checks {
            do {
                _ = try ExchangeConformance { try FaultyHarness(fault) }.run(check)
            } catch let failure as ConformanceFailure {
                caught.append(failure.check)
            }
        }
        #expect(!caught.isEmpty, "nothing caught the fault \(fault)")
    }

    @Test func `what an exchange cannot do is skipped, and said to be`() throws {
        let skipped = try ExchangeConformance {
            let harness = try FaultyHarness(nil)
            harness.capabilities = []
            return harness
        }.run()
        #expect(
            skipped == [
                "immediate-or-cancel trades what it can and rests nothing",
                "a post-only order rests, or is refused where it would trade",
                "orders of accounts match by price, then by time",
                "an order takes what there is and rests with the rest",
                "immediate-or-cancel keeps what it got and cancels the rest", "fill-or-kill trades whole or not at all",
                "an account does not trade with itself",
                "what orders placed elsewhere hold is held, and they are told without a name",
                "an order placed elsewhere is canceled once, and holds nothing then",
                "trades made elsewhere are told from the first, with side, fee and who waited",
                "every kind and status of a transaction is told, with its words",
                "transactions are paged from the first, each row once",
                "a transaction that waited is asked about by its place, and its money is free then",
                "a right that is withdrawn is told and named, and told again when it is back",
            ])
    }
}

enum Fault: CaseIterable {
    case placesTwice
    case saysCanceledAndIsNot
    case cancelsWhatIsGone
    case losesAnswers
    case answersNeverArrivedForAll
    case takesAnotherFee
    case hidesTheHold
    case tellsAnotherBalance
    case repeatsOldFills
    case tellsOrdersBackwards
    case printsFirst
    case refusesWithAnotherCode
    case postOnlyTakes
    case restsWhatIsImmediate
    case fillsAtTheLimit
    case tickerUpsideDown
    case oldestTradesFirst
    case cancelsForeignOrdersOfNobody
    case listsNothingAsLost
}

/// A harness whose exchange passes everything through one fault. Answers come late, through `nextReports()`.
private final class FaultyHarness: ExchangeHarness, Exchange {
    private let inner: PaperHarness
    private let fault: Fault?
    private var waiting: [ExchangeReport] = []
    private var copies: UInt64 = 1_000
    var capabilities = ExchangeCapability.ofPaper

    init(_ fault: Fault?) throws {
        inner = try PaperHarness(feeBasis: .quote)
        self.fault = fault
    }

    let name = "faulty"
    let settlement = Settlement.overTheWire
    var exchange: any Exchange { self }
    var rules: PairRules { inner.rules }
    var now: Timestamp { inner.now }

    func openAccount(_ funds: [Coin: ExactDecimal]) throws -> AccountID { try inner.openAccount(funds) }

    func quote(bid: ExactDecimal, ask: ExactDecimal) throws -> [ExchangeReport] {
        waiting += try inner.quote(bid: bid, ask: ask).map(changed)
        return []
    }

    func print(price: ExactDecimal, quantity: ExactDecimal, takerSide: Side?) throws -> [ExchangeReport] {
        waiting += try inner.print(price: price, quantity: quantity, takerSide: takerSide).map(changed)
        return []
    }

    func nextReports() -> [ExchangeReport] {
        defer { waiting = [] }
        return waiting
    }

    func submit(_ request: OrderRequest, at now: Timestamp) -> [ExchangeReport] {
        switch (fault, request) {
        case (.losesAnswers, .place(let order)):
            _ = inner.paper.submit(request, at: now)
            waiting.append(.execution(account: order.account, .lost(order.clientOrderID)))
        case (.placesTwice, .place(let order)):
            waiting += inner.paper.submit(request, at: now)
            copies += 1
            _ = inner.paper.submit(.place(order.with(number: copies)), at: now)
        case (.saysCanceledAndIsNot, .cancel(let sent)), (.cancelsWhatIsGone, .cancel(let sent)):
            if fault == .cancelsWhatIsGone { _ = inner.paper.submit(request, at: now) }
            waiting.append(.execution(account: sent.account, .canceled(sent.clientOrderID)))
        case (.postOnlyTakes, .place(let order)) where order.lifetime == .postOnly,
            (.restsWhatIsImmediate, .place(let order)) where order.lifetime == .immediateOrCancel:
            waiting += inner.paper.submit(.place(order.with(lifetime: .rest)), at: now)
        case (.printsFirst, _):
            let reports = inner.paper.submit(request, at: now)
            let isPrint = { (report: ExchangeReport) in if case .trade = report { true } else { false } }
            waiting += reports.filter(isPrint) + reports.filter { !isPrint($0) }
        default:
            waiting += inner.paper.submit(request, at: now).map(changed)
        }
        return []
    }

    func ask(_ query: ExchangeQuery, id: QueryID, at now: Timestamp) -> [ExchangeReport] {
        var query = query
        if fault == .repeatsOldFills, case .fills(let account, _, let limit) = query {
            query = .fills(account, after: nil, limit: limit)
        }
        waiting += inner.paper.ask(query, id: id, at: now).map(changed)
        return []
    }

    func cancelForeign(
        exchangeOrderID: String, pair: Pair?, of account: AccountID, id: QueryID, at now: Timestamp
    ) -> [ExchangeReport] {
        waiting += inner.paper.cancelForeign(
            exchangeOrderID: exchangeOrderID, pair: pair, of: account, id: id, at: now
        ).map(changed)
        return []
    }

    private func changed(_ report: ExchangeReport) -> ExchangeReport {
        switch (fault, report) {
        case (.answersNeverArrivedForAll, .execution(let account, .status(let id, _))):
            .execution(account: account, .status(id, .neverArrived))
        case (.takesAnotherFee, .execution(let account, .filled(let id, let fill))):
            .execution(account: account, .filled(id, fill.with(fee: fill.fee + ExactDecimal(units: 1))))
        case (.fillsAtTheLimit, .execution(let account, .filled(let id, let fill))):
            .execution(account: account, .filled(id, fill.with(price: fill.price + 1)))
        case (.refusesWithAnotherCode, .execution(let account, .rejected(let id, _, let reason))):
            .execution(account: account, .rejected(id, code: .exchangeRejected, reason: reason))
        case (.hidesTheHold, .answer(let id, .balances(let balances))):
            .answer(id, .balances(balances.map { CoinBalance(coin: $0.coin, free: $0.total, held: 0) }))
        case (.tellsAnotherBalance, .answer(let id, .balances(let balances))):
            .answer(
                id,
                .balances(
                    balances.map {
                        CoinBalance(coin: $0.coin, free: $0.free + ExactDecimal(units: 1), held: $0.held)
                    }))
        case (.tellsOrdersBackwards, .answer(let id, .openOrders(let orders))):
            .answer(id, .openOrders(orders.reversed()))
        case (.tickerUpsideDown, .answer(let id, .ticker(let pair, let ticker))):
            .answer(id, .ticker(pair, Ticker(bid: ticker.ask, ask: ticker.bid, last: ticker.last, at: ticker.at)))
        case (.oldestTradesFirst, .answer(let id, .recentTrades(let pair, let trades))):
            .answer(id, .recentTrades(pair, trades.reversed()))
        case (.cancelsForeignOrdersOfNobody, .answer(let id, .refused(.exchangeRejected, _))):
            .answer(id, .foreignCanceled(exchangeOrderID: "1"))
        case (.listsNothingAsLost, .answer(let id, .transactions)):
            .answer(id, .lost)
        default:
            report
        }
    }
}

extension NewOrder {
    fileprivate func with(number: UInt64? = nil, lifetime: Lifetime? = nil) -> NewOrder {
        NewOrder(
            clientOrderID: number.map { ClientOrderID(order: OrderID($0), attempt: 1) } ?? clientOrderID,
            account: account, pair: pair, side: side, quantity: quantity, price: price,
            lifetime: lifetime ?? self.lifetime)
    }
}

extension Fill {
    fileprivate func with(price: ExactDecimal? = nil, fee: ExactDecimal? = nil) -> Fill {
        Fill(
            id: id, price: price ?? self.price, quantity: quantity, fee: fee ?? self.fee, feeCurrency: feeCurrency,
            liquidity: liquidity, at: at)
    }
}
