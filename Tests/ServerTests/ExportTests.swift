import Testing

extension `The server` {
    @Suite struct `brings files` {
        /// The path in the first line of a reply to `export`.
        private func path(_ reply: ChatMessage, port: UInt16) throws -> String {
            let link = try #require(reply.text.split(separator: "\n").first?.split(separator: " ").last)
            let site = "http://127.0.0.1:\(port)"
            #expect(link.hasPrefix("\(site)/export/"), "\(reply.text)")
            return String(link.dropFirst(site.count))
        }

        @Test func `what export has made comes by its link, until it is over or its account is disabled`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "1000 usd")
            try desk.start(DeskUnderTest.unhurried + ["--limit", "downloads=2"])
            let ann = try desk.logIn("ann")
            let reply = try ann.ask("export transactions")
            let link = try path(reply, port: desk.port)
            let answer = try RawSocket(port: desk.port).request(link)
            #expect(answer.head.hasPrefix("HTTP/1.1 200 OK\r\n"))
            let lines = answer.body.split(separator: "\r\n").map(String.init)
            #expect(lines.count == 2)
            #expect(lines.first == "id,exchange,at,type,amount,coin,status,description,exchange_order_id")
            #expect(lines.last?.hasSuffix(",deposit,1000,usd,successful,,") == true, "\(lines)")

            let other = String(link.dropLast()) + (link.last == "A" ? "B" : "A")
            #expect(try RawSocket(port: desk.port).request(other).head.hasPrefix("HTTP/1.1 404 "))

            _ = try ann.ask("export orders json")
            #expect(try ann.ask("export orders").error?.code == "too_many_downloads")

            try desk.user(["disable", "ann"])
            _ = try ann.ending()
            #expect(try RawSocket(port: desk.port).request(link).head.hasPrefix("HTTP/1.1 404 "))
        }
    }
}
