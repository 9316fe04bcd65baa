import Conversation
import Exchange
import Ledger
import OrderEngine
import Trading

/// `report drift`: the books here against the exchange's.
extension DeskCore {
    /// Credits and debits that are shown beside.
    private static let bookedRows = 10
    /// Changes of funds that are looked through for them.
    private static let bookedLookedAt = 1_000

    func runReportDrift(_ context: LineContext) throws -> Reply? {
        let account = try context.account()
        // Three questions, one after the other: what happens between them is a difference that the next look does not find.
        return try ask(.balances(account), context) { [self] told in
            guard case .balances(let balances) = told else { throw context.seat.noAnswer }
            let askedAt = now
            return try ask(.openOrders(account, pair: nil), context) { [self] told in
                guard case .openOrders(let orders) = told else { throw context.seat.noAnswer }
                // What was placed elsewhere since the last look is in the books from now on.
                if context.seat.wire != nil { _ = try context.seat.takeForeign(account, orders, askedAt: askedAt) }
                try flushTables()
                // Those that were not made here are known too, and the funds were compared after them.
                let place = try context.seat.placeOfKnownFills(of: account)
                let fills = ExchangeQuery.fills(account, after: place, limit: configuration.limits.fillsPage)
                return try ask(fills, context) { [self] told in
                    guard case .fills(let page) = told else { throw context.seat.noAnswer }
                    let untold = try page.fills.filter { try !context.seat.isKept($0, account) }
                    return try driftReply(
                        account, Drift.Told(balances: balances, orders: orders, fills: untold), context)
                }
            }
        }
    }

    private func driftReply(_ account: AccountID, _ told: Drift.Told, _ context: LineContext) throws -> Reply {
        let coins = context.seat.engine.coins(of: account)
        let books = Drift.Books(
            funds: Dictionary(uniqueKeysWithValues: coins.map { ($0, context.seat.engine.funds(of: account, in: $0)) }),
            orders: context.seat.engine.openOrders(of: account).filter(\.isAtExchangeItself),
            foreign: context.seat.foreignOrders(of: account))
        let changes = try Transaction.rows(
            of: account, in: ledgerTransaction(), listing: view.exchangesListing(account),
            TransactionFilter(exchange: context.seat.id, limit: DeskCore.bookedLookedAt))
        let booked = changes.filter { $0.kind == .credit || $0.kind == .debit }.prefix(DeskCore.bookedRows)
        return Drift(books, told, rules: context.seat.engine.rules)
            .reply(exchange: context.seat.name, booked: Array(booked), zone: zone(context))
    }
}

extension Seat {
    /// Where the list of an account's fills goes on behind those that are known here for certain.
    fileprivate func placeOfKnownFills(of account: AccountID) throws -> HistoryCursor? {
        guard paper != nil else { return wire?.accounts[account]?.sweep.through }
        let newest = try ledgerTransaction().fills(account, FillFilter(exchange: id, fromID: FillID(0), limit: 1)).first
        return newest.map { PaperExchange.cursor(behind: $0.fill.id) }
    }

    /// Whether a fill is in the tables, as one of an order that was made here or of another.
    fileprivate func isKept(_ one: AccountFill, _ account: AccountID) throws -> Bool {
        let same = FillFilter(exchange: id, pair: one.pair, fromID: one.fill.id, toID: one.fill.id, limit: 1)
        return try !TradeRow.rows(of: account, in: ledgerTransaction(), same).isEmpty
    }
}
