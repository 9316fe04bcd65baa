import Accounts
import CommandGrammar
import Conversation
import Ledger
import Secrets
import Trading

/// `export`: a file of trades, orders or transactions, to be fetched over HTTP.
///
/// It is made some rows at a time, between the lines of the others; its own line waits.
extension DeskCore {
    func runExport(_ query: ExportQuery, _ context: LineContext) throws -> Reply? {
        let account = try context.account()
        let limits = configuration.limits
        let since = try query.since.map { try zone(context).moment(of: $0.value, before: now, at: $0.span).at }
        people.exports.forgetOver(at: now)
        guard people.exports.count(of: account) < limits.downloads else {
            throw Refusal(
                .tooManyDownloads,
                "\(limits.downloads) downloads are ready, the maximum; each expires after \(DurationText.brief(seconds: Int64(limits.downloadSeconds)))"
            )
        }
        guard people.exports.bytes < limits.downloadsBytes else {
            throw Refusal(
                .tooManyDownloads, "the server has too many downloads at the moment; try again in a few minutes")
        }
        let columns =
            switch query.subject {
            case .trades: DeskCore.tradeColumns
            case .orders: DeskCore.orderColumns
            case .transactions: DeskCore.transactionColumns
            }
        people.exports.making.append(
            Exports.Making(
                context: context, account: account, query: query, since: since,
                file: ExportFile(query.format == .csv ? .csv : .json, columns: columns)))
        people.sessions[context.session]?.isWaiting = true
        waiting.turns.addExport(of: .account(account))
        return nil
    }

    /// Goes on with the file that the account asked for first.
    func makeExport(of account: AccountID) throws {
        guard let index = people.exports.making.firstIndex(where: { $0.account == account }) else { return }
        var export = people.exports.making.remove(at: index)
        guard people.sessions[export.context.session] != nil else { return }
        let limits = configuration.limits
        let rowsMax = min(limits.downloadBurst, limits.downloadRows - export.file.rows)
        let isDone: Bool
        switch export.query.subject {
        case .trades: isDone = try addTrades(to: &export, atMost: rowsMax)
        case .transactions: isDone = try addTransactions(to: &export, atMost: rowsMax)
        case .orders: isDone = try addOrders(to: &export, atMost: rowsMax)
        }
        guard isDone || export.file.rows >= limits.downloadRows else {
            people.exports.making.insert(export, at: index)
            return waiting.turns.addExport(of: .account(account))
        }
        try offer(export, isWhole: isDone)
    }

    private func offer(_ export: Exports.Making, isWhole: Bool) throws {
        let zone = zone(export.context)
        let end = now.advanced(bySeconds: Int64(configuration.limits.downloadSeconds))
        // A word of 256 bits, as a token has.
        let word = String(try TokenSecret.generate().secret.revealed().dropFirst(TokenSecret.prefix.count))
        let bytes = export.file.finished()
        let what = export.query.subject.rawValue
        let day = zone.dateAndTime(of: now).prefix(10)
        let download = Download(
            fileName: "outcry-\(what)-\(day).\(export.file.format.rawValue)", type: export.file.format.type,
            bytes: bytes)
        people.exports.offer(bytes.count, to: export.account, until: end)
        batch.outputs.append(.offer(download, word: word, account: export.account, until: end))

        let path = Download.folder + word
        let site = people.sessions[export.context.session]?.peer.site
        let rows = export.file.rows
        let noun = rows == 1 ? String(what.dropLast()) : what
        var lines = [
            "= \(rows) \(noun)\(export.exchange.map { " on \($0)" } ?? "") as \(export.file.format.rawValue), "
                + "\(bytes.count) bytes: \((site ?? "") + path)"
        ]
        lines.append(
            "good for \(DurationText.brief(seconds: Int64(configuration.limits.downloadSeconds))), until \(zone.text(of: end)), for whoever has the link"
        )
        if !isWhole { lines.append("there are more: \(next(export, zone))") }
        // Money that came or went is never pruned.
        let isCut = export.query.subject != .transactions
        if isCut { lines += try historyLines(of: export.account, since: export.since) }
        try answer(
            Reply(
                mark: .answer, text: lines.joined(separator: "\n  "),
                fields: [
                    "export": [
                        "what": .string(what), "exchange": export.exchange.map { .string($0.description) } ?? .null,
                        "format": .string(export.file.format.rawValue),
                        "rows": .int(Int64(rows)),
                        "bytes": .int(Int64(bytes.count)), "path": .string(path),
                        "url": site.map { .string($0 + path) } ?? .null, "expires_at": end.json,
                        "more": .bool(!isWhole),
                    ]
                ]), export.context)
        resumeLines(of: export.context.session)
    }

    /// How to get the rows that the file has no room for.
    private func next(_ export: Exports.Making, _ zone: TimeZoneRules) -> String {
        let last =
            switch export.query.subject {
            case .trades: export.position.lastTradeAt
            case .orders: export.position.root?.closedAt
            case .transactions: nil as Timestamp?
            }
        let place = export.exchange.map { " on \($0)" } ?? ""
        guard let last else { return "export \(export.query.subject.rawValue) since a later time\(place)" }
        return "export \(export.query.subject.rawValue) since \(zone.dateAndTime(of: last).prefix(16))\(place)"
    }
}
