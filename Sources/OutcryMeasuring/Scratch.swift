import Foundation

/// A new folder for the files of one measurement, gone when it ends.
public func withScratchFolder<Result>(in parent: String, _ body: (String) throws -> Result) throws -> Result {
    let folder = "\(parent)/\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
}
