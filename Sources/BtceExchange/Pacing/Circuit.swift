public import Threads
public import Trading

/// Whether an exchange is asked at all. After failures in a row it is left alone for a while, then asked once; the
/// answer decides whether the rest may follow.
public struct Circuit: Sendable {
    /// What the desk is told (`feed_lost`, and that it is back).
    public enum Change: Hashable, Sendable {
        /// `since` is the first of the failures in a row.
        case opened(since: Timestamp, reason: String)
        case closed(openedAt: Timestamp)
    }

    private enum State: Sendable {
        case closed
        case open(since: Timestamp, until: Timestamp)
        /// One request is under way to see whether the exchange is back.
        case probing(since: Timestamp)
    }

    /// Failures in a row that open it.
    public let failuresMax: Int
    private let backoff: Backoff
    private var state = State.closed
    private var failures = 0
    private var firstFailureAt: Timestamp?
    /// How often it opened without a success in between.
    private var openings = 0

    /// Stops wait in the desk while the exchange is away: that it is back is seen within a quarter of a minute.
    public static let backoff = Backoff(first: 500_000_000, longest: 15_000_000_000)

    public init(failuresMax: Int = 5, backoff: Backoff = Circuit.backoff) {
        precondition(failuresMax > 0, "a circuit that is never closed")
        self.failuresMax = failuresMax
        self.backoff = backoff
    }

    public var isClosed: Bool {
        if case .closed = state { true } else { false }
    }

    /// The first moment from `now` on at which a request may go; nil while one finds out: its answer decides.
    public func earliest(from now: Timestamp) -> Timestamp? {
        switch state {
        case .closed: now
        case .open(_, let until): max(now, until)
        case .probing: nil
        }
    }

    /// Says that a request goes at `now`. Only after `earliest` said that it may.
    public mutating func start(at now: Timestamp) {
        switch state {
        case .closed: break
        case .open(let since, let until):
            precondition(until <= now, "a request to an exchange that is being left alone")
            state = .probing(since: since)
        case .probing: preconditionFailure("a second request while one finds out")
        }
    }

    /// The exchange answered like itself: also where it refused.
    public mutating func succeeded() -> Change? {
        failures = 0
        firstFailureAt = nil
        switch state {
        case .closed: return nil
        // An answer to a request that went before the circuit opened: as good a proof as any.
        case .open(let since, _), .probing(let since):
            state = .closed
            openings = 0
            return .closed(openedAt: since)
        }
    }

    /// No answer, or none that makes sense.
    public mutating func failed(
        at now: Timestamp, reason: String, using chance: inout some RandomNumberGenerator
    ) -> Change? {
        switch state {
        case .closed:
            failures += 1
            let first = firstFailureAt ?? now
            firstFailureAt = first
            guard failures >= failuresMax else { return nil }
            open(since: first, at: now, using: &chance)
            return .opened(since: first, reason: reason)
        // What failed late changes nothing: it went before the circuit opened.
        case .open: return nil
        case .probing(let since):
            open(since: since, at: now, using: &chance)
            return nil
        }
    }

    /// The request that was to find out was given up before it was sent, or by us: it says nothing of the exchange.
    public mutating func gaveUp(at now: Timestamp) {
        if case .probing(let since) = state { state = .open(since: since, until: now) }
    }

    private mutating func open(
        since: Timestamp, at now: Timestamp, using chance: inout some RandomNumberGenerator
    ) {
        openings += 1
        let wait = backoff.wait(failures: openings, using: &chance)
        state = .open(since: since, until: now.advanced(byNanoseconds: wait))
    }
}
