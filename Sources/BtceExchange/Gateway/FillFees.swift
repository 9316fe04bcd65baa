import Trading

/// What the exchange took of fills: its history does not say so.
///
/// The answer to Trade says what the trades on arrival brought together, net of the fee; that settles their sum to the last
/// digit. Of what filled later only the pair's rate is known.
enum FillFees {
    /// A fill as it traded, before its fee is known.
    struct Traded {
        let price: ExactDecimal
        let quantity: ExactDecimal
    }

    /// The fee of each fill, in the coin that is received: the rate's share, or where `received` says something else, a share of
    /// what is missing there.
    static func fees(
        of fills: [Traded], side: Side, rate: ExactDecimal, received: ExactDecimal?
    ) -> [ExactDecimal] {
        let amounts = fills.map { side == .buy ? $0.quantity : $0.price.timesRoundedUp($0.quantity) }
        let byRate = amounts.map { $0.timesRoundedUp(rate) }
        let total = amounts.reduce(.zero, +)
        guard let received, !received.isNegative, received <= total else { return byRate }
        let taken = total - received
        let expected = byRate.reduce(.zero, +)
        // An answer that is off by more than a fee can be is none: what it calls received is something else.
        guard taken != expected, taken <= expected + expected + total.timesRoundedUp(tolerance) else { return byRate }
        var shares = byRate
        var left = taken
        for index in amounts.indices.dropLast() {
            shares[index] = share(amounts[index], of: total, taken)
            left -= shares[index]
        }
        if let last = shares.indices.last { shares[last] = left }
        return left.isNegative ? byRate : shares
    }

    /// One per cent.
    private static let tolerance = ExactDecimal.step(decimals: 2)

    private static func share(_ amount: ExactDecimal, of total: ExactDecimal, _ taken: ExactDecimal) -> ExactDecimal {
        guard let ratio = try? amount.divided(by: total, rounding: .down),
            let share = try? taken.multiplied(by: ratio, rounding: .down)
        else { return .zero }
        return share
    }
}

extension ExactDecimal {
    /// The product; what has more than 18 decimals is rounded up in the last of them. Stops at the end of the range, as
    /// `+` does.
    func timesRoundedUp(_ other: ExactDecimal) -> ExactDecimal {
        do {
            return try multiplied(by: other, rounding: .up)
        } catch {
            preconditionFailure("\(self) × \(other): \(error)")
        }
    }
}
