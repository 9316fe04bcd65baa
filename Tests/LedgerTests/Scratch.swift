import Foundation
import GRDB
import Ledger

/// A folder of its own for a test, gone with it.
final class Scratch {
    let folder: String
    var path: String { folder + "/outcry.sqlite" }

    init() throws {
        folder = NSTemporaryDirectory() + "outcry-ledger-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func open(_ options: LedgerOptions = .serve) throws -> Ledger { try Ledger(path: path, options: options) }
}
