import Foundation

/// A file with transcripts in it: one, or, in a Markdown page, one in each fenced block that says `transcript`.
///
/// The blocks of a page have nothing to do with one another: each has a desk of its own.
public struct TranscriptFile: Sendable {
    public let path: String
    /// In the order in which they stand in the file.
    public let transcripts: [Transcript]
    private let lines: [Substring]

    /// Reads a file. Throws `CocoaError` for one that cannot be read, `TranscriptError` for one with a line that makes no sense.
    public init(path: String) throws {
        try self.init(path: path, text: String(contentsOfFile: path, encoding: .utf8))
    }

    /// As if the file at `path` had this text.
    public init(path: String, text: String) throws(TranscriptError) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard path.hasSuffix(".md") else {
            transcripts = [try TranscriptParser.transcript(lines[...], from: 1, file: path)]
            return
        }
        var found: [Transcript] = []
        for block in try TranscriptFile.blocks(lines, path) {
            // Line n of the file is at n - 1.
            found.append(try TranscriptParser.transcript(lines[block], from: block.lowerBound + 1, file: path))
        }
        transcripts = found
    }

    /// What stands between the fences of each ```` ```transcript ```` block.
    private static func blocks(_ lines: [Substring], _ path: String) throws(TranscriptError) -> [Range<Int>] {
        var blocks: [Range<Int>] = []
        var opening: (line: Int, isTranscript: Bool)?
        for (index, line) in lines.enumerated() where line.hasPrefix("```") {
            if let (line, isTranscript) = opening {
                if isTranscript { blocks.append(line + 1..<index) }
                opening = nil
            } else {
                opening = (index, line.withoutTrailingSpaces == "```transcript")
            }
        }
        if let opening {
            throw TranscriptError(file: path, line: opening.line + 1, message: "this block has no end")
        }
        return blocks
    }

    /// The file with what was really seen in place of what was expected, wherever the two differ. Comments, layout, and
    /// patterns that still match stay as they are.
    ///
    /// `outcomes` are those of `transcripts`, in their order.
    public func updated(with outcomes: [TranscriptOutcome]) -> String {
        var text = lines.map(String.init)
        for outcome in outcomes.reversed() { outcome.rewrite(&text) }
        return text.joined(separator: "\n")
    }
}
