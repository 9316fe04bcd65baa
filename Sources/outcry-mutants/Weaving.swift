/// Edits that do not fit their file, or each other.
struct WeavingError: Error {
    let misfits: [MutantError]
}

/// One source file with the edits of many mutants in it, each behind its switch.
///
/// Edits may be of the same text, or of a part of another's: the outer one then has the inner one where it says
/// `$ORIGINAL`. Edits that only overlap are refused.
struct Weaving {
    struct Edit {
        let mutant: Mutant
        let edit: Mutant.Edit
    }

    private struct Placed {
        let edit: Edit
        let range: Range<String.Index>
    }

    private let source: String
    /// Outer before inner, then as in the file.
    private let placed: [Placed]

    init(_ source: String, _ edits: [Edit]) throws(WeavingError) {
        self.source = source
        var placed: [Placed] = []
        var misfits: [MutantError] = []
        for edit in edits {
            let ranges = source.ranges(of: edit.edit.original)
            if let range = ranges.first, ranges.count == 1 {
                placed.append(Placed(edit: edit, range: range))
            } else {
                misfits.append(
                    MutantError(
                        edit.mutant.name, "\(edit.edit.path) has this \(ranges.count) times: \(edit.edit.original)"))
            }
        }
        self.placed = placed.sorted { left, right in
            left.range.lowerBound == right.range.lowerBound
                ? left.range.upperBound > right.range.upperBound : left.range.lowerBound < right.range.lowerBound
        }
        misfits += Weaving.collisions(self.placed)
        guard misfits.isEmpty else { throw WeavingError(misfits: misfits) }
    }

    private static func collisions(_ placed: [Placed]) -> [MutantError] {
        var found: [MutantError] = []
        for (index, outer) in placed.enumerated() {
            for inner in placed[(index + 1)...] where inner.range.lowerBound < outer.range.upperBound {
                if inner.range.upperBound > outer.range.upperBound {
                    found.append(MutantError(inner.edit.mutant.name, "overlaps an edit of \(outer.edit.mutant.name)"))
                } else if !outer.edit.edit.mutated.contains(Mutant.originalMark) {
                    found.append(
                        MutantError(
                            outer.edit.mutant.name,
                            "\(inner.edit.mutant.name) edits the same text, so say \(Mutant.originalMark) in its place")
                    )
                }
            }
        }
        return found
    }

    /// The file with all edits.
    func text() -> String {
        var text = woven(source.startIndex..<source.endIndex, placed[...])
        let isInTrading = placed.contains { $0.edit.edit.path.hasPrefix(MutantTree.switchFolder) }
        if !isInTrading, !text.split(separator: "\n").contains(where: { $0.hasSuffix("import Trading") }) {
            text = "import Trading\n" + text
        }
        return text
    }

    private func woven(_ range: Range<String.Index>, _ edits: ArraySlice<Placed>) -> String {
        var result = ""
        var at = range.lowerBound
        var rest = edits
        while let outer = rest.popFirst() {
            result += source[at..<outer.range.lowerBound]
            let inside = rest.prefix { $0.range.lowerBound < outer.range.upperBound }
            rest = rest.dropFirst(inside.count)
            result += outer.edit.edit.mutated
                .replacing(Mutant.switchMark, with: "Trading.mutantIsActive(.\(outer.edit.mutant.caseName))")
                .replacing(Mutant.originalMark, with: woven(outer.range, inside))
            at = outer.range.upperBound
        }
        return result + source[at..<range.upperBound]
    }
}
