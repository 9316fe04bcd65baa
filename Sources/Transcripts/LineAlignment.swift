/// A line that must be seen: `...` in it stands for anything within the line, alone for any lines.
struct LinePattern: Hashable, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    /// Only `...`, apart from spaces.
    var isAnyLines: Bool { text.filter { $0 != " " } == "..." }

    func matches(_ line: String) -> Bool {
        let pieces = text.split(separator: "...", omittingEmptySubsequences: false)
        guard pieces.count > 1, let first = pieces.first, let last = pieces.last else { return text == line }
        guard line.hasPrefix(first) else { return false }
        var rest = line.dropFirst(first.count)
        // The leftmost place of each piece leaves the most for those behind it.
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            guard let place = rest.firstRange(of: piece) else { return false }
            rest = rest[place.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}

/// What was expected beside what was seen, so laid against each other that as little as possible differs.
struct LineAlignment: Hashable, Sendable {
    /// Indices of the lines on both sides.
    enum Row: Hashable, Sendable {
        case same(expected: Int, seen: Int)
        /// A line of `...` alone, and the lines that it stands for.
        case anyLines(expected: Int, seen: Range<Int>)
        case changed(expected: Int, seen: Int)
        case missing(expected: Int)
        case extra(seen: Int)
    }

    let rows: [Row]
    /// Whether what was seen is what was expected.
    let isMatch: Bool

    // A line in place of another is one difference. To give up an expected line costs more than to have one too many:
    // otherwise `...` would swallow the line that was seen in its stead.
    private static let changedCost = 2
    private static let missingCost = 3
    private static let extraCost = 2

    init(expected: [String], seen: [String]) {
        let patterns = expected.map { LinePattern($0) }
        // cost[i][j]: of the expected lines from i on against the seen ones from j on.
        let width = seen.count + 1
        var cost = [Int](repeating: 0, count: (patterns.count + 1) * width)
        var isSame = [Bool](repeating: false, count: patterns.count * width)
        for j in 0..<seen.count { cost[patterns.count * width + j] = (seen.count - j) * LineAlignment.extraCost }
        for i in patterns.indices.reversed() {
            let pattern = patterns[i]
            for j in (0...seen.count).reversed() {
                let at = i * width + j
                if pattern.isAnyLines {
                    cost[at] = j < seen.count ? min(cost[at + width], cost[at + 1]) : cost[at + width]
                    continue
                }
                cost[at] = cost[at + width] + LineAlignment.missingCost
                guard j < seen.count else { continue }
                isSame[at] = pattern.matches(seen[j])
                cost[at] = min(
                    cost[at], cost[at + 1] + LineAlignment.extraCost,
                    cost[at + width + 1] + (isSame[at] ? 0 : LineAlignment.changedCost))
            }
        }
        var rows: [Row] = []
        var (i, j) = (0, 0)
        while i < patterns.count {
            let at = i * width + j
            if patterns[i].isAnyLines {
                let start = j
                while cost[i * width + j] != cost[(i + 1) * width + j] { j += 1 }
                rows.append(.anyLines(expected: i, seen: start..<j))
                i += 1
            } else if j < seen.count, cost[at] == cost[at + width + 1] + (isSame[at] ? 0 : LineAlignment.changedCost) {
                rows.append(isSame[at] ? .same(expected: i, seen: j) : .changed(expected: i, seen: j))
                (i, j) = (i + 1, j + 1)
            } else if cost[at] == cost[at + width] + LineAlignment.missingCost {
                rows.append(.missing(expected: i))
                i += 1
            } else {
                rows.append(.extra(seen: j))
                j += 1
            }
        }
        rows += (j..<seen.count).map { .extra(seen: $0) }
        self.rows = rows
        isMatch = cost[0] == 0
    }
}
