#if canImport(Desk)
import Transcripts

/// What holds for files that a person has written.
enum FuzzTranscripts {
    /// A transcript is read, or refused at one of its lines; with nothing new it is written as it was.
    static func file(_ bytes: [UInt8]) throws(FuzzFinding) {
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
        for path in ["any.transcript", "any.md"] {
            do throws(TranscriptError) {
                let file = try TranscriptFile(path: path, text: text)
                guard file.updated(with: []) == text else { throw unlike }
            } catch {
                try expect((1...lines + 1).contains(error.line), "\(error) is not at one of its \(lines) lines")
            }
        }
    }

    private static let unlike = TranscriptError(file: "", line: 0, message: "it is written otherwise than it was read")
}
#endif
