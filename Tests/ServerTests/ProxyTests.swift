import Testing

extension `The server` {
    @Suite struct `behind a proxy` {
        /// What another session of the account is told when somebody comes from behind the proxy.
        private func toldAddress(_ options: [String], _ headers: [String]) throws -> String? {
            let desk = try DeskUnderTest()
            try desk.add("ann")
            try desk.start(DeskUnderTest.unhurried + options)
            let ann = try desk.logIn("ann", .text)
            let token = try desk.token(of: desk.logIn("ann"))
            let socket = try RawSocket(port: desk.port)
            let head = try socket.upgrade(["Authorization: Bearer \(token)"] + headers)
            guard head.hasPrefix("HTTP/1.1 101 ") else { throw Unexpected("no WebSocket: \(head)") }
            // The first was the session that made the token, the second the token.
            return try ann.events(3).last?.text.split(separator: " ").last.map(String.init)
        }

        @Test func `the last address of X-Forwarded-For is the client's, where the server is told to believe it`()
            throws
        {
            let forwarded = ["X-Forwarded-For: 198.51.100.9, 203.0.113.7"]
            #expect(try toldAddress(["--trust-forwarded-for"], forwarded) == "203.0.113.7")
            #expect(try toldAddress([], forwarded) == "127.0.0.1")
            #expect(try toldAddress(["--trust-forwarded-for"], []) == "127.0.0.1")
            #expect(try toldAddress(["--trust-forwarded-for"], ["X-Forwarded-For: nobody"]) == "127.0.0.1")
        }

        @Test func `a link to a file begins as the client behind the proxy has called the server`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "1000 usd")
            try desk.start(DeskUnderTest.unhurried + ["--host", "desk.example", "--trust-forwarded-for"])
            let token = try desk.token(of: desk.logIn("ann"))
            let headers = [
                "Authorization: Bearer \(token)", "X-Forwarded-For: 203.0.113.7", "X-Forwarded-Proto: https",
            ]
            let socket = try RawSocket(port: desk.port)
            try socket.upgrade(headers, host: "desk.example")
            try socket.say("export transactions")
            var reply = socket.message()
            while let text = reply, !text.hasPrefix("=") { reply = socket.message() }
            #expect(reply?.contains(" https://desk.example/export/") == true, "\(reply ?? "nothing")")
            // Nobody else's name comes into a link.
            let other = try RawSocket(port: desk.port).upgrade(headers, host: "evil.example")
            #expect(other.hasPrefix("HTTP/1.1 421 "))
        }

        @Test func `requests are counted by the client's address`() throws {
            let desk = try DeskUnderTest()
            try desk.start(["--limit", "http_burst=2", "--limit", "http_rate=1", "--trust-forwarded-for"])
            func head(from address: String) throws -> String {
                try RawSocket(port: desk.port).request("/", ["X-Forwarded-For: \(address)"]).head
            }
            var heads: [String] = []
            for _ in 0..<60 where heads.last?.hasPrefix("HTTP/1.1 429 ") != true {
                heads.append(try head(from: "203.0.113.7"))
            }
            #expect(heads.prefix(2).allSatisfy { $0.hasPrefix("HTTP/1.1 200 ") })
            #expect(heads.last?.contains("\r\nRetry-After: 1\r\n") == true, "\(heads.last ?? "")")
            #expect(try head(from: "203.0.113.8").hasPrefix("HTTP/1.1 200 "))
        }

        @Test func `who guesses passwords behind a proxy keeps nobody else behind it waiting`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann")
            try desk.start(DeskUnderTest.unhurried + ["--trust-forwarded-for"])
            func reply(_ line: String, from address: String) throws -> String? {
                let socket = try RawSocket(port: desk.port)
                try socket.upgrade(["X-Forwarded-For: \(address)"])
                try socket.say(line)
                return socket.message()
            }
            for count in 1...5 {
                let told = try reply("login nobody-\(count) a wrong guess", from: "203.0.113.7")
                #expect(told?.hasPrefix("! wrong name or password") == true, "\(told ?? "nothing")")
            }
            // Whoever guesses waits, and is told so; a name that nobody has guessed at gets in at that address too.
            let waits = try reply("login nobody-1 a wrong guess", from: "203.0.113.7")
            #expect(waits?.contains("wait") == true, "\(waits ?? "nothing")")
            let neighbour = try reply("login ann \(DeskUnderTest.password)", from: "203.0.113.7")
            #expect(neighbour?.hasPrefix("+ hello ann") == true, "\(neighbour ?? "nothing")")
            let other = try reply("login ann \(DeskUnderTest.password)", from: "203.0.113.8")
            #expect(other?.hasPrefix("+ hello ann") == true, "\(other ?? "nothing")")
        }
    }
}
