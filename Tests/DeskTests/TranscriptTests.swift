import Conversation
import Foundation
import Testing
import Transcripts

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
            // Nothing of a conversation is lost where it goes to another process and back.
            let outcome = TranscriptRunner(boundary: throughBytes).run(transcript)
            #expect(outcome.isMatch, "\(outcome.report)")
        }
    }
}

private func throughBytes(_ crossing: Crossing) throws -> Crossing {
    let read = try JSONDecoder().decode(Crossing.self, from: JSONEncoder().encode(crossing))
    guard read == crossing else { throw CrossingChanged(sent: crossing, read: read) }
    return read
}

private struct CrossingChanged: Error {
    let sent: Crossing
    let read: Crossing
}

@Suite struct CrossingTests {
    @Test func `another version is refused before it is read`() throws {
        let crossing = Crossing(.event(.closed(SessionID(gateway: 3, number: 7))))
        #expect(try throughBytes(crossing) == crossing)
        let text = String(decoding: try JSONEncoder().encode(crossing), as: UTF8.self)
        let newer = text.replacing("\"version\":1", with: "\"version\":2").replacing("closed", with: "vanished")
        #expect(newer != text)
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Crossing.self, from: Data(newer.utf8))
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("version 2 of the conversation; expected 1"))
    }

    @Test func `a session names its gateway, and sessions of two gateways are two`() {
        let here = SessionID(gateway: 0, number: 5)
        let there = SessionID(gateway: 65_535, number: 5)
        #expect(here == SessionID(rawValue: 5) && here != there && here < there)
        #expect(here.gateway == 0 && there.gateway == 65_535)
        #expect(SessionID(gateway: 1, number: 1 << 48 - 1) < SessionID(gateway: 2, number: 0))
    }
}
