import Exchange
import Trading

/// What a request was for that is not about an account.
enum MarketTicket: Sendable {
    case info
    case tickers([Pair])
    case oldTicker(Pair)
    case depth(Pair, rows: Int, QueryID, isOld: Bool)
    case trades(Pair, count: Int, QueryID, isOld: Bool)
}

/// What is known of the market, and who has asked for it. One request answers all who ask for the same.
struct MarketBoard {
    private(set) var pairs: [Pair: PairInfo] = [:]
    private(set) var hasInfo = false
    /// Whether the pairs were asked for in vain, often enough to go on without them.
    var isWithoutInfo: Bool { infoFailures >= 3 }
    private var infoFailures = 0
    var isInfoAsked = false
    var infoQuestions: [QueryID] = []
    /// Who waits for a ticker that has not been asked for, and for one that has.
    var tickerQuestions: [Pair: [QueryID]] = [:]
    var tickersAsked: [Pair: [QueryID]] = [:]
    /// When the questions for tickers that have been gathered are asked.
    var gatheredAt: Timestamp?
    /// Until when version 2 is asked instead.
    var fallbackUntil: Timestamp?

    var nextDue: Timestamp? { gatheredAt }

    mutating func took(_ info: MarketInfo) {
        pairs = Dictionary(info.pairs.map { ($0.pair, $0) }) { first, _ in first }
        hasInfo = true
        infoFailures = 0
    }

    mutating func infoFailed() { infoFailures += 1 }

    /// What is taken of a fill on a pair, as far as it is known: 0.002 is 0.2%.
    func feeRate(of pair: Pair, or settings: BtceSettings) -> ExactDecimal {
        pairs[pair]?.feeRate
            ?? ExactDecimal(units: ExactDecimal.step(decimals: 3).units * Int128(settings.feeRateFallbackPerMille))
    }

    func asksVersion2(at now: Timestamp) -> Bool { fallbackUntil.map { now < $0 } ?? false }
}

/// Questions about the market.
extension BtceGateway {
    private var publicReader: PublicReader { PublicReader(settings.dialect) }

    func askMarket(_ query: ExchangeQuery, _ id: QueryID) {
        switch query {
        case .pairs:
            market.infoQuestions.append(id)
            wantInfo()
        case .ticker(let pair):
            market.tickerQuestions[pair, default: []].append(id)
            if market.gatheredAt == nil {
                market.gatheredAt = clock.advanced(byNanoseconds: settings.gatherNanoseconds)
            }
        case .depth(let pair, let rows):
            askOne(.depth(pair, rows: rows, id, isOld: market.asksVersion2(at: clock)))
        case .recentTrades(let pair, let count):
            askOne(.trades(pair, count: count, id, isOld: market.asksVersion2(at: clock)))
        case .openOrders, .fills, .balances, .transactions, .order: break
        }
    }

    func wantInfo() {
        guard !market.isInfoAsked else { return }
        market.isInfoAsked = true
        send(PublicRequest.info.path, .info)
    }

    /// Asks for the tickers that have been gathered.
    func workMarket() {
        guard let due = market.gatheredAt, due <= clock else { return }
        market.gatheredAt = nil
        let pairs = market.tickerQuestions.keys.sorted()
        market.tickersAsked.merge(market.tickerQuestions) { $0 + $1 }
        market.tickerQuestions = [:]
        if market.asksVersion2(at: clock) {
            for pair in pairs { askOldTicker(pair) }
            return
        }
        for start in stride(from: 0, to: pairs.count, by: settings.pairsPerRequest) {
            let some = Array(pairs[start..<min(start + settings.pairsPerRequest, pairs.count)])
            send(PublicRequest.ticker(some).path, .tickers(some))
        }
    }

    private func askOldTicker(_ pair: Pair) {
        for (_, path) in PublicRequest.ticker([pair]).fallbackPaths { send(path, .oldTicker(pair)) }
    }

    private func askOne(_ ticket: MarketTicket) {
        let request: PublicRequest
        let isOld: Bool
        switch ticket {
        case .depth(let pair, let rows, _, let old): (request, isOld) = (.depth([pair], limit: rows), old)
        case .trades(let pair, let count, _, let old): (request, isOld) = (.trades([pair], limit: count), old)
        case .info, .tickers, .oldTicker: return
        }
        send(isOld ? request.fallbackPaths.first?.path ?? request.path : request.path, ticket)
    }

    private func send(_ path: String, _ ticket: MarketTicket) {
        let isTaken = dispatch.add(
            path: path, ticket: .market(ticket), sendBy: clock.advanced(byNanoseconds: settings.questionWaitNanoseconds)
        )
        if !isTaken { failMarket(ticket) }
    }

    // MARK: Answers

    func takeMarket(_ ticket: MarketTicket, _ answer: Result<HTTPResponse, AnswerFailure>) {
        do throws(AnswerFailure) {
            let response = try answer.get()
            switch ticket {
            case .info: takeInfo(try publicReader.info(response))
            case .tickers(let pairs): takeTickers(try publicReader.tickers(response), of: pairs)
            case .oldTicker(let pair):
                takeTickers([OfPair(pair, try publicReader.fallbackTicker(response))], of: [pair])
            case .depth(let pair, let rows, let id, let isOld):
                let depth =
                    isOld
                    ? try publicReader.fallbackDepth(response)
                    : try publicReader.depths(response).first { $0.pair == pair }?.value
                self.answer(id, depth.map { .depth($0.marketDepth(pair, rows: rows)) } ?? BtceGateway.noPair(pair))
            case .trades(let pair, let count, let id, let isOld):
                let prints =
                    isOld
                    ? try publicReader.fallbackPrints(response, of: pair)
                    : try publicReader.prints(response).first { $0.pair == pair }?.value
                self.answer(
                    id,
                    prints.map { .recentTrades(pair, $0.prefix(max(0, count)).map { $0.trade(of: pair) }) }
                        ?? BtceGateway.noPair(pair))
            }
        } catch {
            takeMarketFailure(ticket, error)
        }
    }

    private func takeMarketFailure(_ ticket: MarketTicket, _ failure: AnswerFailure) {
        if case .refused(let refusal, _) = failure, refusal == .invalidPair { return refuseNoPair(ticket) }
        guard failure.suggestsVersion2 else { return failMarket(ticket) }
        count("version 3 gave no sense")
        switch ticket {
        case .tickers(let pairs):
            market.fallbackUntil = clock.advanced(byNanoseconds: settings.fallbackNanoseconds)
            for pair in pairs { askOldTicker(pair) }
        case .depth(let pair, let rows, let id, isOld: false): askOne(.depth(pair, rows: rows, id, isOld: true))
        case .trades(let pair, let count, let id, isOld: false): askOne(.trades(pair, count: count, id, isOld: true))
        case .info, .oldTicker, .depth, .trades: failMarket(ticket)
        }
    }

    /// Nothing came of a request, nor will.
    func failMarket(_ ticket: MarketTicket) { end(ticket) { _ in .lost } }

    private func refuseNoPair(_ ticket: MarketTicket) { end(ticket) { BtceGateway.noPair($0) } }

    private func end(_ ticket: MarketTicket, _ word: (Pair?) -> ExchangeAnswer) {
        switch ticket {
        case .info:
            market.isInfoAsked = false
            market.infoFailed()
            let questions = market.infoQuestions
            market.infoQuestions = []
            for id in questions { answer(id, .lost) }
        case .tickers(let pairs):
            for pair in pairs { endTicker(pair, word(pair)) }
        case .oldTicker(let pair): endTicker(pair, word(pair))
        case .depth(let pair, _, let id, _), .trades(let pair, _, let id, _): answer(id, word(pair))
        }
    }

    private func endTicker(_ pair: Pair, _ word: ExchangeAnswer) {
        for id in market.tickersAsked.removeValue(forKey: pair) ?? [] { answer(id, word) }
    }

    private func takeInfo(_ info: MarketInfo) {
        if !market.hasInfo {
            // Looks that waited for the pairs' fees.
            for account in accounts.values where account.lookDue != nil { account.wantLook(at: clock) }
        }
        market.took(info)
        market.isInfoAsked = false
        // A pair whose rules the desk cannot keep is not traded here.
        let rules = info.pairs.compactMap { try? $0.rules() }
        let questions = market.infoQuestions
        market.infoQuestions = []
        for id in questions { answer(id, .pairs(rules)) }
    }

    private func takeTickers(_ told: [OfPair<WireTicker>], of pairs: [Pair]) {
        let byPair = Dictionary(told.map { ($0.pair, $0.value) }) { first, _ in first }
        for pair in pairs {
            guard let ticker = byPair[pair] else {
                endTicker(pair, BtceGateway.noPair(pair))
                continue
            }
            // The best bid above the best ask is no market: a wrong dialect, or two moments in one answer.
            endTicker(pair, ticker.isCrossed ? .lost : .ticker(pair, ticker.ticker))
        }
    }

    private static func noPair(_ pair: Pair?) -> ExchangeAnswer {
        .refused(.unknownPair, reason: "no pair \(pair?.description ?? "") here")
    }
}

extension AnswerFailure {
    /// Whether another version of the interface may do better: an answer came, and it made no sense.
    fileprivate var suggestsVersion2: Bool {
        switch self {
        case .refused(let refusal, _): refusal == .invalidMethod
        case .html, .notJSON, .unreadable, .unexpectedStatus: true
        case .transport, .empty: false
        }
    }
}

extension WireDepth {
    fileprivate func marketDepth(_ pair: Pair, rows: Int) -> MarketDepth {
        func levels(_ side: [WireLevel]) -> [DepthLevel] {
            side.prefix(max(0, rows)).map { DepthLevel(price: $0.price, quantity: $0.amount) }
        }
        return MarketDepth(pair: pair, bids: levels(bids), asks: levels(asks))
    }
}

extension WirePrint {
    fileprivate func trade(of pair: Pair) -> MarketTrade {
        MarketTrade(pair: pair, price: price, quantity: amount, takerSide: takerSide, at: at)
    }
}
