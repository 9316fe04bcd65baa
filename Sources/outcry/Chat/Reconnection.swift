import Threads

/// When the client tries to connect again: after half a second, then twice as long each time up to half a minute, by chance up
/// to half less, so that the clients of a server that comes back do not all come back at once.
struct Reconnection {
    /// In milliseconds.
    static let backoff = Backoff(first: 500, longest: 30_000)
    /// A connection that lasted this long was a good one: the next wait is the first again.
    static let goodConnectionMilliseconds: Int64 = 10_000

    private(set) var attempts = 0

    /// The next wait, in milliseconds. `random` draws from a range: by how much it is shorter.
    mutating func next(random: (ClosedRange<Int64>) -> Int64) -> Int64 {
        attempts += 1
        let waits = Reconnection.backoff.range(failures: attempts)
        return waits.upperBound - random(0...waits.upperBound - waits.lowerBound)
    }

    mutating func reset() { attempts = 0 }
}
