/// Which notifications a session has been sent. Nearly all come one after the other, so the newest run is kept apart.
struct SentNumbers: Hashable, Sendable {
    private var newest: Range<UInt64> = 0..<0
    private var older = RangeSet<UInt64>()

    mutating func insert(_ number: UInt64) {
        if newest.contains(number) { return }
        if number == newest.upperBound, !newest.isEmpty {
            newest = newest.lowerBound..<number + 1
        } else if number > newest.upperBound || newest.isEmpty {
            if !newest.isEmpty { older.insert(contentsOf: newest) }
            newest = number..<number + 1
        } else {
            older.insert(contentsOf: number..<number + 1)
        }
    }

    /// Takes these out of others.
    func subtract(from numbers: inout RangeSet<UInt64>) {
        numbers.subtract(older)
        if !newest.isEmpty { numbers.remove(contentsOf: newest) }
    }
}
