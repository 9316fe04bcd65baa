import Foundation

/// A copy of the package with every mutant in it, one of which an environment variable switches on.
///
/// One build serves all of them. Only what changed is written, so that the next build is short.
struct MutantTree {
    let registry: MutantRegistry
    /// Where the copy is.
    let folder: URL

    /// What of the package is needed to build its products.
    private static let copied = ["Package.swift", "Package.resolved", "Sources", "Plugins", "Tests", "commands"]
    /// Every room can see it there.
    static let switchFolder = "Sources/Trading/"
    private static let switchPath = switchFolder + "MutantSwitch.swift"

    /// The variable that names the mutant which is on.
    static let variable = "OUTCRY_MUTANT"

    init(registry: MutantRegistry, folder: URL) {
        self.registry = registry
        self.folder = folder
    }

    /// Brings the copy up to the sources. Throws `WeavingError` for mutants that do not fit.
    func write() throws {
        let edited = Set(registry.mutants.flatMap { $0.edits.map(\.path) })
        var wanted: Set<String> = [MutantTree.switchPath]
        for path in MutantTree.copied.flatMap({ files(in: registry.package, below: $0) }) {
            wanted.insert(path)
            let data =
                edited.contains(path)
                ? Data(try registry.woven(path).utf8) : try Data(contentsOf: registry.package.appending(path: path))
            try write(data, to: path)
        }
        try write(Data(switchSource.utf8), to: MutantTree.switchPath)
        for path in MutantTree.copied.flatMap({ files(in: folder, below: $0) }) where !wanted.contains(path) {
            try FileManager.default.removeItem(at: folder.appending(path: path))
        }
    }

    private func write(_ data: Data, to path: String) throws {
        let target = folder.appending(path: path)
        guard (try? Data(contentsOf: target)) != data else { return }
        try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: target)
    }

    /// Paths from `top`, in order; a file is its own only one.
    private func files(in top: URL, below path: String) -> [String] {
        var isFolder = false
        let root = top.appending(path: path)
        if let values = try? root.resourceValues(forKeys: [.isDirectoryKey]) { isFolder = values.isDirectory ?? false }
        guard isFolder else { return FileManager.default.fileExists(atPath: root.path) ? [path] : [] }
        let below = (try? FileManager.default.subpathsOfDirectory(atPath: root.path)) ?? []
        return below.sorted().map { "\(path)/\($0)" }.filter { file in
            let values = try? top.appending(path: file).resourceValues(forKeys: [.isRegularFileKey])
            return values?.isRegularFile ?? false
        }
    }

    /// What the copy's `Trading` has more than the package's.
    var switchSource: String {
        """
        import Glibc

        /// The ways in which this copy of the program can be broken.
        public enum Mutant: String, Sendable {
        \(registry.mutants.map { "    case \($0.caseName) = \"\($0.name)\"" }.joined(separator: "\n"))

            /// The one that is on. Read once: it is the same for the whole process.
            static let active: Mutant? = {
                guard let name = getenv("\(MutantTree.variable)").map({ String(cString: $0) }) else { return nil }
                guard let mutant = Mutant(rawValue: name) else { preconditionFailure("there is no mutant \\(name)") }
                return mutant
            }()
        }

        /// Whether the program is to be broken in this way.
        public func mutantIsActive(_ mutant: Mutant) -> Bool { Mutant.active == mutant }

        """
    }
}
