import Foundation
import OutcryTesting
import Testing

/// Whole conversations with the desk: the files of `Transcripts/`.
struct TranscriptTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "Transcripts")

    private static let names: [String] = {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return found.filter { $0.hasSuffix(".transcript") }.sorted()
    }()

    @Test func `there are conversations`() {
        #expect(TranscriptTests.names.count >= 8)
    }

    @Test(arguments: names)
    func `a conversation goes as it is written`(name: String) throws {
        let file = try TranscriptFile(path: TranscriptTests.folder.appending(path: name).path)
        for transcript in file.transcripts {
            let outcome = TranscriptRunner().run(transcript)
            #expect(outcome.isMatch, "\(outcome.report)")
        }
    }
}
