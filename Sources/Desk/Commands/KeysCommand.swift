import Accounts
import CommandGrammar
import Conversation
import Exchange
import OrderEngine
import Secrets
import Trading

/// A key that its exchange is being asked about.
struct KeyJob {
    let context: LineContext
    let seat: Seat
    let account: AccountID
    let key: ExchangeKey
    let master: MasterKey
}

/// `keys`, `keys EXCHANGE set KEY SECRET` and `keys EXCHANGE drop`.
///
/// Nothing that is said here repeats a word of the line: what was taken for the exchange's name may be a secret.
extension DeskCore {
    /// Asks the exchange about the key; `keyChecked` answers the line.
    func runKeysSet(_ name: String, key: String, secret: String, _ context: LineContext) throws -> Reply? {
        let account = try context.account()
        let seat = try keyedSeat(name)
        guard let master = people.masterKey else {
            throw Refusal(
                .noMasterKey, "this server can't store API keys: its master key is missing",
                details: ["the operator finds in the log how to mend it"])
        }
        guard let key = ExchangeKey(key: key, secret: secret) else {
            throw Refusal(.unexpectedWord, "a KEY and a SECRET are each one word, of letters, digits and signs")
        }
        try accountStore().requireUnused(key, at: seat.keysName, for: account)
        guard people.keyJobs.count < configuration.limits.keyChecks else {
            throw Refusal(.tooManyWaiting, "too many keys are being checked; try again in a moment")
        }
        let job = people.keyJobs.begin(
            KeyJob(context: context, seat: seat, account: account, key: key, master: master))
        people.sessions[context.session]?.isWaiting = true
        // A key of another account would leave the open orders to themselves, and call them gone.
        let open = seat.engine.openOrders(of: account).filter(\.isAtExchangeItself)
        seat.keys.custody?.checking.check(key, seeing: open.lazy.compactMap(\.exchangeOrderID).first, as: job)
        return nil
    }

    func keyChecked(_ id: KeyJobID, _ verdict: KeyVerdict) throws {
        guard let job = people.keyJobs.end(id) else { return }
        do {
            try answer(try keep(job, verdict), job.context)
        } catch let refusal as Refusal {
            try answer(refused(refusal, job.context), job.context)
        }
        resumeLines(of: job.context.session)
    }

    private func keep(_ job: KeyJob, _ verdict: KeyVerdict) throws -> Reply {
        let seat = job.seat
        let rights: ExchangeKeyRights
        switch verdict {
        case .accepted(let told): rights = told
        case .refused(let words):
            throw Refusal(.keyRefused, "\(seat.keysName) does not accept this key: \(words); nothing was kept")
        case .ofAnotherAccount(let words):
            throw Refusal(
                .ordersOpen,
                "this key does not see the orders that are open at \(seat.keysName), so it is of another account there: "
                    + "\(words); nothing was kept",
                details: [
                    "set a key of the same account, or cancel all\(seats.count > 1 ? " on \(seat.name)" : "") first"
                ])
        case .unavailable(let reason):
            throw Refusal(
                .exchangeUnavailable,
                "\(seat.keysName) could not be asked about this key: \(reason); nothing was kept")
        }
        guard rights.info else {
            throw Refusal(.keyRefused, "this key may not even read at \(seat.keysName); nothing was kept")
        }
        let stored = try accountStore().setExchangeKey(
            job.key, at: seat.keysName, rights: rights, sealedUnder: job.master, for: job.account, at: now)
        seat.keys.accounts.insert(job.account)
        seat.keys.rights[job.account] = rights
        batch.outputs.append(.useKey(seat.id, job.account, job.key))
        try seat.askAnew(job.account)
        try tellKeyChanged(seat, "\(stored.exchange) key \(stored.start)... was set", job.account, job.context)
        try audit(.keySet(stored), of: job.context)
        var lines = ["+ \(stored.exchange) key \(stored.start)...: \(rights.words)"]
        if !rights.trade { lines.append("orders need a key that may trade") }
        if rights.withdraw {
            lines.append("whoever gets hold of this key can take the money away; a key that may not withdraw does here")
        }
        return Reply(mark: .done, text: lines.joined(separator: "\n  "), fields: ["key": stored.json])
    }

    func runKeysDrop(_ name: String, _ context: LineContext) throws -> Reply {
        let account = try context.account()
        let seat = try keyedSeat(name)
        let open = seat.engine.openOrders(of: account).filter(\.isAtExchangeItself)
        if seat.wire != nil, seat.keys.accounts.contains(account), let first = open.first {
            let place = seats.count > 1 ? " on \(seat.name)" : ""
            throw Refusal(
                .ordersOpen,
                "\(open.count) order\(open.count == 1 ? " is" : "s are") open at \(seat.keysName), \(first.id) first",
                details: [
                    "without the key nobody could ask what becomes of them; cancel all\(place), or set another key"
                ])
        }
        try accountStore().dropExchangeKey(at: seat.keysName, of: account)
        seat.keys.accounts.remove(account)
        seat.keys.rights[account] = nil
        batch.outputs.append(.useKey(seat.id, account, nil))
        try tellKeyChanged(seat, "\(seat.keysName) key was dropped", account, context)
        try audit(.keyDropped(seat.keysName), of: context)
        return Reply(
            mark: .done, text: "+ \(seat.keysName) key dropped", fields: ["exchange": .string(seat.keysName)])
    }

    /// The account's other sessions hear of it: it may not have been its owner.
    private func tellKeyChanged(_ seat: Seat, _ what: String, _ account: AccountID, _ context: LineContext) throws {
        try notify(
            account, event: "keys", order: nil, text: "* keys: \(what)",
            fields: ["exchange": .string(seat.keysName), "what": .string(what)], at: now,
            exceptInText: context.session)
    }

    private func keyedSeat(_ name: String) throws(Refusal) -> Seat {
        let id = try (seats as [any SeatReading]).keyed(name).id
        return seats.first { $0.id == id } ?? firstSeat
    }
}

extension [any SeatReading] {
    /// The one whose keys are kept under a name. Refuses with `unknown_exchange`.
    func keyed(_ name: String) throws(Refusal) -> any SeatReading {
        let keyed = filter(\.needsKeys)
        guard !keyed.isEmpty else {
            let names = map(\.name).joined(separator: ", ")
            throw Refusal(.unknownExchange, "this desk trades on \(names), which needs no keys")
        }
        guard let seat = keyed.first(where: { $0.keysName == name }) else {
            throw Refusal(
                .unknownExchange,
                "no keys are kept for that; expected \(keyed.map(\.keysName).joined(separator: " or "))")
        }
        return seat
    }
}

extension Seat {
    /// Under which name its keys are kept.
    var keysName: String { keys.custody?.exchange ?? name }

    /// What the exchange could not be asked for want of a key, or was asked with another, is asked now.
    fileprivate func askAnew(_ account: AccountID) throws {
        try watch(account)
        _ = wire?.change(account) { watch in
            watch.asking.failures = 0
            if !watch.asking.isListing { watch.asking.openOrdersDueAt = now }
            if !watch.asking.isSweeping { watch.asking.sweepDueAt = now }
            watch.funds.check.want(at: now)
            watch.transactions.want(at: now)
        }
    }
}

extension ExchangeKeyRights {
    /// What it may, for a trader.
    var words: String {
        let may = [info ? "read" : nil, trade ? "trade" : nil, withdraw ? "withdraw" : nil].compactMap(\.self)
        guard let last = may.last else { return "may do nothing" }
        return "may " + (may.count == 1 ? last : may.dropLast().joined(separator: ", ") + " and " + last)
    }
}

extension StoredExchangeKey {
    var json: JSONValue {
        [
            "exchange": .string(exchange), "key": .string(start),
            "rights": ["info": .bool(rights.info), "trade": .bool(rights.trade), "withdraw": .bool(rights.withdraw)],
            "since": createdAt.json,
        ]
    }
}
