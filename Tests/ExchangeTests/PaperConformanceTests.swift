import Exchange
import ExchangeConformance
import Testing
import Trading

/// The paper exchange as the conformance suite sees it.
final class PaperHarness: ExchangeHarness {
    let paper: PaperExchange
    let rules: PairRules
    let capabilities = ExchangeCapability.ofPaper
    private var ticks: Int64 = 0
    private var accounts: Int64 = 0

    init(feeBasis: FeeBasis) throws {
        rules = try PairRules(
            pair: "btc_usd", priceTick: .step(decimals: 3), quantityStep: .step(decimals: 8),
            quantityMin: .step(decimals: 2), feeRate: PairRules.paperFeeRate, feeBasis: feeBasis)
        paper = PaperExchange(pairs: [rules])
    }

    var exchange: any Exchange { paper }

    var now: Timestamp {
        ticks += 1
        return Timestamp(seconds: ticks)
    }

    func openAccount(_ funds: [Coin: ExactDecimal]) throws -> AccountID {
        accounts += 1
        let account = AccountID(accounts)
        for (coin, amount) in funds { _ = try paper.deposit(amount, coin, to: account) }
        return account
    }

    func quote(bid: ExactDecimal, ask: ExactDecimal) throws -> [ExchangeReport] {
        try paper.quote(rules.pair, bid: bid, ask: ask, at: now)
    }

    func print(price: ExactDecimal, quantity: ExactDecimal, takerSide: Side?) throws -> [ExchangeReport] {
        try paper.trade(
            MarketTrade(pair: rules.pair, price: price, quantity: quantity, takerSide: takerSide, at: now))
    }

    /// All has been said at once.
    func nextReports() -> [ExchangeReport] { [] }
}

extension ExchangeCapability {
    /// All orders on paper are the desk's, what comes and goes is in the desk's records, and nobody has a key.
    static let ofPaper = Set(allCases).subtracting([.foreignOrders, .transactions, .keyRights])
}

@Suite struct `Paper exchange conformance` {
    @Test(arguments: ExchangeConformance.checks, [FeeBasis.quote, .received])
    func `the paper exchange does what every exchange owes`(
        check: ExchangeConformance.Check, feeBasis: FeeBasis
    ) throws {
        let suite = ExchangeConformance { try PaperHarness(feeBasis: feeBasis) }
        #expect(try suite.run(check) == check.needs.isSubset(of: ExchangeCapability.ofPaper))
    }
}
