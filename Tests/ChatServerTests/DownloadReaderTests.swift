import Conversation
import Foundation
import Glibc
import Testing
import Trading

@testable import ChatServer

/// Many who fetch one file, and take their time.
@Suite(.serialized) struct `Readers of one file` {
    private static let fileBytes = 16_777_216

    private static func desk(_ words: [String] = ["a-word"]) -> EchoDesk {
        let file = Download(
            fileName: "trades.csv", type: "text/csv; charset=utf-8", bytes: [UInt8](repeating: 0x61, count: fileBytes))
        return EchoDesk(downloads: Dictionary(uniqueKeysWithValues: words.map { ($0, file) }))
    }

    /// What this process, the server in it, has in memory.
    private static func residentBytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(Int(line.split(separator: " ")[1])) * 1_024
    }

    private func ask(
        _ port: UInt16, _ word: String = "a-word", from address: String = "127.0.0.1", method: String = "GET"
    )
        throws -> RawWebSocket
    {
        let client = try RawWebSocket(port: port, from: address, receiveBufferBytes: 4_096)
        try client.request(["\(method) /export/\(word) HTTP/1.1", "Host: localhost"])
        return client
    }

    private func wait(until isSo: () -> Bool) throws {
        let deadline = Date().addingTimeInterval(Double(RawWebSocket.patience))
        while !isSo() {
            guard Date() < deadline else { throw RawWebSocket.Failure(description: "it never came to be") }
            usleep(5_000)
        }
    }

    @Test func `forty who read nothing hold one copy of it`() throws {
        let server = try Self.desk().serve {
            $0.limits.downloadReaders = 40
            $0.limits.addressDownloads = 100
            $0.limits.downloadStallSeconds = 600
        }
        defer { server.shutDown() }
        let port = try #require(server.port)
        let before = try Self.residentBytes()
        let readers = try (0..<40).map { _ in try ask(port) }
        #expect(readers.allSatisfy { $0.status == 200 })
        #expect(server.metrics.downloads == 40)
        // Forty copies are 671 MB; what the other tests of this process take meanwhile is not.
        let grown = try Self.residentBytes() - before
        #expect(grown < 16 * Self.fileBytes, "\(grown) bytes")
        let more = try ask(port)
        #expect(more.status == 429)
        #expect(more.response.contains("\r\nRetry-After: 5\r\n"))
        #expect(try more.body() == "this file is being sent 40 times, which is the most; try again when one has it\n")
        #expect(try ask(port, method: "HEAD").status == 200)
    }

    @Test func `one address is sent so many files at a time, of whatever links, and another is not kept waiting`()
        throws
    {
        let server = try Self.desk(["one", "two", "three"]).serve {
            $0.limits.addressDownloads = 2
            $0.limits.downloadStallSeconds = 600
        }
        defer { server.shutDown() }
        let port = try #require(server.port)
        var readers = try [ask(port, "one"), ask(port, "two")]
        let third = try ask(port, "three")
        #expect(third.status == 429)
        #expect(
            try third.body()
                == "2 files are being sent to your address, which is the most; try again when one is whole\n")
        readers.append(try ask(port, "three", from: "127.0.0.9"))
        #expect(readers.allSatisfy { $0.status == 200 })
        readers.remove(at: 0)
        // Its place is free as soon as the server knows that it is gone.
        try wait { server.metrics.downloads == 2 }
        #expect(try ask(port, "one").status == 200)
    }

    @Test func `who takes nothing is cut after download_stall_s, and its place is another's`() throws {
        let server = try Self.desk().serve {
            $0.limits.downloadReaders = 1
            $0.limits.downloadStallSeconds = 1
        }
        defer { server.shutDown() }
        let port = try #require(server.port)
        let slow = try ask(port)
        #expect(slow.status == 200)
        try wait { server.metrics.downloads == 0 }
        #expect(try ask(port).status == 200)
        // What was on its way still comes, and then the end: the file is not whole.
        #expect(try slow.body().utf8.count < Self.fileBytes)
    }

    @Test func `who takes a little now and then is cut when the whole should be there`() throws {
        let server = try Self.desk().serve {
            $0.limits.downloadReaders = 1
            $0.limits.downloadStallSeconds = 1
            $0.limits.downloadRateBytes = 1_000_000_000
        }
        defer { server.shutDown() }
        let client = try ask(try #require(server.port))
        #expect(client.status == 200)
        // A frame of a few kilobytes is taken from what comes, again and again: there is progress all the time.
        var taken = 0
        while server.metrics.downloads > 0, taken < Self.fileBytes {
            taken += try client.takeSome(atMost: 8_192)
            usleep(10_000)
        }
        #expect(server.metrics.downloads == 0)
        #expect(taken < Self.fileBytes)
    }

    @Test func `pieces of a file put together are its head and its bytes`() {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        let file = Download(fileName: "a.csv", type: "text/csv", bytes: bytes)
        for count in [1, 7, 200, 16_384, 1_000_000] {
            var sending = DownloadInFlight(file, link: "w", address: AddressGroup("a"), endsBy: 0)
            var all: [UInt8] = []
            while let piece = sending.next(count) {
                #expect(piece.count <= count && !piece.isEmpty)
                all += piece
            }
            #expect(all == file.head + bytes)
        }
    }
}
