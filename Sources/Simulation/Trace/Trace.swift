import Trading

/// All that went in, came out, was written and went wrong, in order: as a hash always, as text where it is wanted.
public struct Trace: Sendable {
    /// FNV-1a, 64 bits, over the lines with a line break after each.
    public private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    /// The newest lines, at most `linesKept`.
    public private(set) var lines: [String] = []
    public private(set) var lineCount = 0
    let linesKept: Int

    init(linesKept: Int) { self.linesKept = linesKept }

    mutating func add(_ text: String, at moment: Timestamp) {
        let line = "\(Trace.clock(moment)) \(text)"
        for byte in line.utf8 { mix(byte) }
        mix(0x0A)
        lineCount += 1
        guard linesKept > 0 else { return }
        lines.append(line)
        // Cut seldom: a removal at the front moves all the others.
        if lines.count > linesKept, lines.count > 2 * linesKept { lines.removeFirst(lines.count - linesKept) }
    }

    private mutating func mix(_ byte: UInt8) {
        hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }

    /// Seconds and nanoseconds of the day: short, and enough for a run of minutes.
    private static func clock(_ moment: Timestamp) -> String {
        let second = moment.nanoseconds / 1_000_000_000 % 86_400
        let nanosecond = String(moment.nanoseconds % 1_000_000_000)
        return "\(second).\(String(repeating: "0", count: 9 - nanosecond.count))\(nanosecond)"
    }
}
