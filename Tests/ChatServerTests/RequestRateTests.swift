import Conversation
import Foundation
import Testing
import Trading

@testable import ChatServer

/// How many requests one address may make before anybody has logged in.
@Suite struct `Requests of one address` {
    private func serve(_ configure: (inout ChatServerConfiguration) -> Void = { _ in }) throws -> ChatServer {
        try EchoDesk().serve {
            $0.limits.httpBurst = 3
            $0.limits.httpRate = 1
            configure(&$0)
        }
    }

    @Test func `too many are told when to come again, and another address is not`() throws {
        let server = try serve()
        defer { server.shutDown() }
        let port = try #require(server.port)
        var statuses: [Int] = []
        // A machine that is slow enough earns a request between two.
        for _ in 0..<60 where statuses.last != 429 {
            let client = try RawWebSocket(port: port)
            try client.request(["GET / HTTP/1.1", "Host: localhost", "Connection: close"])
            statuses.append(client.status)
            guard client.status == 429 else { continue }
            #expect(client.response.contains("\r\nRetry-After: 1\r\n"), "\(client.response)")
            #expect(try client.body() == "too many requests from your address; try again in 1 s\n")
            #expect(try client.receive() == nil)
        }
        #expect(statuses.prefix(3) == [200, 200, 200])
        #expect(statuses.last == 429)
        let other = try RawWebSocket(port: port, from: "127.0.0.9")
        try other.request(["GET / HTTP/1.1", "Host: localhost"])
        #expect(other.status == 200)
    }

    @Test func `handshakes and what cannot be read count as any request`() throws {
        let server = try serve()
        defer { server.shutDown() }
        let port = try #require(server.port)
        let session = try RawWebSocket.open(port: port)
        for line in ["help", "GET / HTTP/9.9"] { try RawWebSocket(port: port).request([line]) }
        var last = 0
        for _ in 0..<60 where last != 429 {
            let client = try RawWebSocket(port: port)
            try client.handshake(port: port)
            last = client.status
        }
        #expect(last == 429)
        // A session that is open is none of this.
        try session.send("still here")
        #expect(try session.text() == "= still here")
    }

    @Test func `requests behind each other on one connection count one by one`() throws {
        let server = try serve()
        defer { server.shutDown() }
        let client = try RawWebSocket(port: #require(server.port))
        let request = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
        try client.send(bytes: Array(String(repeating: request, count: 100).utf8))
        var statuses: [Int] = []
        while statuses.last != 429 {
            try client.readResponse()
            _ = try client.body()
            statuses.append(client.status)
        }
        #expect(statuses.count < 100)
        #expect(try client.receive() == nil)
    }

    @Test func `behind a proxy each of its clients is counted by itself, in IPv6 by 64 bits`() throws {
        let server = try serve { $0.trustsForwardedFor = true }
        defer { server.shutDown() }
        let port = try #require(server.port)
        func status(of address: String) throws -> Int {
            let client = try RawWebSocket(port: port)
            try client.request(["GET / HTTP/1.1", "Host: localhost", "X-Forwarded-For: \(address)"])
            return client.status
        }
        var first: [Int] = []
        for number in 0..<60 where first.last != 429 { first.append(try status(of: "2001:db8:1:2::\(number)")) }
        #expect(first.prefix(3) == [200, 200, 200] && first.last == 429)
        #expect(try status(of: "2001:db8:1:3::1") == 200)
        #expect(try status(of: "192.0.2.7") == 200)
    }

    @Test func `the table of addresses is bounded, and one that keeps coming is remembered`() {
        var budgets = AddressBudgets(burst: 2, rate: 1, addressesMax: 100)
        _ = [budgets.take(AddressGroup("a"), now: 0), budgets.take(AddressGroup("a"), now: 0)]
        var most = 0
        var refused = 0
        for number in 0..<1_000 {
            _ = budgets.take(AddressGroup("other \(number)"), now: 0)
            if number % 40 == 0, budgets.take(AddressGroup("a"), now: 0) != nil { refused += 1 }
            most = max(most, budgets.count)
        }
        #expect(most <= 100)
        #expect(refused == 25)
    }
}
