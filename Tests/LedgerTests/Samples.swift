import Ledger
import OrderEngine
import Trading

/// Values to store: every case of every stored type occurs in them.
enum Samples {
    static let time = Timestamp(nanoseconds: 1_788_112_800_123_456_789)

    static func decimal(_ text: String) -> ExactDecimal {
        guard let value = ExactDecimal(text) else { preconditionFailure("no number: \(text)") }
        return value
    }

    static let simple = Order(
        id: OrderID(41), account: AccountID(7), exchange: .paper, pair: "btc_usd", side: .buy, kind: .simple,
        quantity: decimal("0.5"), price: .limit(230), line: "buy 0.5 btc_usd at 230", createdAt: time,
        status: .pending, reserved: decimal("115.23"), feeCurrency: "usd")

    /// An order with every part that an order can have.
    static let full: Order = {
        var order = Order(
            id: OrderID(300), account: AccountID(-2), exchange: .paper, pair: "doge_eur", side: .sell, kind: .sliced,
            quantity: decimal("0.000000000000000001"), price: .market(protection: decimal("170141183460469231731")),
            timeInForce: .day(time), isPostOnly: true,
            plan: .sliced(low: 195, high: 199, includesHigh: true, count: 20), parent: OrderID(299),
            line: "slice 2 btc 195..199 x20 // ¡olé!", createdAt: time, status: .canceled, reserved: decimal("-0.25"),
            feeCurrency: "doge")
        order.attempt = 4_294_967_295
        order.exchangeOrderID = "X-7é"
        order.filled = decimal("0.1")
        order.filledValue = decimal("22.99")
        order.fee = decimal("0.04598")
        order.cancelReason = .requested
        order.rejection = .exchangeRejected
        order.triggeredAt = time
        order.triggerMarketPrice = decimal("264.9")
        order.children = [OrderID(301), OrderID(302), OrderID(.max)]
        order.closedAt = Timestamp(nanoseconds: -1)
        return order
    }()

    /// One whose second attempt is at the exchange.
    static let replaced: Order = {
        var order = simple
        order.attempt = 2
        order.filled = decimal("0.1")
        order.filledBefore = decimal("0.1")
        order.replacedAt = time
        return order
    }()

    static func order(
        _ id: UInt64 = 1, account: Int64 = 1, exchange: ExchangeID = .paper, pair: Pair = "btc_usd", side: Side = .buy,
        kind: OrderKind = .simple,
        time force: TimeInForce = .goodTillCanceled, plan: OrderPlan = .none, parent: UInt64? = nil,
        status: OrderStatus = .open, closedAt: Int64? = nil
    ) -> Order {
        var order = Order(
            id: OrderID(id), account: AccountID(account), exchange: exchange, pair: pair, side: side, kind: kind,
            quantity: 1,
            price: .limit(230),
            timeInForce: force, plan: plan, parent: parent.map { OrderID($0) }, line: "a line", createdAt: time,
            status: status, reserved: .zero, feeCurrency: "usd")
        order.closedAt = closedAt.map { Timestamp(nanoseconds: $0) }
        return order
    }

    static func fill(_ id: UInt64, price: ExactDecimal = 230, liquidity: Liquidity = .maker, at: Int64 = 1) -> Fill {
        fill(FillID(id), price: price, liquidity: liquidity, at: at)
    }

    static func fill(_ id: FillID, price: ExactDecimal = 230, liquidity: Liquidity = .maker, at: Int64 = 1) -> Fill {
        Fill(
            id: id, price: price, quantity: decimal("0.2"), fee: decimal("0.092"), feeCurrency: "usd",
            liquidity: liquidity, at: Timestamp(nanoseconds: at))
    }

    /// A row of an exchange's list: 50 usd that wait.
    static func listed(
        _ number: UInt64, _ description: String, status: TransactionStatus = .waiting, order: String? = nil,
        at: Int64 = 1
    ) -> ListedTransaction {
        ListedTransaction(
            account: AccountID(1), exchange: .paper, id: "\(number)", kind: .deposit, status: status, coin: "usd",
            amount: 50, description: description, exchangeOrderID: order, at: Timestamp(nanoseconds: at),
            place: "\(number)")
    }

    static func foreign(
        _ id: UInt64, at: Int64 = 1, exchange: ExchangeID = .paper, pair: Pair = "btc_usd", order: String = "7"
    ) -> ForeignFill {
        foreign(FillID(id), at: at, exchange: exchange, pair: pair, order: order)
    }

    static func foreign(
        _ id: FillID, at: Int64 = 1, exchange: ExchangeID = .paper, pair: Pair = "btc_usd", order: String = "7"
    ) -> ForeignFill {
        ForeignFill(
            account: AccountID(1), exchange: exchange, pair: pair, side: .buy, exchangeOrderID: order,
            fill: fill(id, at: at))
    }

    /// A fill's name that is no number.
    static func fillName(_ text: String) -> FillID {
        guard let id = FillID(text), id.number == nil else {
            preconditionFailure("\(text) names no fill, or is a number")
        }
        return id
    }

    /// By the name that the corpus knows them under.
    static let records: [(name: String, record: Record)] = {
        var all: [(String, Record)] = [
            ("order placed, simple", .orderPlaced(simple)),
            ("order placed, full", .orderPlaced(full)),
            ("accepted", .orderAccepted(OrderID(41), exchangeOrderID: "1041", at: time)),
            (
                "rejected",
                .orderRejected(OrderID(41), code: .insufficientFunds, reason: "not enough usd", at: time)
            ),
            ("filled, maker", .orderFilled(OrderID(41), fill(9), reservedAfter: decimal("69.138"), at: time)),
            (
                "filled, taker",
                .orderFilled(OrderID(41), fill(10, liquidity: .taker), reservedAfter: .zero, at: time)
            ),
            (
                "filled, named",
                .orderFilled(OrderID(41), fill(fillName("TZX2WP-XSEOP-FP7WYR")), reservedAfter: .zero, at: time)
            ),
            ("cancel failed", .cancelFailed(OrderID(41), reason: "", at: time)),
            ("closed", .orderClosed(OrderID(41), at: time)),
            (
                "closed by the exchange",
                .orderClosedByExchange(OrderID(41), code: .selfTrade, reason: "its own order", at: time)
            ),
            ("triggered", .orderTriggered(OrderID(43), marketPrice: decimal("264.9"), child: OrderID(44), at: time)),
            ("triggered, no child", .orderTriggered(OrderID(43), marketPrice: 265, child: nil, at: time)),
            ("answer lost", .answerLost(OrderID(.max), at: time)),
            ("reconciled", .orderReconciled(OrderID(0), at: time)),
            ("contra ready", .contraReady(OrderID(37), quantity: decimal("0.05"), at: time)),
            (
                "paired done",
                .pairedDone(
                    OrderID(37),
                    PairedResult(benefit: decimal("0.106267"), fees: decimal("0.045233"), currency: "usd"), at: time)
            ),
            (
                "paired ended with something left",
                .pairedDone(
                    OrderID(37),
                    PairedResult(
                        benefit: decimal("-1.5"), fees: decimal("0.05"), baseFees: decimal("0.0001"),
                        left: decimal("0.005"), currency: "usd"), at: time)
            ),
        ]
        all += [
            (
                "move requested",
                .moveRequested(
                    OrderID(41),
                    MoveTerms(price: 232, quantity: decimal("0.4"), held: decimal("0.5"), line: "move 41 to 232"),
                    at: time)
            ),
            ("replaced", .orderReplaced(OrderID(41), price: 232, quantity: decimal("0.4"), reserved: 93, at: time)),
            (
                "amended",
                .orderAmended(
                    OrderID(43),
                    AmendedTerms(
                        price: .limit(264), quantity: 2, plan: .stop(trigger: 264, then: .limit(264)),
                        line: "move 43 to 264"), at: time)
            ),
            ("trigger moved", .triggerMoved(OrderID(50), trigger: 266, marketPrice: 271, tradedAt: time, at: time)),
            ("grown", .orderGrown(OrderID(41), quantity: decimal("0.7"), at: time)),
            ("panic declared", .panicDeclared(AccountID(7), orders: 10_000, at: time)),
            ("panic cleared", .panicCleared(AccountID(7), at: time)),
            ("panic lifted", .panicLifted(AccountID(7), at: time)),
            ("order placed, replaced", .orderPlaced(replaced)),
        ]
        for reason in FundsAdjustment.Reason.allCases {
            all.append(
                (
                    "funds, \(reason.rawValue)",
                    .fundsAdjusted(
                        FundsAdjustment(
                            account: AccountID(7), coin: "usd", amount: -1_000, reason: reason, at: time))
                ))
        }
        for reason in CancelReason.allCases {
            all.append(("cancel requested, \(reason.rawValue)", .cancelRequested(OrderID(41), reason, at: time)))
        }
        for status in OrderStatus.allCases {
            all.append(("finished, \(status.rawValue)", .orderFinished(OrderID(41), status, at: time)))
        }
        for kind in OrderKind.allCases {
            all.append(("kind, \(kind.rawValue)", .orderPlaced(order(kind: kind))))
        }
        for (name, plan) in plans { all.append(("plan, \(name)", .orderPlaced(order(plan: plan)))) }
        for (name, force) in forces { all.append(("time in force, \(name)", .orderPlaced(order(time: force)))) }
        return all
    }()

    static let plans: [(String, OrderPlan)] = [
        ("sliced, open", .sliced(low: 195, high: 199, includesHigh: false, count: 3)),
        ("paired", .paired(contraPrice: nil)),
        ("paired, then", .paired(contraPrice: decimal("227.68"))),
        ("stop, limit", .stop(trigger: 265, then: .limit(264))),
        ("stop, market", .stop(trigger: 265, then: .market)),
        ("oco", .oco(trigger: 265, then: .limit(265))),
        (
            "trail, by an amount",
            .trail(TrailingStop(distance: .absolute(5), step: decimal("0.001"), trigger: 265, best: 270, bestAt: time))
        ),
        (
            "trail, by a share",
            .trail(
                TrailingStop(
                    distance: .percent(2), step: decimal("0.001"), trigger: decimal("264.6"), best: 270, bestAt: time))
        ),
    ]

    static let forces: [(String, TimeInForce)] = [
        ("ioc", .immediateOrCancel), ("fok", .fillOrKill), ("gtd", .goodTillDate(time)), ("day", .day(time)),
    ]

    /// One whose fills have numbers and texts.
    static let namedSnapshot: EngineSnapshot = {
        var snapshot = Samples.snapshot
        snapshot.orders[0].fillIDs.formUnion([fillName("TZX2WP-XSEOP-FP7WYR"), fillName("007")])
        snapshot.orders[1].fillIDs = [fillName("a")]
        return snapshot
    }()

    static let snapshot = EngineSnapshot(
        exchange: .paper, nextOrderID: OrderID(301),
        orders: [
            OrderEntry(order: simple, fillIDs: [FillID(9), FillID(3), FillID(.max)], triggeredChild: OrderID(44)),
            OrderEntry(order: full, contraReady: decimal("0.05"), cancelRetryAt: time),
            OrderEntry(
                order: replaced, move: MoveTerms(price: 232, quantity: 1, held: .zero, line: "move 41 to 232"),
                triggerSetAt: time),
        ],
        finished: [OrderID(300)],
        funds: [
            .init(account: AccountID(7), coin: "btc", funds: Funds(total: 2, reserved: .zero)),
            .init(account: AccountID(7), coin: "usd", funds: Funds(total: 1_000, reserved: decimal("115.23"))),
        ],
        panics: [
            Panic(account: AccountID(7), since: time, orders: 3),
            Panic(account: AccountID(8), since: time, orders: 0, isCleared: true),
        ])
}
