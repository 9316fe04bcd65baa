/// What of one file's unsynced changes reaches the platter when the power goes.
struct CrashSurvivors {
    let model: CrashModel
    let sectorBytes: Int
    /// Whether a torn write leaves the bytes beside it alone.
    let isPowersafe: Bool
    private(set) var losses = CrashLosses()

    init(model: CrashModel, sectorBytes: Int, isPowersafe: Bool) {
        self.model = model
        self.sectorBytes = sectorBytes
        self.isPowersafe = isPowersafe
    }

    /// The file's bytes after the crash.
    mutating func bytes(of file: SimulatedFile, using random: inout some RandomNumberGenerator) -> FileBytes {
        var bytes = file.platter
        let changes = file.unsynced
        guard !changes.isEmpty else { return bytes }
        losses.unsynced += changes.count
        switch model.survival {
        case .prefix: keepPrefix(of: changes, in: &bytes, using: &random)
        case .anySectors: keepSectors(of: changes, in: &bytes, using: &random)
        }
        return bytes
    }

    private mutating func keepPrefix(
        of changes: [SimulatedFile.Change], in bytes: inout FileBytes, using random: inout some RandomNumberGenerator
    ) {
        let kept = Int.random(in: 0...changes.count, using: &random)
        for change in changes[..<kept] { bytes.apply(change) }
        losses.survived += kept
        guard kept < changes.count, case .write(let offset, let new) = changes[kept], model.tearing != .never else {
            return
        }
        let torn = Int.random(in: 0..<new.count, using: &random)
        guard torn > 0 else { return }
        losses.torn += 1
        let end = model.tearing == .anywhere ? torn : boundary(atOrBefore: offset + torn) - offset
        if end > 0 { bytes.write(new, 0..<end, at: offset) }
        if model.tearing == .anywhere { ruinSector(around: offset + end, in: &bytes, using: &random) }
    }

    private mutating func keepSectors(
        of changes: [SimulatedFile.Change], in bytes: inout FileBytes, using random: inout some RandomNumberGenerator
    ) {
        // Sometimes nearly all goes, sometimes nearly all stays: a coin for each sector alone would hardly ever lose one
        // write of many.
        let percent = [0, 10, 50, 90, 100].randomElement(using: &random) ?? 50
        func survives() -> Bool { Int.random(in: 0..<100, using: &random) < percent }
        for change in changes {
            guard case .write(let offset, let new) = change else {
                if survives() {
                    bytes.apply(change)
                    losses.survived += 1
                }
                continue
            }
            var kept = 0
            var start = 0
            while start < new.count {
                let end = min(new.count, boundary(atOrBefore: offset + start) + sectorBytes - offset)
                if survives() {
                    bytes.write(new, start..<end, at: offset + start)
                    kept += end - start
                } else if offset + end > bytes.count, Bool.random(using: &random) {
                    bytes.resize(to: offset + end)
                }
                start = end
            }
            if kept == new.count { losses.survived += 1 } else if kept > 0 { losses.torn += 1 }
        }
        if model.tearing == .anywhere, Bool.random(using: &random),
            case .write(let offset, let new)? = changes.randomElement(using: &random)
        {
            ruinSector(around: offset + Int.random(in: 0..<new.count, using: &random), in: &bytes, using: &random)
        }
    }

    /// A sector that was being written when the power went.
    private func ruinSector(
        around offset: Int, in bytes: inout FileBytes, using random: inout some RandomNumberGenerator
    ) {
        guard !isPowersafe else { return }
        let start = boundary(atOrBefore: offset)
        let noise = (0..<max(0, min(sectorBytes, bytes.count - start)) / 8 + 1).map { _ in random.next() }
        let ruined = (start..<max(start, min(start + sectorBytes, bytes.count))).map { index in
            UInt8(truncatingIfNeeded: noise[(index - start) / 8] >> UInt64(index % 8 * 8))
        }
        bytes.write(ruined, 0..<ruined.count, at: start)
    }

    private func boundary(atOrBefore offset: Int) -> Int { offset / sectorBytes * sectorBytes }
}
