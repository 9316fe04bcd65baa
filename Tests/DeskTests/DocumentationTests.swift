import Foundation
import Testing
import Transcripts

/// The conversations in `docs/`: what they show is what happens, as in the pages of `commands/`.
@Suite struct DocumentationTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs")

    private static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { $0.hasSuffix(".md") }.sorted()
    }

    @Test func `every transcript of a document is what happens`() throws {
        var count = 0
        for name in try Self.names() {
            for transcript in try TranscriptFile(path: Self.folder.appending(path: name).path()).transcripts {
                let outcome = TranscriptRunner().run(transcript)
                #expect(outcome.isMatch, "\(outcome.report)")
                count += 1
            }
        }
        #expect(count > 0)
    }
}
