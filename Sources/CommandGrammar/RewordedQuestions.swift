import Trading

/// Questions, cancels, moves and alerts in other words.
extension Rewording {
    // MARK: Questions

    /// What a question may be about, and the command that answers it.
    private static let subjects: [String: Subject] = [
        "balance": .funds, "balances": .funds, "funds": .funds, "money": .funds, "cash": .funds, "wallet": .funds,
        "holdings": .funds, "coins": .funds, "position": .funds, "positions": .funds, "own": .funds, "hold": .funds,
        "have": .funds, "got": .funds, "holding": .funds, "portfolio": .plain("summary"), "equity": .plain("summary"),
        "account": .plain("summary"), "status": .plain("summary"), "net": .plain("summary"),
        "price": .price, "prices": .price, "quote": .price, "rate": .price, "ticker": .price, "worth": .price,
        "cost": .price, "costs": .price, "spread": .price, "bid": .price, "ask": .price,
        "orders": .ofPair("orders"), "order": .ofPair("orders"), "trades": .ofPair("trades"),
        "fills": .ofPair("trades"), "executions": .ofPair("trades"), "history": .ofPair("trades"),
        "trade": .ofPair("trades"),
        "book": .needsPair("depth"), "orderbook": .needsPair("depth"), "depth": .needsPair("depth"),
        "chart": .needsPair("chart"), "graph": .needsPair("chart"), "candles": .needsPair("chart"),
        "fee": .needsPair("fee"), "fees": .needsPair("fee"), "commission": .needsPair("fee"),
        "pnl": .plain("report"), "p&l": .plain("report"), "profit": .plain("report"), "profits": .plain("report"),
        "performance": .plain("report"), "report": .plain("report"), "losses": .plain("report"),
        "pairs": .plain("pairs"), "markets": .plain("pairs"), "symbols": .plain("pairs"),
        "alerts": .plain("alerts"), "notifications": .plain("inbox"), "messages": .plain("inbox"),
        "settings": .plain("settings"), "time": .plain("time"), "version": .plain("version"),
        "commands": .plain("help"), "help": .plain("help"), "deposits": .plain("transactions"),
        "withdrawals": .plain("transactions"), "transactions": .plain("transactions"),
        "transaction": .plain("transactions"),
    ]

    private enum Subject: Equatable {
        case plain(String)
        /// `funds`, or `fund btc`.
        case funds
        /// `price`, with a pair or without.
        case price
        case ofPair(String)
        case needsPair(String)

        /// How much of the question it decides: in `order book` it is the book, in `my open trade positions` the positions.
        var rank: Int {
            switch self {
            case .needsPair: 4
            case .plain: 3
            case .funds: 2
            case .price: 1
            case .ofPair: 0
            }
        }
    }

    private static let askingWords: Set<String> = courtesies.union([
        "what", "what's", "whats", "which", "where", "where's", "how", "how's", "hows", "much", "many", "is", "are",
        "am", "was",
        "show", "give", "see", "check", "display", "view", "list", "print", "get", "current", "currently", "all", "of",
        "for",
        "in", "on", "do", "does", "tell", "latest", "last", "any", "open", "at", "going", "there", "today", "free",
        "available",
        "total", "recent", "active", "pending", "running", "live", "market", "about", "doing", "it", "its", "value",
        "left",
        "up", "with", "your", "trading", "table",
    ])

    /// What may be left out behind a word that is a command already: `price of btc`, but not `report last`.
    private static let joiningWords = courtesies.union(["of", "for", "in", "on", "about", "is"])

    /// Questions change nothing, so that what is polite may be left out. A figure may not.
    var answerOfQuestion: Answer? {
        let isOurs = tokens.first.flatMap { Keyword(rawValue: $0.word) }?.isCommand ?? false
        let passed = isOurs ? Rewording.joiningWords : Rewording.askingWords
        var subjects: [Subject] = []
        for token in tokens {
            switch token.kind {
            case .pair: break
            case .unit: break
            case .number, .percent, .dollars: return nil
            case .word:
                if let subject = Rewording.subjects[token.word] {
                    subjects.append(subject)
                } else if !passed.contains(token.word) {
                    return nil
                }
            }
        }
        let units = tokens.compactMap { if case .unit(let coin) = $0.kind { coin } else { nil } }
        let pair = onlyPair
        guard tokens.count(where: { $0.kind == .pair }) <= 1 else { return nil }
        if isOurs, pair != nil, case .plain? = subjects.max(by: { $0.rank < $1.rank }) { return nil }
        guard let subject = subjects.max(by: { $0.rank < $1.rank }) else {
            // `btc?`, `how much is btc`.
            return pair.map { .offer("price \($0)") }
        }
        if !units.isEmpty, subject != .funds { return units.count == 1 && pair != nil ? answer(subject, pair) : nil }
        if subject == .funds, let coin = units.first ?? pair, let only = coinOf(coin) {
            return units.count <= 1 && (pair == nil || units.isEmpty) ? .offer("fund \(only)") : nil
        }
        return answer(subject, pair)
    }

    private func answer(_ subject: Subject, _ pair: String?) -> Answer? {
        switch subject {
        case .plain(let command): .offer(command)
        case .funds: .offer("funds")
        case .price: .offer(pair.map { "price \($0)" } ?? "price")
        case .ofPair(let command): .offer(pair.map { "\(command) \($0)" } ?? command)
        case .needsPair(let command): pair.map { .offer("\(command) \($0)") } ?? .show(["\(command) \(defaultPair)"])
        }
    }

    /// The coin that a word names by itself; nil for the name of a pair.
    private func coinOf(_ word: String) -> String? {
        Coin(word).flatMap { vocabulary.coins.contains($0) ? word : nil }
    }

    // MARK: Orders that are there

    private static let cancelWords: Set<String> = [
        "cancel", "remove", "delete", "kill", "revoke", "pull", "scrap",
    ]

    private static let aroundOrders: Set<String> = courtesies.union([
        "order", "orders", "number", "no", "id", "open", "of", "for", "on", "in", "trade", "trades", "that", "it",
        "pending",
        "and", "with", "one", "everything", "every", "all", "last", "latest", "newest", "previous",
    ])

    /// `cancel my last order`, `cancel order 10`, `cancel all my btc orders`.
    var answerOfCancel: Answer? {
        let lead = tokens.drop { Rewording.courtesies.contains($0.word) }
        guard let verb = lead.first, Rewording.cancelWords.contains(verb.word) else { return nil }
        let rest = lead.dropFirst()
        guard rest.allSatisfy({ $0.kind == .number || $0.kind == .pair || Rewording.aroundOrders.contains($0.word) })
        else { return nil }
        let numbers = rest.filter { $0.kind == .number }.map(\.word)
        let isAll = rest.contains { ["all", "every", "everything"].contains($0.word) }
        let isLast = rest.contains { ["last", "latest", "newest", "previous"].contains($0.word) }
        switch (numbers.isEmpty, isAll, isLast) {
        case (false, false, false) where onlyPair == nil: return .offer("cancel \(numbers.joined(separator: " "))")
        case (true, true, false): return .offer(onlyPair.map { "cancel all \($0)" } ?? "cancel all")
        case (true, false, true) where onlyPair == nil: return .offer("cancel last")
        // One or all of them: the trader knows.
        case (true, false, false):
            return .show(onlyPair.map { ["cancel all \($0)"] } ?? ["cancel last", "cancel all"])
        default: return nil
        }
    }

    /// `undo that`, `revert my last order`.
    var answerOfUndo: Answer? {
        let lead = tokens.drop { Rewording.courtesies.contains($0.word) }
        guard let verb = lead.first, ["undo", "revert", "rollback"].contains(verb.word),
            lead.dropFirst().allSatisfy({
                $0.kind == .word && Rewording.aroundOrders.contains($0.word) && $0.word != "all"
            })
        else { return nil }
        return .offer("undo")
    }

    /// `change order 10 to 227`, `move my order 10 price to 227`, `modify 10 size 0.3`.
    var answerOfMove: Answer? {
        let lead = tokens.drop { Rewording.courtesies.contains($0.word) }
        let verbs: Set<String> = [
            "change", "move", "modify", "amend", "edit", "replace", "update", "adjust", "reprice", "raise", "lower",
            "set",
        ]
        guard let verb = lead.first, verbs.contains(verb.word) else { return nil }
        let rest = lead.dropFirst()
        let numbers = rest.filter { $0.kind == .number }.map(\.word)
        let about = [
            "order", "number", "id", "price", "limit", "at", "of", "amount", "size", "quantity", "qty", "last",
        ]
        guard
            rest.allSatisfy({
                $0.kind == .number || about.contains($0.word) || Rewording.courtesies.contains($0.word)
            })
        else { return nil }
        let isAmount = rest.contains { ["amount", "size", "quantity", "qty"].contains($0.word) }
        let isPrice = rest.contains { ["price", "limit", "at"].contains($0.word) }
        guard !(isAmount && isPrice) else { return nil }
        let what = isAmount ? "amount" : "to"
        // `set order 10 to 227` says what 10 is; `set 10 227` says nothing.
        guard verb.word != "set" || rest.contains(where: { $0.word == "order" }) else { return nil }
        if rest.contains(where: { $0.word == "last" }) {
            return numbers.count == 1 ? .offer("move last \(what) \(numbers[0])") : nil
        }
        // `change price 227 order 10` has them the other way.
        let second = rest.lastIndex { $0.kind == .number } ?? rest.startIndex
        let isTurned = second > rest.startIndex && ["order", "number", "id"].contains(rest[second - 1].word)
        return numbers.count == 2 && !isTurned ? .offer("move \(numbers[0]) \(what) \(numbers[1])") : nil
    }

    // MARK: Alerts

    /// `remind me when btc hits 300`, `alert btc > 300`. Where the side is not said both are shown.
    var answerOfAlert: Answer? {
        let lead = tokens.drop { Rewording.courtesies.contains($0.word) || $0.word == "set" || $0.word == "add" }
        let verbs: Set<String> = [
            "alert", "notify", "remind", "tell", "ping", "warn", "message", "text", "call", "alarm",
        ]
        guard let verb = lead.first, verbs.contains(verb.word), let pair = onlyPair else { return nil }
        let above: Set<String> = ["above", "over", "rises", "up", ">", ">=", "exceeds", "higher", "than"]
        let below: Set<String> = ["below", "under", "falls", "drops", "down", "<", "<=", "lower"]
        let other: Set<String> = [
            "when", "if", "once", "hits", "reaches", "goes", "gets", "is", "at", "crosses", "touches", "trades",
            "price", "of",
            "for", "on", "than", "it", "@", "past", "through",
        ]
        let words = lead.dropFirst().filter { $0.kind == .word }.map(\.word)
        let numbers = lead.filter { $0.kind == .number }.map(\.word)
        guard numbers.count == 1, !lead.contains(where: { $0.kind == .percent || $0.word.hasPrefix("$") }),
            words.allSatisfy({
                above.contains($0) || below.contains($0) || other.contains($0) || Rewording.courtesies.contains($0)
            })
        else { return nil }
        let isAbove = words.contains { above.contains($0) && $0 != "than" }
        let isBelow = words.contains { below.contains($0) }
        let lines = ["above", "below"].map { "alert \(pair) \($0) \(numbers[0])" }
        switch (isAbove, isBelow) {
        case (true, false): return .offer(lines[0])
        case (false, true): return .offer(lines[1])
        case (false, false): return .show(lines)
        case (true, true): return nil
        }
    }
}
