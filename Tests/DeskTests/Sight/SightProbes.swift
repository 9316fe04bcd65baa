import CommandGrammar
import Trading

/// Something that a line names, and that may be another's.
enum NamedThing: String, CaseIterable {
    case order, alert, sequence, fill, record, token, alias, user

    var placeholder: String { "{\(rawValue)}" }

    /// What ann has of it, and something as long that nobody has.
    var values: (others: [String], nobodys: String) {
        switch self {
        case .order: ((10...26).map { "\($0)" }, "90")
        case .alert: (["1", "2"], "9")
        case .sequence: (["15", "20"], "90")
        case .fill: (["1", "2", "3", "4"], "9")
        case .record: (["15", "25"], "90")
        case .token: (["bot"], "bob")
        case .alias: (["mine"], "nine")
        case .user: (["ann"], "abc")
        }
    }
}

/// The commands that name something of an account's.
enum NamingCommand: CaseIterable {
    case contra, cancel, move, order, why, resume, inbox, trades, transactions, alertDrop, tokenDrop, aliasDrop, alias
    case login, register, transfer

    /// Which of them a command is; nil for what names nothing that could be another's.
    ///
    /// Exhaustive on purpose: a new command has to be put here, and then has to have a probe.
    init?(_ command: Command) {
        switch command {
        case .contra: self = .contra
        case .cancel(.orders): self = .cancel
        case .move: self = .move
        case .orderDetail: self = .order
        case .why: self = .why
        case .resume(from: .some): self = .resume
        case .inbox(count: .some): self = .inbox
        case .trades: self = .trades
        case .transactions: self = .transactions
        case .alertDrop: self = .alertDrop
        case .tokenDrop: self = .tokenDrop
        case .aliasDrop: self = .aliasDrop
        case .alias: self = .alias
        case .login: self = .login
        case .register: self = .register
        case .paper(.transfer): self = .transfer
        case .preview(let inner, _):
            guard let naming = NamingCommand(inner) else { return nil }
            self = naming
        case .logout, .quit, .whoami, .password, .tokenNew, .tokens, .place,
            .cancel(.all),
            .cancel(.kind), .cancel(.foreign), .orders, .report, .reportDrift, .go, .undo, .panic, .resume(from: nil),
            .funds, .fund,
            .summary, .export, .price, .depth, .tape, .pairs, .fee, .chart, .watch, .unwatch, .alert, .alerts,
            .settings, .set, .keys, .keysSet, .keysDrop, .inbox(count: nil), .help, .time, .version, .aliases,
            .twoFactor, .paper(.quote), .paper(.trade), .jobs, .exchanges, .use:
            return nil
        }
    }
}

/// Lines for every command of the grammar.
enum SightProbes {
    /// By the word that they begin with: lines that name something, in braces.
    static let naming: [String: [String]] = [
        "alert": ["alert drop {alert}"],
        "alias": ["alias drop {alias}", "alias a = cancel {order}"],
        "cancel": ["cancel {order}", "cancel #{order}", "cancel OWN {order}", "cancel {order} OWN"],
        "contra": [
            "contra {order} at 231", "contra {order} at market", "contra {order} at last+1%", "contra {order} at 90000",
            "contra {order} at 0.00000001", "contra {order} at 231 anyway",
        ],
        "inbox": ["inbox {sequence}"],
        "login": ["login {user} wrong-password", "login {user}"],
        "move": [
            "move {order} to 229", "move {order} to last-1%", "move {order} amount 0.2", "move {order} stop 210",
            "move {order} to 90000", "move {order} to 229.00000001", "move {order} to 229 anyway",
        ],
        "order": ["order {order}", "order #{order}"],
        "paper": ["paper deposit {user} 5 usd"],
        // Whether a name is taken has to be said; see `register` in docs/refusals.md.
        "register": ["register {user} a-password-1"],
        "resume": ["resume {sequence}"],
        "token": ["token drop {token}"],
        "trades": ["trades from {fill} to {fill}", "trades from {fill}", "trades to {fill}"],
        "transactions": ["transactions from {record}", "transactions from {record} to {record}"],
        "why": ["why {order}"],
    ]

    /// Lines that name nothing of anybody's, and whose answers are about the account that types them.
    static let own: [String: [String]] = [
        "alert": ["alert drop 1"], "alerts": ["alerts"], "alias": ["alias"],
        "buy": ["? buy 0.1 btc_usd at 200", "? buy 100% btc at market"],
        "cancel": [
            "cancel all", "? cancel all", "cancel sliced", "? cancel stops", "cancel all btc", "cancel foreign 7",
        ],
        "chart": ["chart btc funds", "chart funds btc"], "contra": ["? contra 15 at 231"],
        "exchanges": ["exchanges"], "use": ["use", "use paper"],
        "export": ["export trades", "export orders json", "export transactions"], "fee": ["fee btc"],
        "fund": ["fund btc", "fund usd"], "funds": ["funds"], "go": ["go"], "help": ["help"],
        "inbox": ["inbox", "inbox 50"], "jobs": ["jobs"], "keys": ["keys"], "login": ["login ann x"],
        "logout": ["? logout"], "quit": ["? quit"], "move": ["? move 10 to 229"], "order": ["order 10"],
        "orders": ["orders", "orders stops"],
        "pair": ["? pair buy 0.1 btc at 200 then 240"], "pairs": ["pairs"], "panic": ["? panic", "panic", "panic"],
        "paper": ["paper quote btc_usd 1 2"], "password": ["? password"], "preview": ["? undo", "? go"],
        "register": ["register zoe a-password-1"],
        "report": ["report", "report last 100", "report sliced", "report drift"], "resume": ["resume", "resume 1"],
        "sell": ["? sell all btc at 300"], "set": ["? set guard 5%"], "settings": ["settings"],
        "slice": ["? slice buy 1 btc 195..199 x3"], "stop": ["? stop sell 1 btc at 200"], "summary": ["summary"],
        "time": ["time"], "token": ["token drop bot"], "tokens": ["tokens"], "totp": ["totp"],
        "trades": ["trades", "trades from 1", "trades last 100"], "trail": ["? trail sell 1 btc by 5%"],
        "transactions": ["transactions", "transactions from 1", "transactions last 100"],
        "undo": ["undo", "? undo"], "unwatch": ["unwatch all"], "version": ["version"], "watch": ["watch btc"],
        "whoami": ["whoami"], "why": ["why 10"],
    ]

    /// Words whose answers are about the market, which everybody's orders make.
    static let market: Set<String> = ["depth", "price", "tape"]
}
