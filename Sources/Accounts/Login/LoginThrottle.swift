public import Trading

/// How often a login may be tried: a few failures are free, then each doubles the wait of its subjects.
///
/// A pure value: the clock comes in with each call, and what changed goes out with `takeChanges()` to be stored, so that
/// a restart forgives nobody. A name that nobody has is counted like any other, so that waits do not tell the two apart.
///
/// Only what is known to have failed counts as a failure. Attempts that are still being judged are limited by their number
/// instead: of a name no more are under way than it has free failures left, so that many sessions that guess at once get no
/// more guesses than one; of an address `addressUnderWayMax`, so that people who share one can log in together.
///
/// An address that is held back may be that of an office, where one guesses and others want to work. A name that has logged in
/// there is not held back with it. Any other name without a failure has its first try judged all the same, a few names in
/// `firstTrySeconds` (`LoginAdmission.firstTry`): who has the right password gets in, and who has not learns nothing but that
/// it has to wait.
public struct LoginThrottle: Hashable, Sendable {
    /// How many failures are free, how long waits are, and how much is remembered.
    public struct Limits: Hashable, Sendable {
        /// Failures before the first wait.
        public var freeFailureCount: Int
        /// The first wait.
        public var firstWaitSeconds: Int64
        /// What waits double up to.
        public var waitSecondsMax: Int64
        /// After so long without a failure, a subject's failures are forgotten.
        public var memorySeconds: Int64
        /// How many subjects of each kind are remembered. Beyond it the oldest go.
        public var subjectCountMax: Int
        /// Attempts from one address that are being judged at once, as long as it has free failures left; after that one.
        public var addressUnderWayMax: Int
        /// First tries of names at an address that is held back, in `firstTrySeconds`.
        public var firstTryCount: Int
        public var firstTrySeconds: Int64

        public init(
            freeFailureCount: Int = 5, firstWaitSeconds: Int64 = 1, waitSecondsMax: Int64 = 15 * 60,
            memorySeconds: Int64 = 24 * 60 * 60, subjectCountMax: Int = 10_000, addressUnderWayMax: Int = 32,
            firstTryCount: Int = 10, firstTrySeconds: Int64 = 10 * 60
        ) {
            precondition(freeFailureCount > 0 && firstWaitSeconds > 0 && waitSecondsMax >= firstWaitSeconds)
            precondition(memorySeconds > waitSecondsMax && subjectCountMax > 0 && addressUnderWayMax > 0)
            self.freeFailureCount = freeFailureCount
            self.firstWaitSeconds = firstWaitSeconds
            self.waitSecondsMax = waitSecondsMax
            self.memorySeconds = memorySeconds
            self.subjectCountMax = subjectCountMax
            self.addressUnderWayMax = addressUnderWayMax
            self.firstTryCount = firstTryCount
            self.firstTrySeconds = firstTrySeconds
        }
    }

    private let limits: Limits
    private var failures: [LoginSubject: LoginFailures] = [:]
    private var counts: [LoginSubject.Kind: Int] = [:]
    private var changed: Set<LoginSubject> = []
    /// Attempts that are being judged, by each subject that holds them back.
    private var underWay: [LoginSubject: Int] = [:]
    /// First tries at addresses that are held back, since a moment.
    private var firstTries: [LoginSubject: FirstTries] = [:]

    private struct FirstTries: Hashable {
        let since: Timestamp
        var count: Int
    }

    /// Starts with what was stored. Of more than `subjectCountMax` the newest are kept. A failure later than `now`, from before
    /// the clock was set back, counts as one of now.
    public init(limits: Limits = Limits(), restoring rows: [LoginFailures] = [], at now: Timestamp? = nil) {
        self.limits = limits
        for row in rows.sorted(by: { $0.lastAttemptAt < $1.lastAttemptAt }) where row.count > 0 {
            var row = row
            row.count = min(row.count, countMax)
            if let now { row.lastAttemptAt = min(row.lastAttemptAt, now) }
            insert(row)
        }
    }

    /// Beyond this many failures the wait no longer grows, and neither need the number.
    private var countMax: Int { limits.freeFailureCount + 64 }

    /// How long such an attempt has to wait, in nanoseconds; 0 where it may be made.
    public func waitLeft(_ attempt: LoginAttempt, at now: Timestamp) -> Int64 {
        attempt.held.map { waitLeft($0, at: now) }.max() ?? 0
    }

    /// Admits an attempt, which is under way until `end`. Refuses it with `login_wait`, or with `too_many_waiting` where too
    /// many others of the same name or address are being judged; a refused attempt does not count.
    @discardableResult
    public mutating func begin(_ attempt: LoginAttempt, at now: Timestamp) throws(Refusal) -> LoginAdmission {
        let isFirstTry = isFirstTry(attempt, at: now)
        guard isFirstTry || waitLeft(attempt, at: now) == 0 else { throw refusal(attempt, at: now) }
        guard hasRoom(for: attempt, at: now) else {
            throw Refusal(.tooManyWaiting, "too many logins are being checked; try again in a moment")
        }
        for subject in attempt.held { underWay[subject, default: 0] += 1 }
        guard isFirstTry, let address = attempt.holding else { return .usual }
        countFirstTry(at: address, now)
        return .firstTry
    }

    /// Whether no others have to be judged before an attempt can be admitted or refused.
    public func hasRoom(for attempt: LoginAttempt, at now: Timestamp) -> Bool {
        guard isFirstTry(attempt, at: now) || waitLeft(attempt, at: now) == 0 else { return true }
        return attempt.held.allSatisfy { underWay[$0, default: 0] < underWayMax($0, at: now) }
    }

    /// The refusal of an attempt that has to wait.
    public func refusal(_ attempt: LoginAttempt, at now: Timestamp) -> Refusal {
        let seconds = max(0, waitLeft(attempt, at: now) - 1) / Timestamp.nanosecondsPerSecond + 1
        return Refusal(.loginWait, "too many \(attempt.failures); wait \(LoginThrottle.text(ofSeconds: seconds))")
    }

    /// Whether only the address holds it back, its name has no failure, and the address has such tries left.
    private func isFirstTry(_ attempt: LoginAttempt, at now: Timestamp) -> Bool {
        guard let address = attempt.holding, case .name = attempt.own, waitLeft(address, at: now) > 0,
            failures[attempt.own].map({ isForgotten($0, at: now) }) ?? true
        else { return false }
        guard let tries = firstTries[address], !isOver(tries, at: now) else {
            return firstTries.count < limits.subjectCountMax || firstTries[address] != nil
        }
        return tries.count < limits.firstTryCount
    }

    private mutating func countFirstTry(at address: LoginSubject, _ now: Timestamp) {
        if let tries = firstTries[address], !isOver(tries, at: now) {
            firstTries[address]?.count = tries.count + 1
            return
        }
        firstTries[address] = FirstTries(since: now, count: 1)
        // Those of others that are over go when there are many.
        if firstTries.count >= limits.subjectCountMax { firstTries = firstTries.filter { !isOver($0.value, at: now) } }
    }

    private func isOver(_ tries: FirstTries, at now: Timestamp) -> Bool {
        now.nanoseconds(since: tries.since) >= Timestamp(seconds: limits.firstTrySeconds).nanoseconds
    }

    /// Ends an attempt that `begin` has admitted. A failure counts at its subjects; a success forgives those of its own
    /// subject, and no others: whoever has an account could else guess at others without end.
    public mutating func end(
        _ attempt: LoginAttempt, _ outcome: LoginAttempt.Outcome, _ admission: LoginAdmission = .usual,
        at now: Timestamp
    ) {
        for subject in attempt.held {
            let others = underWay[subject, default: 1] - 1
            underWay[subject] = others > 0 ? others : nil
        }
        if outcome == .withdrawn, admission == .firstTry, let address = attempt.holding {
            firstTries[address]?.count -= 1
        }
        switch outcome {
        case .succeeded: forgive(attempt.own)
        case .failed: for subject in [attempt.own, attempt.counting].compactMap(\.self) { count(subject, at: now) }
        case .withdrawn: break
        }
    }

    /// What has changed since the last call, in a fixed order; a count of 0 stands for a row to delete.
    public mutating func takeChanges() -> [LoginFailures] {
        defer { changed.removeAll(keepingCapacity: true) }
        return changed.sorted().map {
            failures[$0] ?? LoginFailures(subject: $0, count: 0, lastAttemptAt: .init(seconds: 0))
        }
    }

    /// All failures that are remembered, in a fixed order.
    public var rows: [LoginFailures] { failures.values.sorted { $0.subject < $1.subject } }

    private func underWayMax(_ subject: LoginSubject, at now: Timestamp) -> Int {
        let failed = failures[subject].map { isForgotten($0, at: now) ? 0 : $0.count } ?? 0
        let left = limits.freeFailureCount - failed
        if case .address = subject { return left > 0 ? limits.addressUnderWayMax : 1 }
        return max(1, left)
    }

    private func waitLeft(_ subject: LoginSubject, at now: Timestamp) -> Int64 {
        guard let entry = failures[subject], !isForgotten(entry, at: now) else { return 0 }
        let wait = Timestamp(seconds: waitSeconds(afterFailures: entry.count)).nanoseconds
        // A clock that was set back must not lengthen the wait.
        let passed = max(0, now.nanoseconds(since: entry.lastAttemptAt))
        return max(0, wait - passed)
    }

    private func waitSeconds(afterFailures count: Int) -> Int64 {
        let doublings = count - limits.freeFailureCount
        guard doublings >= 0 else { return 0 }
        // 2^40 s is above any cap that makes sense, and multiplied by the first wait still fits.
        let (wait, overflow) = limits.firstWaitSeconds.multipliedReportingOverflow(by: 1 << min(doublings, 40))
        return overflow ? limits.waitSecondsMax : min(wait, limits.waitSecondsMax)
    }

    private func isForgotten(_ entry: LoginFailures, at now: Timestamp) -> Bool {
        now.nanoseconds(since: entry.lastAttemptAt) >= Timestamp(seconds: limits.memorySeconds).nanoseconds
    }

    private mutating func count(_ subject: LoginSubject, at now: Timestamp) {
        var entry = failures[subject] ?? LoginFailures(subject: subject, count: 0, lastAttemptAt: now)
        if isForgotten(entry, at: now) { entry.count = 0 }
        entry.count = min(entry.count + 1, countMax)
        entry.lastAttemptAt = now
        insert(entry)
        changed.insert(subject)
    }

    private mutating func forgive(_ subject: LoginSubject) {
        guard failures[subject] != nil else { return }
        remove(subject)
        changed.insert(subject)
    }

    private mutating func insert(_ entry: LoginFailures) {
        let kind = entry.subject.kind
        if failures.updateValue(entry, forKey: entry.subject) == nil {
            counts[kind, default: 0] += 1
            if counts[kind, default: 0] > limits.subjectCountMax { evict(kind, sparing: entry.subject) }
        }
    }

    /// Forgets the oldest sixteenth of a kind at once, so that a flood of new names does not sort them at each.
    private mutating func evict(_ kind: LoginSubject.Kind, sparing newest: LoginSubject) {
        let oldest = failures.values.filter { $0.subject.kind == kind && $0.subject != newest }
            .sorted { ($0.lastAttemptAt, $0.subject) < ($1.lastAttemptAt, $1.subject) }
            .prefix(max(1, limits.subjectCountMax / 16))
        for entry in oldest {
            remove(entry.subject)
            changed.insert(entry.subject)
        }
    }

    private mutating func remove(_ subject: LoginSubject) {
        if failures.removeValue(forKey: subject) != nil { counts[subject.kind, default: 0] -= 1 }
    }

    private static func text(ofSeconds seconds: Int64) -> String {
        switch (seconds / 60, seconds % 60) {
        case (0, let rest): "\(rest)s"
        case (let minutes, 0): "\(minutes)m"
        case (let minutes, let rest): "\(minutes)m \(rest)s"
        }
    }
}

/// How an attempt was admitted.
public enum LoginAdmission: Hashable, Sendable {
    /// Nothing holds it back.
    case usual
    /// Its address is held back, and it is the first try of its name. Where it fails it is to be answered as one that was not
    /// judged: whoever tries names by the hundred must not see which passwords were looked at.
    case firstTry
}
