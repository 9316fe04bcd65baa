extension TimeZoneRules {
    /// More edits than this are no slip of the fingers.
    private static let editCountMax = 2

    /// The zone that was probably meant: one city of that name (`Madrid`), or one name or city within two edits
    /// (`Europe/Madird`). Nil where there is none, or where there are several as near.
    public static func suggestion(for typed: some StringProtocol) -> String? {
        let typed = Array(typed.lowercased().utf8)
        guard (2...40).contains(typed.count) else { return nil }
        var nearest: String?
        var distanceMin = editCountMax + 1
        var isTied = false
        for name in names {
            let folded = Array(name.lowercased().utf8)
            let city = folded.suffix(while: { $0 != UInt8(ascii: "/") })
            // A short word is within two edits of too many.
            let allowed = min(editCountMax, typed.count / 4)
            let distance = min(
                edits(from: typed, to: folded, atMost: allowed), edits(from: typed, to: Array(city), atMost: allowed))
            if distance < distanceMin {
                (nearest, distanceMin, isTied) = (name, distance, false)
            } else if distance == distanceMin {
                isTied = true
            }
        }
        return isTied ? nil : nearest
    }

    /// How many letters to put in, leave out, change, or swap with the next; `editCountMax + 1` for more than `limit`.
    private static func edits(from left: [UInt8], to right: [UInt8], atMost limit: Int) -> Int {
        let tooMany = editCountMax + 1
        guard abs(left.count - right.count) <= limit else { return tooMany }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                var best = min(row[j] + 1, last[j + 1] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    best = min(best, beforeLast[j - 1] + 1)
                }
                row.append(best)
            }
            (beforeLast, last) = (last, row)
        }
        return last[right.count] <= limit ? last[right.count] : tooMany
    }
}

extension Array where Element == UInt8 {
    /// The elements at the end that are all as asked.
    fileprivate func suffix(while isWanted: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = lastIndex { !isWanted($0) }.map { $0 + 1 } ?? startIndex
        return self[start...]
    }
}
