import Testing
import Transcripts

/// The example of the command language's own description, as it stands there.
let languageExample = """
    # the market and the clock are the transcript's to move
    @market btc_usd 230.0 230.2          // bid and ask
    @fee btc_usd 0.2%
    @user trader funds 1000 usd, 0 btc
    @at 2026-08-30 17:00 Europe/Madrid

    trader> buy 0.5 btc_usd at 230 until 18:00
    + #1 buy 0.5 btc_usd at 230 until ...
    @trade btc_usd 229.9 0.2             // a trade prints
    * #1 filled 0.2 ...
    @wait 1h
    * #1 expired...
    trader> funds
    = funds: 2 coins...
    ...
      usd  ...
    """

/// Runs the one transcript of a text.
func run(_ text: String, file: String = "a.transcript") throws -> TranscriptOutcome {
    let transcripts = try TranscriptFile(path: file, text: text).transcripts
    return TranscriptRunner().run(try #require(transcripts.first))
}

struct LanguageExampleTests {
    @Test func `the example of the language passes as it stands`() throws {
        let outcome = try run(languageExample)
        #expect(outcome.isMatch, "\(outcome.report)")
    }

    @Test func `a wrong line fails, both sides are shown, and it is found by file and line`() throws {
        let wrong = languageExample.replacing("* #1 filled 0.2 ...", with: "* #1 filled 0.3 ...")
        let outcome = try run(wrong, file: "day.transcript")
        #expect(
            outcome.report == """
                day.transcript:10: @trade btc_usd 229.9 0.2
                    expected              seen
                    * #1 filled 0.3 ... | * #1 filled 0.2 btc at 230; 0.3 left
                """)
    }

    @Test func `a line that is not seen fails, and so does one that nobody expected`() throws {
        let missing = try run(languageExample.replacing("* #1 expired...\n", with: "* #1 expired...\n* #1 again\n"))
        #expect(missing.mismatches.map(\.line) == [13])
        let extra = try run(languageExample.replacing("* #1 expired...\n", with: ""))
        #expect(extra.mismatches.map(\.line) == [11])
        #expect(extra.report.contains("> * #1 expired"))
    }

    @Test func `the lines of a page are counted over the whole page, and each block has its own desk`() throws {
        let page = """
            # buy: buy something

            ```
            buy AMOUNT PAIR at PRICE
            ```

            ```transcript
            @market btc_usd 230 231
            @user ann funds 100 usd
            ann> buy 0.1 btc_usd at 229
            + #1 buy 0.1 btc_usd at 229
            ```
            Between two blocks.
            ```transcript
            @market btc_usd 230 231
            @user ann funds 100 usd
            ann> buy 0.1 btc_usd at 228
            + #2 buy 0.1 btc_usd at 228
            ```
            """
        let file = try TranscriptFile(path: "buy.md", text: page)
        let outcomes = file.transcripts.map { TranscriptRunner().run($0) }
        #expect(outcomes.map(\.isMatch) == [true, false])
        #expect(outcomes[1].mismatches.map(\.line) == [18])
        let updated = file.updated(with: outcomes)
        #expect(updated == page.replacing("+ #2 buy", with: "+ #1 buy"))
    }
}
