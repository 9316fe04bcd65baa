import Desk
import Exchange
import Foundation
import Testing
import Threads
import Trading

@testable import outcry

@Suite struct `The exchanges of a desk` {
    private final class Folder {
        let path = FileManager.default.temporaryDirectory.appending(path: "outcry-nonces-\(UUID().uuidString)").path
        var database: String { path + "/desk.db" }

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    @Test func `share one file of nonces, and never a nonce`() throws {
        let folder = try Folder()
        let file = NonceFile(database: folder.database)
        let (main, other) = (try file.store(of: "main"), try file.store(of: "other"))
        try main.reserve(through: 1_000, key: "K")
        #expect(try main.reserved(key: "K") == 1_000 && other.reserved(key: "K") == nil)
        try other.reserve(through: 7, key: "K")
        #expect(try main.reserved(key: "K") == 1_000 && other.reserved(key: "K") == 7)
        #expect(try file.store(of: "main").reserved(key: "K") == 1_000)
    }

    @Test func `close the file with the last of them, and find everything in it again`() throws {
        let folder = try Folder()
        let file = NonceFile(database: folder.database)
        var stores = [try file.store(of: "main"), try file.store(of: "other")]
        try stores[1].reserve(through: 5, key: "K")
        stores.removeFirst()
        #expect(throws: (any Error).self) { _ = try DurableNonces(beside: folder.database) }
        stores.removeAll()
        #expect(try NonceFile(database: folder.database).store(of: "other").reserved(key: "K") == 5)
    }

    @Test func `go on above what a version with one exchange has used up`() throws {
        let folder = try Folder()
        try DurableNonces(beside: folder.database).reserve(through: 3_000, key: "K")
        let store = try NonceFile(database: folder.database).store(of: "btce")
        #expect(try store.reserved(key: "K") == 3_000)
        try store.reserve(through: 4_000, key: "K")
        #expect(try store.reserved(key: "K") == 4_000)
        try store.reserve(through: 100, key: "L")
        #expect(try store.reserved(key: "L") == 100)
    }

    @Test func `are made each under its own name, in the order in which they were named`() throws {
        let folder = try Folder()
        let arguments = ["paper", "main=btce:http://127.0.0.1:9", "yobit=http://127.0.0.1:9"].flatMap {
            ["--exchange", $0]
        }
        let settings = try Started(arguments: arguments + ["--database", folder.database]).settings()
        let venues = try settings.exchanges.venues(
            ExchangeSurroundings(database: folder.database, limits: DeskLimits(), clock: MachineClock()))
        #expect(venues.map(\.name) == ["paper", "main", "yobit"])
        var made: [any Exchange] = []
        for venue in venues {
            guard case .overTheWire(let make) = venue.venue else { continue }
            made.append(try make { _ in })
        }
        #expect(made.map(\.name) == ["main", "yobit"])
        for exchange in made { exchange.shutDown() }
    }
}
