import Testing

/// Types of the desk that have more parts than anybody holds in mind at once, and why they may.
private let large: [String: String] = ["DeskLimits": "one for each limit, each a setting"]
private let most = 12

@Suite struct StoredPropertyTests {
    @Test func `no type of the desk has more than a dozen stored properties`() {
        var found: [String: Int] = [:]
        for file in SourceFile.all where file.room == "Desk" {
            for (type, count) in storedProperties(of: file.code) { found[type, default: 0] += count }
        }
        #expect(found["DeskCore"] ?? 0 > 5 && found["Seat"] ?? 0 > 5)
        for (type, count) in found.sorted(by: { $0.key < $1.key }) where count > most && large[type] == nil {
            Issue.record("\(type) has \(count) stored properties, more than \(most): give some a type of their own")
        }
        for type in large.keys { #expect(found[type] ?? 0 > most, "\(type) is an exception for nothing") }
    }

    @Test func `what is stored is told from what is computed, and from what is in a function`() {
        let code = """
            final class Seat {
                let id: Int
                private(set) var pairs: [Int] = []
                unowned let desk: Desk
                var name: String { id.description }
                var isOpen: Bool { id == 1 }
                var traffic = Traffic {
                static let most = 5
                struct Traffic {
                    var reports: [Int] = []
                }
                func process() {
                    let first = 1
                }
            }
            extension Seat {
                var other: Int { 1 }
            }
            """
        let found = storedProperties(of: code.split(separator: "\n").map(String.init))
        #expect(found == ["Seat": 4, "Traffic": 1])
    }
}

/// How many stored properties each class and struct of some lines of formatted code has.
private func storedProperties(of code: [String]) -> [String: Int] {
    var found: [String: Int] = [:]
    // Formatted code is indented by its depth.
    var open: [(name: String, indent: Int)] = []
    for line in code where !line.allSatisfy(\.isWhitespace) {
        let indent = line.prefix { $0 == " " }.count
        while let last = open.last, indent <= last.indent { open.removeLast() }
        var words = line.split { $0 == " " || $0 == ":" || $0 == "<" }.map(String.init)[...]
        let isStatic = words.contains("static")
        while let word = words.first, modifiers.contains(word) || word.hasPrefix("@") { words.removeFirst() }
        guard let keyword = words.popFirst(), let name = words.first else { continue }
        switch keyword {
        case "struct", "class": open.append((name, indent))
        case "extension", "enum", "protocol": open.append(("", indent))
        case "let", "var":
            let isComputed = keyword == "var" && line.contains("{") && !line.prefix { $0 != "{" }.contains("=")
            guard let type = open.last, type.indent == indent - 4, !type.name.isEmpty, !isStatic, !isComputed else {
                continue
            }
            found[type.name, default: 0] += 1
        default: break
        }
    }
    return found
}

private let modifiers: Set<String> = [
    "public", "package", "internal", "fileprivate", "private", "final", "static", "unowned", "weak", "lazy",
    "private(set)",
    "fileprivate(set)", "internal(set)", "mutating", "nonisolated(unsafe)",
]
