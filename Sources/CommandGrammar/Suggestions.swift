/// What a word was meant to be: near misses of the words that could stand in its place.
///
/// Distances are Damerau and Levenshtein's (a letter left out, put in, replaced, or two swapped), weighted by how fingers
/// slip: a neighbouring key, a doubled letter and a swap count less than any other edit.
package enum Suggestions {
    /// How many candidates are tried on the line.
    static let candidatesMax = 8
    /// Longer words are no slips of the finger, and comparing them costs.
    private static let wordBytesMax = 32

    private static let replaceCost = 10
    private static let neighbourCost = 7
    private static let swapCost = 8
    private static let insertCost = 9
    private static let doubleCost = 7

    /// The words that are near enough, nearest first; of two as near, the one that was listed first.
    package static func nearest(to typed: String, among words: [String]) -> [String] {
        let typed = lowercased(typed)
        guard !typed.isEmpty, typed.count <= wordBytesMax else { return [] }
        let letters = letterSet(typed)
        var found: [(cost: Int, word: String)] = []
        for word in words {
            let bytes = Array(word.utf8)
            let limit = costMax(max(typed.count, bytes.count), shortest: min(typed.count, bytes.count))
            guard bytes.count > 1, abs(bytes.count - typed.count) <= 2,
                // An edit takes one letter away and brings one at most: most words of a long list are out at once.
                (letters ^ letterSet(bytes)).nonzeroBitCount <= 2 * (limit / neighbourCost)
            else { continue }
            let cost = distance(typed, bytes)
            if cost <= limit { found.append((cost, word)) }
        }
        // A stable order: `sort` of the standard library is stable, but does not promise to be.
        let ranked = found.enumerated().sorted {
            ($0.element.cost, $0.offset) < ($1.element.cost, $1.offset)
        }
        return ranked.prefix(candidatesMax).map(\.element.word)
    }

    /// One edit in short words, two in middling ones, three in long ones.
    private static func costMax(_ longest: Int, shortest: Int) -> Int {
        switch longest {
        case ...2: neighbourCost + 2
        case ...4: replaceCost
        case ...7: shortest < 4 ? replaceCost : 2 * insertCost
        default: 3 * insertCost
        }
    }

    /// Which letters occur: a bit for each, some bits for several.
    private static func letterSet(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0) { $0 | 1 << UInt64($1 & 63) }
    }

    private static func lowercased(_ text: String) -> [UInt8] {
        text.utf8.map { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") ? $0 | 0x20 : $0 }
    }

    /// The cost of the edits that turn `typed` into `word`, where no stretch is edited twice.
    static func distance(_ typed: [UInt8], _ word: [UInt8]) -> Int {
        var twoAbove: [Int] = []
        var above = Array(0...word.count).map { $0 * insertCost }
        for row in 1...typed.count {
            var current = [above[0] + insertCost]
            current.reserveCapacity(word.count + 1)
            for column in stride(from: 1, through: word.count, by: 1) {
                let (from, to) = (typed[row - 1], word[column - 1])
                var cost = above[column - 1] + (from == to ? 0 : areNeighbours(from, to) ? neighbourCost : replaceCost)
                let isDoubledInTyped = row > 1 && typed[row - 2] == from
                cost = min(cost, above[column] + (isDoubledInTyped ? doubleCost : insertCost))
                let isDoubledInWord = column > 1 && word[column - 2] == to
                cost = min(cost, current[column - 1] + (isDoubledInWord ? doubleCost : insertCost))
                if row > 1, column > 1, from == word[column - 2], typed[row - 2] == to {
                    cost = min(cost, twoAbove[column - 2] + swapCost)
                }
                current.append(cost)
            }
            twoAbove = above
            above = current
        }
        return above[word.count]
    }

    // MARK: The keyboard

    private static let rows = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"].map { Array($0.utf8) }

    private static let places: [UInt8: (row: Int, column: Int)] = {
        var places: [UInt8: (row: Int, column: Int)] = [:]
        for (row, keys) in rows.enumerated() {
            for (column, key) in keys.enumerated() { places[key] = (row, column) }
        }
        return places
    }()

    /// Whether two keys touch on a QWERTY keyboard, where each row stands half a key to the right of the one above.
    static func areNeighbours(_ one: UInt8, _ other: UInt8) -> Bool {
        guard let first = places[one], let second = places[other] else { return false }
        switch second.row - first.row {
        case 0: return abs(first.column - second.column) == 1
        case 1: return second.column == first.column || second.column == first.column - 1
        case -1: return second.column == first.column || second.column == first.column + 1
        default: return false
        }
    }
}
