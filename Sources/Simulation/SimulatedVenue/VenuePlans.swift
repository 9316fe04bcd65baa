import Trading
import Venue

/// Something that the venue is going to do by itself.
struct VenuePlan: Sendable {
    enum Kind: Hashable, Sendable {
        case moveMarket(Pair)
        case changeFee(Pair)
        case goDown
        case cancelElsewhere
        case orderElsewhere
        case deposit
        case withdraw

        var isFault: Bool { if case .moveMarket = self { false } else { true } }
    }

    let kind: Kind
    let due: Timestamp
    /// Breaks ties in the order in which plans were made.
    let number: UInt64

    var order: PlanOrder { PlanOrder(due: due, number: number) }

    struct PlanOrder: Comparable {
        let due: Timestamp
        let number: UInt64

        static func < (left: PlanOrder, right: PlanOrder) -> Bool {
            (left.due, left.number) < (right.due, right.number)
        }
    }
}

extension SimulatedVenue {
    func makePlans(from now: Timestamp) {
        for pair in books.markets.keys.sorted() {
            plan(.moveMarket(pair), from: now)
            plan(.changeFee(pair), from: now)
        }
        for kind in [VenuePlan.Kind.goDown, .cancelElsewhere, .orderElsewhere, .deposit, .withdraw] {
            plan(kind, from: now)
        }
    }

    private func plan(_ kind: VenuePlan.Kind, from now: Timestamp) {
        let mean: Int64? =
            switch kind {
            case .moveMarket: traits.marketMovesEveryMilliseconds
            case .changeFee: traits.feeChangesEveryMilliseconds
            case .goDown: traits.downEveryMilliseconds
            case .cancelElsewhere: traits.cancelsElsewhereEveryMilliseconds
            case .orderElsewhere: traits.ordersElsewhereEveryMilliseconds
            case .deposit: traits.depositsEveryMilliseconds
            case .withdraw: traits.withdrawalsEveryMilliseconds
            }
        guard let mean, kind.isFault ? hasFaults : marketMoves else { return }
        planCount += 1
        let wait = chance.number(1...max(2 * mean * 1_000_000, 1))
        plans.append(VenuePlan(kind: kind, due: now.advanced(byNanoseconds: wait), number: planCount))
    }

    func carryOut(_ done: VenuePlan) {
        let now = done.due
        switch done.kind {
        case .moveMarket(let pair): moveMarket(pair, at: now)
        case .changeFee(let pair):
            if let rate = chance.pick(ifAny: traits.feeRates) { changeFee(of: pair, to: rate, at: now) }
        case .goDown:
            let length = chance.number(1...max(traits.downtimeMaxMilliseconds, 1)) * 1_000_000
            goDown(until: now.advanced(byNanoseconds: length), hangs: chance.happens(perMille: 500))
        case .cancelElsewhere: cancelSomethingElsewhere(at: now)
        case .orderElsewhere: orderSomethingElsewhere(at: now)
        case .deposit, .withdraw: moveMoney(isDeposit: done.kind == .deposit, at: now)
        }
        plan(done.kind, from: now)
    }

    private func cancelSomethingElsewhere(at now: Timestamp) {
        let open = books.openOrderNumbers.values.flatMap(\.self).sorted()
        guard let number = chance.pick(ifAny: open), let account = books.order(number)?.account else { return }
        cancelElsewhere(number, of: account, at: now)
    }

    /// In a quantity that no order of the desk is likely to have: an odd number of steps above many.
    private func orderSomethingElsewhere(at now: Timestamp) {
        guard let account = chance.pick(ifAny: accounts), let pair = chance.pick(ifAny: books.markets.keys.sorted()),
            let rules = books.markets[pair]?.rules, let middle = middles[pair]
        else { return }
        let least = max(rules.quantityMin.units, rules.quantityStep.units)
        let odd = Int128(chance.number(1...499) * 2 + 1) * rules.quantityStep.units
        let side = chance.happens(perMille: 500) ? Side.buy : .sell
        let price = max(middle / rules.priceTick.units + Int128(chance.number(-10...10)), 1) * rules.priceTick.units
        placeElsewhere(
            account, pair, side, quantity: ExactDecimal(units: least + odd), price: ExactDecimal(units: price), at: now)
    }

    private func moveMoney(isDeposit: Bool, at now: Timestamp) {
        guard let account = chance.pick(ifAny: accounts), let coin = chance.pick(ifAny: books.ledger.coins.sorted())
        else { return }
        let amount = ExactDecimal(Int(chance.number(1...20)))
        if isDeposit {
            deposit(amount, coin, to: account, at: now)
            count("deposited")
        } else if withdraw(amount, coin, from: account, at: now).isPositive {
            count("withdrew")
        }
    }
}
