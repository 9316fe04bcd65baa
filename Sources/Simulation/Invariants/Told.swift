import Exchange
import Ledger
import OrderEngine
import Trading

/// What traders were told, held against what happened.
extension Simulation {
    // MARK: Round trips

    /// What a round trip is said to have come to: once more from its fills and their fees, as the exchange's own books have them.
    func judgeRoundTrip(_ id: OrderID, _ order: Order?, _ result: PairedResult) throws {
        guard let order else { throw Violation(.pairedBenefit, "\(id) is done, and was not known") }
        watch.pairedDone[id] = result
        var money = ExactDecimal.zero
        var fees = ExactDecimal.zero
        var baseFees = ExactDecimal.zero
        var left = ExactDecimal.zero
        for leg in [id] + order.children {
            let side = observer.order(leg)?.side ?? (leg == id ? order.side : order.side.opposite)
            for fill in try fillsAtExchange(leg, of: order.account, upTo: observer.last) {
                let value = try fill.price.multiplied(by: fill.quantity)
                if side == .sell { money += value } else { money -= value }
                if leg == id { left += fill.quantity } else { left -= fill.quantity }
                if fill.feeCurrency == order.pair.quote {
                    fees += fill.fee
                    money -= fill.fee
                } else {
                    // What a purchase's fee takes cannot be traded back; a contra's purchase comes back short by it.
                    let worth = try fill.fee.multiplied(by: fill.price, rounding: .nearest)
                    fees += worth
                    baseFees += fill.fee
                    if leg == id { left -= fill.fee } else { money -= worth }
                }
            }
        }
        // Fees in the base coin have many digits, and the desk values those of a leg together.
        let isClose = { (one: ExactDecimal, other: ExactDecimal) in
            baseFees.isZero ? one == other : (one - other).magnitude < ExactDecimal.step(decimals: 12)
        }
        guard isClose(result.benefit, money), isClose(result.fees, fees), result.baseFees == baseFees,
            result.left == left,
            result.currency == order.pair.quote
        else {
            throw Violation(
                .pairedBenefit, expected: "\(money) \(order.pair.quote) after \(fees), \(left) left",
                found: "\(result.benefit) \(result.currency) after \(result.fees), \(result.left) left",
                "the benefit of \(id)")
        }
    }

    /// The fills of an order that the desk had written by a record, each as the venue's own books have it; on paper as it was told.
    func fillsAtExchange(_ id: OrderID, of account: AccountID, upTo number: RecordNumber) throws -> [Fill] {
        let told = observer.fills(of: id, upTo: number)
        guard let wire = try seat(of: id).wire else { return told }
        let booked = wire.fills(of: account, mayBeOf: id)
        return try told.map { one in
            guard let own = booked.first(where: { $0.id == one.id }) else {
                throw Violation(.fillsAgree, "\(id) was told the fill \(one.id), which the venue never made")
            }
            return own
        }
    }

    func checkRoundTrips() throws {
        for trader in traders {
            for (id, told) in trader.books.pairedDone.sorted(by: { $0.key < $1.key }) {
                guard let result = watch.pairedDone[id] else {
                    throw Violation(.pairedBenefit, "\(id) was told to be done, and is not")
                }
                let expected = TraderBooks.PairedStatement(
                    benefit: result.benefit.description, fees: result.fees.description,
                    currency: result.currency.description)
                guard told == expected else {
                    throw Violation(.pairedBenefit, expected: expected, found: told, "what was told of \(id)")
                }
            }
        }
        let told = traders.reduce(0) { $0 + $1.books.pairedDone.count }
        guard told == watch.pairedDone.count else {
            throw Violation(
                .pairedBenefit, expected: watch.pairedDone.count, found: told, "round trips told to be done")
        }
    }

    /// What was told to be none of the desk's is none of its orders, and no fill of one.
    func checkForeign(_ ledger: Ledger) throws {
        guard traders.contains(where: { !$0.books.foreignFills.isEmpty || !$0.books.foreignOrders.isEmpty }) else {
            return
        }
        for seat in seats {
            let claims = try OrderClaims(ledger, of: seat.id)
            let name = seat.id.description
            for trader in traders {
                for number in trader.books.foreignOrders[name, default: []].sorted() {
                    for owner in claims.byNumber[number] ?? [] where try ledger.order(owner)?.account == trader.account
                    {
                        throw Violation(
                            .ordersAgree, "the order \(number) at \(name) was told to be foreign, and is \(owner)")
                    }
                }
                for id in trader.books.foreignFills[name, default: []].sorted() {
                    guard let owner = claims.told(id, trader.account).first?.order else { continue }
                    throw Violation(.fillsAgree, "the fill \(id) at \(name) was told to be foreign, and is of \(owner)")
                }
            }
        }
    }

    // MARK: Orders whose answer was lost

    /// Whoever has an order whose answer was lost is told that it is unknown, and that before being told that it is not any more.
    func checkUncertain(_ ledger: Ledger) throws {
        var told: [OrderID: [String]] = [:]
        for trader in traders {
            for row in try ledger.notifications(trader.account, from: 1, limit: .max) {
                guard let id = row.order, row.event == "unknown" || row.event == "reconciled" else { continue }
                guard trader.books.eventNames[row.seq] == row.event else {
                    throw Violation(.unknownIsSettled, "\(trader.name) was not told that \(id) is \(row.event)")
                }
                told[id, default: []].append(row.event)
            }
        }
        for id in Set(told.keys).union(observer.uncertain.keys).sorted() {
            let expected = observer.uncertain[id] ?? []
            guard told[id] ?? [] == expected else {
                throw Violation(.unknownIsSettled, expected: expected, found: told[id] ?? [], "what was told of \(id)")
            }
        }
    }

    // MARK: What text sessions were not told

    /// A session in text is spared what its own replies have said: that an order of theirs is open, canceled or rejected.
    func checkPassedOver(_ ledger: Ledger) throws {
        for trader in traders {
            for connection in trader.connections { trader.lost(connection.id) }
            for one in trader.passedOver {
                let stored = try ledger.notifications(trader.account, from: one.number, limit: 1).first
                if stored?.isSaidInReply == true || stored.map({ isOfPanic($0, ledger) }) == true { continue }
                guard let row = stored, let id = row.order, let order = try ledger.order(id)
                else {
                    throw Violation(.notificationsInOrder, "\(trader.name) was not told \(one.number) in text")
                }
                let isMentioned = one.mentioned.contains(id) || order.parent.map { one.mentioned.contains($0) } ?? false
                // What was held back for a reply that never came is in the inbox, where it is looked for.
                guard isMentioned || one.wasWaiting, Simulation.eventsSparedInText.contains(row.event) else {
                    throw Violation(
                        .notificationsInOrder,
                        "\(trader.name) was not told \(one.number) in text, and no reply had said it: \(row.text)")
                }
            }
        }
    }
}
