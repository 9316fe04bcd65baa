import Conversation
import OrderEngine
import Trading

/// `exchanges`: what there is, and how far what an account has there is known.
struct ExchangesQuestion: PlainQuestion {
    let desk: DeskView
    let line: AskedLine

    func reply() throws -> Reply {
        let account = try account()
        let current = desk.currentSeat(of: account)
        var table = Table([
            .init("exchange"), .init("is"), .init("pairs", .right), .init("newest price"), .init("your key"),
            .init("yours"),
        ])
        var rows: [JSONValue] = []
        var lines: [String] = []
        let (shown, zone) = (asked, zone)
        for seat in shown {
            let newest = seat.newestPrice
            table.append([
                seat === current ? "\(seat.name) (current)" : seat.name, seat.stateWords, "\(seat.pairs.count)",
                newest.map { zone.dateAndTime(of: $0) } ?? "none", seat.keyState(of: account),
                seat.standing(of: account),
            ])
            if let words = seat.historyWords(of: account, zone) { lines.append("\(seat.name): \(words)") }
            var fields: JSONObject = [
                "exchange": .string(seat.name), "current": .bool(seat === current), "state": .string(seat.state),
                "pairs": .int(Int64(seat.pairs.count)), "newest_price_at": newest?.json ?? .null,
                "needs_key": .bool(seat.needsKeys), "has_key": .bool(seat.needsKeys && !seat.lacksKey(account)),
                "reconciled": .bool(seat.isReconciled(account)),
            ]
            for member in seat.historyFields(of: account).members { fields.append(member.name, member.value) }
            rows.append(.object(fields))
        }
        return Reply(
            mark: .answer,
            text: ([table.reply("= \(Words.count(shown.count, "exchange")), times in \(zone.name)")] + lines)
                .joined(separator: "\n  "),
            fields: ["exchanges": .array(rows)])
    }
}

extension SeatReading {
    /// When the newest price of any pair was seen.
    fileprivate var newestPrice: Timestamp? {
        pairs.compactMap { pair in engine.market[pair].flatMap { $0.isSeen ? $0.at : nil } }.max()
    }

    fileprivate var stateWords: String { !isPaper ? state : "paper, \(state)" }

    fileprivate func keyState(of account: AccountID) -> String {
        !needsKeys ? "not needed" : lacksKey(account) ? "none" : "set"
    }

    /// How far what the account has here is known.
    fileprivate func standing(of account: AccountID) -> String {
        guard wire != nil else { return "known" }
        guard !lacksKey(account) else { return "keys \(keysName) set" }
        guard let watch = wire?.accounts[account] else { return "not asked yet" }
        return watch.isReconciled ? "known" : "being read"
    }
}
