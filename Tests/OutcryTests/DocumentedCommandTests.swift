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
            guard isCode else { continue }
            let words = pending + line.trimmingCharacters(in: .whitespaces)
            if words.hasSuffix("\\") {
                pending = words.dropLast() + " "
                continue
            }
            pending = ""
            let arguments = shellWords(words)
            guard let start = arguments.firstIndex(where: { $0 == "outcry" || $0.hasSuffix("/outcry") }),
                arguments[..<start].allSatisfy({ ["$", "sudo", "-u", "outcry", "env"].contains($0) })
            else { continue }
            found.append(Array(arguments[(start + 1)...]))
        }
        return found
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
                    let name = document.lastPathComponent
                    Issue.record("\(name): outcry \(arguments.joined(separator: " ")): \(Outcry.message(for: error))")
                }
            }
        }
        #expect(count > 20)
    }
}
