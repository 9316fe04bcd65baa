import Accounts
import Exchange
import Ledger
import Logging
import OrderEngine
import Trading

/// What the desk does because time passes.
extension DeskCore {
    /// Seconds between two looks at what is rarely due: an operator's requests, old tags.
    static let housekeepingSeconds: Int64 = 1

    /// Plays what is due of the tape, expires what is due, and keeps house, in the order of their times.
    func lookAtClock() throws {
        guard !isReadOnly else {
            try endExpiredSessions()
            return try answerPending()
        }
        try playTape()
        try expire()
        try endExpiredSessions()
        try lookAtWire()
        endSessionsNotLoggedIn()
        if now >= nextHousekeeping {
            nextHousekeeping = now.advanced(bySeconds: DeskCore.housekeepingSeconds)
            try perform(.operatorRequests, takeOperatorRequests)
            try hearOperatorActs()
            try perform(.tags) {
                // The next turn goes on with what is left.
                if try pruneTags() { nextHousekeeping = now }
            }
            try storeTickersIfDue()
            try lookAtDisk()
        }
        try storeFundsIfDue()
        takeUpPostponed()
        try answerPending()
        try flushEvents()
    }

    func expire() throws {
        guard let due = engine.nextExpiry, due <= now else { return }
        try takeOutcome(engine.process(.timePassed, at: now))
    }

    private func playTape() throws {
        guard let paper, let tape else { return }
        var played = 0
        do {
            // A trade whose triggers are still firing holds those after it up, on the tape.
            while played < configuration.limits.tapeBurst, !turns.isMarketBusy, let trade = try tape.next(dueBy: now) {
                // What expires before a trade prints does not fill by it.
                if let expiry = engine.nextExpiry, expiry <= trade.at { try expire() }
                try takeReports(paper.play(trade))
                played += 1
            }
        } catch let error as TapeError {
            self.tape = nil
            try takeBreakOfTape(error)
        }
        if played > 0 {
            paper.setNote("tape", tape.position.bytes)
            forgetEndOfTape()
        }
        if self.tape != nil, tape.nextDue == nil { try takeEndOfTape(tape) }
    }

    /// What the operator's command line left for the desk while it was, or was not, running.
    func takeOperatorRequests() throws {
        guard !isReadOnly else { return }
        let store = try accountStore()
        for request in try store.pendingOperatorRequests() {
            guard try store.markDone(request, at: now) else { continue }
            switch request.action {
            case .deposit(let amount, let coin):
                guard let paper else { continue }
                do {
                    try takeReports(paper.deposit(amount, coin, to: request.account))
                } catch let refusal as Refusal {
                    log.error("a deposit of \(amount) \(coin) is refused: \(refusal.message)")
                }
            case .accountChanged: try accountChanged(request.account)
            case .passwordSet:
                outputs.append(.withdrawOffers(request.account))
                try tellSecurity(
                    "password_set", "the operator has set another password and dropped the tokens", of: request.account,
                    by: nil)
                try endSessions(of: request.account, because: "the operator has set another password; log in again")
            case .loggedOut:
                outputs.append(.withdrawOffers(request.account))
                try endSessions(of: request.account, because: "the operator has ended this session; log in again")
            }
        }
    }

    /// Somebody was disabled, or may do other things now: their sessions say so by ending.
    private func accountChanged(_ id: AccountID) throws {
        guard let account = try accountStore().account(id) else { return }
        if account.isDisabled { outputs.append(.withdrawOffers(id)) }
        try endSessions(of: id, because: "the account has changed; log in again") { _, login in
            account.isDisabled || account.role != login.role
        }
    }
}
