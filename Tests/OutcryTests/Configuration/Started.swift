import ArgumentParser
import Foundation

@testable import outcry

/// What `outcry serve` makes of options, an environment and a configuration file.
struct Started {
    var arguments: [String] = []
    var environment: [String: String] = [:]
    /// The text of the configuration file; nil for none.
    var file: String?
    var fileName = "outcry.json"

    /// Throws what the program would end with.
    func settings() throws -> ServerSettings {
        let folder = FileManager.default.temporaryDirectory.appending(path: "outcry-config-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: fileName).path
        if let file { try Data(file.utf8).write(to: URL(filePath: path)) }
        let options = try ConfigCommand.parse(arguments).options
        // The home folder is where a database would be that nobody has named.
        let variables = ["HOME": folder.path].merging(environment) { $1 }
        return try ServerSettings(
            options, Settings(config: file == nil ? options.database.config : path, environment: variables))
    }

    /// The line that the program would end with, the folder of the file left out; nil where it would start.
    func refusal() -> String? {
        do {
            _ = try settings()
            return nil
        } catch {
            let line = "\(error)"
            guard let folder = line.range(of: "/outcry-config-"),
                let slash = line.range(of: "/\(fileName)", range: folder.upperBound..<line.endIndex)
            else { return line }
            let start =
                line[..<folder.lowerBound].lastIndex { $0 == " " }.map { line.index(after: $0) } ?? line.startIndex
            return line.replacingCharacters(in: start..<line.index(after: slash.lowerBound), with: "")
        }
    }

    /// The lines of `outcry config` that begin so.
    func lines(_ start: String) throws -> [String] { try settings().lines.filter { $0.hasPrefix(start) } }
}
