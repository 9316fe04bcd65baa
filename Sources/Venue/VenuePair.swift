public import Trading

/// A pair as the venue trades it.
public struct VenuePair: Hashable, Sendable {
    public var rules: PairRules
    /// No order has a lower price, in the quote coin.
    public var priceMin: ExactDecimal
    /// No order has a higher price, in the quote coin.
    public var priceMax: ExactDecimal
    /// It is said to be hidden; it trades like any other.
    public var isHidden = false
    /// It is switched off: nobody is told of it and nobody trades it.
    public var isOff = false

    public init(rules: PairRules, priceMin: ExactDecimal, priceMax: ExactDecimal) {
        self.rules = rules
        self.priceMin = priceMin
        self.priceMax = priceMax
    }

    /// The highest price of a pair for which nobody has set another, in the quote coin.
    public static let priceMaxDefault: ExactDecimal = 1_000_000

    /// A pair by its rules, with fees that are taken in what is received, as btc-e takes them. Prices are within 0.1 and
    /// 1,000,000 where a price of 0.1 has at least ten ticks below it, else from one tick on.
    public init(tradedBy rules: PairRules) {
        do {
            self.rules = try PairRules(
                pair: rules.pair, priceTick: rules.priceTick, quantityStep: rules.quantityStep,
                quantityMin: rules.quantityMin, valueMin: rules.valueMin, feeRate: rules.feeRate, feeBasis: .received)
        } catch {
            preconditionFailure("rules of \(rules.pair) that were sound with another fee basis: \(error)")
        }
        let tenth = ExactDecimal.step(decimals: 1)
        let isCoarse = rules.priceTick.significantDecimals <= 3
        priceMin = isCoarse ? max(tenth, rules.priceTick) : rules.priceTick
        priceMax = VenuePair.priceMaxDefault
    }

    /// Whether price × quantity × fee has at most 18 decimals: the books multiply exactly.
    public var isExact: Bool {
        rules.priceTick.significantDecimals + rules.quantityStep.significantDecimals
            + rules.feeRate.significantDecimals <= ExactDecimal.decimals
    }

    /// How many decimals a price has.
    var priceDecimals: Int { rules.priceTick.significantDecimals }
}

/// A key to the venue, and what its account begins with.
public struct VenueAccount: Sendable {
    /// Printable ASCII without spaces.
    public let key: String
    public let secret: [UInt8]
    public let rights: Set<KeyRight>
    /// What is paid in when the books see the key for the first time.
    public let funds: [(amount: ExactDecimal, coin: Coin)]

    /// Nil where the key or the secret is empty, or the key has a character that no header and no log line can hold.
    public init?(
        key: String, secret: String, rights: Set<KeyRight> = [.info, .trade],
        funds: [(amount: ExactDecimal, coin: Coin)] = []
    ) {
        guard !key.isEmpty, !secret.isEmpty, key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        self.key = key
        self.secret = Array(secret.utf8)
        self.rights = rights
        self.funds = funds
    }
}
