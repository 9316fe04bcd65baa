import Foundation
import Testing

@testable import outcry_mutants

@Suite struct RegistryTests {
    /// The package's top, seen from this file.
    private static let package = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test func `every mutant fits the sources as they are`() throws {
        let registry = try MutantRegistry(package: RegistryTests.package)
        #expect(registry.mutants.count >= 20)
        for misfit in registry.misfits() {
            Issue.record("Mutants/\(misfit.name).mutant no longer fits: \(misfit.text)")
        }
    }

    @Test func `the sources have no switch of a mutant`() throws {
        let sources = RegistryTests.package.appending(path: "Sources")
        for path in try FileManager.default.subpathsOfDirectory(atPath: sources.path)
        where path.hasSuffix(".swift") && !path.hasPrefix("outcry-mutants/") {
            let text = try String(contentsOf: sources.appending(path: path), encoding: .utf8)
            #expect(!text.contains("mutantIsActive") && !text.contains(MutantTree.variable), "\(path)")
        }
    }

    @Test func `a mutant that no longer fits is named`() throws {
        let package = try scratchPackage(
            source: "let one = 1\nlet two = 2\n",
            mutants: [
                "half-gone": "It breaks.\nfound within 5 seeds\n@ Sources/A.swift\n- let three\n+ let $MUTANT three\n"
            ])
        defer { try? FileManager.default.removeItem(at: package) }
        let registry = try MutantRegistry(package: package)
        #expect(
            registry.misfits() == [
                MutantError("half-gone", "Sources/A.swift has this 0 times: let three")
            ])
        #expect(throws: WeavingError.self) {
            try MutantTree(registry: registry, folder: package.appending(path: "tree")).write()
        }
    }

    @Test func `the copy has every switch, and a file that did not change is not written again`() throws {
        let package = try scratchPackage(
            source: "let one = 1\n",
            mutants: [
                "off-by-one": "It counts wrong.\nfound within 5 seeds\n@ Sources/A.swift\n- 1\n+ $MUTANT ? 2 : 1\n"
            ])
        defer { try? FileManager.default.removeItem(at: package) }
        let tree = MutantTree(
            registry: try MutantRegistry(package: package), folder: package.appending(path: "tree"))
        try tree.write()
        let copy = tree.folder.appending(path: "Sources/A.swift")
        #expect(
            try String(contentsOf: copy, encoding: .utf8)
                == "import Trading\nlet one = Trading.mutantIsActive(.offByOne) ? 2 : 1\n")
        #expect(tree.switchSource.contains("case offByOne = \"off-by-one\""))

        let long = Date(timeIntervalSince1970: 1)
        try FileManager.default.setAttributes([.modificationDate: long], ofItemAtPath: copy.path)
        try Data("gone".utf8).write(to: tree.folder.appending(path: "Sources/Old.swift"))
        try tree.write()
        let written = try FileManager.default.attributesOfItem(atPath: copy.path)[.modificationDate] as? Date
        #expect(written == long)
        #expect(!FileManager.default.fileExists(atPath: tree.folder.appending(path: "Sources/Old.swift").path))
    }

    private func scratchPackage(source: String, mutants: [String: String]) throws -> URL {
        let package = FileManager.default.temporaryDirectory.appending(path: "mutants-\(UUID().uuidString)")
        for folder in ["Sources", "Mutants"] {
            try FileManager.default.createDirectory(
                at: package.appending(path: folder), withIntermediateDirectories: true)
        }
        try Data(source.utf8).write(to: package.appending(path: "Sources/A.swift"))
        for (name, text) in mutants {
            try Data(text.utf8).write(to: package.appending(path: "Mutants/\(name).mutant"))
        }
        return package
    }
}
