import Testing

@testable import Transcripts

struct TranscriptParserTests {
    private func parse(_ text: String) throws -> Transcript {
        try #require(try TranscriptFile(path: "x.transcript", text: text).transcripts.first)
    }

    @Test func `what follows a typed line is the typist's, and what follows an @ line is who was last in view`() throws
    {
        let transcript = try parse(
            """
            # a comment
            @user ann
            @user bob

            @market btc_usd 1 2
            bob> hello // to the desk
            + one
              two

            // another comment
            ann<
            * three
            @wait 1h
            * four
            """)
        #expect(transcript.steps.map(\.view) == ["ann", "ann", "ann", "bob", "ann", "ann"])
        #expect(transcript.steps.map(\.line) == [2, 3, 5, 6, 11, 13])
        #expect(
            transcript.steps.map { $0.expected.map(\.text) } == [
                [], [], [], ["+ one", "  two"], ["* three"], ["* four"],
            ])
        #expect(transcript.steps[3].action == .typed(session: "bob", text: "hello // to the desk"))
    }

    @Test func `a name with a mark is spoken only at the beginning of a line`() {
        #expect(TranscriptParser.spoken("ann> buy")?.text == "buy")
        #expect(TranscriptParser.spoken("ann>")?.text == "")
        #expect(TranscriptParser.spoken("ann< * x")?.mark == "<")
        #expect(TranscriptParser.spoken("ann.2-b_c> x")?.name == "ann.2-b_c")
        for line in ["  ann> buy", "ann>buy", "an n> x", "...> x", "> x", "= 1 > 2", "+ a> b"] {
            #expect(TranscriptParser.spoken(Substring(line)) == nil, "\(line)")
        }
    }

    @Test(arguments: [
        ("@wait 1h // and then", "@wait 1h"), ("@wait 1h", "@wait 1h"), ("@tape a//b", "@tape a//b"),
        ("@tape a//b //c", "@tape a//b"), ("// all", ""),
    ])
    func `a comment in an @ line begins a word`(line: String, rest: String) {
        #expect(TranscriptParser.withoutComment(Substring(line)) == rest)
    }

    @Test(arguments: [
        ("@mraket btc_usd 1 2", "no @mraket; there are @market"),
        ("@market btcusd 1 2", "expected a PAIR such as btc_usd, found btcusd"),
        ("@market btc_usd 1", "expected the ASK, found the end of the line"),
        ("@market btc_usd 1 2 3", "expected the end of the line, found 3"),
        ("@trade btc_usd 1 2 bye", "expected the end of the line, found bye"),
        ("@fee btc_usd 0.2", "expected a fee such as 0.2%, found 0.2"),
        ("@user Ann", "expected a user's NAME"),
        ("@user ann with 100 usd", "expected funds, found with"),
        ("@user ann funds 100", "expected a COIN, found the end of the line"),
        ("@wait 5", "expected a DURATION such as 30s, 2h30m or 250ms, found 5"),
        ("@wait 0s", "expected a DURATION"), ("@wait 99999999999999999999d", "expected a DURATION"),
        ("@at 2026-02-30 12:00", "expected a date such as 2026-08-30, found 2026-02-30"),
        ("@at 2026-02-03 24:00", "expected a time such as 17:00"),
        ("@at 2026-02-03 12:00 Madrid", "expected a time zone such as Europe/Madrid, found Madrid"),
        ("@restart now", "expected after, found now"),
        ("@session two", "expected a user's NAME"), ("@connect x xml", "expected text or json, found xml"),
        ("@pair a_b tick 1", "expected tick and step"), ("@pair a_b tick 0 step 1", "no pair can have these rules"),
        ("@pair a_b tick 1 tick 1", "expected tick, step, min, value or fee, each once, found tick"),
        ("@tape a.csv speed", "expected a number, found the end of the line"),
        ("+ nobody asked", "expected an @ line"),
    ])
    func `a line that makes no sense is refused by file and line`(line: String, message: String) throws {
        do {
            _ = try TranscriptFile(path: "x.transcript", text: "# first\n\n\(line)")
            Issue.record("\(line) was read")
        } catch {
            #expect(error.line == 3)
            #expect(error.message.hasPrefix(message), "\(error)")
            #expect(error.description.hasPrefix("x.transcript:3: "))
        }
    }

    @Test func `a block of a page that does not end is refused`() {
        #expect(throws: TranscriptError.self) {
            try TranscriptFile(path: "x.md", text: "# x\n```transcript\n@wait 1s\n")
        }
    }

    @Test(
        arguments: [
            ("30s", 30_000_000_000), ("2h30m", 9_000_000_000_000), ("250ms", 250_000_000), ("1d", 86_400_000_000_000),
        ] as [(String, Int64)])
    func `a duration is read in all its units`(text: String, nanoseconds: Int64) throws {
        #expect(try Directive("@wait \(text)") == .wait(nanoseconds: nanoseconds))
    }

    @Test(arguments: [
        ("@user ann viewer", true), ("@user ann trader funds 1 usd,2 btc", true),
        ("@user ann funds 1 usd , 2 btc", true),
        ("@pair a_b tick 0.1 step 1 min 2 value 3 fee 0.25%", true), ("@at 2026-08-30 17:00:30 Europe/Madrid", true),
        ("@restart", true), ("@restart after 2h", true), ("@tape btc_usd=a.csv speed 60", true),
        ("@session two ann json", true), ("@deposit ann 5 btc", true),
    ])
    func `what is documented is read`(line: String, isRead: Bool) {
        #expect((try? Directive(line)) != nil, "\(line)")
    }

    @Test func `only what moves nothing runs against somebody else's server`() throws {
        #expect(try parse("ann> time\n= ...").canRunLive)
        #expect(try parse("@connect ann json\nann> time\n...").canRunLive)
        #expect(try !parse("@user ann\nann> time\n= ...").canRunLive)
        #expect(try !parse(languageExample).canRunLive)
    }
}
