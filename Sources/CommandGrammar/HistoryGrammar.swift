import Trading

/// What was: `report`, `trades`, `transactions`. Filters in any order, each once.
extension LineReader {
    /// The most rows that a question may ask for.
    static let rowsMax: UInt64 = 10_000

    /// After `report`: `[KIND] [PAIR] [last N] [since WHEN] [until WHEN]`, or `drift`.
    mutating func takeReportCommand() throws(Misreading) -> Command {
        if take(.drift) {
            try expectEnd()
            return .reportDrift
        }
        let (kind, pair) = try takeKindAndPair(unless: [.last, .since, .until], orElse: [.drift])
        let filters = try takeFilters([.last, .since, .until])
        return .report(
            ReportQuery(kind: kind, pair: pair, last: filters.last, since: filters.since, until: filters.until))
    }

    /// After `trades`: `[PAIR] [filters]`.
    mutating func takeTradesCommand() throws(Misreading) -> Command {
        let filters: [Keyword] = [.last, .since, .until, .from, .to, .oldest]
        var pair: Located<Pair>?
        if let word = peek(), vocabulary.pair(word, in: bytes) != nil || !isLikeOne(of: filters, word) {
            pair = try takePairIfAny(unless: filters)
        }
        var query = try takeFilters(filters)
        query.pair = pair
        return .trades(query)
    }

    /// After `transactions`: `[filters]`.
    mutating func takeTransactionsCommand() throws(Misreading) -> Command {
        .transactions(try takeFilters([.last, .since, .until, .from, .to, .oldest]))
    }

    /// After `export`: `trades|orders|transactions [since WHEN] [csv|json]`, the last two in either order.
    mutating func takeExportCommand() throws(Misreading) -> Command {
        let word = try takeOne(of: [.trades, .orders, .transactions])
        var query = ExportQuery(subject: ExportQuery.Subject(rawValue: word.rawValue) ?? .trades)
        var hasFormat = false
        while let word = peek() {
            switch word.keyword {
            case .since where query.since == nil:
                next += 1
                query.since = try takeWhen()
            case .csv where !hasFormat, .json where !hasFormat:
                next += 1
                query.format = word.keyword == .json ? .json : .csv
                hasFormat = true
            case .since, .csv, .json:
                throw Misreading(
                    .conflictingWords,
                    word.keyword == .since ? "since is said twice" : "it is one of csv and json", at: span(word))
            default:
                throw unexpected("since, csv, json or the end of the line", near: [.since, .csv, .json])
            }
        }
        return .export(query)
    }

    private func isLikeOne(of keywords: [Keyword], _ word: Word) -> Bool {
        if let keyword = word.keyword, keywords.contains(keyword) { return true }
        return !Suggestions.nearest(to: text(word), among: keywords.map(\.rawValue)).isEmpty
    }

    private mutating func takeFilters(_ allowed: [Keyword]) throws(Misreading) -> HistoryQuery {
        var query = HistoryQuery()
        var seen: [Keyword] = []
        while let word = peek() {
            guard let keyword = word.keyword, allowed.contains(keyword) else {
                let expected = LineReader.list(allowed.map(\.rawValue) + ["the end of the line"])
                throw unexpected(expected, near: allowed)
            }
            guard !seen.contains(keyword) else {
                throw Misreading(.conflictingWords, "\(keyword.rawValue) is said twice", at: span(word))
            }
            seen.append(keyword)
            next += 1
            switch keyword {
            case .last: query.last = Int(try takeCount("a number such as 10", max: LineReader.rowsMax))
            case .since: query.since = try takeWhen()
            case .until: query.until = try takeWhen()
            case .from: query.fromID = try takeCount("an ID", max: .max)
            case .to: query.toID = try takeIDNotBelow(query.fromID)
            default: query.oldestFirst = true
            }
        }
        return query
    }

    private mutating func takeIDNotBelow(_ from: UInt64?) throws(Misreading) -> UInt64 {
        let word = try takeWord("an ID")
        let id = try count(word.start, word.end, "an ID", max: .max)
        if let from, id < from {
            throw Misreading(.badRange, "to \(id) is below from \(from)", at: span(word))
        }
        return id
    }
}
