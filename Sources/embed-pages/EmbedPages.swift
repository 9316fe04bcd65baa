import Foundation

/// `embed-pages OUTPUT PAGE...`: one Swift source file that holds the text of every page, by its file's name. Pages in a folder
/// `topics` are topics, all others are about commands.
@main
struct EmbedPages {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let output = arguments.first else {
            throw CocoaError(.fileNoSuchFile)
        }
        let pages = arguments.dropFirst().map { URL(filePath: $0) }
        func isTopic(_ page: URL) -> Bool { page.deletingLastPathComponent().lastPathComponent == "topics" }
        let source =
            try "/// Each page of `commands/`, by its file's name without `.md`.\n"
            + dictionary("embeddedPages", of: pages.filter { !isTopic($0) })
            + "\n/// Each page of `commands/topics/`, by its file's name without `.md`.\n"
            + dictionary("embeddedTopics", of: pages.filter(isTopic))
        try source.write(to: URL(filePath: output), atomically: true, encoding: .utf8)
    }

    /// The declaration of a dictionary with the text of each page.
    private static func dictionary(_ name: String, of pages: [URL]) throws -> String {
        var source = "let \(name): [String: String] = [\n"
        for page in pages {
            let text = try String(contentsOf: page, encoding: .utf8)
            let key = page.deletingPathExtension().lastPathComponent
            source += "    \(key.debugDescription): \(text.debugDescription),\n"
        }
        if pages.isEmpty { source += "    :\n" }
        return source + "]\n"
    }
}
