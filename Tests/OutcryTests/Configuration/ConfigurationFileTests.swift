import Foundation
import Glibc
import Testing
import Trading

@testable import outcry

@Suite struct `A configuration file` {
    @Test func `has exchanges in its order, each with a block`() throws {
        let file = """
            {"exchanges": {
                "yobit": {"url": "https://b.example", "rate": "1/2", "answer-bytes": 5000},
                "paper": {"prices": "Yobit"},
                "Main": {"kind": "btce", "url": "https://a.example", "timeout": 700, "connect-timeout": 600}}}
            """
        let exchanges = try Started(file: file).settings().exchanges
        #expect(exchanges.map(\.name.description) == ["yobit", "paper", "main"])
        #expect(exchanges.map(\.kind.name) == ["yobit", "paper", "btce"])
        #expect(exchanges.map(\.url?.value) == ["https://b.example", nil, "https://a.example"])
        #expect(exchanges[0].rate.value == RequestRate(ofKey: 1, ofAll: 2) && exchanges[0].answerBytes.value == 5_000)
        #expect(exchanges[2].timeout.value == 700 && exchanges[2].connectTimeout.value == 600)
        #expect(exchanges[1].prices?.value == "yobit")
    }

    @Test func `gives an exchange that is named elsewhere its block`() throws {
        let file =
            #"{"exchanges": {"main": {"kind": "yobit", "url": "https://a.example", "rate": "3/4"}, "paper": {}}}"#
        let plain = try Started(arguments: ["--exchange", "main"], file: file).settings().exchanges
        #expect(plain.count == 1 && plain[0].kind.name == "yobit" && plain[0].url?.value == "https://a.example")
        let moved = try Started(arguments: ["--exchange", "main=https://c.example"], file: file).settings().exchanges
        #expect(moved[0].kind.name == "yobit" && moved[0].rate.value == RequestRate(ofKey: 3, ofAll: 4))
        #expect(moved[0].url?.value == "https://c.example" && moved[0].url?.source.origin == "flag")
    }

    /// What comes after the file's name.
    @Test(
        arguments: [
            // Unknown keys, with the nearest.
            (#"{"listn": "127.0.0.1:1"}"#, ": listn is no setting of this file; did you mean listen?"),
            (#"{"tls_cert": "a"}"#, ": tls_cert is no setting of this file; did you mean tls-cert?"),
            (#"{"tlsCert": "a"}"#, ": tlsCert is no setting of this file; did you mean tls-cert?"),
            (#"{"zzzzzz": 1}"#, ": zzzzzz is no setting of this file"),
            (
                #"{"limit": {}}"#,
                #": limit is no setting of this file: limits are a block: "limits": {"line_rate": 20}"#
            ),
            (
                #"{"exchange": "paper"}"#,
                ": exchange is no setting of this file: each exchange has a block under exchanges"
            ),
            (
                #"{"exchange-url": "x"}"#,
                ": exchange-url is no setting of this file: it is url in the exchange's block under exchanges"
            ),
            (
                #"{"dialect": "yobit"}"#,
                ": dialect is no setting of this file: it is kind in the exchange's block under exchanges"
            ),
            (#"{"config": "x"}"#, ": config is no setting of this file: one configuration file does not name another"),
            (
                #"{"accept-loss": true}"#,
                ": accept-loss is no setting of this file: it is for one start: type --accept-loss"
            ),
            (
                #"{"master-key": "8f0e3a5d"}"#,
                ": master-key is no setting of this file: no secret stands in this file; master-key-file says where one is"
            ),
            (
                #"{"password": "8f0e3a5d"}"#,
                ": password is no setting of this file: no secret stands in this file; master-key-file says where one is"
            ),
            (#"{"limits": {"line_rat": 3}}"#, ": limits.line_rat: no limit line_rat; did you mean line_rate?"),
            (
                #"{"limits": {"line_rate": 0}}"#,
                ": limits.line_rate: no limit line_rate that can be 0; outcry config lists them"
            ),
            (
                #"{"exchanges": {"btce": {"ulr": "x"}}}"#,
                ": exchanges.btce.ulr is no setting of an exchange; did you mean url?"
            ),
            (
                #"{"exchanges": {"btce": {"exchange-timeout": 1}}}"#,
                ": exchanges.btce.exchange-timeout is no setting of an exchange; did you mean timeout?"
            ),
            (
                #"{"exchanges": {"main": {"url": "https://a.example"}}}"#,
                ": exchanges.main: no exchange main; expected paper, btce or yobit"
            ),
            (
                #"{"exchanges": {"main": {"kind": "yobitt"}}}"#,
                ": exchanges.main.kind: no exchange yobitt; expected paper, btce or yobit; did you mean yobit?"
            ),
            (
                #"{"exchanges": {"2nd": {}}}"#,
                ": exchanges.2nd is no name of an exchange: up to 15 letters, digits, - and _, beginning with a letter"
            ),
            // Keys that come twice.
            (#"{"loop": true, "loop": false}"#, ": loop comes twice"),
            (#"{"limits": {"line_rate": 1, "line_rate": 2}}"#, ": limits.line_rate comes twice"),
            (#"{"exchanges": {"a": {"kind": "btce"}, "A": {}}}"#, ": exchanges.A comes twice"),
            (#"{"exchanges": {"btce": {"url": "x", "url": "y"}}}"#, ": exchanges.btce.url comes twice"),
            // Values of the wrong type, none of them quoted.
            (#"{"listen": 7015}"#, ": listen takes a text, not this number"),
            (#"{"listen": null}"#, ": listen takes a text, not null"),
            (#"{"loop": 1}"#, ": loop takes true or false, not this number"),
            (#"{"loop": "yes"}"#, ": loop takes true or false, not a text"),
            (#"{"host": "desk.example"}"#, ": host takes a list of texts, not a text"),
            (#"{"host": ["desk.example", 3]}"#, ": host takes a list of texts, not this number"),
            (#"{"speed": "60"}"#, ": speed takes a number, not a text"),
            (#"{"speed": -1.5}"#, ": speed takes a number above zero, not -1.5"),
            (#"{"limits": []}"#, ": limits takes a block of limits, not a list"),
            (#"{"limits": {"line_rate": 1.5}}"#, ": limits.line_rate takes a whole number, not this number"),
            (#"{"limits": {"line_rate": "3"}}"#, ": limits.line_rate takes a whole number, not a text"),
            (
                #"{"limits": {"line_rate": 99999999999999999999}}"#,
                ": limits.line_rate takes a whole number, not this number"
            ),
            (#"{"exchanges": ["paper"]}"#, ": exchanges takes a block for each exchange, not a list"),
            (#"{"exchanges": {"paper": true}}"#, ": exchanges.paper takes a block of settings, not a truth value"),
            (
                #"{"exchanges": {"btce": {"timeout": "8000"}}}"#,
                ": exchanges.btce.timeout takes a whole number, not a text"
            ),
            (#"{"exchanges": {"btce": {"url": {}}}}"#, ": exchanges.btce.url takes a text, not an object"),
            (#"{"database": "a\u0000b"}"#, ": database has a control character in it"),
            // Values that mean nothing.
            (#"{"exchanges": {}}"#, #": exchanges is empty; expected a block, {"paper": {}}"#),
            (
                #"{"exchanges": {"btce": {"url": "x", "timeout": 0}}}"#,
                ": exchanges.btce.timeout takes a number from 1 to 600000, not 0"
            ),
            (
                #"{"exchanges": {"btce": {"url": "x", "rate": "1"}}}"#,
                ": exchanges.btce.rate takes two numbers from 1 to 100000, as 10/20, not 1"
            ),
            (
                #"{"exchanges": {"btce": {"url": "x"}}}"#,
                ": exchanges.btce.url: x is not https://HOST, with a port or a path where it has one"
            ),
            (
                #"{"exchanges": {"btce": {}}}"#,
                ": exchanges.btce: btce needs a URL, where the exchange is: url in its block"
            ),
            (
                #"{"exchanges": {"btce": {"url": "https://a.example", "stream": "wss://a.example"}}}"#,
                ": exchanges.btce.stream: btce has no streams; what happens there is asked for at its URL"
            ),
            (
                #"{"exchanges": {"btce": {"url": "https://a.example", "prices": "paper"}}}"#,
                ": exchanges.btce.prices: only the paper exchange can follow another's prices"
            ),
            (
                #"{"exchanges": {"paper": {"url": "https://a.example"}}}"#,
                ": exchanges.paper.url: paper is in this program, and has no address"
            ),
            (
                #"{"exchanges": {"paper": {"stream": "wss://a.example"}}}"#,
                ": exchanges.paper.stream: paper is in this program, and has no address"
            ),
            (
                #"{"exchanges": {"paper": {"timeout": 5}}}"#,
                ": exchanges.paper.timeout: paper is in this program: no request is sent to it"
            ),
            (
                #"{"exchanges": {"paper": {"prices": "a b"}}}"#,
                ": exchanges.paper.prices: no exchange a b: a name has up to 15 letters, digits, - and _, beginning with a letter"
            ),
            (
                #"{"exchanges": {"paper": {"prices": "paper"}}}"#,
                ": exchanges.paper.prices: there is no exchange paper whose prices paper could follow"
            ),
            (
                #"{"exchanges": {"paper": {"prices": "btec"}, "btce": {"url": "https://a.example"}}}"#,
                ": exchanges.paper.prices: there is no exchange btec whose prices paper could follow; did you mean btce?"
            ),
            (#"{"listen": "7015"}"#, ": listen: 7015 is not HOST:PORT"),
            (#"{"log-level": "loud"}"#, ": log-level: no log level loud"),
            (#"{"timezone": "Europe/Madird"}"#, ": timezone: no time zone Europe/Madird; did you mean Europe/Madrid?"),
            (#"{"allow-origin": ["*"]}"#, ": allow-origin: * would let in every web page"),
            (#"{"host": ["a.example:1"]}"#, ": host: a.example:1 has a port"),
            // Not the format.
            ("", ":1:1: not JSON: no value, at the end"),
            ("listen: 127.0.0.1", ":1:1: not JSON: no value"),
            ("{\n  \"loop\": true,\n}", ":3:1: not JSON: no name in quotes"),
            ("{\n  \"é\": tru\n}", ":2:8: not JSON: no value"),
            ("{} {}", ":1:4: not JSON: something behind the value"),
            ("[]", ": expected an object, {\"listen\": ...}, and found a list"),
        ])
    func `that is wrong is refused in one line, with its name and where`(file: String, refusal: String) throws {
        let said = try #require(Started(file: file).refusal())
        #expect(said.hasPrefix("outcry.json\(refusal)"), "\(said)")
        #expect(!said.contains("\n") && !said.contains("8f0e3a5d"))
    }

    @Test func `quotes no more of a key than a line takes, and nothing that drives a terminal`() throws {
        let long = try #require(Started(file: "{\"\(String(repeating: "k", count: 5_000))\": 1}").refusal())
        #expect(long.count < 200)
        let wild = try #require(Started(file: #"{"a\u001b[2Jb\nc": 1}"#).refusal())
        #expect(wild == #"outcry.json: a\u{1B}[2Jb\u{A}c is no setting of this file"#)
    }

    @Test(arguments: ["outcry.toml", "outcry.yaml", "outcry.yml", "outcry", "outcry.json.bak"])
    func `has a name that ends in .json`(name: String) {
        #expect(
            Started(file: "{}", fileName: name).refusal()
                == "\(name): a configuration file is JSON, and its name ends in .json")
    }

    @Test func `is read as bytes that are too many, or no UTF-8, never`() throws {
        func refusal(_ bytes: [UInt8]) -> String {
            do {
                _ = try ConfigurationFile(path: "a.json", bytes: bytes)
                return "nothing"
            } catch {
                return "\(error)"
            }
        }
        #expect(refusal(Array("{\n \"é".utf8) + [0xFF] + Array("\": 1}".utf8)) == "a.json:2:4: not UTF-8")
        #expect(refusal([0xC3]) == "a.json:1:1: not UTF-8")
        #expect(refusal([0xEF, 0xBB, 0xBF] + Array("{}".utf8)) == "nothing")
        let most = ConfigurationFile.bytesMax
        let full = Array("{}".utf8) + Array(repeating: UInt8(ascii: " "), count: most - 2)
        #expect(refusal(full) == "nothing")
        #expect(
            refusal(full + [UInt8(ascii: " ")])
                == "a.json is too large: a configuration file has at most \(most) bytes")
    }

    @Test func `that is missing, a folder, a pipe or too large is told as that`() throws {
        func refusal(_ path: String) -> String? { Started(arguments: ["--config", path]).refusal() }
        let folder = FileManager.default.temporaryDirectory.appending(path: "outcry-files-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let cannot = "cannot read the configuration file \(folder)"
        #expect(refusal(folder + "/a.json") == "\(cannot)/a.json: No such file or directory")
        #expect(refusal(folder) == "\(cannot): it is no regular file")
        try #require(mkfifo(folder + "/pipe.json", 0o600) == 0)
        #expect(refusal(folder + "/pipe.json") == "\(cannot)/pipe.json: it is no regular file")
        #expect(refusal("/dev/zero") == "cannot read the configuration file /dev/zero: it is no regular file")
        try Data(repeating: 0x20, count: ConfigurationFile.bytesMax + 1).write(to: URL(filePath: folder + "/big.json"))
        #expect(refusal(folder + "/big.json")?.contains("big.json is too large") == true)
        // The superuser reads everything.
        if geteuid() != 0 {
            try Data("{}".utf8).write(to: URL(filePath: folder + "/shut.json"))
            try #require(chmod(folder + "/shut.json", 0) == 0)
            #expect(refusal(folder + "/shut.json") == "\(cannot)/shut.json: Permission denied")
        }
    }
}
