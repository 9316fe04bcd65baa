/// How long to wait before the next attempt to connect: half a second, doubled each time up to half a minute, give or
/// take a fifth, so that the clients of a server that comes back do not all come back at once.
struct Backoff {
    static let firstMilliseconds: Int64 = 500
    static let longestMilliseconds: Int64 = 30_000
    /// The part of the wait by which chance may lengthen or shorten it: a fifth.
    static let jitterDivisor: Int64 = 5
    /// A connection that lasted this long was a good one: the next wait is the first again.
    static let goodConnectionMilliseconds: Int64 = 10_000

    private(set) var attempts = 0
    private var base = Backoff.firstMilliseconds

    /// The next wait, in milliseconds. `random` draws from a range.
    mutating func next(random: (ClosedRange<Int64>) -> Int64) -> Int64 {
        let jitter = base / Backoff.jitterDivisor
        let wait = base + random(-jitter...jitter)
        base = min(base * 2, Backoff.longestMilliseconds)
        attempts += 1
        return min(wait, Backoff.longestMilliseconds)
    }

    mutating func reset() { self = Backoff() }
}
