/// How long to wait after failures in a row: twice as long each time, and by chance up to half less, so that all who
/// failed at the same moment do not come back at the same moment.
public struct Backoff: Hashable, Sendable {
    public let firstNanoseconds: Int64
    public let longestNanoseconds: Int64

    public init(firstNanoseconds: Int64 = 500_000_000, longestNanoseconds: Int64 = 60_000_000_000) {
        precondition(firstNanoseconds > 0 && longestNanoseconds >= firstNanoseconds, "a backoff that does not wait")
        self.firstNanoseconds = firstNanoseconds
        self.longestNanoseconds = longestNanoseconds
    }

    /// Nanoseconds to wait after this many failures in a row, from 1.
    public func wait(failures: Int, using chance: inout some RandomNumberGenerator) -> Int64 {
        var full = firstNanoseconds
        var doublings = max(failures, 1) - 1
        while doublings > 0, full < longestNanoseconds {
            full = full > longestNanoseconds / 2 ? longestNanoseconds : full * 2
            doublings -= 1
        }
        return Int64.random(in: full - full / 2...full, using: &chance)
    }
}
