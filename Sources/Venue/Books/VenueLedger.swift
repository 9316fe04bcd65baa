package import Trading

/// Whose money it is.
package enum VenueOwner: Hashable, Sendable {
    case account(AccountID)
    /// Everybody else at the venue.
    case strangers
}

/// The venue's money, double entry: every change takes from one purse what it gives to another, so that all purses of a
/// coin together hold nothing, always. What came in is what `outside` lacks.
package struct VenueLedger: Sendable {
    package enum Purse: Hashable, Sendable {
        case free(VenueOwner)
        case held(VenueOwner)
        case fees
        case outside
    }

    private struct Key: Hashable {
        let purse: Purse
        let coin: Coin
    }

    /// In units of 10^-18.
    private var purses: [Key: Int128] = [:]
    /// Every purse that ever had something, in the order in which they came to it.
    private var keys: [Key] = []
    package private(set) var coins: Set<Coin> = []

    package init() {}

    package subscript(_ purse: Purse, _ coin: Coin) -> Int128 { purses[Key(purse: purse, coin: coin)] ?? 0 }

    /// Whether a purse ever had something of a coin.
    package func knows(_ purse: Purse, _ coin: Coin) -> Bool { purses[Key(purse: purse, coin: coin)] != nil }

    /// Moves money. Only `outside` may come to have less than nothing.
    package mutating func move(_ units: Int128, _ coin: Coin, from giver: Purse, to taker: Purse) {
        precondition(units >= 0, "a negative amount of \(coin) was moved")
        coins.insert(coin)
        for (purse, change) in [(giver, -units), (taker, units)] {
            let key = Key(purse: purse, coin: coin)
            if purses[key] == nil { keys.append(key) }
            purses[key, default: 0] += change
        }
        precondition(giver == .outside || self[giver, coin] >= 0, "\(giver) has less than no \(coin)")
    }

    /// What strangers begin with of each coin: 10^12.
    package static let strangersFunds = Int128(1_000_000_000_000) * 1_000_000_000_000_000_000

    /// All purses of a coin together: zero.
    package func sum(of coin: Coin) -> Int128 {
        keys.reduce(0) { $1.coin == coin ? $0 + (purses[$1] ?? 0) : $0 }
    }
}

/// The product of two numbers of 18 decimals, exactly. Shares nothing with `ExactDecimal`'s own, on purpose.
package func exactProduct(_ left: Int128, _ right: Int128) -> Int128 {
    let one = Int128(1_000_000_000_000_000_000)
    let (whole, part) = left.quotientAndRemainder(dividingBy: one)
    let (rightWhole, rightPart) = right.quotientAndRemainder(dividingBy: one)
    let small = part * rightPart
    precondition(small % one == 0, "a product needs more than 18 decimals")
    return whole * right + part * rightWhole + small / one
}
