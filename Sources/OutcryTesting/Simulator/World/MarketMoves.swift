import Desk
import Trading

/// The market, money and fees, moved from outside.
extension Simulation {
    func openMarkets() {
        for market in markets { put(.paper(quote(market))) }
    }

    func moveMarket() {
        guard server.isUp else { return }
        let index = chance.below(markets.count)
        markets[index].drift(&chance)
        let market = markets[index]
        switch chance.weighted([25, 60, 8, 5]) {
        case 0: put(.paper(quote(market)))
        case 1:
            let spread = max(market.middle / 500, 1)
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
            if traders.contains(where: { $0.books.openOrders.isEmpty == false }) { coverage.reached(.feeChangedUnderOrder) }
            put(.paper(.fee(market.pair, rate: rate)))
        }
    }

    private func quote(_ market: SimulatedMarket) -> PaperAction {
        let half = max(market.middle / 2_000, 1)
        return .quote(
            market.pair, bid: market.price(market.middle - half), ask: market.price(market.middle + half))
    }
}
