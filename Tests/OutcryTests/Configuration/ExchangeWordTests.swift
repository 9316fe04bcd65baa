import Testing
import Trading

@testable import outcry

@Suite struct `Exchanges by option and environment` {
    /// `main btce https://a (flag)` of each.
    private func exchanges(_ started: Started) throws -> [String] {
        try started.settings().exchanges.map { one in
            "\(one.name) \(one.kind.name)" + (one.url.map { " \($0.value) (\($0.source.origin))" } ?? "")
        }
    }

    @Test(
        arguments: [
            ([], ["paper paper"]), (["--exchange", "paper"], ["paper paper"]),
            (["--exchange", "PAPER"], ["paper paper"]),
            (["--exchange", "btce=https://a.example"], ["btce btce https://a.example (flag)"]),
            (["--exchange", "yobit=http://127.0.0.1:9002"], ["yobit yobit http://127.0.0.1:9002 (flag)"]),
            (["--exchange", "btce=http://[::1]:9/path/"], ["btce btce http://[::1]:9/path/ (flag)"]),
            (
                ["--exchange", "main=btce:https://a.example", "--exchange", "other=yobit:https://b.example:8443"],
                ["main btce https://a.example (flag)", "other yobit https://b.example:8443 (flag)"]
            ),
            (
                [
                    "--exchange", "paper", "--exchange", "btce=https://a.example", "--exchange",
                    "yobit=http://localhost:9002",
                ],
                ["paper paper", "btce btce https://a.example (flag)", "yobit yobit http://localhost:9002 (flag)"]
            ),
            // The options of a desk with one exchange over the wire, as they always were.
            (
                ["--exchange", "btce", "--exchange-url", "https://a.example"], ["btce btce https://a.example (flag)"]
            ),
            (
                ["--exchange", "btce", "--exchange-url", "https://a.example", "--dialect", "yobit"],
                ["btce yobit https://a.example (flag)"]
            ),
            (
                ["--exchange", "main=btce", "--exchange-url", "https://a.example"],
                ["main btce https://a.example (flag)"]
            ),
            (
                ["--exchange", "paper", "--exchange", "btce", "--exchange-url", "https://a.example"],
                ["paper paper", "btce btce https://a.example (flag)"]
            ),
            (
                ["--exchange", "btce=https://a.example", "--exchange-url", "https://a.example"],
                ["btce btce https://a.example (flag)"]
            ),
            (
                ["--exchange", "btce=http://a.example", "--insecure"], ["btce btce http://a.example (flag)"]
            ),
        ] as [([String], [String])])
    func `are those that were named, in that order`(arguments: [String], expected: [String]) throws {
        #expect(try exchanges(Started(arguments: arguments)) == expected)
    }

    @Test func `several stand in the environment with commas, and one option wins over all of them`() throws {
        let environment = ["OUTCRY_EXCHANGE": "paper, btce=https://a.example,other=yobit:https://b.example"]
        #expect(
            try exchanges(Started(environment: environment)) == [
                "paper paper", "btce btce https://a.example (environment)",
                "other yobit https://b.example (environment)",
            ])
        #expect(
            try exchanges(Started(arguments: ["--exchange", "paper"], environment: environment)) == ["paper paper"])
        let old = [
            "OUTCRY_EXCHANGE": "btce", "OUTCRY_EXCHANGE_URL": "https://a.example", "OUTCRY_EXCHANGE_DIALECT": "yobit",
        ]
        #expect(try exchanges(Started(environment: old)) == ["btce yobit https://a.example (environment)"])
        #expect(
            try exchanges(Started(arguments: ["--exchange", "btce=https://c.example"], environment: old))
                == ["btce yobit https://c.example (flag)"])
    }

    @Test func `what is said about the one over the wire holds for it`() throws {
        let options = [
            "--exchange", "paper", "--exchange", "btce", "--exchange-url", "https://a.example", "--exchange-rate",
            "200/400",
            "--exchange-timeout", "1500", "--exchange-connect-timeout", "70", "--exchange-answer-bytes", "2048",
        ]
        let one = try #require(try Started(arguments: options).settings().exchanges.last)
        #expect(one.rate.value == RequestRate(ofKey: 200, ofAll: 400) && one.timeout.value == 1_500)
        #expect(one.connectTimeout.value == 70 && one.answerBytes.value == 2_048)
    }

    @Test(
        arguments: [
            (["mtgox"], "--exchange: no exchange mtgox; expected paper, btce or yobit"),
            (["btcee"], "--exchange: no exchange btcee; expected paper, btce or yobit; did you mean btce?"),
            (
                ["main=yobti:https://a.example"],
                "--exchange: no exchange yobti; expected paper, btce or yobit; did you mean yobit?"
            ),
            (["main=btec"], "--exchange: no exchange btec; expected paper, btce or yobit; did you mean btce?"),
            (["main"], "--exchange: no exchange main; expected paper, btce or yobit"),
            (["-"], "--exchange: no exchange -: a name has up to 15 letters, digits, - and _, beginning with a letter"),
            (["=https://a.example"], "--exchange: no exchange : a name has up to 15"),
            (["2nd=btce:https://a.example"], "--exchange: no exchange 2nd: a name has up to 15"),
            (
                ["a-name-of-sixteen=btce:https://a.example"],
                "--exchange: no exchange a-name-of-sixteen: a name has up to 15"
            ),
            (["btce"], "--exchange: btce needs a URL, where the exchange is: --exchange btce=https://HOST"),
            (["main=yobit"], "--exchange: main needs a URL, where the exchange is: --exchange main=https://HOST"),
            (["btce="], "--exchange takes NAME, NAME=URL or NAME=KIND:URL, not btce="),
            (["btce=a.example"], "--exchange takes NAME, NAME=URL or NAME=KIND:URL, not btce=a.example"),
            (
                ["btce=localhost:8080"],
                "--exchange takes NAME, NAME=URL or NAME=KIND:URL, a URL with its https://, not btce=localhost:8080"
            ),
            (["btce=a.example:80"], "--exchange takes NAME, NAME=URL or NAME=KIND:URL, a URL with its https://"),
            (["main=btce:"], "--exchange:  is not https://HOST, with a port or a path where it has one"),
            (["main=btce:a.example"], "--exchange: a.example is not https://HOST"),
            (["btce=ftp://a.example"], "--exchange: ftp://a.example is not https://HOST"),
            (["btce=wss://a.example"], "--exchange: wss://a.example is not https://HOST"),
            (["btce=https://"], "--exchange: https:// is not https://HOST"),
            (["btce=https://a.example?x=1"], "--exchange: https://a.example?(not shown) is not https://HOST"),
            (["btce=https://a.example#x"], "is not https://HOST"),
            (["btce=https://a.example:0"], "is not https://HOST"),
            (["btce=https://a.example:65536"], "is not https://HOST"),
            (
                ["btce=https://ann:secret@a.example"],
                "--exchange: a URL here has no user in it; traders set their keys themselves"
            ),
            (["btce=http://a.example"], "--exchange: http://a.example is not encrypted; https, unless told --insecure"),
            (["btce=http://127.0.0.1.example"], "is not encrypted; https, unless told --insecure"),
            (["paper=https://a.example"], "--exchange: paper is in this program, and has no address"),
            (["play=paper"], "--exchange: the paper exchange is called paper, not play"),
            (
                ["paper=btce:https://a.example"],
                "--exchange: paper is the exchange in this program; call the other one something else"
            ),
            (["paper", "paper"], "--exchange: two exchanges are called paper"),
            (["paper", "play=paper"], "--exchange: there is one paper exchange, not two"),
            (
                ["btce=https://a.example", "BTCE=https://b.example"],
                "--exchange: two exchanges are called btce; give each a name of its own"
            ),
            (
                (0...16).map { "e\($0)=btce:https://a.example" },
                "--exchange: 17 exchanges are too many; a desk has at most 16"
            ),
        ] as [([String], String)])
    func `that mean nothing are refused, with what was found and what was expected`(words: [String], refusal: String) {
        let arguments = words.flatMap { ["--exchange=\($0)"] }
        let said = Started(arguments: arguments).refusal()
        #expect(said?.contains(refusal) == true, "\(said ?? "nothing")")
        #expect(said?.contains("secret") != true)
    }

    @Test(
        arguments: [
            (
                ["--exchange-url", "https://c.example"],
                "--exchange-url is for one exchange over the wire, and there are 2, main and yobit: set url in the block of each in a configuration file (--config)"
            ),
            (["--dialect", "yobit"], "--exchange-dialect is for one exchange over the wire"),
            (["--exchange-timeout", "1"], "set timeout in the block of each in a configuration file (--config)"),
            (["--exchange-connect-timeout", "1"], "set connect-timeout in the block of each"),
            (["--exchange-answer-bytes", "1"], "set answer-bytes in the block of each"),
            (["--exchange-rate", "1/1"], "set rate in the block of each"),
        ] as [([String], String)])
    func `that are several take no option for one`(options: [String], words: String) {
        let several = ["--exchange", "main=btce:https://a.example", "--exchange", "yobit=https://b.example"]
        let said = Started(arguments: several + options).refusal()
        #expect(said?.contains(words) == true, "\(said ?? "nothing")")
        #expect(Started(arguments: several).refusal() == nil)
    }

    @Test(
        arguments: [
            (["--exchange-timeout", "0"], "--exchange-timeout takes a number from 1 to 600000, not 0"),
            (["--exchange-timeout", "soon"], "--exchange-timeout takes a number from 1 to 600000, not soon"),
            (
                ["--exchange-connect-timeout", "600001"],
                "--exchange-connect-timeout takes a number from 1 to 600000, not 600001"
            ),
            (
                ["--exchange-answer-bytes", "1"],
                "--exchange-answer-bytes takes a number from 1024 to 1073741824, not 1"
            ),
            (["--exchange-rate", "10"], "--exchange-rate takes two numbers from 1 to 100000, as 10/20, not 10"),
            (["--exchange-rate", "10/0"], "--exchange-rate takes two numbers from 1 to 100000, as 10/20, not 10/0"),
            (["--dialect", "mtgox"], "--exchange-dialect: no dialect mtgox; expected btce or yobit"),
            (["--exchange-url", "https://b.example"], "--exchange and --exchange-url do not say the same url of btce"),
            (
                ["--exchange-stream", "btce=wss://a.example"],
                "--exchange-stream: btce has no streams; what happens there is asked for at its URL"
            ),
            (["--exchange-stream", "wss://a.example"], "--exchange-stream takes NAME=wss://HOST, not wss://a.example"),
            (
                ["--exchange-stream", "btec=wss://a.example"],
                "--exchange-stream: there is no exchange btec, only btce; did you mean btce?"
            ),
            (
                ["--exchange-stream", "btce=wss://a.example", "--exchange-stream", "btce=wss://b.example"],
                "--exchange-stream: two addresses for the streams of btce"
            ),
        ] as [([String], String)])
    func `have settings that are checked`(options: [String], refusal: String) {
        #expect(Started(arguments: ["--exchange", "btce=https://a.example"] + options).refusal() == refusal)
    }

    @Test func `and a dialect that contradicts the kind is refused`() {
        let said = Started(arguments: ["--exchange", "main=btce:https://a.example", "--dialect", "yobit"]).refusal()
        #expect(said == "--exchange-dialect yobit contradicts --exchange, which says btce")
        let other = Started(arguments: ["--exchange", "yobit=https://a.example", "--dialect", "btce"]).refusal()
        #expect(other == "--exchange-dialect btce contradicts --exchange, which says yobit")
        #expect(
            Started(environment: ["OUTCRY_EXCHANGE": ""]).refusal()
                == "OUTCRY_EXCHANGE is empty; expected a value, or leave it out")
    }

    @Test(
        arguments: [
            (["--demo"], "--demo gives the paper exchange's money, and paper is not among the exchanges"),
            (["--tape", "synthetic"], "--tape: a tape drives the paper exchange, and that is not among the exchanges"),
        ] as [([String], String)])
    func `without paper have no tape and no demo account`(options: [String], refusal: String) {
        let wired = ["--exchange", "btce=https://a.example"]
        #expect(Started(arguments: wired + options).refusal() == refusal)
        #expect(Started(arguments: wired + ["--exchange", "paper"] + options).refusal() == nil)
    }
}
