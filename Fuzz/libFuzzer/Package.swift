// swift-tools-version: 6.1
import PackageDescription

/// libFuzzer in front of the entry points in `OutcryTesting/Fuzz`. A package of its own, because all of it is built with
/// the fuzzer's and the address sanitizer's instrumentation: `make fuzz`.
let package = Package(
    name: "outcry-fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "outcry", path: "../..")],
    targets: [
        .systemLibrary(name: "CLibFuzzer"),
        .executableTarget(
            name: "outcry-fuzz", dependencies: ["CLibFuzzer", .product(name: "OutcryTesting", package: "outcry")],
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .unsafeFlags(["-warnings-as-errors"]),
            ],
            // The instrumentation of the rooms comes from the command line: see the Makefile.
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address"])]),
    ]
)
