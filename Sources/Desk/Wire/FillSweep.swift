import Exchange
import Trading

/// How an account's fills are read, page by page and again and again, so that none is passed over.
///
/// `through` is the place that a sweep begins behind, and is kept over restarts. It follows late: a fill may be listed after one that
/// happened later, so each sweep begins again at the end of one that ended `overlapSeconds` ago. It does not move
/// while a fill is seen that might be of an order whose answer is awaited, or has only just come.
struct FillSweep {
    let overlapSeconds: Int64

    /// Up to here everything has been told for long. Nil before the first sweep has ended.
    private(set) var through: HistoryCursor?
    /// Whether a sweep of this account has ever ended: what the first one finds was there before the desk.
    private(set) var isFirst: Bool
    /// Where the last page ended, while a sweep is under way.
    private var position: HistoryCursor?
    /// How many sweeps have begun.
    private(set) var begun = 0
    /// Where `through` may go once nothing before it can be late any more.
    private var candidate: (place: HistoryCursor, since: Timestamp)?
    /// Whether the last sweep has met a fill that cannot be told to be anybody's yet.
    private(set) var isHeld = false

    init(overlapSeconds: Int, through: HistoryCursor?, isFirst: Bool, begun: Int = 0) {
        self.begun = begun
        self.overlapSeconds = Int64(overlapSeconds)
        self.through = through
        self.isFirst = isFirst
    }

    /// A sweep begins; behind which place its first page is asked for.
    mutating func begin() -> HistoryCursor? {
        begun += 1
        position = through
        isHeld = false
        return position
    }

    /// A page has come; `isHeld` where something in it cannot be told to be anybody's yet. Behind which place the next page is asked
    /// for, or nil where this was the last. An exchange that tells the same page again has no more.
    mutating func took(_ page: FillPage, isHeld: Bool) -> HistoryCursor? {
        if isHeld { self.isHeld = true }
        let before = position
        position = page.end
        return page.hasMore && page.end != before ? page.end : nil
    }

    /// The place that was kept is none: what the next sweep finds was there before.
    mutating func forgetPlace() {
        self = FillSweep(overlapSeconds: Int(overlapSeconds), through: nil, isFirst: true, begun: begun)
    }

    /// All pages have come. True where `through` has moved, and is to be kept.
    mutating func end(at now: Timestamp) -> Bool {
        guard !isHeld else {
            candidate = nil
            return false
        }
        guard let end = position, end != through else { return false }
        if isFirst {
            isFirst = false
            through = end
            return true
        }
        guard let waiting = candidate else {
            candidate = (end, now)
            return false
        }
        guard now >= waiting.since.advanced(bySeconds: overlapSeconds) else { return false }
        candidate = (end, now)
        through = waiting.place
        return true
    }
}
