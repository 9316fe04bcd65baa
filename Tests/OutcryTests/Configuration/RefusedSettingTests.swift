import BtceExchange
import Desk
import Testing

@testable import outcry

@Suite struct `A refusal of settings` {
    private static let texts = SettingName.allCases.filter { $0.form == .text }
    private static let lists = SettingName.allCases.filter { $0.form == .list }

    @Test(
        arguments: (texts + lists).map(\.rawValue) + ["speed", "exchange", "exchange-stream", "limit", "exchange-url"])
    func `is that of an empty text, typed or in the environment`(name: String) {
        #expect(
            Started(arguments: ["--\(name)", ""]).refusal() == "--\(name) is empty; expected a value, or leave it out")
        let variable = Settings.variable(name)
        #expect(
            Started(environment: [variable: ""]).refusal()
                == "\(variable) is empty; expected a value, or leave it out")
    }

    @Test func `is that of an empty text in the file, and of nothing beside a comma`() {
        let empty = "is empty; expected a value, or leave it out"
        for name in Self.texts {
            #expect(
                Started(file: "{\"\(name.rawValue)\": \"\"}").refusal() == "outcry.json: \(name.rawValue) \(empty)")
        }
        for name in Self.lists {
            #expect(
                Started(file: "{\"\(name.rawValue)\": [\"\"]}").refusal() == "outcry.json: \(name.rawValue) \(empty)")
            #expect(Started(file: "{\"\(name.rawValue)\": []}").refusal() == nil)
        }
        for name in ExchangeSettingName.allCases where name.form == .text {
            #expect(
                Started(file: "{\"exchanges\": {\"btce\": {\"\(name.rawValue)\": \"\"}}}").refusal()
                    == "outcry.json: exchanges.btce.\(name.rawValue) \(empty)")
        }
        for list in ["a.example,", ",a.example", "a.example, ,b.example", ","] {
            #expect(
                Started(environment: ["OUTCRY_HOST": list]).refusal()
                    == "OUTCRY_HOST has nothing beside one of its commas; expected a list as a,b,c")
        }
        #expect(Started(environment: ["OUTCRY_CONFIG": ""]).refusal() == "OUTCRY_CONFIG \(empty)")
        #expect(Started(arguments: ["--config", ""]).refusal() == "--config \(empty)")
    }

    @Test
    func `says where half of a certificate and its key comes from, and names the other half as it is written there`() {
        let (cert, key) = (Settings.variable("tls-cert"), Settings.variable("tls-key"))
        #expect(
            Started(arguments: ["--tls-cert", "a"]).refusal()
                == "--tls-cert and --tls-key go together, and there is no --tls-key")
        #expect(
            Started(environment: [key: "a"]).refusal() == "\(key) and \(cert) go together, and there is no \(cert)")
        #expect(
            Started(file: #"{"tls-key": "a"}"#).refusal()
                == "outcry.json: tls-key and tls-cert go together, and there is no tls-cert")
    }

    @Test func `says where the address comes from that other machines reach`() {
        let words = "it listens on 127.0.0.1, ::1 or localhost only, not 0.0.0.0, unless told"
        #expect(
            Started(arguments: ["--listen", "0.0.0.0:1"]).refusal()
                == "--listen: without --tls-cert and --tls-key \(words) --insecure")
        #expect(
            Started(environment: ["OUTCRY_LISTEN": "0.0.0.0:1"]).refusal()
                == "OUTCRY_LISTEN: without OUTCRY_TLS_CERT and OUTCRY_TLS_KEY \(words) OUTCRY_INSECURE")
        #expect(
            Started(file: #"{"listen": "0.0.0.0:1"}"#).refusal()
                == "outcry.json: listen: without tls-cert and tls-key \(words) insecure")
    }

    @Test func `says where limits come from that do not go together`() {
        let words = "ticker_s (40) has to be below feed_stale_s"
        func begins(_ started: Started, _ start: String) {
            let said = started.refusal() ?? "nothing"
            #expect(said.hasPrefix("\(start): \(words)"), "\(said)")
        }
        let file = #"{"limits": {"ticker_s": 40, "line_rate": 3}}"#
        begins(Started(arguments: ["--limit", "ticker_s=40"]), "--limit")
        begins(Started(environment: ["OUTCRY_LIMIT": "ticker_s=40"]), "OUTCRY_LIMIT")
        begins(Started(file: file), "outcry.json: limits.ticker_s")
        begins(
            Started(arguments: ["--limit", "feed_stale_s=35"], environment: ["OUTCRY_LIMIT": "ticker_s=40"]),
            "OUTCRY_LIMIT and --limit")
        begins(Started(arguments: ["--limit", "feed_stale_s=35", "--limit", "ticker_s=40"], file: file), "--limit")
    }

    @Test func `is that of an exchange's timeout that is not below the desk's`() {
        let wired = ["--exchange", "btce=https://a.example"]
        let below = "has to be below the limit answer_s"
        let why = "after that the desk calls an order unknown"
        #expect(
            Started(arguments: wired + ["--exchange-timeout", "10000"]).refusal()
                == "--exchange-timeout: the timeout of btce, 10000 ms (flag), \(below), 10 s (default): \(why)"
        )
        #expect(
            Started(arguments: wired, environment: ["OUTCRY_LIMIT": "answer_s=8"]).refusal()
                == "OUTCRY_LIMIT: the timeout of btce, 8000 ms (default), \(below), 8 s (environment): \(why)"
        )
        let file =
            #"{"exchanges": {"paper": {}, "main": {"kind": "btce", "url": "https://a.example", "timeout": 20000}}}"#
        #expect(
            Started(arguments: ["--limit", "answer_s=20"], file: file).refusal()
                == "outcry.json: exchanges.main.timeout and --limit: the timeout of main, 20000 ms (file), \(below), 20 s (flag): "
                + why
        )
        for fine in [["--exchange-timeout", "9999"], ["--exchange-timeout", "10000", "--limit", "answer_s=11"]] {
            #expect(Started(arguments: wired + fine).refusal() == nil)
        }
        #expect(Started(arguments: ["--limit", "answer_s=1"]).refusal() == nil)
    }

    @Test func `is not needed for what waits to be sent, which is given up before the desk's time is over`() throws {
        let options = ["--exchange", "btce=https://a.example", "--exchange-timeout", "3000", "--limit", "answer_s=4"]
        let settings = try Started(arguments: options).settings()
        let one = try #require(settings.exchanges.first)
        let gateway = BtceSettings("https://a.example", .btce, one, settings.limits.desk.desk)
        #expect(gateway.placeWaitNanoseconds == 3_200_000_000 && gateway.questionWaitNanoseconds == 3_600_000_000)
        let standard = BtceSettings("https://a.example", .btce, one, DeskLimits())
        #expect(standard.placeWaitNanoseconds == 8_000_000_000 && standard.questionWaitNanoseconds == 9_000_000_000)
    }

    @Test(
        arguments: [
            ["main=btce:https://a.example", "other=btce:https://a.example"],
            ["main=btce:https://a.example/", "other=btce:HTTPS://A.example:443"],
            ["btce=https://a.example/api//", "paper", "other=btce:https://a.example/api"],
            ["btce=http://127.0.0.1", "other=btce:http://127.0.0.1:80/"],
        ])
    func `is that of one exchange at two names`(words: [String]) {
        let said = Started(arguments: words.flatMap { ["--exchange", $0] }).refusal()
        #expect(said?.hasPrefix("--exchange: other and ") == true, "\(said ?? "nothing")")
        #expect(said?.lowercased().contains(" are one exchange, http") == true, "\(said ?? "nothing")")
    }

    @Test(
        arguments: [
            ["main=btce:https://a.example", "other=btce:https://b.example"],
            ["main=btce:https://a.example", "other=btce:https://a.example:8443"],
            ["main=btce:https://a.example", "other=btce:https://a.example/other"],
            ["main=btce:https://a.example", "other=yobit:https://a.example"],
        ])
    func `is not that of two exchanges of one kind`(words: [String]) {
        #expect(Started(arguments: words.flatMap { ["--exchange", $0] }).refusal() == nil)
    }

    @Test func `is that of an unknown log level, with those that there are, and of a pair of a tape`() throws {
        #expect(
            Started(environment: ["OUTCRY_LOG_LEVEL": "loud"]).refusal()
                == "OUTCRY_LOG_LEVEL: no log level loud; expected one of trace, debug, info, notice, warning, error, critical"
        )
        let tapes = try Started(environment: ["OUTCRY_TAPE": "btc=/none.csv"]).settings().tapes()
        #expect {
            _ = try tapes.check()
        } throws: {
            "\($0)" == "OUTCRY_TAPE: no pair btc; expected FILE, or PAIR=FILE as btc_usd=FILE"
        }
    }
}
