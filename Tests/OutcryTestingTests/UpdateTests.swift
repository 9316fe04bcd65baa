import Testing
import Transcripts

struct UpdateTests {
    private func updated(_ text: String, file: String = "x.transcript") throws -> String {
        let file = try TranscriptFile(path: file, text: text)
        let outcomes = file.transcripts.map { TranscriptRunner().run($0) }
        for outcome in outcomes { #expect(outcome.error == nil) }
        return file.updated(with: outcomes)
    }

    @Test func `a transcript that passes is left as it is, to the last space`() throws {
        let text = languageExample.replacing("@wait 1h", with: "@wait 1h   \n\n# later") + "\n\n"
        #expect(try updated(text) == text)
    }

    @Test func `what is seen takes the place of what was expected; comments and good patterns stay`() throws {
        let text = """
            @market btc_usd 230 230.2
            @user ann funds 1000 usd
            # she buys
            ann> buy 0.5 btc_usd at 230
            # and is answered
            + #7 ...
            + never said

            @trade btc_usd 229.9 0.2
            # the first part
            * #1 filled 0.2 ...

            # the rest
            @trade btc_usd 229.9 0.3
            ann> funds
            = ...
            ...
              usd ... of it
            """
        let once = try updated(text)
        #expect(
            once == """
                @market btc_usd 230 230.2
                @user ann funds 1000 usd
                # she buys
                ann> buy 0.5 btc_usd at 230
                # and is answered
                + #1 buy 0.5 btc_usd at 230

                @trade btc_usd 229.9 0.2
                # the first part
                * #1 filled 0.2 ...

                # the rest
                @trade btc_usd 229.9 0.3
                * #1 filled: bought 0.5 btc for 115 usd (average 230), fee 0.23 usd
                ann> funds
                = ...
                ...
                  usd   884.77  884.77          0    0  884.77  884.77
                """)
        #expect(try updated(once) == once)
    }

    @Test func `a transcript without any expectations is filled in, and passes`() throws {
        let text = """
            @market btc_usd 230 230.2
            @user ann funds 1000 usd
            @user bob funds 1 btc
            ann> buy 0.5 btc_usd at 230.1
            bob> sell 0.5 btc_usd at 230.1
            """
        let once = try updated(text + "\n\n")
        #expect(once.hasPrefix("@market"))
        #expect(once.contains("\nann<\n* #1 filled"))
        #expect(once.hasSuffix("usd\n\n"))
        #expect(try run(once).isMatch)
        #expect(try updated(once) == once)
    }

    @Test func `what stood behind a name moves below it`() throws {
        let once = try updated("@user ann\nann> version\n= outcry ...\nann< * wrong\n")
        #expect(once == "@user ann\nann> version\n= outcry ...\nann<\n")
    }
}
