import Testing
import Transcripts

struct TranscriptRunnerTests {
    @Test(arguments: [
        ("@user ann\n@user ann", 2), ("nobody> time", 1), ("@user ann\n@close ann\nann> time", 3),
        ("@at 2026-01-01 12:00\n@wait 1h\n@at 2026-01-01 12:30", 3),
        ("@at 2026-01-01 12:00\n@at 2026-01-01 12:30 Asia/Tokyo", 2), ("@market xyz_usd 1 2", 1),
        ("@market btc_usd 2 1", 1), ("@deposit ann 1 btc", 1), ("@session two ann", 1),
        ("@user ann\nann> time\n...\n@tape x.csv", 4), ("@tape no-such.csv", 1), ("@user ann funds 1 xyz", 1),
        ("@user ann\n@session ann ann", 2),
    ])
    func `what cannot be done ends the transcript there, and says where`(text: String, line: Int) throws {
        let outcome = try run(text)
        let error = try #require(outcome.error)
        #expect(error.line == line, "\(error)")
    }

    @Test func `nothing is seen of a log in that the transcript did not type, also after a restart`() throws {
        let outcome = try run(
            """
            @user ann funds 100 usd
            @restart
            ann> whoami
            = ann, trader, may trade, 1 session open
            """)
        #expect(outcome.isMatch, "\(outcome.report)")
    }

    @Test func `what nobody was told while the server was down comes when it is back, to every session`() throws {
        let outcome = try run(
            """
            @market btc_usd 230 231
            @user ann funds 100 usd
            @session two ann
            * login: another session of ann from 127.0.0.1
            ann> buy 0.1 btc_usd at 229 for 1h
            + #1 ...
            two<
            * #1 opened: ...
            @restart after 2h
            * #1 expired: ...; nothing was filled
            ann<
            * #1 expired: ...; nothing was filled
            """)
        #expect(outcome.isMatch, "\(outcome.report)")
    }

    @Test func `what is due on the way happens at its own time`() throws {
        let outcome = try run(
            """
            @market btc_usd 230 231
            @user ann funds 100 usd
            ann> buy 0.1 btc_usd at 229 for 1h
            + ...
            @wait 365d
            * #1 expired...
            ann> order 1
            ...
              2026-01-05 13:00 off the book
            """)
        #expect(outcome.isMatch, "\(outcome.report)")
    }

    @Test func `whoever is not looked at has it waiting, and at the end that is a mismatch`() throws {
        let text = """
            @market btc_usd 230 231
            @user ann funds 1000 usd
            @user bob funds 1 btc
            ann> buy 0.5 btc_usd at 230.1
            + ...
            bob> sell 0.5 btc_usd at 230.1
            ...
            """
        let outcome = try run(text)
        #expect(outcome.mismatches.map(\.line) == [7])
        #expect(outcome.report.contains("ann< at the end, where nobody looks"))
        #expect(try run(text + "\nann<\n* #1 filled...").isMatch)
        #expect(try run(text + "\nann< ...").isMatch)
    }

    @Test func `a session in JSON sees one object a line, and a tag comes back`() throws {
        let outcome = try run(
            """
            @user ann funds 100 usd
            @session program ann json
            * login...
            program> {"id":"k7","line":"time"}
            {"type":"reply","id":"k7","ok":true,"verb":"time","text":"= ...
            program> {"id":7,"line":"time"}
            {"type":"reply","id":null,"ok":false,"text":"! the id is a number; expected a string","error":{"code":"bad_message",...
            """)
        #expect(outcome.isMatch, "\(outcome.report)")
    }
}
