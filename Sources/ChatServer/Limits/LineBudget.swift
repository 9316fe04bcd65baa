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
        if let wait = wait(now: now) { return wait }
        credit -= cost
        return nil
    }

    /// Takes so many lines' worth where there is enough for one: the rest is a debt, and nothing is let through until time
    /// has paid it. Answers how many of the lines were there to be had, or the nanoseconds until one will be.
    mutating func charge(_ lines: Int, now: Int64) -> Charge {
        if let wait = wait(now: now) { return .refused(waitNanoseconds: wait) }
        let covered = min(Int64(lines), credit / cost)
        credit -= cost.multipliedReportingOverflow(by: Int64(lines)).partialValue
        return .taken(covered: Int(covered))
    }

    enum Charge: Hashable, Sendable {
        case taken(covered: Int)
        case refused(waitNanoseconds: Int64)
    }

    /// Nil where there is enough for a line now, or the nanoseconds until there will be.
    private mutating func wait(now: Int64) -> Int64? {
        if now > counted {
            // Elapsed time is capped first: a day's silence must not overflow the sum. A debt is paid by time alone.
            credit = min(ceiling, credit + min(ceiling - min(0, credit), now - counted))
            counted = now
        }
        return credit >= cost ? nil : cost - credit
    }
}

/// Both budgets of a session. `cancel` and `panic` draw on their own first and then on the common one, so that a trader
/// who has typed too fast can still get out.
///
/// A message costs before it is read: one line for each `line_budget_bytes` beyond the first. What its bytes have paid
/// for, its lines need not pay again.
struct SessionBudget: Hashable, Sendable {
    private let bytesPerLine: Int
    private var common: LineBudget
    private var urgent: LineBudget
    /// Lines of the message being read that its bytes have paid for.
    private var paid = 0

    init(limits: ChatLimits, now: Int64) {
        bytesPerLine = max(1, limits.lineBudgetBytes)
        common = LineBudget(burst: limits.lineBurst, rate: limits.lineRate, now: now)
        urgent = LineBudget(burst: limits.urgentBurst, rate: limits.urgentRate, now: now)
    }

    /// Begins a message of so many bytes. Answers nil where it may be read, or the nanoseconds until it might have been. A
    /// message of no more than `line_budget_bytes` may always be read, so that its refusal carries its tag.
    mutating func begin(messageBytes: Int, now: Int64) -> Int64? {
        paid = 0
        let lines = max(0, messageBytes - 1) / bytesPerLine
        guard lines > 0 else { return nil }
        switch common.charge(lines, now: now) {
        case .taken(let covered):
            paid = covered
            return nil
        case .refused(let wait): return wait
        }
    }

    /// Takes one line's worth. Answers nil where there was enough, or the nanoseconds until there will be.
    mutating func take(isUrgent: Bool, now: Int64) -> Int64? {
        var urgentWait: Int64?
        if isUrgent {
            guard let wait = urgent.take(now: now) else { return nil }
            urgentWait = wait
        }
        guard paid == 0 else {
            paid -= 1
            return nil
        }
        guard let commonWait = common.take(now: now) else { return nil }
        return min(urgentWait ?? commonWait, commonWait)
    }
}
