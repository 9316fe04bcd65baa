import Testing

@testable import outcry

@Suite struct `A setting's sources` {
    /// A setting with another value from each source, none of them its default; as `outcry config` shows them.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: SettingName
        let file: String
        let fileShown: String
        let environment: String
        let environmentShown: String
        let flag: [String]
        let flagShown: String
        let standard: String

        var testDescription: String { name.rawValue }

        static func text(_ name: SettingName, _ values: [String], standard: String) -> Case {
            Case(
                name: name, file: "\"\(values[0])\"", fileShown: values[0], environment: values[1],
                environmentShown: values[1], flag: ["--\(name.rawValue)", values[2]], flagShown: values[2],
                standard: standard)
        }

        /// - Parameter others: what it is typed with.
        static func flag(_ name: SettingName, with others: [String] = []) -> Case {
            Case(
                name: name, file: "true", fileShown: "yes", environment: "0", environmentShown: "no",
                flag: ["--\(name.rawValue)"] + others, flagShown: "yes", standard: "no")
        }

        static func list(_ name: SettingName, _ values: [String]) -> Case {
            Case(
                name: name, file: "[\"\(values[0])\", \"\(values[1])\"]", fileShown: "\(values[0]), \(values[1])",
                environment: "\(values[1]),\(values[2])", environmentShown: "\(values[1]), \(values[2])",
                flag: ["--\(name.rawValue)", values[2], "--\(name.rawValue)", values[0]],
                flagShown: "\(values[2]), \(values[0])", standard: "-")
        }

        private static let tape = ["--tape", "synthetic"]

        static let all: [Case] = [
            text(.database, ["/a.db", "/b.db", "/c.db"], standard: ".local/state/outcry/outcry.db"),
            text(.listen, ["127.0.0.1:1", "localhost:2", "[::1]:3"], standard: "127.0.0.1:7015"),
            text(.masterKeyFile, ["/a.key", "/b.key", "/c.key"], standard: ".local/state/outcry/outcry.db.key"),
            list(.tape, ["synthetic", "/a.csv", "btc_usd=/b.csv"]),
            Case(
                name: .speed, file: "2.5", fileShown: "2.5", environment: "3", environmentShown: "3",
                flag: ["--speed", "4"] + tape, flagShown: "4", standard: "1"),
            flag(.loop, with: tape), flag(.tapeSkipBad, with: tape),
            text(.tlsCert, ["/a.pem", "/b.pem", "/c.pem"], standard: "-"),
            text(.tlsKey, ["/a.pem", "/b.pem", "/c.pem"], standard: "-"), flag(.insecure),
            list(.allowOrigin, ["https://a.example", "https://b.example", "https://c.example"]),
            list(.host, ["a.example", "b.example", "c.example"]), flag(.trustForwardedFor), flag(.openRegistration),
            text(.timezone, ["Europe/Madrid", "Asia/Tokyo", "America/Lima"], standard: "UTC"), flag(.demo),
            text(.logLevel, ["debug", "info", "error"], standard: "notice"),
        ]

        /// A certificate goes with its key.
        private var partner: SettingName? {
            switch name {
            case .tlsCert: .tlsKey
            case .tlsKey: .tlsCert
            default: nil
            }
        }

        var started: Started {
            let partner = partner.map { "\"\($0.rawValue)\": \"/p.pem\"," } ?? ""
            return Started(file: "{\(partner) \"\(name.rawValue)\": \(file)}")
        }

        var bare: Started { Started(file: "{}") }

        var variable: [String: String] { [Settings.variable(name.rawValue): environment] }
    }

    @Test func `stand in the table for every setting that there is`() {
        #expect(Case.all.map(\.name) == SettingName.allCases)
    }

    @Test(arguments: Case.all)
    func `win in the order flag, environment, file, default`(one: Case) throws {
        let name = "\(one.name.rawValue) "
        var started = one.bare
        let bare = try started.lines(name)
        #expect(bare.count == 1 && bare[0].hasSuffix("\(one.standard) (default)"), "\(bare)")
        started = one.started
        #expect(try started.lines(name) == ["\(name)\(one.fileShown) (file)"])
        started.environment = one.variable
        #expect(try started.lines(name) == ["\(name)\(one.environmentShown) (environment)"])
        started.arguments = one.flag
        #expect(try started.lines(name) == ["\(name)\(one.flagShown) (flag)"])
        // Without the sources between them too.
        started.file = one.name == .tlsCert || one.name == .tlsKey ? started.file : "{}"
        started.environment = [:]
        #expect(try started.lines(name) == ["\(name)\(one.flagShown) (flag)"])
    }

    @Test(arguments: SettingName.allCases.filter { $0.form == .flag })
    func `have off typed over on`(name: SettingName) throws {
        let on = Started(
            environment: [Settings.variable(name.rawValue): "yes"], file: "{\"\(name.rawValue)\": true}")
        var off = on
        off.arguments = ["--no-\(name.rawValue)"]
        #expect(try on.lines("\(name.rawValue) ") == ["\(name.rawValue) yes (environment)"])
        #expect(try off.lines("\(name.rawValue) ") == ["\(name.rawValue) no (flag)"])
    }

    @Test func `name the one whose value is wrong`() {
        let file = #"{"speed": 0}"#
        #expect(Started(file: file).refusal() == "outcry.json: speed takes a number above zero, not 0")
        #expect(
            Started(environment: ["OUTCRY_SPEED": "fast"], file: file).refusal()
                == "OUTCRY_SPEED takes a number above zero, not fast")
        #expect(
            Started(arguments: ["--speed=-1"], environment: ["OUTCRY_SPEED": "2"], file: file).refusal()
                == "--speed takes a number above zero, not -1")
        #expect(
            Started(environment: ["OUTCRY_LOOP": "perhaps"]).refusal()
                == "OUTCRY_LOOP takes 1, true or yes, or 0, false or no, not perhaps")
    }

    @Test func `are the same for a limit, one by one`() throws {
        let file = #"{"limits": {"line_rate": 3, "line_burst": 4, "sessions": 5}}"#
        func limits(_ started: Started) throws -> [String] {
            try ["line_rate", "line_burst", "sessions", "answer_rows"].flatMap { try started.lines("limit \($0)=") }
        }
        var started = Started(file: file)
        let fromFile = ["limit line_rate=3 (file)", "limit line_burst=4 (file)", "limit sessions=5 (file)"]
        #expect(try limits(started) == fromFile + ["limit answer_rows=200 (default)"])
        started.environment = ["OUTCRY_LIMIT": "line_burst=40, sessions=50"]
        started.arguments = ["--limit", "sessions=500", "--limit", "answer_rows=100"]
        #expect(
            try limits(started) == [
                "limit line_rate=3 (file)", "limit line_burst=40 (environment)", "limit sessions=500 (flag)",
                "limit answer_rows=100 (flag)",
            ])
    }

    @Test func `are the same for what is about an exchange`() throws {
        let file = """
            {"exchanges": {"btce": {"url": "https://a.example", "timeout": 1, "connect-timeout": 2, "answer-bytes": 3000,
            "rate": "4/5", "kind": "btce"}}}
            """
        func block(_ started: Started) throws -> [String] {
            Array(try started.settings().lines.drop { $0 != "exchange btce" }.dropFirst().prefix { $0.hasPrefix("  ") })
        }
        var started = Started(file: file)
        #expect(
            try block(started) == [
                "  kind btce (file)", "  url https://a.example (file)", "  connect-timeout 2 (file)",
                "  timeout 1 (file)",
                "  answer-bytes 3000 (file)", "  rate 4/5 (file)",
            ])
        started.environment = [
            "OUTCRY_EXCHANGE_DIALECT": "yobit", "OUTCRY_EXCHANGE_URL": "https://b.example",
            "OUTCRY_EXCHANGE_TIMEOUT": "10",
            "OUTCRY_EXCHANGE_CONNECT_TIMEOUT": "20", "OUTCRY_EXCHANGE_ANSWER_BYTES": "30000",
            "OUTCRY_EXCHANGE_RATE": "40/50",
        ]
        #expect(
            try block(started) == [
                "  kind yobit (environment)", "  url https://b.example (environment)",
                "  connect-timeout 20 (environment)",
                "  timeout 10 (environment)", "  answer-bytes 30000 (environment)", "  rate 40/50 (environment)",
            ])
        started.arguments = [
            "--dialect", "btce", "--exchange-url", "https://c.example", "--exchange-timeout", "100",
            "--exchange-connect-timeout", "200", "--exchange-answer-bytes", "300000", "--exchange-rate", "400/500",
        ]
        #expect(
            try block(started) == [
                "  kind btce (flag)", "  url https://c.example (flag)", "  connect-timeout 200 (flag)",
                "  timeout 100 (flag)",
                "  answer-bytes 300000 (flag)", "  rate 400/500 (flag)",
            ])
        started.arguments = ["--exchange", "btce=https://d.example"]
        #expect(try block(started)[1] == "  url https://d.example (flag)")
        started = Started(arguments: ["--exchange", "btce=https://d.example"])
        #expect(
            try block(started) == [
                "  kind btce (flag)", "  url https://d.example (flag)", "  connect-timeout 3000 (default)",
                "  timeout 8000 (default)", "  answer-bytes 4194304 (default)", "  rate 10/20 (default)",
            ])
    }

    @Test func `say which exchanges there are: the highest that names any`() throws {
        let file = #"{"exchanges": {"paper": {}, "btce": {"url": "https://a.example"}}}"#
        func names(_ started: Started) throws -> [String] { try started.lines("exchange ") }
        #expect(try names(Started()) == ["exchange paper"])
        #expect(try names(Started(file: file)) == ["exchange paper", "exchange btce"])
        let environment = ["OUTCRY_EXCHANGE": "btce"]
        #expect(try names(Started(environment: environment, file: file)) == ["exchange btce"])
        let flag = ["--exchange", "paper"]
        #expect(try names(Started(arguments: flag, environment: environment, file: file)) == ["exchange paper"])
    }
}
