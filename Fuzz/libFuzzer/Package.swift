// swift-tools-version: 6.1
import PackageDescription

/// libFuzzer in front of the entry points in `OutcryTesting/Fuzz`. A package of its own, because all of it is built with
/// the fuzzer's and the address sanitizer's instrumentation: `make fuzz`.
let package = Package(
    name: "outcry-fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "outcry", path: "../..")],
    targets: [
        .executableTarget(
            name: "outcry-fuzz", dependencies: [.product(name: "OutcryTesting", package: "outcry")],
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .unsafeFlags(["-warnings-as-errors"]),
            ],
            // Brings the fuzzer's `main`. The instrumentation of the rooms comes from the command line: see the Makefile.
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address"])])
    ]
)
