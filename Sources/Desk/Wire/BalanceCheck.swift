import Exchange
import Trading

/// When an account's funds are compared with the exchange's, and when a difference may be booked.
///
/// A difference is money that came or went by itself only if no order or fill explains it. So the account must have had nothing
/// under way when it was asked for, nothing may have happened since, and the fills that are asked for after the answer must hold
/// nothing new. Otherwise the answer is thrown away, and the question asked again later.
struct BalanceCheck {
    private enum Phase {
        case idle
        /// `activity` is the account's count of happenings when the question was asked.
        case asked(activity: UInt64)
        /// Differences are waiting for a sweep of the fills that began after the answer: the one of this number or later.
        case answered([CoinBalance], activity: UInt64, sweep: Int)
    }

    private var phase = Phase.idle
    /// When the funds are to be asked for; nil while they are being compared.
    private(set) var dueAt: Timestamp?
    /// Whether they were asked for again while an answer was awaited.
    private var isWantedAgain = false
    /// Whether they have been found equal, or made so, since the start.
    private(set) var isKnown = false
    /// When the question was asked that is being answered, or was last.
    private(set) var askedAt: Timestamp?

    var isUnderWay: Bool { if case .idle = phase { false } else { true } }

    init(dueAt: Timestamp) {
        self.dueAt = dueAt
    }

    /// Something says that the funds may have changed by themselves.
    mutating func want(at now: Timestamp) {
        switch phase {
        case .idle: dueAt = min(dueAt ?? now, now)
        case .asked, .answered: isWantedAgain = true
        }
    }

    /// The account has orders under way: later.
    mutating func postpone(to time: Timestamp) { dueAt = time }

    mutating func asked(activity: UInt64, at now: Timestamp) {
        phase = .asked(activity: activity)
        askedAt = now
        dueAt = nil
        isWantedAgain = false
    }

    /// Whether a sweep of fills is needed to go on.
    var needsSweep: Bool { if case .answered = phase { true } else { false } }

    /// An answer. Whether it waits for a sweep of the fills now: not where it came too late to be worth anything.
    mutating func answered(_ balances: [CoinBalance], activity: UInt64, sweepsBegun: Int) -> Bool {
        guard case .asked(let before) = phase, before == activity else { return false }
        phase = .answered(balances, activity: activity, sweep: sweepsBegun + 1)
        return true
    }

    /// A sweep of the fills has ended. The balances where they may now be booked; nil where they may not, or none wait for it.
    mutating func swept(_ number: Int, activity: UInt64) -> [CoinBalance]? {
        guard case .answered(let balances, let before, let sweep) = phase, number >= sweep, before == activity else {
            return nil
        }
        return balances
    }

    /// Whether the answer that waits is worth nothing any more.
    func isOvertaken(activity: UInt64) -> Bool {
        switch phase {
        case .idle: false
        case .asked(let before), .answered(_, let before, _): before != activity
        }
    }

    /// The funds are the same here and there.
    mutating func settle(nextAt time: Timestamp, now: Timestamp) {
        phase = .idle
        isKnown = true
        dueAt = isWantedAgain ? now : time
        isWantedAgain = false
    }

    /// Nothing came of it.
    mutating func abandon(askAgainAt time: Timestamp) {
        phase = .idle
        dueAt = time
        isWantedAgain = false
    }
}
