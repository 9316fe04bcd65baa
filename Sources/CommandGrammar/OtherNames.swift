import Trading

/// What other desks, exchanges and chats call our commands, looked up before what is spelt alike.
///
/// None of them chooses a size, a side or a unit for the trader: where the words leave that open, lines are shown, and no repair is
/// offered.
enum OtherNames {
    /// One word for one of ours.
    static let commands: [String: String] = [
        // Getting in
        "logoff": "logout", "signout": "logout", "signin": "login", "auth": "login", "connect": "login",
        "passwd": "password",
        "signup": "register", "me": "whoami", "account": "summary", "2fa": "totp", "mfa": "totp", "apikey": "keys",
        "api": "keys", "credentials": "keys",
        // Money
        "balance": "funds", "balances": "funds", "bal": "funds", "wallet": "funds", "wallets": "funds",
        "holdings": "funds", "positions": "funds", "position": "funds", "pos": "funds", "cash": "funds",
        "portfolio": "summary", "equity": "summary", "status": "summary", "overview": "summary", "info": "summary",
        // The market
        "ticker": "price", "quotes": "price", "px": "price", "prices": "price", "rate": "price", "spread": "price",
        "book": "depth", "orderbook": "depth", "ob": "depth", "dom": "depth", "level2": "depth", "l2": "depth",
        "candles": "chart", "graph": "chart", "ohlc": "chart", "kline": "chart", "plot": "chart",
        "markets": "pairs", "symbols": "pairs", "instruments": "pairs", "products": "pairs", "fees": "fee",
        "commission": "fee", "prints": "tape", "timeandsales": "tape",
        // What was done
        "history": "trades", "fills": "trades", "executions": "trades", "deals": "trades",
        "deposits": "transactions", "withdrawals": "transactions", "transfers": "transactions", "statement": "report",
        "pnl": "report", "profit": "report", "results": "report", "performance": "report", "done": "report",
        "download": "export", "repeat": "order last", "again": "order last", "explain": "why", "audit": "why",
        // Orders
        "open": "orders", "working": "orders", "pending": "orders", "active": "orders", "list": "orders",
        "ls": "orders",
        "remove": "cancel", "delete": "cancel", "rm": "cancel", "revoke": "cancel", "pull": "cancel",
        "amend": "move", "modify": "move", "replace": "move", "edit": "move", "change": "move", "reprice": "move",
        "ladder": "slice", "scale": "slice", "grid": "slice", "split": "slice", "roundtrip": "pair",
        "trailing": "trail", "trailstop": "trail", "revert": "undo", "rollback": "undo", "oops": "undo",
        "dryrun": "preview", "simulate": "preview", "test": "preview", "confirm": "go", "yes": "go", "ok": "go",
        "execute": "go",
        // Around them
        "subscribe": "watch", "follow": "watch", "unsubscribe": "unwatch", "unfollow": "unwatch", "notify": "alert",
        "alarm": "alert", "messages": "inbox", "notifications": "inbox", "missed": "inbox", "mail": "inbox",
        "config": "settings", "preferences": "settings", "prefs": "settings", "options": "settings",
        "man": "help", "commands": "help", "h": "help", "usage": "help", "clock": "time", "date": "time", "now": "time",
        "shortcut": "alias", "macro": "alias", "unpause": "resume", "unfreeze": "resume", "continue": "resume",
        "checkbal": "funds", "checkbalance": "funds", "mybalance": "funds", "getbalance": "funds", "money": "funds",
        "openpositions": "funds", "mypositions": "funds", "order_book": "depth", "order-book": "depth",
        "openorders": "orders", "myorders": "orders", "count": "orders", "mytrades": "trades",
        "getprice": "price", "b": "buy", "s": "sell", "purchase": "buy", "close": "cancel",
    ]

    /// Several words for a line of ours. What follows them stays.
    static let phrases: [([String], String)] = [
        (["who", "am", "i"], "whoami"), (["who"], "whoami"), (["open", "orders"], "orders"),
        (["my", "orders"], "orders"),
        (["show", "orders"], "orders"), (["list", "orders"], "orders"), (["my", "trades"], "trades"),
        (["trade", "history"], "trades"), (["order", "history"], "report"), (["order", "book"], "depth"),
        (["my", "balance"], "funds"), (["show", "balance"], "funds"), (["show", "funds"], "funds"),
        (["show", "me"], "summary"), (["log", "out"], "logout"), (["log", "in"], "login"), (["sign", "out"], "logout"),
        (["log", "off"], "logout"), (["change", "password"], "password"), (["cancel", "order"], "cancel"),
        (["cancel", "orders"], "cancel all"), (["cancel", "everything"], "cancel all"),
        (["pull", "all"], "cancel all"),
        (["delete", "all"], "cancel all"), (["remove", "all"], "cancel all"), (["what", "if"], "?"),
        (["dry", "run"], "?"),
        (["trailing", "stop"], "trail"), (["round", "trip"], "pair"), (["last", "price"], "price"),
        (["how", "much"], "price"), (["what", "time"], "time"), (["set", "alert"], "alert"),
    ]

    /// Words that may mean either of two things, both of which end what is open; nobody is to guess which.
    static let endings: [[String]] = [
        ["kill"], ["halt"], ["flatten"], ["emergency"], ["stop", "all"], ["stop", "everything"], ["stop", "trading"],
        ["close", "all"], ["close", "everything"], ["exit", "all"], ["kill", "all"], ["kill", "switch"], ["liquidate"],
        ["freeze"], ["pause"],
    ]
}

extension LineReader {
    /// A refusal that says what is called otherwise here; nil where the word, and those behind it, are no such name.
    func otherName(_ word: Word) -> Misreading? {
        if let phrase = otherPhrase(word) { return phrase }
        guard let name = OtherNames.commands[text(word).lowercased()] else { return nil }
        return Misreading(
            .unknownCommand, "no command \(shown(word))", at: span(word), candidates: [name])
    }

    /// Whether other desks' phrases begin with this command's word: no other line is held against them.
    static func beginsPhrases(_ keyword: Keyword) -> Bool {
        switch keyword {
        case .stop, .cancel, .order, .set, .quit, .trail: true
        default: false
        }
    }

    /// The same for several words, also such as begin with a command's own.
    func otherPhrase(_ word: Word) -> Misreading? {
        let words = (0..<4).compactMap { peek($0) }
        let typed = words.map { text($0).lowercased() }
        func begins(with phrase: [String]) -> Bool { typed.starts(with: phrase) }
        if let protection = protectionPhrase(word) { return protection }
        if let ending = OtherNames.endings.filter(begins).max(by: { $0.count < $1.count }),
            // `stop` and `exit` alone are commands of their own; a phrase is meant where it is the whole line.
            lexer.words.count <= ending.count + 1
        {
            return Misreading(
                .unknownCommand,
                "\(RefusalText.quoted(lexer.text(word.start, words[ending.count - 1].end))) may mean two things here",
                at: span(from: word, to: words[ending.count - 1]),
                details: [
                    "panic takes everything off and refuses new orders until resume", "cancel all takes everything off",
                ])
        }
        guard
            let (phrase, line) = OtherNames.phrases.filter({ begins(with: $0.0) }).max(by: { $0.0.count < $1.0.count })
        else { return nil }
        let last = words[phrase.count - 1]
        return Misreading(
            .unknownCommand, "no command \(RefusalText.quoted(lexer.text(word.start, last.end)))",
            at: span(from: word, to: last), candidates: [line])
    }
}
