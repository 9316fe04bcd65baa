import protocol Testing.CustomTestStringConvertible

/// Something that the house has decided against, and what it does instead.
struct Ban: Sendable, CustomTestStringConvertible {
    let what: String
    /// A regular expression over one line of code, without comments and the text of strings.
    let pattern: String
    /// Where it holds; nil: everywhere in `Sources`.
    var rooms: Set<String>?
    /// Folders of those rooms in which alone it holds; nil: in all.
    var folders: Set<String>?
    /// Where it does not.
    var exceptRooms: Set<String> = []
    /// Files that may, and why.
    var exceptFiles: [String: String] = [:]
    /// Searched in the comments too.
    var includesComments = false
    let instead: String
    /// A line that the ban must catch, and one that it must let pass.
    let example: String
    let passes: String

    var testDescription: String { what }
}

let pureRooms: Set<String> = ["Trading", "Conversation", "CommandGrammar", "OrderEngine", "ExactJSON", "Venue"]

/// Rooms in which a number may be money.
let moneyRooms: Set<String> = [
    "Trading", "CommandGrammar", "OrderEngine", "Ledger", "Accounts", "Exchange", "ExactJSON", "BtceExchange",
    "Venue", "VenueServer", "Desk",
]

let bans: [Ban] = [
    Ban(
        what: "looking up an order past the account that asks",
        pattern:
            #"\bengine\.(order|openOrders|newestRoot|contraReady|hasOrder)\(|(ransaction|\bledger)(\(\))?\)?\.(order|openOrders|children|history)\(|(ransaction|\bledger)(\(\))?\)?\.fills\(of:"#,
        rooms: ["Desk"], folders: ["Commands", "Questions", "Alerts", "Charts", "Exports", "Wallet"],
        instead: "go through sight(context): AccountSight decides what an account may see",
        example: "let orders = ids.compactMap { engine.order($0) }", passes: "let order = try sight.orderEver(id)"),
    Ban(
        what: "a question that has its hands on the desk",
        pattern: #"\bDeskCore\b|\bSeat\b|\bas[?!] Seat|\bLedgerTransaction\b|\bAccountStore\b"#,
        rooms: ["Desk"], folders: ["Questions"],
        exceptFiles: [
            "DeskView.swift": "it is what stands between the two", "SeatReading.swift": "the seat shows itself as one",
        ],
        instead: "ask DeskView and SeatReading, which can change nothing",
        example: "let desk: DeskCore", passes: "let desk: DeskView"),
    Ban(
        what: "asking an exchange what type it is",
        pattern: #"\b(as[?!]|is)\s+(any\s+)?[A-Z]\w*Exchange\b"#,
        rooms: ["Desk"],
        instead: "ask what it says of itself: its traits, its settlement, keyed, paper",
        example: "let keys = (exchange as? any KeyedExchange)", passes: "let keys = exchange.keyed"),
    Ban(
        what: "reading the clock in a pure room",
        pattern:
            #"\b(Date|ContinuousClock|SuspendingClock|DispatchTime)\s*\(|\b(clock_gettime|time)\s*\(\s*(nil|CLOCK)|\.now\b"#,
        rooms: pureRooms, instead: "take the moment as a parameter: it comes in with the input",
        example: "let now = Date()", passes: "func time(at now: Timestamp)"),
    Ban(
        what: "chance in a pure room",
        pattern: #"\.random\b|\.shuffled?\(|\.randomElement\(|SystemRandomNumberGenerator|\barc4random"#,
        rooms: pureRooms,
        exceptFiles: ["FaultChance.swift": "it draws from the seeded generator that the venue takes"],
        instead: "take a seeded generator as a parameter, or do without",
        example: "let x = Int.random(in: 0..<3)", passes: "let isRandom = false"),
    Ban(
        what: "concurrency in a pure room",
        pattern: #"\bTask\b|\basync\b|\bawait\b|\bactor\s|\bDispatchQueue\b|\bThread\b"#,
        rooms: pureRooms, instead: "stay synchronous: the loop around the engine is the desk's",
        example: "Task { await run() }", passes: "let task = 1"),
    Ban(
        what: "raw pointers outside the rooms that wrap a C library",
        pattern: #"\bUnsafe\w*Pointer\b|\bOpaquePointer\b"#,
        rooms: ["Trading", "Conversation", "CommandGrammar", "OrderEngine", "Desk", "CommandPages"],
        instead: "use arrays and spans; wrap C in its own room", example: "let p: UnsafeRawPointer",
        passes: "let pointer = 1"),
    Ban(
        what: "binary fractions where money is",
        pattern: #"\b(Double|Float|Float16|Float32|Float64|Float80|CGFloat|Decimal)\b"#, rooms: moneyRooms,
        exceptFiles: [
            "TimeZoneRules.swift": "Foundation's Date counts seconds as a Double; no money is near",
            "Ledger.swift": "GRDB takes its time-out as a Double of seconds",
        ],
        instead: "use ExactDecimal for money, Int64 for counts and nanoseconds", example: "var price: Double = 0",
        passes: "let x: ExactDecimal"),
    Ban(
        what: "try!", pattern: #"\btry!"#, instead: "catch the error and say what it means",
        example: "let x = try! f()",
        passes: "let x = try? f()"),
    Ban(
        what: "as!", pattern: #"\bas!"#, instead: "use `as?` and a guard", example: "let x = y as! Int",
        passes: "let x = y as? Int"),
    Ban(
        what: "force unwrapping", pattern: #"[A-Za-z0-9_\)\]\}`]!(?!=)"#,
        instead: "use guard let, or preconditionFailure with what is corrupt", example: "let x = names.first!.count",
        passes: "guard a != b, !c, a!=b else { }"),
    Ban(
        what: "stopping without a word",
        pattern: #"\b(fatalError|preconditionFailure|assertionFailure)\s*\(\s*(\"\"\s*)?\)"#,
        instead: "say what is corrupt and which order, record or file it is in", example: "fatalError()",
        passes: #"fatalError("the ledger is of another account")"#),
    Ban(
        what: "notes to self", pattern: #"\b(FIXME|TODO|XXX|HACK)\b"#, includesComments: true,
        instead: "do it, or open an issue", example: "// TODO: later", passes: "let todo = 1"),
    Ban(
        what: "print", pattern: #"^(?!.*\b(func|case)\s+print\b).*(^|[^.\w])(print|debugPrint|dump)\s*\("#,
        exceptRooms: ["outcry", "outcry-count", "outcry-simulate", "embed-pages", "outcry-mutants"],
        instead: "log it, or return it to the program that prints", example: "print(order)", passes: "order.print()"),
]
