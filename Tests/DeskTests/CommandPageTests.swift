import CommandGrammar
import CommandPages
import Desk
import Foundation
import Testing
import Transcripts

/// The pages of `commands/`: what they show is what happens, and no command is without one.
struct CommandPageTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "commands")

    /// `?` stands for `preview`, whose page it shares.
    private static let words = commandWords.filter { $0 != "?" }

    private static func path(_ name: String) -> String { folder.appending(path: "\(name).md").path }

    @Test(arguments: CommandPages.names)
    func `every transcript of a page is what happens`(page: String) throws {
        let file = try TranscriptFile(path: CommandPageTests.path(page))
        for transcript in file.transcripts {
            let outcome = TranscriptRunner().run(transcript)
            #expect(outcome.isMatch, "\(outcome.report)")
        }
    }

    @Test(arguments: CommandPages.names)
    func `a page has a usage, and shows its command at work unless that is not built yet`(page: String) throws {
        let text = try #require(CommandPages.page(named: page))
        let parsed = CommandPage(text)
        #expect(parsed.name == page)
        #expect(!parsed.summary.isEmpty)
        #expect(!parsed.usage.isEmpty)
        #expect((1...3).contains(parsed.examples.count), "\(parsed.examples)")
        #expect(!parsed.notes.isEmpty)
        #expect(text.contains("\n## More\n"))
        if !text.contains("not built yet") {
            #expect(try !TranscriptFile(path: CommandPageTests.path(page), text: text).transcripts.isEmpty)
        }
    }

    @Test func `every command has a page`() {
        let missing = Set(CommandPageTests.words).subtracting(CommandPages.names)
        #expect(missing.isEmpty, "\(missing.sorted())")
    }
}
