/// A token bucket: `burst` lines at once, then `rate` a second. A pure value that counts in nanoseconds, so that no
/// fraction of a line is lost.
struct LineBudget: Hashable, Sendable {
    /// Nanoseconds of credit that one line costs: a second divided by the rate.
    private let cost: Int64
    /// The most credit that may be saved up.
    private let ceiling: Int64
    private var credit: Int64
    /// When the credit was last counted.
    private var counted: Int64

    /// A full budget at `now`, in nanoseconds of a clock that never steps back.
    init(burst: Int, rate: Int, now: Int64) {
        cost = max(1, 1_000_000_000 / Int64(max(1, rate)))
        ceiling = cost.multipliedReportingOverflow(by: Int64(max(1, burst))).partialValue
        credit = ceiling
        counted = now
    }

    /// Takes one line's worth. Answers nil where there was enough, or the nanoseconds until there will be.
    mutating func take(now: Int64) -> Int64? {
        if now > counted {
            // Elapsed time is capped first: a day's silence must not overflow the sum.
            credit = min(ceiling, credit + min(ceiling, now - counted))
            counted = now
        }
        guard credit >= cost else { return cost - credit }
        credit -= cost
        return nil
    }
}

/// Both budgets of a session. `cancel` and `panic` draw on their own first and then on the common one, so that a trader
/// who has typed too fast can still get out.
struct SessionBudget: Hashable, Sendable {
    private var common: LineBudget
    private var urgent: LineBudget

    init(limits: ChatLimits, now: Int64) {
        common = LineBudget(burst: limits.lineBurst, rate: limits.lineRate, now: now)
        urgent = LineBudget(burst: limits.urgentBurst, rate: limits.urgentRate, now: now)
    }

    /// Takes one line's worth. Answers nil where there was enough, or the nanoseconds until there will be.
    mutating func take(isUrgent: Bool, now: Int64) -> Int64? {
        guard isUrgent else { return common.take(now: now) }
        guard let urgentWait = urgent.take(now: now) else { return nil }
        guard let commonWait = common.take(now: now) else { return nil }
        return min(urgentWait, commonWait)
    }
}
