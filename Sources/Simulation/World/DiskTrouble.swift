import SimulatedDisk
import Trading

/// What may go wrong with the disk during one turn of the desk.
enum DiskTrouble: String, CaseIterable {
    case powerFails = "power fails"
    case writeFails = "a write fails"
    case writeIsFull = "a write finds the disk full"
    case writeIsCutShort = "a write is cut short"
    case syncFails = "a sync fails"
    case syncForgets = "a sync fails and forgets"
    case syncDiscards = "a sync fails and discards"
    case isFull = "the disk is full"

    /// Lets it happen to one of the next operations.
    func arrange(on disk: SimulatedDisk, _ chance: inout SplitMix64) {
        let counts = disk.counts
        let write = DiskFault.Moment.nth(.write, counts[.write] + chance.within(1...8))
        let sync = DiskFault.Moment.nth(.sync, counts[.sync] + 1)
        switch self {
        case .powerFails: disk.faults = [DiskFault(.powerFails, at: .operation(counts.total + chance.within(1...30)))]
        case .writeFails: disk.faults = [DiskFault(.fails, at: write)]
        case .writeIsFull: disk.faults = [DiskFault(.full, at: write)]
        case .writeIsCutShort: disk.faults = [DiskFault(.cutShort, at: write)]
        case .syncFails: disk.faults = [DiskFault(.fails, at: sync)]
        case .syncForgets:
            // What such a sync leaves behind is written again when the ledger is opened, where the disk is safe to write over;
            // on others what was to be written is gone at once, and nobody builds on it.
            let effect: DiskFault.Effect = disk.configuration.isPowersafe ? .syncForgets : .syncDiscards
            disk.faults = [DiskFault(effect, at: sync)]
        case .syncDiscards: disk.faults = [DiskFault(.syncDiscards, at: sync)]
        case .isFull: disk.capacityBytes = disk.usedBytes + chance.below(10_000)
        }
    }

    /// Repairs the disk, as far as nothing has been lost.
    static func end(on disk: SimulatedDisk) {
        disk.faults = []
        disk.capacityBytes = nil
    }
}
