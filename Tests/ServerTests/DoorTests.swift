import Foundation
import Glibc
import Testing

extension `The server` {
    @Suite struct `at its door` {
        @Test func `an IPv6 address has brackets wherever it is part of a URL`() throws {
            let desk = try DeskUnderTest()
            let run = try ProgramRun(
                ["serve", "--database", desk.database, "--listen", "[::1]:0", "--demo"], in: desk.folder)
            _ = try run.logLine(with: " listens on ws://[::1]:")
            _ = try run.saidLine(with: "any WebSocket client to ws://[::1]:")
            _ = try run.saidLine(with: "outcry chat ws://[::1]:")
            run.send(signal: SIGTERM)
            #expect(try run.ending() == .exit(0))
        }

        @Test func `it says how it is, and who it is`() throws {
            let desk = try DeskUnderTest()
            try desk.start()
            let health = try RawSocket(port: desk.port).request("/health")
            #expect(health.head.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(health.head)")
            let answer = try JSONSerialization.jsonObject(with: Data(health.body.utf8)) as? [String: Any]
            #expect(answer?["up"] as? Bool == true && answer?["state"] as? String == "up", "\(health.body)")
            #expect(try RawSocket(port: desk.port).request("/").body.contains("WebSocket"))
            #expect(try RawSocket(port: desk.port).request("/nothing").head.hasPrefix("HTTP/1.1 404 "))
        }

        @Test func `it lets in pages of its own and of the list, and no others`() throws {
            let desk = try DeskUnderTest()
            try desk.start(["--allow-origin", "https://desk.example"])
            func status(_ origin: String) throws -> String {
                let head = try RawSocket(port: desk.port).upgrade(["Origin: \(origin)"])
                return String(head.split(separator: " ")[1])
            }
            #expect(try status("https://evil.example") == "403")
            #expect(try status("https://desk.example") == "101")
            #expect(try status("http://127.0.0.1") == "101")
            #expect(try status("null") == "403")
        }

        @Test func `it answers to its own names and to those it was told, and to no others`() throws {
            let desk = try DeskUnderTest()
            try desk.start(["--host", "desk.example", "--host", "192.0.2.7"])
            func status(_ host: String, isHandshake: Bool) throws -> String {
                let socket = try RawSocket(port: desk.port)
                let head = isHandshake ? try socket.upgrade(host: host) : try socket.request("/health", host: host).head
                return String(head.split(separator: " ")[1])
            }
            for host in [
                "localhost", "127.0.0.1:\(desk.port)", "[::1]", "desk.example", "Desk.Example:443", "192.0.2.7",
            ] {
                #expect(try status(host, isHandshake: true) == "101", "\(host)")
                #expect(try status(host, isHandshake: false) == "200", "\(host)")
            }
            // A page under such a name has an Origin that agrees with it, and is refused all the same.
            for host in ["evil.example", "evil.example:\(desk.port)", "desk.example.evil.example", "192.0.2.8"] {
                #expect(try status(host, isHandshake: true) == "421", "\(host)")
                #expect(try status(host, isHandshake: false) == "421", "\(host)")
                let page = try RawSocket(port: desk.port).upgrade(["Origin: http://\(host)"], host: host)
                #expect(page.hasPrefix("HTTP/1.1 421 Misdirected Request\r\n"), "\(page)")
            }
            #expect(desk.log.contains("Host refused"), "\(desk.log)")
        }

        @Test func `a token logs in with the handshake, to read or to trade`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "1000 usd")
            try desk.start()
            let ann = try desk.logIn("ann")
            let token = try desk.token(of: ann)
            #expect(try desk.connect(token: token).ask("buy 1 btc_usd at 100").ok == true)
            let toRead = try #require(try ann.ask("token new eyes read").token?.secret)
            let reader = try desk.connect(token: toRead)
            #expect(try reader.ask("orders").orders?.count == 1)
            #expect(try reader.ask("buy 1 btc_usd at 100").error?.code == "not_allowed")
            #expect(try reader.ask("cancel all").error?.code == "not_allowed")
            #expect(try desk.connect(token: token + "x").ending() == .closed(code: 1_008))
            try ann.ask("token drop eyes")
            #expect(try desk.connect(token: toRead).ending() == .closed(code: 1_008))
        }

        @Test(arguments: [Trader.Format.none, .text, .json])
        func `it speaks each format`(format: Trader.Format) throws {
            let desk = try DeskUnderTest()
            try desk.start()
            let reply = try desk.connect(format).ask("version")
            #expect(reply.text.hasPrefix("= "))
            #expect(reply.raw.hasPrefix("{") == (format == .json))
        }
    }
}
