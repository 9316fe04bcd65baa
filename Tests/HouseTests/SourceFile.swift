import Foundation

import protocol Testing.CustomTestStringConvertible

/// One Swift file of the package, as it is and without its comments and the text of its strings.
struct SourceFile: Sendable, CustomTestStringConvertible {
    /// The folder in `Sources` that it is in.
    let room: String
    /// From the top of the package: `Sources/Trading/Coin.swift`.
    let path: String
    let text: String
    let lines: [String]
    /// As many as `lines`; comments and the text of strings are blank, what strings interpolate is not.
    let code: [String]
    let codeText: String

    var testDescription: String { path }
    /// The folder that it is in.
    var folder: String { path.split(separator: "/").dropLast().last.map(String.init) ?? "" }
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    init(room: String, path: String, text: String) {
        self.room = room
        self.path = path
        self.text = text
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        codeText = strippingCommentsAndText(text)
        code = codeText.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The package's top, seen from this file.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every Swift file in `Sources`, by path.
    static let all: [SourceFile] = {
        let sources = root.appendingPathComponent("Sources")
        var files: [SourceFile] = []
        for room in rooms {
            let folder = sources.appendingPathComponent(room)
            let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
            for case let url as URL in found ?? FileManager.DirectoryEnumerator() where url.pathExtension == "swift" {
                guard let text = try? String(contentsOf: url, encoding: .utf8) else { continue }
                let parts = url.standardizedFileURL.pathComponents.dropFirst(
                    root.standardizedFileURL.pathComponents.count)
                files.append(SourceFile(room: room, path: parts.joined(separator: "/"), text: text))
            }
        }
        return files.sorted { $0.path < $1.path }
    }()

    /// The folders in `Sources`.
    static let rooms: [String] = {
        let sources = root.appendingPathComponent("Sources").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: sources)) ?? []
        return names.filter { !$0.hasPrefix(".") }.sorted()
    }()
}

/// The same text with spaces for comments and for what stands in strings, so that lines and columns stay.
func strippingCommentsAndText(_ text: String) -> String {
    var lexer = Stripper(rest: Array(text.unicodeScalars))
    lexer.code(untilParenthesis: false)
    var result = String.UnicodeScalarView()
    result.append(contentsOf: lexer.kept)
    return String(result)
}

private struct Stripper {
    let rest: [Unicode.Scalar]
    var at = 0
    var kept: [Unicode.Scalar] = []

    init(rest: [Unicode.Scalar]) { self.rest = rest }

    private func starts(_ text: String) -> Bool {
        var index = at
        for scalar in text.unicodeScalars {
            guard index < rest.count, rest[index] == scalar else { return false }
            index += 1
        }
        return true
    }

    private mutating func keep(_ count: Int = 1) {
        for _ in 0..<count where at < rest.count {
            kept.append(rest[at])
            at += 1
        }
    }

    private mutating func blank(_ count: Int = 1) {
        for _ in 0..<count where at < rest.count {
            kept.append(rest[at] == "\n" ? "\n" : " ")
            at += 1
        }
    }

    mutating func code(untilParenthesis: Bool) {
        var depth = 0
        while at < rest.count {
            if starts("//") {
                while at < rest.count, rest[at] != "\n" { blank() }
            } else if starts("/*") {
                comment()
            } else if starts("\"") || starts("#\"") || starts("##\"") {
                string()
            } else {
                if rest[at] == "(" { depth += 1 }
                if rest[at] == ")" {
                    if untilParenthesis, depth == 0 { return }
                    depth -= 1
                }
                keep()
            }
        }
    }

    private mutating func comment() {
        var depth = 0
        repeat {
            if starts("/*") {
                depth += 1
                blank(2)
            } else if starts("*/") {
                depth -= 1
                blank(2)
            } else {
                blank()
            }
        } while depth > 0 && at < rest.count
    }

    private mutating func string() {
        var hashes = ""
        while at < rest.count, rest[at] == "#" {
            hashes += "#"
            keep()
        }
        let quote = starts("\"\"\"") ? "\"\"\"" : "\""
        keep(quote.count)
        while at < rest.count {
            if starts(quote + hashes) {
                keep(quote.count + hashes.count)
                return
            }
            if starts("\\" + hashes + "(") {
                blank(1 + hashes.count)
                keep()
                code(untilParenthesis: true)
                keep()
            } else if starts("\\" + hashes) {
                blank(2 + hashes.count)
            } else {
                if quote.count == 1, rest[at] == "\n" { return }
                blank()
            }
        }
    }
}
