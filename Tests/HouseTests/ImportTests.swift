import Testing

/// Which room may import what. Arrows point down this table only.
private let table: [(room: String, mayImport: Set<String>)] = [
    ("Trading", []),
    ("Threads", ["Trading", "CPosix"] + system + collections),
    ("Secrets", ["COpenSSL"]),
    ("Conversation", ["Trading"]),
    ("CommandGrammar", ["Trading"]),
    ("OrderEngine", ["Trading"] + collections),
    ("Ledger", ["Trading", "OrderEngine", "CSQLite", "GRDB", "GRDBSQLite"] + system),
    ("Accounts", ["Trading", "Secrets", "COpenSSL", "GRDB"] + system),
    ("Exchange", ["Trading", "Secrets", "CZlib"] + collections),
    ("ExactJSON", ["Trading"]),
    ("BtceExchange", ["Trading", "Secrets", "Threads", "Exchange", "ExactJSON", "CCurl", "COpenSSL"] + system),
    // Neither the desk and its engine, nor the adapter: two readings of a protocol test each other.
    ("Venue", ["Trading", "Exchange", "ExactJSON", "COpenSSL"]),
    ("VenueServer", ["Trading", "Exchange", "Venue", "NIOCore", "NIOPosix", "NIOHTTP1"] + system),
    (
        "ChatServer",
        ["Trading", "Threads", "Conversation", "CLibwebsockets", "Logging", "Foundation"] + system + collections
    ),
    ("CommandPages", []),
    (
        "Desk",
        [
            "Trading", "Secrets", "Threads", "Conversation", "CommandGrammar", "OrderEngine", "Ledger", "Accounts",
            "Exchange",
            "CommandPages", "Logging", "ServiceLifecycle", "Foundation", "Synchronization",
        ] + collections
    ),
    (
        "Transcripts",
        [
            "Trading", "Secrets", "Conversation", "CommandGrammar", "OrderEngine", "Accounts", "Exchange", "ChatServer",
            "Desk",
            "Logging", "Foundation", "Synchronization",
        ]
    ),
    ("SimulatedDisk", ["Trading", "GRDBSQLite", "Foundation"] + system),
    (
        "Simulation",
        [
            "Trading", "Secrets", "Threads", "Conversation", "CommandGrammar", "OrderEngine", "Ledger", "Accounts",
            "Exchange",
            "ExactJSON", "BtceExchange", "Desk", "CommandPages", "Venue", "Transcripts", "SimulatedDisk", "Logging",
            "Foundation",
        ] + system
    ),
    ("ExchangeConformance", ["Trading", "Secrets", "Exchange"]),
    (
        "FuzzTargets",
        [
            "Trading", "Conversation", "CommandGrammar", "OrderEngine", "Ledger", "Exchange", "ExactJSON",
            "BtceExchange", "Venue", "ChatServer", "CommandPages", "Transcripts", "Foundation",
        ] + system
    ),
    ("TestSupport", ["Foundation"]),
    (
        "outcry",
        [
            "Trading", "Secrets", "Threads", "Conversation", "CommandGrammar", "Accounts", "Exchange", "ExactJSON",
            "BtceExchange", "ChatServer",
            "CommandPages", "Desk", "Transcripts", "Venue", "VenueServer", "CEditline", "ArgumentParser", "Logging",
            "ServiceLifecycle",
            "UnixSignals", "Configuration", "Foundation", "Dispatch",
        ] + system
    ),
    (
        "OutcryMeasuring",
        [
            "Trading", "Secrets", "Threads", "OrderEngine", "Ledger", "Accounts", "Exchange", "Conversation", "Desk",
            "GRDB",
            "Logging", "Foundation",
        ] + system
    ),
    (
        "outcry-count",
        ["OutcryMeasuring", "CAllocationCount", "CommandGrammar", "Exchange", "Ledger", "OrderEngine", "Trading"]
            + system
    ),
    ("outcry-simulate", ["Simulation", "ArgumentParser", "Foundation"] + system),
    ("embed-pages", ["Foundation"]),
    ("outcry-mutants", ["ArgumentParser", "Foundation", "Synchronization"]),
    ("CAllocationCount", []), ("CLibwebsockets", []), ("CPosix", []), ("CZlib", []), ("COpenSSL", []), ("CCurl", []),
    ("CSQLite", []),
    ("CEditline", []),
]

/// A file whose business needs one import more than its room has.
private let more: [(file: String, in: String, mayImport: Set<String>)] = [
    // Tapes are files on disk.
    ("Tape", in: "Exchange", ["Foundation", "Glibc"]),
    // The database takes and gives bytes as Foundation's Data.
    ("Store/", in: "Accounts", ["Foundation"]), ("Login/", in: "Accounts", ["Foundation"]),
    ("Secrets/", in: "Accounts", ["Foundation"]),
]

private let collections: Set<String> = [
    "Collections", "DequeModule", "HeapModule", "OrderedCollections", "BitCollections", "HashTreeCollections",
]
private let system: Set<String> = ["Glibc", "Synchronization"]

private func + (left: Set<String>, right: Set<String>) -> Set<String> { left.union(right) }

/// The module that a line imports, if it imports one.
func importedModule(_ line: String) -> String? {
    var words = line.split(separator: " ").map(String.init)[...]
    while let word = words.first, word.hasPrefix("@") || accessWords.contains(word) { words.removeFirst() }
    guard words.popFirst() == "import" else { return nil }
    if let word = words.first, importKinds.contains(word) { words.removeFirst() }
    return words.first?.split(whereSeparator: { ".;".contains($0) }).first.map(String.init)
}

private let accessWords: Set<String> = ["public", "package", "internal", "fileprivate", "private"]
private let importKinds: Set<String> = [
    "struct", "class", "enum", "protocol", "typealias", "func", "let", "var", "actor",
]

@Suite struct ImportTests {
    @Test func `every folder in Sources is a room in the table, and every room is there`() {
        #expect(SourceFile.rooms == table.map(\.room).sorted())
        #expect(SourceFile.all.count > 40)
    }

    @Test(arguments: SourceFile.all)
    func `a room imports what the table grants it`(file: SourceFile) {
        var allowed = table.first { $0.room == file.room }?.mayImport ?? []
        for exception in more where exception.in == file.room && file.path.contains(exception.file) {
            allowed.formUnion(exception.mayImport)
        }
        for (number, line) in file.code.enumerated() {
            guard let module = importedModule(line) else { continue }
            #expect(
                allowed.contains(module),
                "\(file.path):\(number + 1): \(file.room) may not import \(module); it may import \(allowed.sorted())")
        }
    }

    @Test(arguments: [
        ("import Trading", "Trading"), ("public import Trading", "Trading"), ("@testable import Desk", "Desk"),
        ("@preconcurrency public import struct Foundation.URL", "Foundation"), ("  import Glibc.stdio", "Glibc"),
        ("let important = 1", nil), ("importing()", nil),
    ])
    func `an import is seen however it is written`(line: String, module: String?) {
        #expect(importedModule(line) == module)
    }
}
