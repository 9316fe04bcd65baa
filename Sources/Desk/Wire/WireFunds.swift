import Conversation
import Exchange
import Logging
import OrderEngine
import Threads
import Trading

/// The account's funds as an exchange over the wire has them.
extension Seat {
    func takeBalances(_ account: AccountID, _ balances: [CoinBalance], askedAt: Timestamp) throws {
        if differences(account, balances).isEmpty {
            return settleFunds(account, isAdjusted: false, askedAt: askedAt)
        }
        // Fills that explain the difference are on their way, or are not: a sweep that begins now will tell.
        let next = nextPoll
        _ = wire?.change(account) { watch in
            let waits = watch.funds.check.answered(
                balances, activity: watch.activity, sweepsBegun: watch.sweep.begun)
            guard waits else {
                watch.abandonFunds(askAgainAt: next)
                return
            }
            // One under way began before the answer; the next begins when it has ended.
            if !watch.asking.isSweeping { watch.asking.sweepDueAt = now }
        }
    }

    /// A sweep of the fills has ended: what is left of a difference came or went by itself.
    func compareFunds(after account: AccountID) throws {
        guard let watch = wire?.accounts[account], watch.funds.check.needsSweep else { return }
        let isUnsettled = hasUnsettledOrders(account)
        let next = nextPoll
        let first = Int64(limits.openOrdersSeconds)
        let waits = Backoff(first: first, longest: max(first, Int64(limits.fillsOverlapSeconds)))
        let balances = wire?.change(account) { watch -> [CoinBalance]? in
            guard !watch.funds.check.isOvertaken(activity: watch.activity) else {
                watch.abandonFunds(askAgainAt: next)
                return nil
            }
            guard !isUnsettled, !watch.sweep.isHeld else {
                watch.funds.failures += 1
                let wait = waits.wait(failures: watch.funds.failures)
                watch.abandonFunds(askAgainAt: now.advanced(bySeconds: wait))
                return nil
            }
            guard let balances = watch.funds.check.swept(watch.sweep.begun, activity: watch.activity) else {
                // That sweep had begun before the answer came.
                watch.asking.sweepDueAt = now
                return nil
            }
            return balances
        }
        guard let balances = balances ?? nil else { return }
        let isFirst = !engine.accounts.contains(account)
        for difference in differences(account, balances) {
            try book(difference, account, isFirst: isFirst)
        }
        settleFunds(account, isAdjusted: true, askedAt: wire?.accounts[account]?.funds.check.askedAt)
    }

    private func book(_ difference: Difference, _ account: AccountID, isFirst: Bool) throws {
        let reason = reason(of: difference, account, isFirst: isFirst)
        let adjustment = FundsAdjustment(
            account: account, coin: difference.coin, amount: difference.amount,
            reason: FundsAdjustment.Reason(reason), at: now)
        let outcome = process(.adjustFunds(adjustment))
        if let refusal = outcome.refusal { log.error("\(account): \(refusal.message)") }
        try takeOutcome(outcome)
        _ = wire?.change(account) { $0.transactions.want(at: now) }
        guard !isFirst else { return }
        let words = difference.amount.isPositive ? "came" : "went"
        let place = desk.namesExchange(account) ? " on \(name)" : ""
        let amount = difference.amount.magnitude
        try desk.notify(
            account, event: "funds_changed", order: nil,
            text: "* funds changed: \(amount) \(difference.coin) \(words)\(place) (\(reason.rawValue))",
            fields: [
                "exchange": .string(name), "coin": .string(difference.coin.description),
                "amount": difference.amount.json, "reason": .string(reason.rawValue),
            ], at: now)
    }

    private func settleFunds(_ account: AccountID, isAdjusted: Bool, askedAt: Timestamp?) {
        // A fill that the exchange tells late would have been booked as money that came by itself: look again after that time.
        // Funds that differ again and again are looked at less and less often.
        let first = Int64(limits.fillsOverlapSeconds)
        let waits = Backoff(first: first, longest: max(first, Int64(limits.contradictionSeconds)))
        _ = wire?.change(account) { watch in
            watch.funds.failures = 0
            watch.funds.adjustments = isAdjusted ? watch.funds.adjustments + 1 : 0
            let wait = isAdjusted ? waits.wait(failures: watch.funds.adjustments) : Int64(limits.fundsSeconds)
            let next = now.advanced(bySeconds: wait)
            watch.asking.failures = 0
            watch.funds.reasons.removeAll()
            watch.funds.age.balancesAt = askedAt
            watch.funds.check.settle(nextAt: next, now: now)
        }
    }

    struct Difference {
        let coin: Coin
        /// What the exchange has more than the desk; negative where it has less.
        let amount: ExactDecimal
    }

    private func differences(_ account: AccountID, _ balances: [CoinBalance]) -> [Difference] {
        var totals: [Coin: ExactDecimal] = [:]
        for balance in balances { totals[balance.coin] = balance.total }
        return Set(totals.keys).union(engine.coins(of: account)).sorted().compactMap { coin in
            let amount = (totals[coin] ?? .zero) - engine.funds(of: account, in: coin).total
            return amount.isZero ? nil : Difference(coin: coin, amount: amount)
        }
    }

    /// What the exchange itself has called it, where that fits; else what can be known of it.
    private func reason(of difference: Difference, _ account: AccountID, isFirst: Bool) -> BalanceChangeReason {
        switch (wire?.accounts[account]?.funds.reasons[difference.coin], difference.amount.isPositive) {
        case (.deposit, true): .deposit
        case (_, true): isFirst ? .deposit : .credit
        case (.withdrawal, false): .withdrawal
        case (_, false): .debit
        }
    }
}
