// swift-tools-version: 6.1
import PackageDescription

/// libFuzzer in front of the entry points in `FuzzTargets`. A package of its own, because the rooms are built
/// with the fuzzer's and the address sanitizer's instrumentation: `make fuzz`.
///
/// It builds the rooms that read bytes from outside, from the same files, and nothing else: with the database and the
/// desk the build takes many times as long. Transcripts need the desk, and are left to the tests. That each room finds
/// here what its files import is held by HouseTests.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// For the rooms alone: a tool that runs in the build, as embed-pages does, does not link with it.
let instrumented = SwiftSetting.unsafeFlags(["-sanitize=fuzzer,address"])

/// A room of the product, or what is left of it without some of its folders.
func room(
    _ name: String, without folders: [String] = [], dependencies: [Target.Dependency],
    plugins: [Target.PluginUsage]? = nil
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Rooms/\(name)", exclude: folders,
        swiftSettings: settings + [instrumented], plugins: plugins)
}

let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let ordered = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
    name: "outcry-fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        room("Trading", dependencies: []),
        room("Threads", dependencies: ["Trading", "CPosix", deque]),
        room("Secrets", dependencies: ["COpenSSL"]),
        room("Conversation", dependencies: ["Trading"]),
        room("CommandGrammar", dependencies: ["Trading"]),
        room("OrderEngine", dependencies: ["Trading", deque, heap, ordered]),
        room("Ledger", without: ["Nonces", "Pruning", "Storage", "Tables"], dependencies: ["Trading", "OrderEngine"]),
        room("Exchange", dependencies: ["Trading", "Secrets", "CZlib", deque, heap]),
        room("ExactJSON", dependencies: ["Trading"]),
        room(
            "BtceExchange",
            dependencies: ["Trading", "Secrets", "Threads", "Exchange", "ExactJSON", "CCurl", "COpenSSL"]),
        room("Venue", dependencies: ["Trading", "Exchange", "ExactJSON", "COpenSSL"]),
        room("ChatServer", dependencies: ["Trading", "Threads", "Conversation", "CLibwebsockets", logging, deque]),
        room("CommandPages", dependencies: [], plugins: ["EmbedPages"]),
        room(
            "FuzzTargets",
            dependencies: [
                "Trading", "CommandGrammar", "OrderEngine", "Ledger", "Exchange", "ExactJSON", "BtceExchange",
                "Venue", "Conversation", "ChatServer", "CommandPages",
            ]),
        .systemLibrary(name: "CLibwebsockets", path: "Rooms/CLibwebsockets", pkgConfig: "libwebsockets"),
        .systemLibrary(name: "CPosix", path: "Rooms/CPosix"),
        .systemLibrary(name: "CZlib", path: "Rooms/CZlib", pkgConfig: "zlib"),
        .systemLibrary(name: "COpenSSL", path: "Rooms/COpenSSL", pkgConfig: "openssl"),
        .systemLibrary(name: "CCurl", path: "Rooms/CCurl", pkgConfig: "libcurl"),
        .executableTarget(name: "embed-pages", path: "Rooms/embed-pages", swiftSettings: settings),
        .plugin(
            name: "EmbedPages", capability: .buildTool(), dependencies: ["embed-pages"], path: "Plugins/EmbedPages"),

        .systemLibrary(name: "CLibFuzzer"),
        .executableTarget(
            name: "outcry-fuzz", dependencies: ["CLibFuzzer", "FuzzTargets"],
            swiftSettings: settings + [instrumented],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
    ]
)
