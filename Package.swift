// swift-tools-version: 6.1
import PackageDescription

/// One list of settings for every Swift target: Swift 6 mode comes with the tools version.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .unsafeFlags(["-warnings-as-errors"]),
]

/// What the loader has resolved is read-only from then on, and it resolves everything at the start: a write gone astray
/// cannot turn a call to libc into another.
let hardening: [LinkerSetting] = [
    .unsafeFlags(["-Xlinker", "-z", "-Xlinker", "relro", "-Xlinker", "-z", "-Xlinker", "now"])
]

// One by one: the umbrella would build trees and ropes that nobody here uses.
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let ordered = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")

let package = Package(
    name: "outcry",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "outcry", targets: ["outcry"]),
        // The rooms, for the package in Benchmarks/.
        .library(
            name: "OutcryRooms",
            targets: [
                "Trading", "Threads", "Secrets", "Conversation", "CommandGrammar", "OrderEngine", "Ledger", "Accounts",
                "Exchange", "ChatServer", "Desk", "BtceExchange", "Venue", "VenueServer",
            ]),
        // What the package in Benchmarks/ measures with.
        .library(name: "OutcryMeasuring", targets: ["OutcryMeasuring"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // MARK: The core: pure values, no I/O

        // The nouns: exact decimals, coins, pairs and their rules, orders, fills, what is said to and by an exchange.
        .target(name: "Trading", swiftSettings: settings),
        // Passwords, tokens and keys in memory: overwritten when they are done with, never printed.
        .target(name: "Secrets", dependencies: ["COpenSSL"], swiftSettings: settings),
        // What crosses between people and the desk: lines, replies, events, sessions, JSON; and what a gateway is.
        .target(name: "Conversation", dependencies: ["Trading"], swiftSettings: settings),
        // A typed line becomes a command, or a refusal that points.
        .target(name: "CommandGrammar", dependencies: ["Trading"], swiftSettings: settings),
        // The state machine that every change to an order goes through.
        .target(name: "OrderEngine", dependencies: ["Trading", deque, heap, ordered], swiftSettings: settings),

        // MARK: The rooms around it: disk, people, exchanges, sockets

        // What runs code: named threads, what they hand to one another, the machine's clocks, waits after failures.
        .target(name: "Threads", dependencies: ["Trading", "CPosix", deque], swiftSettings: settings),
        // Records, tables, snapshots and notifications in SQLite.
        .target(name: "Ledger", dependencies: ["Trading", "OrderEngine", "CSQLite", grdb], swiftSettings: settings),
        // People, passwords, tokens and roles.
        .target(name: "Accounts", dependencies: ["Trading", "Secrets", "COpenSSL", grdb], swiftSettings: settings),
        // What an exchange is, and the paper exchange.
        .target(name: "Exchange", dependencies: ["Trading", "Secrets", "CZlib", deque, heap], swiftSettings: settings),
        // JSON whose numbers keep their digits.
        .target(name: "ExactJSON", dependencies: ["Trading"], swiftSettings: settings),
        // The btc-e protocol over HTTP: libcurl, the wire's values, nonces, pacing.
        .target(
            name: "BtceExchange",
            dependencies: ["Trading", "Secrets", "Threads", "Exchange", "ExactJSON", "CCurl", "COpenSSL"],
            swiftSettings: settings),
        // Sessions over libwebsockets: text, JSON, HTTP, flood limits, slow readers; and the client's side.
        .target(
            name: "ChatServer",
            dependencies: ["Trading", "Threads", "Conversation", "CLibwebsockets", logging, deque],
            swiftSettings: settings),
        // An exchange to trade against: books, matching, the btc-e protocol from the other side. Pure.
        .target(
            name: "Venue", dependencies: ["Trading", "Exchange", "ExactJSON", "COpenSSL"], swiftSettings: settings),
        // That exchange over HTTP, its books on disk.
        .target(
            name: "VenueServer", dependencies: ["Trading", "Exchange", "Venue", nioCore, nioPosix, nioHTTP1],
            swiftSettings: settings),
        // The pages of commands/, built in.
        .target(name: "CommandPages", swiftSettings: settings, plugins: ["EmbedPages"]),

        // MARK: The desk: where the rooms meet

        .target(
            name: "Desk",
            dependencies: [
                "Trading", "Threads", "Secrets", "Conversation", "CommandGrammar", "OrderEngine", "Ledger", "Accounts",
                "Exchange", "CommandPages", logging, lifecycle, deque, heap,
            ],
            swiftSettings: settings),
        // The program: serve, chat, replay, user, config.
        .executableTarget(
            name: "outcry",
            dependencies: [
                "Trading", "Secrets", "Threads", "Conversation", "CommandGrammar", "Accounts", "Exchange", "ExactJSON",
                "BtceExchange", "ChatServer", "CommandPages", "Desk", "Transcripts", "Venue", "VenueServer",
                "CEditline", arguments, logging, lifecycle, signals, configuration,
            ],
            swiftSettings: settings, linkerSettings: hardening),
        // Conversations in files: read, run against a desk with a clock of its own or against one that runs, and updated.
        .target(
            name: "Transcripts",
            dependencies: [
                "Trading", "Secrets", "Conversation", "CommandGrammar", "OrderEngine", "Accounts", "Exchange",
                "ChatServer", "Desk", logging,
            ],
            swiftSettings: settings),

        // MARK: What proves the rest

        // A disk in memory that fails as disks do.
        .target(name: "SimulatedDisk", dependencies: ["Trading", grdb], swiftSettings: settings),
        // A desk with its traders, disk, network and exchange in one process, told by a seed, beside books of its own.
        .target(
            name: "Simulation",
            dependencies: [
                "Trading", "Secrets", "Threads", "Conversation", "CommandGrammar", "OrderEngine", "Ledger", "Accounts",
                "Exchange", "ExactJSON", "BtceExchange", "Desk", "CommandPages", "Venue", "Transcripts",
                "SimulatedDisk", logging,
            ],
            swiftSettings: settings),
        // What every exchange owes the desk.
        .target(
            name: "ExchangeConformance", dependencies: ["Trading", "Secrets", "Exchange"], swiftSettings: settings),
        // What takes bytes from outside, and what holds whatever they are.
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Trading", "Conversation", "CommandGrammar", "OrderEngine", "Ledger", "Exchange", "ExactJSON",
                "BtceExchange", "Venue", "ChatServer", "CommandPages", "Desk", "Transcripts",
            ],
            swiftSettings: settings),
        // How much of what there is tests try.
        .target(name: "TestSupport", swiftSettings: settings),

        // Runs the simulator over as many seeds as one likes.
        .executableTarget(
            name: "outcry-simulate", dependencies: ["Simulation", arguments], swiftSettings: settings),

        // A desk under load without sockets, and tables of figures.
        .target(
            name: "OutcryMeasuring",
            dependencies: [
                "Trading", "Threads", "OrderEngine", "Ledger", "Accounts", "Exchange", "Conversation", "Desk", grdb,
                logging,
            ],
            swiftSettings: settings),
        // Counts what is the same on every machine, and holds it to its thresholds.
        .executableTarget(
            name: "outcry-count",
            dependencies: [
                "OutcryMeasuring", "CAllocationCount", "CommandGrammar", "Exchange", "Ledger", "OrderEngine", "Trading",
            ],
            swiftSettings: settings),
        // Stands in front of the C library's malloc and counts.
        .target(name: "CAllocationCount"),

        // MARK: C libraries, each with the shims that macros and variadics need

        .systemLibrary(
            name: "CLibwebsockets", pkgConfig: "libwebsockets",
            providers: [.apt(["libwebsockets-dev", "libwebsockets-evlib-ev", "libev-dev"])]),
        .systemLibrary(name: "CPosix"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CEditline", pkgConfig: "libedit", providers: [.apt(["libedit-dev"])]),

        // MARK: Build tools

        // Turns commands/*.md and commands/topics/*.md into Swift source, so that `help` shows the pages that the tests replay.
        .executableTarget(name: "embed-pages", swiftSettings: settings),
        .plugin(name: "EmbedPages", capability: .buildTool(), dependencies: ["embed-pages"]),
        // Breaks a copy of the product in every way that Mutants/ knows, and has the simulator find out.
        .executableTarget(name: "outcry-mutants", dependencies: [arguments], swiftSettings: settings),

        // MARK: Tests

        .testTarget(name: "TradingTests", dependencies: ["Trading"], swiftSettings: settings),
        .testTarget(name: "ThreadsTests", dependencies: ["Threads", "Trading"], swiftSettings: settings),
        .testTarget(
            name: "CommandGrammarTests", dependencies: ["CommandGrammar", "Trading"], swiftSettings: settings),
        .testTarget(name: "OrderEngineTests", dependencies: ["OrderEngine", "Trading"], swiftSettings: settings),
        .testTarget(
            name: "LedgerTests", dependencies: ["Ledger", "OrderEngine", "SimulatedDisk", grdb, "Trading"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "AccountsTests", dependencies: ["Accounts", "Secrets", grdb, "Trading"], swiftSettings: settings),
        .testTarget(
            name: "ExchangeTests",
            dependencies: ["Exchange", "ExchangeConformance", "Simulation", "TestSupport", "Trading"],
            swiftSettings: settings),
        .testTarget(name: "ExactJSONTests", dependencies: ["ExactJSON"], swiftSettings: settings),
        .testTarget(
            name: "VenueTests", dependencies: ["Venue", "ExactJSON", "Trading", "COpenSSL"], swiftSettings: settings
        ),
        .testTarget(
            name: "BtceExchangeTests",
            dependencies: ["BtceExchange", "Secrets", "ExactJSON", "TestSupport", "Threads", "Trading"],
            swiftSettings: settings),
        // The conformance suite for btc-e: the adapter, the venue, and real sockets between them.
        .testTarget(
            name: "BtceConformanceTests",
            dependencies: [
                "BtceExchange", "Venue", "VenueServer", "ExchangeConformance", "Simulation", "Exchange", "Trading",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "ChatServerTests",
            dependencies: ["ChatServer", "Conversation", "FuzzTargets", "Trading", "Threads"],
            swiftSettings: settings),
        .testTarget(
            name: "DeskTests",
            dependencies: [
                "Desk", "ChatServer", "Conversation", "BtceExchange", "CommandGrammar", "CommandPages", "Transcripts",
                "Simulation", "SimulatedDisk", "TestSupport", "Threads", grdb, "Trading", "Secrets",
            ],
            exclude: ["Transcripts"], swiftSettings: settings),
        .testTarget(
            name: "OutcryTestingTests",
            dependencies: [
                "Transcripts", "Simulation", "SimulatedDisk", "FuzzTargets", "ExchangeConformance", "TestSupport",
                "outcry-simulate", "Desk", "Accounts", "ChatServer", "Conversation", "Exchange", "Ledger",
                "OrderEngine", "Trading", "Secrets", "Venue", "CommandGrammar", "ExactJSON", "BtceExchange", grdb,
                logging,
            ],
            swiftSettings: settings),
        // The program as an operator and a trader meet it: processes, files, sockets, signals.
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "outcry", "ChatServer", "Conversation", "ExactJSON", "Trading", "Secrets", "Venue", "Ledger",
                "Accounts", grdb, "Threads",
            ],
            swiftSettings: settings),
        // What the program itself adds: the terminal client, its configuration.
        .testTarget(
            name: "OutcryTests",
            dependencies: [
                "outcry", "ChatServer", "Conversation", "Desk", "Exchange", "Trading", "Threads", arguments,
            ],
            swiftSettings: settings),
        // That the simulator can fail: the mutants fit the sources, and what survives is told.
        .testTarget(name: "MutantTests", dependencies: ["outcry-mutants"], swiftSettings: settings),
        // What the house has decided against: imports, names, notes to self.
        .testTarget(name: "HouseTests", swiftSettings: settings),
    ]
)
