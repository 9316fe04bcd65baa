/// A page of `commands/`, taken apart.
///
/// The page's first line is `# NAME: SUMMARY`; its first code block is the usage, one line each; the rest is prose and
/// transcripts in blocks that say `transcript`.
public struct CommandPage {
    public let name: String
    public let summary: String
    public let usage: [String]
    private let lines: [Substring]

    public init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let title = (lines.first ?? "").drop { $0 == "#" || $0 == " " }
        let parts = title.split(separator: ":", maxSplits: 1)
        name = parts.first.map(String.init) ?? ""
        summary = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
        let block = lines.drop { !$0.hasPrefix("```") }.dropFirst()
        usage = block.prefix { !$0.hasPrefix("```") }.map(String.init)
    }

    /// Without Markdown's fences and marks, and without the setting of transcripts: what is moved before anybody types.
    package var forReading: [String] {
        var reading: [String] = []
        var isSetting = false
        for line in lines {
            if line.hasPrefix("```") {
                isSetting = line == "```transcript"
                continue
            }
            if isSetting, line.hasPrefix("@") { continue }
            if !line.isEmpty, !line.hasPrefix("#") { isSetting = false }
            let text = line.hasPrefix("#") ? line.drop { $0 == "#" || $0 == " " } : line
            if text.isEmpty, reading.last?.isEmpty ?? true { continue }
            reading.append(String(text))
        }
        while reading.last?.isEmpty == true { reading.removeLast() }
        return reading
    }
}
