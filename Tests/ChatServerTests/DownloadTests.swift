import Conversation
import Foundation
import Testing

@testable import ChatServer

/// Files over plain HTTP.
@Suite struct DownloadTests {
    private static func desk(_ body: String) -> EchoDesk {
        EchoDesk(downloads: [
            "a-word": Download(fileName: "trades.csv", type: "text/csv; charset=utf-8", bytes: Array(body.utf8))
        ])
    }

    @Test func `a file comes whole, by its name, and nothing is kept of it`() throws {
        let server = try DownloadTests.desk("id,at\r\n1,now\r\n").serve()
        defer { server.shutDown() }
        let client = try RawWebSocket(port: #require(server.port))
        try client.request(["GET /export/a-word HTTP/1.1", "Host: 127.0.0.1"])
        #expect(client.status == 200)
        for header in [
            "Content-Type: text/csv; charset=utf-8", "Content-Length: 14", "Cache-Control: no-store",
            "Content-Disposition: attachment; filename=\"trades.csv\"", "Connection: close",
        ] {
            #expect(client.response.contains(header + "\r\n"), "\(client.response)")
        }
        #expect(try client.body() == "id,at\r\n1,now\r\n")
        // The connection is at its end: no frame, and no close code.
        #expect(try client.closeCode() == nil)
    }

    @Test(arguments: [
        ("HEAD", "/export/a-word", 200), ("GET", "/export/another", 404), ("GET", "/export/", 404),
        ("GET", "/export", 404), ("POST", "/export/a-word", 405), ("GET", "/export/a-word?x=1", 200),
    ])
    func `only the word brings it, and only to who asks for it`(method: String, path: String, status: Int) throws {
        let server = try DownloadTests.desk("secret").serve()
        defer { server.shutDown() }
        let client = try RawWebSocket(port: #require(server.port))
        try client.request(["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1", "Content-Length: 0"])
        #expect(client.status == status)
        if method == "HEAD" { #expect(try client.closeCode() == nil) }
    }

    @Test func `a long file comes whole to a slow reader, and what is asked behind it is not answered`() throws {
        let body = (0..<400_000).map { "\($0)," }.joined()
        let server = try DownloadTests.desk(body).serve()
        defer { server.shutDown() }
        let client = try RawWebSocket(port: #require(server.port))
        let head = ["GET /export/a-word HTTP/1.1", "Host: 127.0.0.1"]
        try client.request(head + ["", "GET /health HTTP/1.1", "Host: 127.0.0.1"])
        #expect(client.status == 200)
        usleep(200_000)
        #expect(try client.body() == body)
        #expect(try client.closeCode() == nil)
    }

    @Test(arguments: [
        ("desk.example:8443", false, "http://desk.example:8443"), ("[::1]:7015", true, "https://[::1]:7015"),
        ("a\"b", false, nil), ("a/b", false, nil), ("", true, nil),
    ])
    func `the server is where the client has said that it is`(host: String, isTLS: Bool, site: String?) {
        #expect(siteAddress(host: host, isTLS: isTLS) == site)
    }
}
