import BtceExchange
import Desk
import Exchange
import Ledger
import OrderEngine
import Trading
import Venue

/// What is done at the venue from outside.
extension SimulatedBtce {
    private func change(_ entry: VenueEntry, at now: Timestamp) {
        venue.commit(entry, at: max(now, clock))
        _ = venue.drainRecords()
    }

    func deposit(_ amount: ExactDecimal, _ coin: Coin, to account: AccountID, at now: Timestamp) {
        if let account = venueAccount(account) { change(.money(account, amount, coin, .deposit), at: now) }
    }

    func quote(_ pair: Pair, bid: ExactDecimal, ask: ExactDecimal, quantity: ExactDecimal, at now: Timestamp) {
        let levels = [
            VenueEntry.Level(.sell, price: ask, quantity: quantity),
            VenueEntry.Level(.buy, price: bid, quantity: quantity),
        ]
        change(.quote(pair, levels, isStanding: false), at: now)
    }

    func print(_ pair: Pair, price: ExactDecimal, quantity: ExactDecimal, takerSide: Side, at now: Timestamp) {
        change(.print(pair, takerSide, price: price, quantity: quantity), at: now)
    }

    // MARK: What its books say

    /// In the desk's names.
    var moneyMoved: [(account: AccountID, amount: ExactDecimal)] {
        venue.books.transactions.filter { $0.order == nil }.compactMap { one in
            let index = Int(one.account.rawValue) - 1
            return accounts.indices.contains(index) ? (accounts[index], one.amount) : nil
        }
    }

    func rules(of pair: Pair) -> PairRules? { venue.books.markets[pair]?.rules }

    func collectPrints() {
        for market in markets { knownPrints[market.pair] = venue.prints(of: market.pair) }
    }

    /// Only the account's own trades are told, in whole seconds; what somebody traded with several at once is one row of each.
    func hasPrinted(_ trade: MarketTrade) -> Bool {
        (knownPrints[trade.pair] ?? []).contains {
            $0.price == trade.price && $0.quantity >= trade.quantity && $0.at.seconds == trade.at.seconds
        }
    }

    func hasPrinted(_ pair: Pair, at price: ExactDecimal, by time: Timestamp) -> Bool {
        (knownPrints[pair] ?? []).contains { $0.price == price && $0.at.seconds <= time.seconds }
    }

    /// The venue knows no names of ours: all fills of the account.
    func fills(of account: AccountID, mayBeOf order: OrderID) -> [Fill] {
        guard let own = venueAccount(account) else { return [] }
        return (venue.books.accountFills[own] ?? []).map { venue.books.fills[$0].fill }
    }

    func count(_ coverage: inout SimulationCoverage) {
        disconnect()
        for (name, times) in counts.sorted(by: { $0.key < $1.key }) { coverage.count(.fault, name, times: times) }
        if counts["adapter: order 0"] != nil { coverage.reached(.orderZero) }
        if counts["venue: canceled elsewhere"] != nil { coverage.reached(.canceledElsewhere) }
    }

    // MARK: Both books

    func firstDifference(from desk: DeskBooks) throws -> Violation? {
        if let link, link.gateway.contradictions > 0 {
            return Violation(.noAnomaly, "the exchange's word was against what the adapter had concluded")
        }
        let claims = try OrderClaims(desk.ledger, of: desk.exchange)
        for trader in desk.traders {
            guard let account = venueAccount(trader.account) else { continue }
            for balance in venue.books.balances(of: account) {
                let mine = desk.funds(of: trader.account, in: balance.coin)
                guard mine.total == balance.total, mine.reserved == balance.held else {
                    return Violation(
                        .fundsAgree, expected: "\(balance.total), of it \(balance.held) held",
                        found: "\(mine.total), of it \(mine.reserved) held", "\(balance.coin) of \(trader.name)")
                }
            }
            if let difference = try ordersDiffer(of: account, claims, desk) { return difference }
            let open = desk.state.orders.filter { $0.order.account == trader.account && $0.order.isOnBook }
            let openThere = venue.books.openOrderNumbers[account]?.count ?? 0
            guard open.count == openThere else {
                return Violation(.ordersAgree, expected: openThere, found: open.count, "open orders of \(trader.name)")
            }
        }
        return nil
    }

    /// Each order and each fill of the venue is of exactly one order of the desk, to the last digit.
    private func ordersDiffer(
        of account: AccountID, _ claims: OrderClaims, _ desk: DeskBooks
    ) throws -> Violation? {
        let trader = accounts[Int(account.rawValue) - 1]
        var attempts: [OrderID: Int] = [:]
        for booked in venue.books.orders where booked.account == account {
            let number = venue.told(booked.number)
            let fills = booked.fills.map { venue.books.fills[$0].fill }
            let owners = fills.reduce(claims.byNumber[String(number)] ?? []) {
                $0.union(claims.told($1.id, trader).map(\.order))
            }
            guard owners.count < 2 else {
                return Violation(.ordersAgree, "order \(number) there is \(owners.sorted()) here")
            }
            guard let owner = owners.first, let order = try desk.order(owner) else {
                // Gone before anybody could look: docs/btce.md says where that stops.
                if booked.status == .canceled, fills.allSatisfy({ $0.liquidity == .taker }) { continue }
                return Violation(.ordersAgree, "order \(number) is there, \(booked.status.rawValue), and nobody's here")
            }
            attempts[owner, default: 0] += 1
            if let count = attempts[owner], count > 1, case let allowed = try desk.ledger.attemptsAllowed(owner),
                count > allowed
            {
                return Violation(.onePlacement, expected: allowed, found: count, "orders there of \(owner)")
            }
            guard (booked.status == .open) == (order.isOnBook && order.exchangeOrderID == String(number)) else {
                return Violation(
                    .ordersAgree, expected: booked.status.rawValue, found: order.status.rawValue,
                    "where \(owner), there \(number), stands")
            }
            for fill in fills {
                let told = claims.told(fill.id, trader)
                guard told.count == 1, let one = told.first, one.fill.price == fill.price,
                    one.fill.quantity == fill.quantity, one.fill.fee == fill.fee,
                    one.fill.feeCurrency == fill.feeCurrency
                else {
                    return Violation(
                        .fillsAgree, expected: fill.traceText, found: told.map(\.fill.traceText),
                        "the fills of \(owner)")
                }
            }
        }
        let there = Set(fills(of: account).map(\.id))
        for id in claims.byFill.keys.sorted() where !claims.told(id, trader).isEmpty {
            guard there.contains(id) else { return Violation(.fillsAgree, "the fill \(id) is not there") }
        }
        return nil
    }

    private func fills(of account: AccountID) -> [Fill] {
        (venue.books.accountFills[account] ?? []).map { venue.books.fills[$0].fill }
    }
}

/// Which of an exchange's numbers and fills the desk has written down as whose.
struct OrderClaims {
    struct Told {
        let order: OrderID
        let account: AccountID
        let fill: Fill
    }

    private(set) var byNumber: [String: Set<OrderID>] = [:]
    private(set) var byFill: [FillID: [Told]] = [:]

    /// What an account was told under a fill's number: both sides of a trade may bear one.
    func told(_ id: FillID, _ account: AccountID) -> [Told] { (byFill[id] ?? []).filter { $0.account == account } }

    init(_ ledger: Ledger, of exchange: ExchangeID) throws {
        var accounts: [OrderID: AccountID] = [:]
        var numbers: [String: Set<OrderID>] = [:]
        var fills: [FillID: [Told]] = [:]
        try ledger.forEachRecord { numbered in
            guard numbered.exchange == exchange else { return }
            let record = numbered.record
            switch record {
            case .orderPlaced(let order): accounts[order.id] = order.account
            case .orderAccepted(let id, let number, _): if number != "0" { numbers[number, default: []].insert(id) }
            case .orderFilled(let id, let fill, _, _):
                fills[fill.id, default: []].append(Told(order: id, account: accounts[id] ?? AccountID(0), fill: fill))
            default: break
            }
        }
        (byNumber, byFill) = (numbers, fills)
    }
}
