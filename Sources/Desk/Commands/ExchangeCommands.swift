import Accounts
import CommandGrammar
import Conversation
import Exchange
import OrderEngine
import Trading

/// `use` and `exchanges`: where an account trades, and what there is.
extension DeskCore {
    func runUse(_ name: Located<String>?, _ context: LineContext) throws -> Reply {
        let account = try context.account()
        guard let name else {
            let seat = currentSeat(of: account)
            let others = seats.filter { $0 !== seat }.map(\.name)
            let more = others.isEmpty ? "" : "; use \(others.joined(separator: ", use "))"
            return Reply(
                mark: .answer, text: "= you trade on \(seat.name)\(more)", fields: ["exchange": .string(seat.name)])
        }
        let stored = try chooseSeat(name, account)
        try accountStore().set("exchange", to: stored, for: account)
        try auditSetting("exchange", stored, context)
        let seat = currentSeat(of: account)
        return Reply(
            mark: .done, text: "+ lines without on EXCHANGE are for \(seat.name) from now on",
            fields: ["exchange": .string(seat.name)])
    }

    /// Sets where an account trades, and says as what that is kept. Refuses with `unknown_exchange`.
    func chooseSeat(_ name: Located<String>, _ account: AccountID) throws(Refusal) -> String? {
        guard let seat = ExchangeID(name.value).flatMap({ self.seat($0) }) else { throw unknownExchange(name) }
        people.accounts[account]?.exchange = seat.id
        return seat.name
    }

    func runExchanges(_ context: LineContext) throws -> Reply {
        let account = try context.account()
        let zone = zone(context)
        let current = currentSeat(of: account)
        var table = Table([
            .init("exchange"), .init("is"), .init("pairs", .right), .init("newest price"), .init("your key"),
            .init("yours"),
        ])
        var rows: [JSONValue] = []
        var lines: [String] = []
        let shown = asked(context)
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
                "needs_key": .bool(seat.custody != nil), "has_key": .bool(seat.keyedAccounts.contains(account)),
                "reconciled": .bool(seat.isReconciled(account)),
            ]
            for member in seat.historyFields(of: account).members { fields.append(member.name, member.value) }
            rows.append(.object(fields))
        }
        return Reply(
            mark: .answer,
            text: ([table.reply("= \(DeskCore.count(shown.count, "exchange")), times in \(zone.name)")] + lines)
                .joined(separator: "\n  "),
            fields: ["exchanges": .array(rows)])
    }
}

extension Seat {
    /// When the newest price of any pair was seen.
    fileprivate var newestPrice: Timestamp? {
        pairs.compactMap { pair in engine.market[pair].flatMap { $0.isSeen ? $0.at : nil } }.max()
    }

    fileprivate var stateWords: String { paper == nil ? state : "paper, \(state)" }

    fileprivate func keyState(of account: AccountID) -> String {
        custody == nil ? "not needed" : keyedAccounts.contains(account) ? "set" : "none"
    }

    /// Whether what the account has here is known, so that it may be traded with.
    func isReconciled(_ account: AccountID) -> Bool {
        guard wire != nil, !lacksKey(account) else { return wire == nil }
        return wire?.accounts[account]?.isReconciled ?? false
    }

    /// How far what the account has here is known.
    fileprivate func standing(of account: AccountID) -> String {
        guard wire != nil else { return "known" }
        guard !lacksKey(account) else { return "keys \(keysName) set" }
        guard let watch = wire?.accounts[account] else { return "not asked yet" }
        return watch.isReconciled ? "known" : "being read"
    }
}
