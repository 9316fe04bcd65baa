/// Which relative of btc-e the venue plays. Read from what implementers wrote, without a look at the adapter.
public enum VenueDialect: String, Hashable, Sendable, CaseIterable {
    case btce
    case yobit

    /// The last nonce that a key can send.
    var nonceMax: UInt64 { self == .btce ? 4_294_967_294 : 2_147_483_646 }

    /// What is added to an order's number: YoBit's have 16 digits.
    var orderNumberBase: UInt64 { self == .btce ? 0 : 1_000_000_000_000_000 }

    /// Whether `buy` of a ticker is what a buyer pays, the best ask; else it is the best bid.
    var isTickerBuyTheAsk: Bool { self == .btce }

    /// Whether ActiveOrders and TradeHistory have to name a pair.
    var requiresPair: Bool { self == .yobit }

    /// Whether answers say more than btc-e's: `server_time` in Trade, `funds_incl_orders` in getInfo. A strict client of
    /// btc-e breaks on fields that it does not know.
    var tellsMore: Bool { self == .yobit }

    /// Whether an empty list is an error, `no orders`; YoBit gives an empty object, which is what its clients take.
    var refusesEmptyLists: Bool { self == .btce }

    /// Whether orders leave rows in TransHistory. Recorded answers of btc-e have them; YoBit's sources say nothing of it.
    var writesOrderRows: Bool { self == .btce }

    /// How a nonce is refused, with the highest that the key has sent before.
    func nonceRefusal(onKey last: UInt64, sent: String) -> String {
        switch self {
        case .btce:
            "invalid nonce parameter; on key:\(last), you sent:'\(sent)', you should send:\(last + 1)"
        case .yobit: "invalid nonce parameter; on key:\(last), you sent:\(sent)"
        }
    }
}
