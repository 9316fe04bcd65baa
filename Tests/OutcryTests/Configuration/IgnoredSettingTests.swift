import Testing

@testable import outcry

@Suite struct `A setting that would be passed over` {
    /// What is refused, and how the refusal begins.
    struct Case: Sendable, CustomTestStringConvertible {
        var arguments: [String] = []
        var environment: [String: String] = [:]
        var file: String?
        let refusal: String

        var testDescription: String { refusal }
    }

    private static let forOne = "is for an exchange over the wire, and there is none, only paper: name one with"

    private static let onlyPaper = [
        ("exchange-url", "https://a.example"), ("exchange-dialect", "btce"), ("exchange-connect-timeout", "5"),
        ("exchange-timeout", "5"), ("exchange-answer-bytes", "5000"), ("exchange-rate", "1/2"),
    ].flatMap { option, value in
        let variable = Settings.variable(option)
        return [
            Case(
                arguments: ["--\(option)", value],
                refusal: "--\(option) \(forOne) --exchange, as btce=https://HOST, or leave --\(option) out"),
            Case(
                arguments: ["--exchange", "paper", "--\(option)", value], refusal: "--\(option) \(forOne) --exchange"),
            Case(
                environment: [variable: value],
                refusal: "\(variable) \(forOne) OUTCRY_EXCHANGE, as btce=https://HOST, or leave \(variable) out"),
        ]
    }

    private static let others = [
        Case(arguments: ["--dialect", "yobit"], refusal: "--exchange-dialect \(forOne)"),
        Case(
            arguments: ["--exchange-stream", "paper=wss://a.example"],
            refusal: "--exchange-stream: paper is in this program, and has no address"),
        Case(arguments: ["--speed", "60"], refusal: "--speed goes with --tape, and there is no tape"),
        Case(arguments: ["--loop"], refusal: "--loop goes with --tape, and there is no tape"),
        Case(arguments: ["--tape-skip-bad"], refusal: "--tape-skip-bad goes with --tape, and there is no tape"),
        // In the environment.
        Case(
            environment: ["OUTCRY_ACCEPT_LOSS": "1"],
            refusal: "OUTCRY_ACCEPT_LOSS is no setting: a loss is accepted for one start; type --accept-loss"),
        Case(environment: ["OUTCRY_LISTN": "x"], refusal: "OUTCRY_LISTN is no setting; did you mean OUTCRY_LISTEN?"),
        Case(environment: ["OUTCRY_TLSKEY": "x"], refusal: "OUTCRY_TLSKEY is no setting; did you mean OUTCRY_TLS_KEY?"),
        Case(environment: ["OUTCRY_LIMITS": "x"], refusal: "OUTCRY_LIMITS is no setting; did you mean OUTCRY_LIMIT?"),
        Case(
            environment: ["OUTCRY_DIALECT": "x"],
            refusal: "OUTCRY_DIALECT is no setting; did you mean OUTCRY_EXCHANGE_DIALECT?"),
        Case(
            environment: ["OUTCRY_MASTER_KEY": "8f0e3a5d"],
            refusal: "OUTCRY_MASTER_KEY is no setting; did you mean OUTCRY_MASTER_KEY_FILE?"),
        // Hints name what is written in the file.
        Case(
            file: #"{"tls_key": "x"}"#,
            refusal: "outcry.json: tls_key is no setting of this file; did you mean tls-key?"),
        Case(
            file: #"{"tlsKey": "x"}"#, refusal: "outcry.json: tlsKey is no setting of this file; did you mean tls-key?"),
        Case(
            file: #"{"tsl-key": "x"}"#,
            refusal: "outcry.json: tsl-key is no setting of this file; did you mean tls-key?"),
        Case(
            file: #"{"OUTCRY_TLS_KEY": "x"}"#,
            refusal: "outcry.json: OUTCRY_TLS_KEY is no setting of this file; did you mean tls-key?"),
        Case(
            file: #"{"--listen": "x"}"#,
            refusal: "outcry.json: --listen is no setting of this file; did you mean listen?"),
        Case(
            file: #"{"api_key": "8f0e3a5d"}"#,
            refusal:
                "outcry.json: api_key is no setting of this file: no secret stands in this file; master-key-file says where"
        ),
        Case(
            file: #"{"master_key": "8f0e3a5d"}"#,
            refusal: "outcry.json: master_key is no setting of this file: no secret stands in this file"),
    ]

    /// Blocks of the file, of exchanges that are not named.
    private static let blocks = [
        (#"{"main": {"ulr": "x"}}"#, "main.ulr is no setting of an exchange; did you mean url?"),
        (#"{"main": {"timeout": "5"}}"#, "main.timeout takes a whole number, not a text"),
        (#"{"main": {"timeout": 0}}"#, "main.timeout takes a number from 1 to 600000, not 0"),
        (#"{"main": {"connect-timeout": 0}}"#, "main.connect-timeout takes a number from 1 to 600000, not 0"),
        (#"{"main": {"answer-bytes": 5}}"#, "main.answer-bytes takes a number from 1024 to 1073741824, not 5"),
        (#"{"main": {"rate": "5"}}"#, "main.rate takes two numbers from 1 to 100000, as 10/20, not 5"),
        (#"{"main": {"kind": "mtgox"}}"#, "main.kind: no exchange mtgox; expected paper, btce or yobit"),
        (#"{"main": {"kind": "paper"}}"#, "main.kind: the paper exchange is called paper, not main"),
        (
            #"{"main": {"url": "http://a.example"}}"#,
            "main.url: http://a.example is not encrypted; https, unless told insecure"
        ),
        (#"{"main": {"kind": "btce", "url": "x"}}"#, "main.url: x is not https://HOST"),
        (#"{"btce": {"prices": "paper"}}"#, "btce.prices: only the paper exchange can follow another's prices"),
        (#"{"btce": {"stream": "wss://a.example"}}"#, "btce.stream: btce has no streams"),
        (#"{"paper": {"prices": "a b"}}"#, "paper.prices: no exchange a b"),
        (#"{"paper": {"timeout": 5}}"#, "paper.timeout: paper is in this program: no request is sent to it"),
    ].map { block, refusal in
        Case(
            arguments: ["--exchange", "yobit=https://y.example"], file: "{\"exchanges\": \(block)}",
            refusal: "outcry.json: exchanges.\(refusal)")
    }

    @Test(arguments: onlyPaper + others + blocks)
    func `is refused, with where it stands`(one: Case) throws {
        let started = Started(arguments: one.arguments, environment: one.environment, file: one.file)
        let said = try #require(started.refusal(), "accepted")
        #expect(said.hasPrefix(one.refusal) && !said.contains("\n") && !said.contains("8f0e3a5d"), "\(said)")
    }

    @Test func `is refused in a block under a value that wins`() {
        let file = #"{"exchanges": {"btce": {"url": "https://a.example", "timeout": 0}}}"#
        #expect(
            Started(arguments: ["--exchange-timeout", "5"], file: file).refusal()
                == "outcry.json: exchanges.btce.timeout takes a number from 1 to 600000, not 0")
    }

    @Test func `is none where somebody else's variable or a block for another start is there`() {
        let file = #"{"exchanges": {"main": {"kind": "btce"}, "paper": {}, "other": {"rate": "1/2"}}}"#
        let environment = [
            "OUTCRY_OPTIONS": "--loop", "OUTCRY_PORT": "tcp://10.0.0.1:7015", "OUTCRY_SERVICE_HOST": "10.0.0.1",
        ]
        #expect(Started(arguments: ["--exchange", "paper"], environment: environment, file: file).refusal() == nil)
        #expect(Started(environment: ["OUTCRY_LOOP": "yes", "OUTCRY_SPEED": "2"]).refusal() == nil)
        #expect(Started(arguments: ["--no-loop"]).refusal() == nil)
    }
}
