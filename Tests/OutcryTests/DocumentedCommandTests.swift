import ArgumentParser
import Foundation
import Testing

@testable import outcry

/// The command lines that the documents show: each is one that the program takes.
@Suite struct `The documents' command lines` {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func documents() throws -> [URL] {
        let manager = FileManager.default
        let folders = ["docs", "deploy", "commands"].map { root.appending(path: $0) }
        let files = try folders.flatMap { try manager.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil) }
        let top = ["README.md", "ARCHITECTURE.md"].map { root.appending(path: $0) }
        return (top + files).filter { $0.pathExtension == "md" }.sorted { $0.path < $1.path }
    }

    /// The lines of code blocks that run the program, with their continuations, and without what a shell takes for itself.
    private static func commands(in text: String) -> [[String]] {
        var found: [[String]] = []
        var isCode = false
        var pending = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                isCode.toggle()
                pending = ""
                continue
            }
            guard isCode else {
                // In a sentence or a table: `outcry config`.
                for span in line.split(separator: "`").enumerated()
                where span.offset % 2 == 1 && span.element.contains(" ") {
                    // `outcry user add` names a command; what it needs is in its help.
                    if let arguments = arguments(of: String(span.element)) {
                        let isName = arguments.allSatisfy { $0.allSatisfy { $0.isLowercase || $0 == "-" } }
                        found.append(isName ? arguments + ["--help"] : arguments)
                    }
                }
                continue
            }
            let words = pending + line.trimmingCharacters(in: .whitespaces)
            if words.hasSuffix("\\") {
                pending = words.dropLast() + " "
                continue
            }
            pending = ""
            if let arguments = arguments(of: words) { found.append(arguments) }
        }
        return found
    }

    /// What the program is run with by a line of a shell; nil where the line runs something else.
    private static func arguments(of line: String) -> [String]? {
        var words = shellWords(line)[...]
        if words.first == "$" { words.removeFirst() }
        if words.first == "sudo" {
            words.removeFirst()
            if words.first == "-u" { words = words.dropFirst(2) }
        }
        guard let program = words.popFirst(), program == "outcry" || program.hasSuffix("/outcry"),
            !program.contains("="),
            !words.isEmpty
        else {
            return nil
        }
        if words.last == "..." { words.removeLast() }
        return Array(words)
    }

    /// Words as a shell splits them, up to a pipe, a redirection or a comment.
    private static func shellWords(_ line: String) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in line {
            if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "\"" || character == "'" {
                quote = character
                word = word ?? ""
            } else if character.isWhitespace {
                if let done = word { words.append(done) }
                word = nil
            } else if word == nil, "|><#;&".contains(character) {
                break
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let done = word { words.append(done) }
        return words
    }

    @Test func `each is taken as it stands`() throws {
        var count = 0
        for document in try Self.documents() {
            for arguments in Self.commands(in: try String(contentsOf: document, encoding: .utf8)) {
                count += 1
                do {
                    _ = try Outcry.parseAsRoot(arguments)
                } catch {
                    guard Outcry.exitCode(for: error) != .success else { continue }
                    let name = document.lastPathComponent
                    Issue.record("\(name): outcry \(arguments.joined(separator: " ")): \(Outcry.message(for: error))")
                }
            }
        }
        #expect(count > 20)
    }
}
