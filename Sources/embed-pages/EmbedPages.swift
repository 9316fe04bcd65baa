import Foundation

/// `embed-pages OUTPUT PAGE...`: one Swift source file that holds the text of every page, by its file's name.
@main
struct EmbedPages {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let output = arguments.first else {
            throw CocoaError(.fileNoSuchFile)
        }
        var source =
            "/// Each page of `commands/`, by its file's name without `.md`.\nlet embeddedPages: [String: String] = [\n"
        for path in arguments.dropFirst() {
            let url = URL(filePath: path)
            let text = try String(contentsOf: url, encoding: .utf8)
            let name = url.deletingPathExtension().lastPathComponent
            source += "    \(name.debugDescription): \(text.debugDescription),\n"
        }
        if arguments.count == 1 { source += "    :\n" }
        source += "]\n"
        try source.write(to: URL(filePath: output), atomically: true, encoding: .utf8)
    }
}
