/// How long to wait after failures in a row: twice as long each time, up to a longest.
///
/// Waits are in whatever unit `first` and `longest` have.
public struct Backoff: Hashable, Sendable {
    /// The wait after the first failure; above zero.
    public let first: Int64
    /// No wait is longer; not below `first`.
    public let longest: Int64

    public init(first: Int64, longest: Int64) {
        precondition(first > 0 && longest >= first, "a backoff waits, and its longest wait is not below its first")
        self.first = first
        self.longest = longest
    }

    /// The wait after so many failures in a row, from 1.
    public func wait(failures: Int) -> Int64 {
        var wait = first
        var doublings = max(failures, 1) - 1
        while doublings > 0, wait < longest {
            wait = wait > longest / 2 ? longest : wait * 2
            doublings -= 1
        }
        return wait
    }

    /// The same, by chance up to half shorter, so that all who failed at the same moment do not come back at the same
    /// moment.
    public func wait(failures: Int, using chance: inout some RandomNumberGenerator) -> Int64 {
        Int64.random(in: range(failures: failures), using: &chance)
    }

    /// What chance picks a wait from.
    public func range(failures: Int) -> ClosedRange<Int64> {
        let full = wait(failures: failures)
        return full - full / 2...full
    }
}
