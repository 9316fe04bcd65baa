import Foundation

/// Files that are beside the project and not in it: real tapes and flows. Absent on most machines.
enum Shared {
    private static let root: URL = {
        if let named = ProcessInfo.processInfo.environment["OUTCRY_SHARED"] { return URL(fileURLWithPath: named) }
        return URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("../shared").standardizedFileURL
    }()

    /// The path of a file, or nil where it is absent.
    static func path(_ name: String) -> String? {
        let path = root.appendingPathComponent(name).path
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }
}
