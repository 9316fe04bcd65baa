import Foundation
import Testing

/// libFuzzer's build is not part of the test command: what would break it is seen here.
@Suite struct FuzzPackageTests {
    private let package = FuzzPackage.committed

    /// Modules that come with the toolchain.
    private static let system: Set<String> = ["Foundation", "Glibc", "Synchronization"]

    /// Rooms that this build has not got.
    private var absent: Set<String> { Set(SourceFile.rooms).subtracting(package.rooms.map(\.name)) }

    @Test func `its list of rooms is read`() throws {
        #expect(package.rooms.count >= 8)
        #expect(package.rooms.contains { $0.name == "Ledger" && !$0.without.isEmpty })
        let calls = try String(contentsOf: SourceFile.root.appendingPathComponent(FuzzPackage.path), encoding: .utf8)
            .split(separator: "\n").count { $0.contains(" room(") && !$0.contains("func ") }
        #expect(package.rooms.count == calls, "a room is written in a way that is not read")
        let read = try FuzzPackage(
            """
            let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
            room("A", dependencies: []),
            room(
                "B",
                without: [
                    "C", "D/E",
                ], dependencies: ["A", heap], plugins: ["P"]),
            """)
        #expect(read.rooms.map(\.name) == ["A", "B"])
        #expect(read.rooms.map(\.without) == [[], ["C", "D/E"]])
        #expect(read.rooms.map(\.dependencies) == [[], ["A", "HeapModule"]])
    }

    @Test func `a folder that is left out is there`() {
        for room in package.rooms {
            for folder in room.without {
                #expect(
                    SourceFile.all.contains { $0.path.hasPrefix("Sources/\(room.name)/\(folder)/") },
                    "\(FuzzPackage.path): there is no Sources/\(room.name)/\(folder)")
            }
        }
    }

    @Test func `a file that is built imports what its room is given there`() throws {
        for room in package.rooms {
            for file in package.files(of: room) {
                for (number, line) in try file.code(without: absent) {
                    guard let module = importedModule(line) else { continue }
                    #expect(
                        room.dependencies.contains(module) || FuzzPackageTests.system.contains(module),
                        """
                        \(file.path):\(number): imports \(module), which \(FuzzPackage.path) does not give to \
                        \(room.name): leave the folder out there, or give the room the module
                        """)
                }
            }
        }
    }

    @Test func `a file that is built names no type of a folder that is left out`() throws {
        for room in package.rooms where !room.without.isEmpty {
            let files = package.files(of: room)
            let here = Set(try files.flatMap { try $0.declaredTypes() })
            let left = SourceFile.all.filter { $0.room == room.name && room.leavesOut($0) }
            let types = Set(try left.flatMap { try $0.declaredTypes() }).subtracting(here)
            #expect(!types.isEmpty)
            for file in files {
                for (number, line) in try file.code(without: absent) {
                    let words = line.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" })
                    for word in words.map(String.init) where types.contains(word) {
                        Issue.record(
                            "\(file.path):\(number): \(FuzzPackage.path) leaves out the folder that declares \(word)")
                    }
                }
            }
        }
    }
}
