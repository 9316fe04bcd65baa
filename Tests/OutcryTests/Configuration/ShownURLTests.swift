import ArgumentParser
import Testing

@testable import outcry

@Suite struct `A URL in a message` {
    @Test(
        arguments: [
            ("https://a.example:8443/path", "https://a.example:8443/path"), ("paper", "paper"), ("", ""),
            ("main=btce:https://a.example", "main=btce:https://a.example"),
            ("btce=localhost:8080", "btce=localhost:8080"),
            ("http://[::1]:9/path/", "http://[::1]:9/path/"), ("http://[::1]", "http://[::1]"),
            ("https://ann:secret@a.example", "https://(not shown)"),
            ("https://secret@a.example", "https://(not shown)"),
            ("main=btce:wss://ann:secret@a.example", "wss://(not shown)"), ("ann:secret@a.example", "(not shown)"),
            ("secret://ann@a.example", "(not shown)"), ("https://ann:secret%40a.example", "https://(not shown)"),
            ("https://ann:sec?ret@a.example", "https://(not shown)"),
            ("https://ann:sec/ret@a.example", "https://(not shown)"),
            ("https://a.example?token=secret", "https://a.example?(not shown)"),
            ("https://a.example/p#secret", "https://a.example/p#(not shown)"),
            ("https://ann:secret?x", "https://ann:(not shown)?(not shown)"),
            ("https://ann:secret", "https://ann:(not shown)"), ("https://ann:7secret/x", "https://ann:(not shown)/x"),
            ("https://[::1]:secret/x", "https://[::1]:(not shown)/x"), ("https://ann:", "https://ann:"),
        ])
    func `has no secret in it`(text: String, shown: String) {
        #expect(text.withoutSecrets == shown)
        #expect("no \(text) here".hidingSecrets(of: text) == "no \(shown) here")
    }

    /// URLs with a secret in them, where each option takes something.
    private static let urls = [
        "https://ann:secret@a.example", "https://ann:sec=ret@a.example?x=1", "ann:secret@a.example",
        "https://a.example/?token=secret", "https://secret@a.example", "ftp://ann:secret@a.example:1/x?y=secret",
        "https://ann:secret%40a.example",
    ]
    private static let options = [
        "exchange", "exchange=btce=", "exchange=main=btce:", "exchange=main=", "exchange-url", "exchange-stream",
        "exchange-stream=btce=", "dialect", "exchange-timeout", "exchange-connect-timeout", "exchange-answer-bytes",
        "exchange-rate", "allow-origin", "host", "listen", "limit", "limit=line_rate=", "timezone", "speed",
        "log-level",
    ]

    @Test(arguments: options, urls.prefix(4))
    func `is refused by every option without its secret`(option: String, url: String) throws {
        let typed = "--\(option)" + (option.contains("=") ? "" : "=") + url
        let exchange =
            option.hasPrefix("exchange=") || option == "exchange" ? [] : ["--exchange", "btce=https://b.example"]
        let said = try #require(Started(arguments: exchange + [typed]).refusal(), "\(typed) is accepted")
        #expect(!said.contains("secret") && !said.contains("ret@") && !said.contains("sec="), "\(said)")
    }

    @Test(arguments: urls)
    func `is refused from the environment and the file without its secret`(url: String) throws {
        let block = #"{"exchanges": {"main": {"kind": "btce", "url": "\#(url)"}}}"#
        let prices = #"{"exchanges": {"paper": {"prices": "\#(url)"}}}"#
        for started in [
            Started(environment: ["OUTCRY_EXCHANGE": "btce=\(url)"]), Started(environment: ["OUTCRY_LOOP": url]),
            Started(environment: ["OUTCRY_EXCHANGE": "btce=\(url.replacing("secret", with: "sec,ret"))"]),
            Started(file: block), Started(arguments: ["--exchange", "paper"], file: block), Started(file: prices),
        ] {
            let said = try #require(started.refusal(), "\(started) is accepted")
            #expect(!said.contains("secret") && !said.contains(":sec"), "\(said)")
        }
    }

    @Test func `is shown by outcry config without a secret`() {
        let source = SettingSource.flag("url")
        #expect(
            SettingLine("url", "https://a.example?token=secret", source).text
                == "url https://a.example?(not shown) (flag)")
        #expect(SettingLine("tape", "/tapes/a@b?.csv", source).text == "tape /tapes/a@b?.csv (flag)")
    }

    @Test(arguments: urls.filter { $0.contains("://") })
    func `is not quoted by the parser of the command line`(url: String) {
        let placed = [
            ["config", url], ["config", "--exchang=\(url)"], ["config", "--exchange", "paper", url], ["chat", url],
            ["chat", "--proxy", url.replacing("https:", with: "ftp:")],
        ]
        for arguments in placed {
            do {
                _ = try Outcry.parseAsRoot(arguments)
            } catch {
                let said = Outcry.shown(Outcry.fullMessage(for: error), typed: arguments)
                #expect(!said.contains("secret") && !said.contains("ret@"), "\(said)")
            }
        }
    }
}
