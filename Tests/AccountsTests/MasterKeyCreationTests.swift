import Foundation
import Testing

@testable import Accounts

@Suite struct MasterKeyCreationTests {
    @Test func `a key file is whole, its owner's, and never written over`() throws {
        let folder = NSTemporaryDirectory() + "outcry-master-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = MasterKeyFile.beside(database: folder + "/outcry.db")
        #expect(file.path == folder + "/outcry.db.key" && !file.exists)
        // What a killed process may have left.
        try Data("half a key".utf8).write(to: URL(fileURLWithPath: file.path + ".unfinished"))
        let made = try file.create()
        #expect(file.exists)
        #expect(try file.read().name == made.name)
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(throws: MasterKeyFile.Failure.cannotWrite(path: file.path, detail: "File exists")) { try file.create() }
        #expect(try file.read().name == made.name)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["outcry.db.key"])
    }
}
