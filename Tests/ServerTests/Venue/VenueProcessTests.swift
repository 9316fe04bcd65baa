import ExactJSON
import Foundation
import Glibc
import Testing

extension `The server` {
    /// The venue as a program: options, sockets, signals.
    @Suite struct `that is a venue` {
        @Test func `each account has the funds and rights that follow it`() throws {
            let venue = try VenueProcess()
            try venue.start(["--rights", "info", "--account", "bob:x", "--account=eve:y", "--funds=7 btc"])
            let books = try venue.control("/books")
            let accounts = try #require(books["accounts"]?.elements)
            #expect(accounts.compactMap { $0["key"]?.written } == ["ann", "bob", "eve"])
            #expect(accounts.map { $0["funds"]?["btc"]?["free"]?.written } == ["100", nil, "7"])
            #expect(
                try venue.call("Trade", "pair=btc_usd&type=buy&rate=1&amount=1")["error"]
                    == "api key dont have trade permission")
        }

        @Test func `a connection is kept for many requests, and closed when asked`() throws {
            let venue = try VenueProcess()
            try venue.start()
            let socket = try RawSocket(port: venue.port)
            for _ in 0..<3 {
                let answer = try socket.request("/api/3/fee/btc_usd")
                #expect(answer.head.hasPrefix("HTTP/1.1 200"))
                #expect(answer.body == #"{"btc_usd":0.2}"#)
            }
            #expect(try socket.request("/nothing").head.hasPrefix("HTTP/1.1 404"))
            #expect(try socket.request("/api/3/fee/btc_usd", ["Connection: close"]).head.contains("close"))
            #expect(throws: Unexpected.self) { try socket.request("/api/3/fee/btc_usd") }
        }

        @Test func `a head or a body that is too large is refused, and others are served`() throws {
            let venue = try VenueProcess()
            try venue.start()
            let long = String(repeating: "x", count: 20_000)
            #expect(
                try RawSocket(port: venue.port).request("/api/3/info", ["X-Long: \(long)"]).head.hasPrefix(
                    "HTTP/1.1 431"))
            let body = String(repeating: "a", count: 70_000)
            let large = try RawSocket(port: venue.port)
                .request("/tapi", ["Content-Length: \(body.count)"], method: "POST", body: body)
            #expect(large.head.hasPrefix("HTTP/1.1 413"))
            let broken = try RawSocket(port: venue.port)
            try broken.write(Array("what is this\r\n\r\n".utf8))
            #expect(try RawSocket(port: venue.port).request("/api/3/fee/btc_usd").body == #"{"btc_usd":0.2}"#)
        }

        @Test func `a web page cannot use the operator's port`() throws {
            let venue = try VenueProcess()
            try venue.start()
            let body = #"{"key":"ann","coin":"usd","amount":"7"}"#
            func status(_ headers: [String], _ path: String = "/deposit", host: String = "127.0.0.1") throws -> String {
                let isGet = path == "/books"
                let head = try RawSocket(port: venue.controlPort).request(
                    path, headers + ["Content-Length: \(isGet ? 0 : body.utf8.count)"], method: isGet ? "GET" : "POST",
                    body: isGet ? "" : body, host: host
                ).head
                #expect(head.contains("X-Content-Type-Options: nosniff"), "\(head)")
                return String(head.split(separator: " ")[1])
            }
            let json = "Content-Type: application/json"
            let cases: [([String], String, String)] = [
                ([json], "127.0.0.1", "200"), ([json + "; charset=utf-8"], "localhost:\(venue.controlPort)", "200"),
                ([json], "[::1]", "200"), ([json, "Origin: http://evil.example"], "127.0.0.1", "403"),
                ([json, "Origin: null"], "127.0.0.1", "403"), ([json, "Origin: http://127.0.0.1"], "127.0.0.1", "403"),
                ([json, "Sec-Fetch-Site: cross-site"], "127.0.0.1", "403"), ([], "127.0.0.1", "415"),
                (["Content-Type: text/plain"], "127.0.0.1", "415"),
                (["Content-Type: application/x-www-form-urlencoded"], "127.0.0.1", "415"),
                (["Content-Type: multipart/form-data; boundary=x"], "127.0.0.1", "415"),
                (["Content-Type: text/plain; application/json"], "127.0.0.1", "415"), ([json], "evil.example", "421"),
                ([json], "192.0.2.1", "421"), ([json], "127.0.0.1.evil.example", "421"),
                ([json, "Host: a"], "127.0.0.1", "400"),
            ]
            for (headers, host, expected) in cases {
                #expect(try status(headers, host: host) == expected, "\(headers) \(host)")
            }
            #expect(try status([], "/books") == "200")
            #expect(try status([], "/books", host: "evil.example") == "421")
            #expect(try status(["Origin: http://evil.example"], "/books") == "403")
            // Three deposits were let in.
            let funds = try venue.control("/books")["accounts"]?.elements.first?["funds"]
            #expect(funds?["usd"]?["free"]?.written == "100021")
        }

        @Test(arguments: [SIGTERM, SIGINT])
        func `it ends when told, whoever is connected`(signal: Int32) throws {
            let venue = try VenueProcess()
            try venue.start(["--fault", "lose-answer=1", "--seed", "3"])
            let idle = try RawSocket(port: venue.port)
            // Half of these hang without an answer.
            let hanging = try (0..<6).map { _ in try RawSocket(port: venue.port) }
            for socket in hanging { try socket.write(Array("GET /api/3/info HTTP/1.1\r\nHost: x\r\n\r\n".utf8)) }
            #expect(try venue.stop(signal) == .exit(0))
            withExtendedLifetime((idle, hanging)) {}
        }

        @Test(arguments: [
            (["--dialect", "mtgox"], "no dialect mtgox"), (["--price", "btc_usd"], "--price takes PAIR=PRICE"),
            (["--fault", "late=1"], "no fault late"), (["--account", "x"], "--account takes KEY:SECRET"),
            (["--funds", "1 btc"], "stands before any --account"),
            (["--account", "a:b", "--account", "a:c"], "comes twice"),
            (["--account", "a:b", "--rights", "all"], "no right all"), (["--speed", "2"], "go with --tape"),
            (["--tape-skip-bad"], "go with --tape"),
            (["--tape", "/nowhere.csv"], "/nowhere.csv"), (["--books", "/nowhere/books"], "/nowhere/books"),
            (["--listen", "nowhere"], "nowhere is not HOST:PORT"),
        ])
        func `options that make no sense are refused`(options: [String], error: String) throws {
            let venue = try VenueProcess()
            let run = try ProgramRun(["venue", "--listen", "127.0.0.1:0"] + options, in: venue.folder)
            #expect(try run.ending() != .exit(0))
            #expect(run.logged.contains(error), "\(run.logged)")
        }
    }
}
