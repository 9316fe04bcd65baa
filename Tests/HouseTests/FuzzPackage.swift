import Foundation

/// What `Fuzz/libFuzzer/Package.swift` builds: rooms of the product, some without some of their folders.
struct FuzzPackage: Sendable {
    struct Room: Sendable {
        let name: String
        /// Folders that are left out, from the room's top.
        let without: [String]
        /// Modules that it may import.
        let dependencies: Set<String>

        func leavesOut(_ file: SourceFile) -> Bool {
            without.contains { file.path.hasPrefix("Sources/\(name)/\($0)/") }
        }
    }

    let rooms: [Room]

    static let path = "Fuzz/libFuzzer/Package.swift"

    /// Every call of `room(...)` behind the list's beginning, with the constants for products as their modules.
    init(_ manifest: String) throws {
        var modules: [String: String] = [:]
        let product = try Regex(#"let (\w+) = Target\.Dependency\.product\(name: "(\w+)""#)
        for found in manifest.matches(of: product) {
            modules[String(found.output[1].substring ?? "")] = String(found.output[2].substring ?? "")
        }
        let call = try Regex(
            #"room\(\s*"(\w+)",(?:\s*without: \[([^\]]*)\],)?\s*dependencies: \[([^\]]*)\](?:,\s*plugins: \[[^\]]*\])?\s*\)"#
        )
        rooms = manifest.matches(of: call).map { found in
            Room(
                name: String(found.output[1].substring ?? ""), without: FuzzPackage.names(found.output[2].substring),
                dependencies: Set(FuzzPackage.names(found.output[3].substring).map { modules[$0] ?? $0 }))
        }
    }

    private static func names(_ list: Substring?) -> [String] {
        (list ?? "").split(separator: ",").map { $0.filter { !$0.isWhitespace && $0 != "\"" } }.filter { !$0.isEmpty }
    }

    /// As it is in the package.
    static let committed: FuzzPackage = {
        do {
            return try FuzzPackage(
                String(contentsOf: SourceFile.root.appendingPathComponent(path), encoding: .utf8))
        } catch {
            preconditionFailure("\(path): \(error)")
        }
    }()

    /// The files of a room that it builds.
    func files(of room: Room) -> [SourceFile] { SourceFile.all.filter { $0.room == room.name && !room.leavesOut($0) } }
}

extension SourceFile {
    /// The lines of code with their numbers that are built where none of `absent` is there to be imported.
    func code(without absent: Set<String>) throws -> [(number: Int, line: String)] {
        let condition = try Regex(#"^\s*#if canImport\((\w+)\)"#)
        var isBuilt: [Bool] = []
        var built: [(number: Int, line: String)] = []
        for (number, line) in code.enumerated() {
            if let found = line.firstMatch(of: condition) {
                isBuilt.append(!absent.contains(String(found.output[1].substring ?? "")))
            } else if line.contains("#if ") {
                isBuilt.append(true)
            } else if line.contains("#else") {
                isBuilt.append(!(isBuilt.popLast() ?? false))
            } else if line.contains("#endif") {
                _ = isBuilt.popLast()
            } else if isBuilt.allSatisfy(\.self) {
                built.append((number + 1, line))
            }
        }
        return built
    }

    /// What it declares at its top for the whole room.
    func declaredTypes() throws -> [String] {
        let declaration = try Regex(
            #"^(?:@\w+(?:\([^)]*\))? )*(?:(?:public|package|internal|final|indirect) )*(?:struct|class|enum|protocol|actor|typealias) (\w+)"#
        )
        return code.compactMap { line in
            line.firstMatch(of: declaration).map { String($0.output[1].substring ?? "") }
        }
    }
}
