import Accounts
import CommandGrammar
import Exchange
import OrderEngine
import Trading

/// What a desk cannot do before the exchange has told it enough, or when it has not told anything for long.
extension Seat {
    /// Why a line cannot be read just now, though it may be in a moment.
    func refusalOfWords(_ parsed: ParsedLine) -> Refusal? {
        if let refusal = parsed.refusal, marketSeat.wire?.feed.hasPairs == false,
            refusal.code == .unknownPair || refusal.code == .unknownCoin
        {
            return Refusal(.feedStale, "\(marketSeat.name) has not told yet which pairs it trades; nothing was done")
        }
        return nil
    }

    /// Why a line is refused that would trade here for an account just now.
    func refusalForNow(of account: AccountID) -> Refusal? {
        guard var refusal = obstacle(of: account) else { return nil }
        refusal.message += "; nothing was done"
        return refusal
    }

    /// Why an account cannot trade here just now, though it may in a moment.
    func obstacle(of account: AccountID) -> Refusal? {
        guard let wire else { return nil }
        guard !lacksKey(account) else {
            return Refusal(
                .noKey, "this account has no key at \(name)", details: ["keys \(name) set KEY SECRET"])
        }
        guard let watch = wire.accounts[account] else {
            return Refusal(.reconciling, "\(name) has not reported on this account yet")
        }
        guard !watch.isReconciled else { return nil }
        return Refusal(
            .reconciling, "this account is being compared with \(name)",
            details: ["awaited: \(watch.awaitedWords)"])
    }

    // MARK: Prices

    func freshTicker(of pair: Pair) -> Ticker? { isFresh(pair) ? engine.market[pair] : nil }
    func bookOfNow(of pair: Pair) -> MarketDepth? { paper?.depth(of: pair) }

    /// A price was needed, and none that is fresh has been seen.
    func staleFeed(_ refusal: Refusal) -> Refusal {
        guard wire != nil || tape.stop != nil || market.follows != nil, refusal.code == .noMarket,
            pairs.contains(where: { !isFresh($0) })
        else { return refusal }
        var stale = refusal
        stale.code = .feedStale
        stale.message =
            tape.stop.map { "\($0.words), and its last price is not of now; nothing was done" }
            ?? "\(marketSeat.name) has told no price for \(limits.feedStaleSeconds)s; nothing was done"
        return stale
    }

    func requireFreshPrice(for resolved: ResolvedTicket) throws(Refusal) {
        guard resolved.ticket.price == .market else { return }
        // Where a trigger begins behind the market no price was typed to point at.
        let span = resolved.ticket.plan.trailing == nil ? resolved.spans.price : resolved.spans.pair
        try requireFreshPrice(of: resolved.ticket.pair, at: span)
    }

    func requireFreshPrice(of pair: Pair, at span: Span?) throws(Refusal) {
        guard !isFresh(pair) else { return }
        if let stop = tape.stop {
            throw Refusal(
                .feedStale, "\(stop.words), and the last price of \(pair) is not of now; nothing was done", at: span
            )
        }
        let age = marketSeat.wire?.feed.lastTold(pair).map {
            "for \(now.nanoseconds(since: $0) / Timestamp.nanosecondsPerSecond)s"
        }
        throw Refusal(
            .feedStale, "\(marketSeat.name) has told no price of \(pair) \(age ?? "yet"); nothing was done", at: span)
    }

    /// Whether a trade that an exchange tells is too old, by its own time, to fire anything: the market is elsewhere by now. What
    /// is told next fires what it has to.
    func isStale(_ trade: MarketTrade) -> Bool { wire != nil && isStale(trade.at) }

    /// Whether what happened then is too old to be of now.
    func isStale(_ moment: Timestamp) -> Bool { now > moment.advanced(bySeconds: Int64(limits.feedStaleSeconds)) }

    /// Whether the price of a pair is one of now. On paper it is, unless the tape that made it has stopped.
    func isFresh(_ pair: Pair) -> Bool {
        if marketSeat !== self { return marketSeat.isFresh(pair) }
        guard wire != nil else { return tape.stop == nil || tape.pairsMovedByHand.contains(pair) }
        guard let told = wire?.feed.lastTold(pair) else { return false }
        return now <= told.advanced(bySeconds: Int64(limits.feedStaleSeconds))
    }
}

extension RefusalCode {
    /// Whether the same line may be done a little later, so that its tag is not kept.
    var passesByItself: Bool {
        switch self {
        case .feedStale, .noMarket, .reconciling, .tooFast, .tooManyWaiting, .diskFull, .diskLow: true
        default: false
        }
    }
}
