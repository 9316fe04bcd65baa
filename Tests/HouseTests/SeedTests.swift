import Foundation
import Testing

/// The gate is the same for everybody: what a test draws, it draws from a seed that stands in it or in `OUTCRY_SEED`.
@Suite struct SeedTests {
    private static let files: [SourceFile] = {
        let tests = SourceFile.root.appendingPathComponent("Tests")
        let found = FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil)
        var files: [SourceFile] = []
        for case let url as URL in found ?? FileManager.DirectoryEnumerator() where url.pathExtension == "swift" {
            guard let text = try? String(contentsOf: url, encoding: .utf8) else { continue }
            files.append(SourceFile(room: "Tests", path: url.lastPathComponent, text: text))
        }
        return files
    }()

    @Test func `no test draws anything without a seed`() throws {
        let unseeded = try Regex(
            #"\.random\(in:[^)]*\)(?!.*using:)|\.shuffled\(\)|\.randomElement\(\)|SystemRandomNumberGenerator"#)
        #expect(Self.files.count > 100)
        for file in Self.files {
            for (number, line) in file.code.enumerated() where line.contains(unseeded) && !line.contains("using:") {
                Issue.record("\(file.path):\(number + 1) draws without a seed: \(file.lines[number])")
            }
        }
    }
}
