/// What a disk keeps of what was not synced when the power goes.
public struct CrashModel: Hashable, Sendable {
    /// Which of a file's unsynced writes reach the platter. Files lose independently of each other.
    public enum Survival: Hashable, Sendable {
        /// The first few, in the order in which they were made; the last of them perhaps in part.
        case prefix
        /// Any sectors of any of them: real disks reorder what is not synced. Where a lost sector would have made the file
        /// longer, zeros may stand in its place: the size was written and the bytes were not.
        case anySectors
    }

    /// Where the last surviving write may be torn.
    public enum Tearing: Hashable, Sendable {
        case never
        case betweenSectors
        /// Anywhere. Unless the disk is powersafe, the whole sector in which it tears is then noise, with the bytes in it
        /// that the write did not touch: SQLite's documentation of `SQLITE_IOCAP_POWERSAFE_OVERWRITE` allows for that.
        case anywhere
    }

    public var survival: Survival
    public var tearing: Tearing

    public init(survival: Survival = .prefix, tearing: Tearing = .anywhere) {
        self.survival = survival
        self.tearing = tearing
    }

    /// Whatever the disk may do to unsynced sectors, it does.
    public static let worst = CrashModel(survival: .anySectors, tearing: .anywhere)
}

/// What a crash cost: for a simulator that wants to know whether its crashes are worth their name.
public struct CrashLosses: Hashable, Sendable {
    /// Writes and truncations that had not been synced.
    public internal(set) var unsynced = 0
    /// Those of them that survived whole.
    public internal(set) var survived = 0
    /// Those that survived in part.
    public internal(set) var torn = 0
    /// Names made or deleted that had not been synced, and how many of them survived.
    public internal(set) var unsyncedNames = 0
    public internal(set) var survivedNames = 0

    public init() {}
}
