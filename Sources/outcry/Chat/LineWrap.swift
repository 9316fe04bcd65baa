/// Breaks long lines between words, so that no word, number or coin is cut in two by the edge of the window.
enum LineWrap {
    /// Columns by which the rest of a line stands further in than its beginning.
    static let indent = 2
    /// In a window that is narrower than this nothing is broken here.
    static let columnsMin = 20

    /// A text of several lines. A row of carets stays under what it points at.
    static func wrapped(_ text: String, columns: Int) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var rows: [String] = []
        var index = 0
        while index < lines.count {
            let line = lines[index]
            index += 1
            if index < lines.count, isCarets(lines[index]), ScreenWidth.of(line) > columns {
                rows += withCarets(line, lines[index], columns: columns)
                index += 1
            } else {
                rows += self.rows(of: line, columns: columns)
            }
        }
        return rows.joined(separator: "\n")
    }

    /// One line as rows that fit, but for words that are longer than a row: those are left to the terminal, whole, so that
    /// they can be copied.
    static func rows(of line: Substring, columns: Int) -> [String] {
        guard columns >= columnsMin, ScreenWidth.of(line) > columns else { return [String(line)] }
        let own = line.prefix { $0 == " " }
        let further = String(repeating: " ", count: min(own.count + indent, columns / 4))
        var rows: [String] = []
        var row = String(own)
        var isEmpty = true
        for piece in pieces(of: line.dropFirst(own.count)) {
            let spaces = isEmpty ? "" : piece.spaces
            if !isEmpty, ScreenWidth.of(row) + spaces.count + ScreenWidth.of(piece.word) > columns {
                rows.append(row)
                row = further + piece.word
            } else {
                row += spaces + piece.word
            }
            isEmpty = false
        }
        rows.append(row)
        return rows
    }

    /// Words with the spaces before each. A number and the coin or unit behind it are one, as is `#41` with what it is.
    private static func pieces(of line: Substring) -> [(spaces: String, word: String)] {
        var pieces: [(spaces: String, word: String)] = []
        var rest = line
        while !rest.isEmpty {
            let spaces = rest.prefix { $0 == " " }
            rest = rest[spaces.endIndex...]
            let word = rest.prefix { $0 != " " }
            rest = rest[word.endIndex...]
            if spaces.count == 1, let last = pieces.last, isFigure(last.word), isUnit(word) {
                pieces[pieces.count - 1].word += " " + word
            } else if !word.isEmpty {
                pieces.append((String(spaces), String(word)))
            }
        }
        return pieces
    }

    private static func isFigure(_ word: String) -> Bool {
        word.last?.isNumber == true && !word.contains(" ") && word.contains { $0.isNumber }
            && word.allSatisfy { $0.isNumber || ".,-+≈(".contains($0) }
    }

    /// `btc`, `usd,`, `btc_usd`.
    private static func isUnit(_ word: Substring) -> Bool {
        let letters = word.prefix { $0.isLetter || $0 == "_" }
        let rest = word[letters.endIndex...]
        return !letters.isEmpty && letters.count <= 12 && rest.count <= 2 && rest.allSatisfy { ",.;:)".contains($0) }
    }

    private static func isCarets(_ line: Substring) -> Bool {
        line.contains("^") && line.allSatisfy { $0 == " " || $0 == "^" }
    }

    /// Breaks a line and what points at it at the same places.
    private static func withCarets(_ line: Substring, _ carets: Substring, columns: Int) -> [String] {
        guard columns >= columnsMin else { return [String(line), String(carets)] }
        var (line, carets) = (line, carets)
        var rows: [String] = []
        var before = ""
        while !line.isEmpty {
            let room = columns - before.count
            var end = line.startIndex
            var width = 0
            while end < line.endIndex {
                width += ScreenWidth.of(line[end...end])
                if width > room { break }
                end = line.index(after: end)
            }
            if end < line.endIndex, let space = line[..<end].lastIndex(of: " "),
                line[..<space].contains(where: { $0 != " " })
            {
                end = line.index(after: space)
            }
            // A character that is wider than the window.
            if end == line.startIndex { end = line.index(after: end) }
            let count = line.distance(from: line.startIndex, to: end)
            rows.append(before + line[..<end])
            let below = carets.prefix(count)
            if below.contains("^") { rows.append(before + below) }
            line = line[end...]
            carets = carets.dropFirst(count)
            before = String(repeating: " ", count: indent * 2)
        }
        return rows
    }
}
