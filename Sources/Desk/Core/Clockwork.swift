import Accounts
import Exchange
import Ledger
import Logging
import OrderEngine
import Trading

/// What the desk does because time passes.
extension DeskCore {
    /// Plays what is due of the tape, expires what is due, and keeps house, in the order of their times: also where the time has
    /// jumped by an hour.
    func lookAtClock() throws {
        guard !isReadOnly else {
            try endExpiredSessions()
            return try answerPending()
        }
        for seat in seats {
            try seat.playTape()
            try seat.expire(by: seat.tapeToPlayFirst)
        }
        try endExpiredSessions()
        for seat in seats { try seat.lookAtWire() }
        endSessionsNotLoggedIn()
        if now >= upkeep.nextLook {
            upkeep.nextLook = now.advanced(bySeconds: Upkeep.lookSeconds)
            try perform(.operatorRequests, takeOperatorRequests)
            try hearOperatorActs()
            try takeUpLogins()
            try perform(.tags) {
                // The next turn goes on with what is left.
                if try pruneTags() { upkeep.nextLook = now }
            }
            if try pruneFinished() { upkeep.nextLook = now }
            if try pruneForeignTrades() { upkeep.nextLook = now }
            try storeTickersIfDue()
            try lookAtDisk()
            try lookAtClocks()
        }
        try storeFundsIfDue()
        for seat in seats { seat.takeUpPostponed() }
        try answerFundsWaits()
        try answerPending()
        try flushEvents()
    }

    /// What the operator's command line left for the desk while it was, or was not, running.
    func takeOperatorRequests() throws {
        guard !isReadOnly else { return }
        let store = try accountStore()
        for request in try store.pendingOperatorRequests() {
            guard try store.markDone(request, at: now) else { continue }
            switch request.action {
            case .deposit(let amount, let coin):
                guard let seat = paperSeat, let paper = seat.paper else { continue }
                do {
                    try seat.takeReports(paper.deposit(amount, coin, to: request.account))
                } catch let refusal as Refusal {
                    log.error("a deposit of \(amount) \(coin) is refused: \(refusal.message)")
                }
            case .accountChanged: try accountChanged(request.account)
            case .passwordSet:
                batch.outputs.append(.withdrawOffers(request.account))
                try tellSecurity(
                    "password_set", "the operator has set another password and dropped the tokens", of: request.account,
                    by: nil)
                try endSessions(of: request.account, because: "the operator has set another password; log in again")
            case .loggedOut:
                batch.outputs.append(.withdrawOffers(request.account))
                try endSessions(of: request.account, because: "the operator has ended this session; log in again")
            case .deleted: try accountDeleted(request.account)
            }
        }
    }

    /// Nobody can log in to it any more. Its orders, where some were left open, go on.
    private func accountDeleted(_ id: AccountID) throws {
        batch.outputs.append(.withdrawOffers(id))
        try endSessions(of: id, because: "the operator has deleted this account")
        let stored = Set(try accountStore().exchangeKeys(of: id).map(\.exchange))
        for seat in seats where seat.keys.accounts.contains(id) && !stored.contains(seat.keysName) {
            seat.keys.accounts.remove(id)
            seat.keys.rights[id] = nil
            batch.outputs.append(.useKey(seat.id, id, nil))
        }
    }

    /// Somebody was disabled, or may do other things now: their sessions say so by ending.
    private func accountChanged(_ id: AccountID) throws {
        guard let account = try accountStore().account(id) else { return }
        if account.isDisabled { batch.outputs.append(.withdrawOffers(id)) }
        try endSessions(of: id, because: "the account has changed; log in again") { _, login in
            account.isDisabled || account.role != login.role
        }
    }
}

/// The tape and the expiries of one exchange.
extension Seat {
    /// Where the time has jumped, a long stretch of the tape is still to be played: what expires behind its next print may yet fill by
    /// it. Nil where nothing is left of it, and where it takes too long: a fast tape must not hold expiries up.
    var tapeToPlayFirst: Timestamp? {
        guard let next = tape.player?.nextDue, next <= now else {
            tape.batchesBehind = 0
            return nil
        }
        tape.batchesBehind += 1
        return tape.batchesBehind <= Seat.tapeBatchesMax ? next : nil
    }

    /// Batches of `tape_burst_trades` that expiries wait for.
    private static let tapeBatchesMax = 100

    /// Expires what is due by a moment, or by now.
    func expire(by moment: Timestamp? = nil) throws {
        let moment = min(moment ?? now, now)
        guard let due = engine.nextExpiry, due <= moment else { return }
        try takeOutcome(process(.timePassed, at: moment))
    }

    func playTape() throws {
        guard let paper, let player = tape.player else { return }
        var played = 0
        do {
            // A trade whose triggers are still firing holds those after it up, on the tape.
            while played < limits.tapeBurst, !desk.waiting.turns.isMarketBusy(id),
                let trade = try player.next(dueBy: now)
            {
                // What expires before a trade prints does not fill by it.
                if let expiry = engine.nextExpiry, expiry <= trade.at { try expire(by: trade.at) }
                try takeReports(paper.play(trade))
                played += 1
            }
        } catch let error as TapeError {
            tape.player = nil
            try takeBreakOfTape(error)
        }
        if played > 0 {
            paper.setNote("tape", player.position.bytes)
            forgetEndOfTape()
        }
        if tape.player != nil, player.nextDue == nil { try takeEndOfTape(player) }
    }
}
