import Exchange
import Trading

/// How an account's fills are read, page by page and again and again, so that none is passed over.
///
/// `through` is what a sweep begins after, and is kept over restarts. It follows late: a fill may be told after one with a higher
/// number, so each sweep begins again at what a sweep had seen that ended `overlapSeconds` ago. It does not move
/// while a fill is seen that might be of an order whose answer is awaited, or has only just come.
struct FillSweep {
    let overlapSeconds: Int64

    /// Up to here everything has been told for long. Nil before the first sweep has ended.
    private(set) var through: FillID?
    /// Whether a sweep of this account has ever ended: what the first one finds was there before the desk.
    private(set) var isFirst: Bool
    /// The last page's end, while a sweep is under way.
    private var position: FillID?
    /// How many sweeps have begun.
    private(set) var begun = 0
    /// Where the cursor may go once nothing below can be late any more.
    private var candidate: (id: FillID, since: Timestamp)?
    private var highest: FillID?
    /// Whether the last sweep has met a fill that cannot be told to be anybody's yet.
    private(set) var isHeld = false

    init(overlapSeconds: Int, through: FillID?, isFirst: Bool) {
        self.overlapSeconds = Int64(overlapSeconds)
        self.through = through
        self.isFirst = isFirst
    }

    /// A sweep begins; after which fill its first page is asked for.
    mutating func begin() -> FillID? {
        begun += 1
        position = through
        highest = through
        isHeld = false
        return position
    }

    /// A page has come; `isHeld` where something in it cannot be told to be anybody's yet. Where the next page begins, or nil where
    /// this was the last.
    mutating func took(_ page: [AccountFill], limit: Int, isHeld: Bool) -> FillID? {
        if isHeld { self.isHeld = true }
        let last = page.map(\.fill.id).max()
        if let last { highest = max(highest ?? last, last) }
        guard page.count >= limit, let last, position.map({ last > $0 }) ?? true else { return nil }
        position = last
        return last
    }

    /// All pages have come. True where `through` has moved, and is to be kept.
    mutating func end(at now: Timestamp) -> Bool {
        if isFirst, !isHeld {
            isFirst = false
            through = highest ?? FillID(0)
            candidate = nil
            return true
        }
        guard !isHeld else {
            candidate = nil
            return false
        }
        guard let highest, highest != through else { return false }
        guard let waiting = candidate else {
            candidate = (highest, now)
            return false
        }
        guard now >= waiting.since.advanced(bySeconds: overlapSeconds) else { return false }
        candidate = (highest, now)
        through = waiting.id
        return true
    }
}
