import Exchange
import Trading

/// How old what is known of an account's money at an exchange is, by the moments at which it was asked.
struct FundsAge: Hashable {
    /// When the balances were asked for that are, or were made, those of the books; nil before the first since the start.
    var balancesAt: Timestamp?
    /// When the list of open orders was asked for that is known; nil before the first since the start.
    var ordersAt: Timestamp?
    /// Comparisons of the funds that came to nothing: orders were under way, or something has happened meanwhile.
    var comparisonsLost = 0
    /// Questions about either that were not answered.
    var answersLost = 0

    /// What of it somebody needs to know.
    enum Need: Hashable {
        case openOrders
        case funds
    }

    /// When what is needed was true; nil where nothing of it was told since the start.
    func known(_ need: Need) -> Timestamp? {
        switch need {
        case .openOrders: ordersAt
        case .funds: balancesAt.flatMap { balances in ordersAt.map { min(balances, $0) } }
        }
    }
}

extension Seat {
    /// Whether what is needed of an account's money here was asked for within the last `funds_fresh_s`. Always, at an exchange whose
    /// books are the desk's own.
    func isFresh(_ need: FundsAge.Need, of account: AccountID) -> Bool {
        guard let wire else { return true }
        guard let known = wire.accounts[account]?.funds.age.known(need) else { return false }
        return now <= known.advanced(bySeconds: Int64(limits.fundsFreshSeconds))
    }

    /// Whether there is anybody to ask: an exchange that is known to be silent is not waited for.
    func canBeAsked(about account: AccountID) -> Bool {
        guard let wire, !isReadOnly, !wire.isLost, !lacksKey(account) else { return false }
        return wire.accounts[account] != nil
    }

    /// Asks for an account's funds and open orders, as far as that is not under way.
    func askForFunds(of account: AccountID) {
        _ = wire?.change(account) { watch in
            if !watch.funds.check.isUnderWay { watch.funds.check.want(at: now) }
            if !watch.asking.isListing { watch.asking.openOrdersDueAt = now }
        }
        askAbout(account)
    }

    /// How old the funds are, for whoever is shown them; nil where that need not be said.
    func ageWords(_ need: FundsAge.Need, of account: AccountID, _ zone: TimeZoneRules) -> String? {
        guard let wire, !isFresh(need, of: account) else { return nil }
        let what = need == .funds ? "funds" : "open orders"
        guard !lacksKey(account) else {
            return hasAnything(of: account) ? "\(name): no key, so these are the \(what) as they were last known" : nil
        }
        guard let known = wire.accounts[account]?.funds.age.known(need) else {
            return "\(name) has not told the \(what) since the start: these are from before"
        }
        let seconds = now.nanoseconds(since: known) / Timestamp.nanosecondsPerSecond
        return """
            \(name) told the \(what) \(DurationText.brief(seconds: seconds)) ago, at \(zone.dateAndTime(of: known)), and \
            has not answered since
            """
    }
}
