import ExactJSON
import Exchange
import Trading

/// The books as `GET /books` shows them. Amounts are texts, so that no reader takes a digit from them.
extension TapiVenue {
    func report(at now: Timestamp) -> ExchangeJSON {
        .members([
            ("server_time", .whole(now.seconds)), ("dialect", .string(dialect.rawValue)),
            ("faults", .string(faults.text)), ("accounts", .array(accounts.map(report))),
            ("coins", .members(books.ledger.coins.sorted().map { ($0.description, purses(of: $0)) })),
            (
                "pairs",
                .members(
                    pairs.keys.sorted().map { pair in
                        let ticker = books.markets[pair]?.ticker
                        return (
                            pair.description,
                            .members([
                                ("bid", text(ticker?.bid)), ("ask", text(ticker?.ask)), ("last", text(ticker?.last)),
                            ])
                        )
                    })
            ),
        ])
    }

    private func text(_ number: ExactDecimal?) -> ExchangeJSON { number.map { .string($0.description) } ?? .null }
    private func text(_ units: Int128) -> ExchangeJSON { text(ExactDecimal(units: units)) }

    private func report(_ account: KnownAccount) -> ExchangeJSON {
        let orders = books.orders.filter { $0.account == account.id }
        let balances = books.balances(of: account.id)
        return .members([
            ("key", .string(account.key)), ("account", .whole(account.id.rawValue)), ("nonce", .whole(account.nonce)),
            (
                "funds",
                .members(
                    balances.map { balance in
                        (
                            balance.coin.description,
                            .members([
                                ("free", text(balance.free)), ("held", text(balance.held)),
                                ("total", text(balance.total)),
                            ])
                        )
                    })
            ),
            ("rights", .array(KeyRight.allCases.filter(rights(of: account.id).contains).map { .string($0.rawValue) })),
            ("open_orders", .array(orders.filter { $0.status == .open }.map { .whole(told($0.number)) })),
            ("orders", .array(orders.map(row))),
            ("fills", .array((books.accountFills[account.id] ?? []).map { row(books.fills[$0]) })),
            // What orders took and brought is in the orders and fills.
            (
                "transactions",
                .array(
                    (books.accountTransactions[account.id] ?? []).map { books.transactions[$0] }
                        .filter { $0.order == nil }.map(row))
            ),
        ])
    }

    private func row(_ order: VenueOrder) -> ExchangeJSON {
        .members([
            ("order_id", .whole(told(order.number))), ("is_told", .bool(!order.isNumberUntold)),
            ("pair", .string(order.pair.description)), ("type", .string(order.side.rawValue)),
            ("rate", text(order.price)), ("start_amount", text(order.quantity)), ("amount", text(order.left)),
            ("status", .string(order.status.rawValue)), ("timestamp_created", .whole(order.createdAt.seconds)),
        ])
    }

    private func row(_ fill: VenueFill) -> ExchangeJSON {
        .members([
            ("trade_id", .whole(fill.number)), ("order_id", .whole(told(fill.order))),
            ("pair", .string(fill.pair.description)), ("type", .string(fill.side.rawValue)),
            ("rate", text(fill.fill.price)), ("amount", text(fill.fill.quantity)), ("fee", text(fill.fill.fee)),
            ("fee_coin", .string(fill.fill.feeCurrency.description)),
            ("liquidity", .string(fill.fill.liquidity.rawValue)), ("timestamp", .whole(fill.fill.at.seconds)),
        ])
    }

    private func row(_ one: VenueTransaction) -> ExchangeJSON {
        .members([
            ("number", .whole(one.number)), ("type", .string(one.reason.rawValue)),
            ("coin", .string(one.coin.description)), ("amount", text(one.amount)),
            ("timestamp", .whole(one.at.seconds)), ("status", .string(one.status.name)),
            ("description", .string(one.text)),
        ])
    }

    /// Who has what of a coin. `outside` is what came in, as a debt; all of them together are `sum`: zero.
    private func purses(of coin: Coin) -> ExchangeJSON {
        let ledger = books.ledger
        let all = accounts.reduce(Int128(0)) {
            $0 + ledger[.free(.account($1.id)), coin] + ledger[.held(.account($1.id)), coin]
        }
        return .members([
            ("accounts", text(all)),
            ("strangers", text(ledger[.free(.strangers), coin] + ledger[.held(.strangers), coin])),
            ("fees", text(ledger[.fees, coin])), ("outside", text(ledger[.outside, coin])),
            ("sum", text(ledger.sum(of: coin))),
        ])
    }
}
