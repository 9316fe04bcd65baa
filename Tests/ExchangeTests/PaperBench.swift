import Testing
import Trading

@testable import Exchange

/// A paper exchange with a few words for tests: prices and amounts as text, names for accounts.
struct PaperBench {
    let paper: PaperExchange
    private var lastOrder: UInt64 = 0
    private var second: Int64 = 0

    static let ada = AccountID(1)
    static let bob = AccountID(2)
    static let cyd = AccountID(3)

    init(_ paper: PaperExchange = PaperExchange()) throws {
        self.paper = paper
        for account in [PaperBench.ada, PaperBench.bob, PaperBench.cyd] {
            for coin in ["btc", "usd", "eur"] as [Coin] where paper.trades(coin) {
                _ = try paper.deposit(10_000, coin, to: account)
            }
        }
    }

    mutating func now() -> Timestamp {
        second += 1
        return Timestamp(seconds: second)
    }

    mutating func order(
        _ account: AccountID, _ side: Side, _ quantity: String, at price: String,
        _ lifetime: NewOrder.Lifetime = .rest, pair: Pair = "btc_usd"
    ) throws -> NewOrder {
        lastOrder += 1
        return NewOrder(
            clientOrderID: ClientOrderID(order: OrderID(lastOrder), attempt: 1), account: account, pair: pair,
            side: side, quantity: try ExactDecimal(parsing: quantity),
            price: .limit(try ExactDecimal(parsing: price)), lifetime: lifetime)
    }

    mutating func place(
        _ account: AccountID, _ side: Side, _ quantity: String, at price: String,
        _ lifetime: NewOrder.Lifetime = .rest
    ) throws -> [String] {
        let order = try order(account, side, quantity, at: price, lifetime)
        return PaperBench.words(paper.submit(.place(order), at: now()))
    }

    mutating func quote(_ bid: String, _ ask: String) throws -> [String] {
        PaperBench.words(
            try paper.quote("btc_usd", bid: ExactDecimal(parsing: bid), ask: ExactDecimal(parsing: ask), at: now()))
    }

    mutating func print(_ price: String, _ quantity: String, _ side: Side? = nil) throws -> [String] {
        PaperBench.words(
            paper.play(
                MarketTrade(
                    pair: "btc_usd", price: try ExactDecimal(parsing: price),
                    quantity: try ExactDecimal(parsing: quantity), takerSide: side, at: now())))
    }

    func balance(_ account: AccountID, _ coin: Coin) -> CoinBalance? {
        paper.balances(of: account).first { $0.coin == coin }
    }

    var touch: String {
        let ticker = paper.ticker(of: "btc_usd")
        return [ticker?.bid, ticker?.ask, ticker?.last].map { $0?.description ?? "-" }.joined(separator: " ")
    }

    /// Reports in a few words; tickers are left out.
    static func words(_ reports: [ExchangeReport]) -> [String] {
        reports.compactMap { report in
            switch report {
            case .execution(_, .accepted(let id, _)): "\(id) accepted"
            case .execution(_, .rejected(let id, let code, _)): "\(id) rejected \(code.name)"
            case .execution(_, .filled(let id, let fill)):
                "\(id) \(fill.liquidity) \(fill.quantity) at \(fill.price)"
            case .execution(_, .canceled(let id)): "\(id) canceled"
            case .execution(_, .canceledByExchange(let id, let code, _)): "\(id) canceled \(code.name)"
            case .execution(_, .cancelRejected(let id, _)): "\(id) not canceled"
            case .execution(_, .lost(let id)): "\(id) lost"
            case .execution(_, .status(let id, _)): "\(id) status"
            case .trade(let trade):
                "print \(trade.quantity) at \(trade.price) \(trade.takerSide?.rawValue ?? "-")"
            case .ticker: nil
            case .rules(let rules): "rules of \(rules.pair)"
            case .balanceChanged(_, let coin, let amount, let reason): "\(reason) \(amount) \(coin)"
            case .answer(let id, _): "answer \(id)"
            case .connection, .keyEnding, .keyRights, .contradiction: nil
            }
        }
    }
}

extension PaperExchange {
    fileprivate func trades(_ coin: Coin) -> Bool { rules.contains { $0.pair.base == coin || $0.pair.quote == coin } }
}
