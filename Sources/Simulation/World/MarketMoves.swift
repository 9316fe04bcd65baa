import Desk
import Exchange
import Trading
import Venue

/// The market, money and fees, moved from outside.
extension Simulation {
    func openMarkets() {
        for market in paperSeat?.markets ?? [] { put(.paper(quote(market))) }
    }

    func moveMarket() {
        let seat = seats.count > 1 ? chance.pick(seats) : seats[0]
        let index = chance.below(seat.markets.count)
        seat.markets[index].drift(&chance)
        let market = seat.markets[index]
        if let wire = seat.wire { return moveMarket(market, over: wire) }
        guard server.isUp else { return }
        switch chance.weighted([25, 60, 8, 5]) {
        case 0: put(.paper(quote(market)))
        case 1:
            // Some far off: those reach the triggers.
            let spread = max(market.middle / chance.pick([500, 500, 60]), 1)
            let price = market.price(market.middle + chance.within(-spread...spread))
            let amount = SimulatedMarket.quantity(market.quantityMin * chance.within(1...20) + chance.below(1_000))
            let side: Side? = [nil, .buy, .sell][chance.below(3)]
            put(
                .paper(
                    .trade(MarketTrade(pair: market.pair, price: price, quantity: amount, takerSide: side, at: clock))))
        case 2:
            let trader = chance.pick(traders)
            let coin: Coin = chance.pick(["usd", "btc", "ltc"])
            put(.paper(.deposit(trader.account, ExactDecimal(chance.within(1...50)), coin)))
        default:
            let rate = SimulatedMarket.decimal(chance.pick([0, 1, 2, 5]), decimals: 3)
            if traders.contains(where: { $0.books.openOrders.isEmpty == false }) {
                coverage.reached(.feeChangedUnderOrder)
            }
            put(.paper(.fee(market.pair, rate: rate)))
        }
    }

    /// Strangers at the venue quote or trade, and money comes, whether or not the desk is up to see it.
    private func moveMarket(_ market: SimulatedMarket, over wire: any ExchangeWire) {
        let trader = chance.pick(traders)
        // Most of all while the desk does not know what its own order has done to the funds.
        if chance.permille(observer.unknown[trader.account] ?? 0 > 0 ? 300 : 20) {
            wire.deposit(
                ExactDecimal(chance.within(1...50)), chance.pick(["usd", "btc", "ltc"]), to: trader.account, at: clock)
        }
        let half = max(market.middle / 2_000, 1)
        let amount = SimulatedMarket.quantity(market.quantityMin * chance.within(1...30))
        if chance.permille(400) {
            wire.quote(
                market.pair, bid: market.price(market.middle - half), ask: market.price(market.middle + half),
                quantity: amount, at: clock)
        } else {
            let spread = max(market.middle / chance.pick([500, 500, 60]), 1)
            let price = market.price(market.middle + chance.within(-spread...spread))
            wire.print(market.pair, price: price, quantity: amount, takerSide: chance.pick([.buy, .sell]), at: clock)
            // It was there for a moment: who asks for the last price does not see it.
            if chance.permille(400) {
                wire.print(
                    market.pair, price: market.price(market.middle),
                    quantity: SimulatedMarket.quantity(market.quantityMin), takerSide: chance.pick([.buy, .sell]),
                    at: clock)
            }
        }
        expectWires()
    }

    // MARK: The wire

    /// Puts the next move of each wire into the queue, unless an earlier or equal one is there.
    func expectWires() {
        for (number, seat) in seats.enumerated() {
            guard let due = seat.wire?.nextDue else { continue }
            let moment = max(due, clock)
            guard seat.wireDueAt.map({ moment < $0 }) ?? true else { continue }
            seat.wireDueAt = moment
            queue.add(.wireMoves(number), at: moment)
        }
    }

    func moveWire(_ number: Int) throws {
        let seat = seats[number]
        guard let wire = seat.wire else { return }
        seat.wireDueAt = nil
        hear(wire.advance(to: clock), from: seat)
        if let broken = wire.broken { throw broken }
        lookAtMoney(of: wire, seat)
        expectWires()
    }

    private func lookAtMoney(of wire: any ExchangeWire, _ seat: SimulatedSeat) {
        let moved = wire.moneyMoved
        for one in moved[seat.moneySeen...] where one.amount.isPositive && observer.unknown[one.account] ?? 0 > 0 {
            coverage.reached(.depositWhileUnknown)
        }
        seat.moneySeen = moved.count
    }

    /// What the adapter says goes into the desk's inbox, in the order in which it was said.
    func hear(_ reports: [ExchangeReport], from seat: SimulatedSeat) {
        if !reports.isEmpty { put(.exchange(seat.id, reports)) }
    }

    private func quote(_ market: SimulatedMarket) -> PaperAction {
        let half = max(market.middle / 2_000, 1)
        return .quote(
            market.pair, bid: market.price(market.middle - half), ask: market.price(market.middle + half))
    }
}
