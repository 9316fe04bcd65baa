/// Every word that the language itself has. Pairs, coins and names are not among them.
enum Keyword: String, CaseIterable, Sendable {
    // The commands
    case alert, alerts, alias, buy, cancel, chart, contra, depth, exchanges, export, fee, fund, funds, go, help, inbox,
        jobs, keys
    case login, logout, move, order, orders, pair, pairs, panic, paper, password, preview, price, quit
    case register, report, resume, sell, set, settings
    case slice, stop, summary, tape, time, token, tokens, totp, trades, trail, transactions, undo, unwatch, use,
        version, watch
    case whoami, why

    // Around an order
    case amount, anyway, ask, at, bid, by, day, fok, `for`, gtc, half, ioc, last, limit, market, post, then, to, until,
        x

    // Kinds and filters
    case all, foreign, from, oco, oldest, paired, simple, since, sliced, stops, timed

    // Elsewhere
    case above, below, deposit, drop, equity, full, new, off, on, quote, read, trade
    case credit, csv, debit, drift, json, withdraw
    case equals = "="
    case keepTokens = "keep-tokens"

    // Days
    case today, tomorrow
    case mon, monday, tue, tues, tuesday, wed, wednesday, thu, thur, thurs, thursday, fri, friday, sat, saturday, sun
    case sunday

    /// Whether a line may begin with it.
    var isCommand: Bool {
        switch self {
        case .alert, .alerts, .alias, .buy, .cancel, .chart, .contra, .depth, .exchanges, .export, .fee, .fund, .funds,
            .go, .help,
            .inbox, .jobs, .keys, .login, .logout, .move, .order, .orders, .pair, .pairs, .panic, .paper, .password,
            .preview, .price, .quit, .register, .report, .resume, .sell, .set, .settings, .slice, .stop, .summary,
            .tape,
            .time, .token, .tokens, .totp, .trades, .trail, .transactions, .undo, .unwatch, .use, .version, .watch,
            .whoami, .why:
            true
        default: false
        }
    }

    /// The words that a line may begin with, in alphabetical order.
    static let commands = allCases.filter(\.isCommand).sorted { $0.rawValue < $1.rawValue }

    /// What else ends a connection.
    static let leaving: Set<String> = ["exit", "bye"]

    /// Other spellings of keywords: `?` is short for `preview`, `@` for `at`.
    private static let spellings: [(String, Keyword)] =
        [("?", .preview), ("@", .at), ("mkt", .market)] + leaving.sorted().map { ($0, .quit) }

    /// Each keyword by its packed name.
    static let table = PackedTable<Keyword>(
        (allCases.map { ($0.rawValue, $0) } + spellings).map { (PackedName.pack($0.0), $0.1) })

    /// 0 is Monday; nil for what is no day of the week.
    var weekday: Int? {
        switch self {
        case .mon, .monday: 0
        case .tue, .tues, .tuesday: 1
        case .wed, .wednesday: 2
        case .thu, .thur, .thurs, .thursday: 3
        case .fri, .friday: 4
        case .sat, .saturday: 5
        case .sun, .sunday: 6
        default: nil
        }
    }
}
