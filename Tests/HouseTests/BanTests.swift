import Foundation
import Testing

@Suite struct BanTests {
    @Test(arguments: bans)
    func `nothing in Sources is what the house has decided against`(ban: Ban) throws {
        let pattern = try Regex(ban.pattern)
        // Ten times as fast over a whole file: the lines are looked at only where it finds something.
        let quick = try NSRegularExpression(pattern: ban.pattern, options: .anchorsMatchLines)
        for file in SourceFile.all where ban.holds(in: file) {
            let text = ban.includesComments ? file.text : file.codeText
            guard quick.firstMatch(in: text, range: NSRange(location: 0, length: text.utf16.count)) != nil else {
                continue
            }
            for (number, line) in (ban.includesComments ? file.lines : file.code).enumerated()
            where line.contains(pattern) {
                Issue.record("\(file.path):\(number + 1): \(ban.what): \(file.lines[number])\ninstead: \(ban.instead)")
            }
        }
    }

    @Test(arguments: bans)
    func `each ban catches its example, and lets pass what only looks like it`(ban: Ban) throws {
        let pattern = try Regex(ban.pattern)
        let quick = try NSRegularExpression(pattern: ban.pattern, options: .anchorsMatchLines)
        func found(_ line: String) -> Bool {
            let line = ban.includesComments ? line : strippingCommentsAndText(line)
            let isFound = line.contains(pattern)
            let isFoundQuickly =
                quick.firstMatch(in: line, range: NSRange(location: 0, length: line.utf16.count)) != nil
            #expect(isFoundQuickly == isFound)
            return isFound
        }
        #expect(found(ban.example))
        #expect(!found(ban.passes))
    }

    @Test func `comments and the text of strings are no code, what strings interpolate is`() {
        let cases = [
            (#"let a = "x! \(b!) y!" // c!"#, #"let a = "    (b!)   "      "#),
            ("/* a! /* b! */ c! */d!", "                    d!"),
            (##"#"a!\(b!)"# + "c!""##, ##"#"       "# + "  ""##),
            (#""\(f(")!") + g!)""#, #"" (f("  ") + g!)""#), (#"let s = "\\" + a!"#, #"let s = "  " + a!"#),
        ]
        for (text, code) in cases { #expect(strippingCommentsAndText(text) == code) }
        let block = "let s = \"\"\"\n  a! \\(b!) \"c!\"\n  \"\"\"\nd!"
        #expect(strippingCommentsAndText(block) == "let s = \"\"\"\n      (b!)     \n  \"\"\"\nd!")
    }

    @Test func `what the compiler is told to trust is proven in a comment right above`() {
        for file in SourceFile.all {
            for (number, line) in file.code.enumerated()
            where line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") {
                let above = file.lines[max(0, number - 3)..<number].map { $0.drop(while: \.isWhitespace) }
                #expect(
                    above.contains { $0.hasPrefix("//") },
                    "\(file.path):\(number + 1): say in a comment above why this is safe, or use Mutex or an actor")
            }
        }
    }

    @Test(arguments: SourceFile.all)
    func `a file is one idea`(file: SourceFile) {
        #expect(file.lines.count <= 400, "\(file.path) has \(file.lines.count) lines: split it by its nouns")
    }

    /// Types, functions and computed properties; not what only meets a requirement that is documented elsewhere, stored
    /// properties whose type has said it, nor initializers that only take them.
    @Test(arguments: SourceFile.all)
    func `what is public says what it is`(file: SourceFile) throws {
        let declaration = try Regex(
            #"^\s*(@\w+(\([^)]*\))?\s+)*public\s+(static\s+|final\s+|mutating\s+|nonmutating\s+|indirect\s+|nonisolated\s+)*(struct|enum|class|actor|protocol|typealias|func\s+\w)"#
        )
        let witness = try Regex(#"func\s+(hash|encode|makeIterator|next|index|advanced)\b"#)
        for (number, line) in file.code.enumerated()
        where line.contains(declaration) && !line.contains(witness) && !file.isDocumented(number) {
            Issue.record("\(file.path):\(number + 1): undocumented: \(line.drop(while: \.isWhitespace))")
        }
    }

    /// Sees what is declared with its type in the room; what is inferred it cannot see.
    @Test func `the engine never depends on the order in which a dictionary or set happens to be`() throws {
        let declared = try Regex(
            #"\b(?:var|let)\s+(\w+)\s*(?::\s*(?:\[[^\[\]]+:[^\]]*\]|Set<|Dictionary<)|=\s*(?:Set|Dictionary)<)"#)
        for room in pureRooms.sorted() {
            let files = SourceFile.all.filter { $0.room == room }
            func names(in files: [SourceFile]) -> Set<String> {
                let found = files.flatMap(\.code).flatMap { $0.matches(of: declared) }
                return Set(found.compactMap { $0.output[1].substring.map(String.init) })
            }
            // The engine's state is walked from many files; elsewhere a name is its file's.
            let shared = room == "OrderEngine" ? names(in: files) : []
            if room == "OrderEngine" { #expect(shared.isSuperset(of: ["entries", "funds", "openOrders", "fillIDs"])) }
            for file in files {
                for name in shared.union(names(in: [file])).sorted() {
                    let walk = try Regex(walkPattern(name))
                    for (number, line) in file.code.enumerated() where line.contains(walk) && !line.contains("sorted") {
                        Issue.record(
                            "\(file.path):\(number + 1): \(name) has no order: walk \(name).keys.sorted(), or keep it ordered"
                        )
                    }
                }
            }
        }
    }

    @Test func `a walk over a dictionary is seen`() throws {
        let walk = try Regex(walkPattern("entries"))
        for line in [
            "for entry in entries {", "for (id, entry) in self.entries where id > 3 {", "entries.values.map { $0 }",
            "entries.forEach {", "let ids = entries.keys.filter { }", "entries.first { $0 }",
        ] { #expect(line.contains(walk), "\(line)") }
        for line in ["entries[id]", "for id in ids {", "snapshot.entries2.map", "entries.keys", "entries.isEmpty"] {
            #expect(!line.contains(walk), "\(line)")
        }
    }

    private func walkPattern(_ name: String) -> String {
        #"(\bin\s+(self\.)?"# + name + #"(\.keys|\.values)?\s*(\{|where\b))|((^|[^.\w]|\bself\.)"# + name
            + #"(\.keys|\.values)?\.(map|compactMap|flatMap|filter|forEach|reduce|first|enumerated|prefix|randomElement|popFirst)\b)"#
    }
}

extension Ban {
    func holds(in file: SourceFile) -> Bool {
        (rooms?.contains(file.room) ?? true) && (folders?.contains(file.folder) ?? true)
            && !exceptRooms.contains(file.room) && exceptFiles[file.name] == nil
    }
}

extension SourceFile {
    /// Whether a doc comment stands above the line, or above the attributes above it.
    func isDocumented(_ number: Int) -> Bool {
        for above in lines[..<number].reversed() {
            let text = above.drop(while: \.isWhitespace)
            if text.hasPrefix("///") || text.hasPrefix("*/") { return true }
            guard text.hasPrefix("@") || text.hasPrefix("//") else { return false }
        }
        return false
    }
}
