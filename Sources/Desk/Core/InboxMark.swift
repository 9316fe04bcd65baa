/// Which notifications of an account somebody has been shown.
///
/// All up to `mark`, which is kept in the ledger, and some beyond it that came while earlier ones still wait in the inbox.
/// The latter are forgotten by a restart: then they are offered once more, and none is ever passed over.
struct InboxMark: Hashable, Sendable {
    private(set) var mark: UInt64
    private var beyond = RangeSet<UInt64>()

    init(mark: UInt64) {
        self.mark = mark
    }

    mutating func see(_ number: UInt64) {
        guard number > mark else { return }
        if number == mark + 1, beyond.isEmpty {
            mark = number
            return
        }
        beyond.insert(contentsOf: number..<number + 1)
        if let first = beyond.ranges.first, first.lowerBound == mark + 1 {
            mark = first.upperBound - 1
            beyond.remove(contentsOf: first)
        }
    }

    /// The numbers that nobody has been shown, up to the newest.
    func unseen(upTo head: UInt64) -> RangeSet<UInt64> {
        guard head > mark else { return RangeSet() }
        var unseen = RangeSet(mark + 1..<head + 1)
        unseen.subtract(beyond)
        return unseen
    }
}

extension RangeSet<UInt64> {
    /// How many numbers are in it.
    var numberCount: UInt64 { ranges.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) } }
}
