// swift-tools-version: 6.1
import PackageDescription

/// The settings of the house, so that a benchmark reads like the code that it measures.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .unsafeFlags(["-warnings-as-errors"]),
]

let measuring = Target.Dependency.product(name: "OutcryMeasuring", package: "outcry")
let rooms = Target.Dependency.product(name: "OutcryRooms", package: "outcry")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let benchmark = Target.Dependency.product(name: "Benchmark", package: "benchmark")

let package = Package(
    name: "outcry-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "outcry", path: ".."),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        // Without its default trait: no jemalloc on the machine, so no counts of allocations from it.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        // The rooms one by one, in the harness: `swift package --disable-sandbox benchmark`.
        .executableTarget(
            name: "RoomBenchmarks",
            dependencies: [rooms, benchmark],
            path: "Benchmarks/RoomBenchmarks",
            swiftSettings: settings,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
        // The disk and the desk whole, beside raw SQLite in the same run: `swift run -c release outcry-measure`.
        .executableTarget(
            name: "outcry-measure", dependencies: [rooms, measuring, grdb, logging], swiftSettings: settings),
    ]
)
