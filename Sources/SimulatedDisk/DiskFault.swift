/// Something that goes wrong with a simulated disk, and when.
public struct DiskFault: Hashable, Sendable {
    /// Which operation it happens to. Numbers begin at 1 with the disk's first operation: see `SimulatedDisk.counts`.
    public enum Moment: Hashable, Sendable {
        /// The n-th operation of any kind.
        case operation(Int)
        /// The n-th operation of this kind.
        case nth(DiskOperation.Kind, Int)
    }

    /// What happens then. What makes no sense for an operation's kind is a plain failure of it.
    public enum Effect: Hashable, Sendable, CaseIterable {
        /// It is not done, and SQLite is told so with the error of its kind (`SQLITE_IOERR_WRITE`, `..._FSYNC`, ...). A sync
        /// that fails so leaves what it was to make durable waiting.
        case fails
        /// `SQLITE_FULL`, and nothing is done.
        case full
        /// Half of the bytes are written, then `SQLITE_IOERR_WRITE`.
        case cutShort
        /// The sync fails, and the pages that it was to write are marked clean all the same, as Linux does: they can still
        /// be read, a later sync succeeds, and after a crash they are gone.
        case syncForgets
        /// The sync fails, and the pages that it was to write are thrown out of the cache: what is read from now on, and
        /// what a crash leaves, is what was there before.
        case syncDiscards
        /// The power goes while it runs: of a write any part may reach the platter. It and everything after it fails until
        /// `SimulatedDisk.crash`.
        case powerFails
    }

    public var moment: Moment
    public var effect: Effect
    /// Whether it happens to every such operation from then on, not only to the one.
    public var isLasting: Bool

    public init(_ effect: Effect, at moment: Moment, isLasting: Bool = false) {
        self.effect = effect
        self.moment = moment
        self.isLasting = isLasting
    }

    func happens(to kind: DiskOperation.Kind, _ counts: DiskCounts) -> Bool {
        let (number, planned) =
            switch moment {
            case .operation(let planned): (counts.total, planned)
            case .nth(let wanted, let planned): (wanted == kind ? counts[kind] : 0, planned)
            }
        return isLasting ? number >= planned : number == planned
    }
}
