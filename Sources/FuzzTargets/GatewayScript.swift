import BtceExchange
import Exchange
import Trading

/// The adapter with three orders and some questions, and an exchange that answers by a script.
struct GatewayScript {
    /// Stands for every page that anybody may read.
    static let page = "a page"

    private static let account = AccountID(1)
    /// For how long an answer is on its way.
    private static let latencyNanoseconds: Int64 = 20_000_000
    /// Requests that are answered before the script ends.
    private static let requestsMax = 250

    private let dialect: Dialect
    private let gateway: BtceGateway
    private var now = Timestamp(seconds: 1_772_366_400)
    private var answers: [String: [HTTPOutcome]] = [:]
    private var arriving: [(at: Timestamp, number: UInt64, outcome: HTTPOutcome)] = []
    private var requestCount = 0
    private var questions: Set<QueryID> = []
    private var questionCount: UInt64 = 0
    private let orders: [NewOrder]
    /// What came of each order's Trade, by its rate; the rates differ.
    private var tradeOutcomes: [String: HTTPOutcome] = [:]
    /// Orders that the adapter has said are at the exchange.
    private var accepted: Set<ClientOrderID> = []
    private var fills: [ClientOrderID: [FillID: Fill]] = [:]

    init(_ dialect: Dialect) {
        self.dialect = dialect
        gateway = BtceGateway(
            BtceSettings(baseURL: "http://exchange.test", dialect: dialect), nonceStore: NoncesInMemory(),
            startedAt: now, seed: 1)
        let placed: [(Side, ExactDecimal, ExactDecimal, NewOrder.Lifetime)] = [
            (.buy, 1, 230, .rest), (.sell, 2, 240, .rest), (.buy, 3, 231, .immediateOrCancel),
        ]
        orders = placed.enumerated().map { number, order in
            NewOrder(
                clientOrderID: ClientOrderID(order: OrderID(UInt64(number + 1)), attempt: 1),
                account: GatewayScript.account, pair: "btc_usd", side: order.0, quantity: order.1,
                price: .limit(order.2), lifetime: order.3)
        }
        answers[GatewayScript.page] = [
            .success(
                HTTPResponse(
                    status: 200,
                    body: Array(
                        #"{"server_time":1772366400,"pairs":{"btc_usd":{"decimal_places":3,"min_price":0.1,"#.utf8)
                        + Array(#""max_price":1000000,"min_amount":0.01,"hidden":0,"fee":0.2}}}"#.utf8)))
        ]
    }

    mutating func willAnswer(_ call: String, _ outcome: HTTPOutcome) { answers[call, default: []].append(outcome) }

    // MARK: The story

    mutating func run() throws(FuzzFinding) {
        do {
            try gateway.setKey(TapiKey(key: "key", secret: Array("a secret".utf8)), for: GatewayScript.account, at: now)
        } catch {
            throw FuzzFinding("no key: \(error)")
        }
        ask(.pairs)
        try pass(seconds: 1)
        for order in orders { gateway.submit(.place(order), at: now) }
        ask(.balances(GatewayScript.account))
        ask(.openOrders(GatewayScript.account, pair: "btc_usd"))
        ask(.fills(GatewayScript.account, after: nil, limit: 10))
        ask(.transactions(GatewayScript.account, after: nil, limit: 10))
        try pass(seconds: 3)
        cancelForeign("77")
        gateway.submit(.cancel(sent(orders[0])), at: now)
        gateway.submit(.status(sent(orders[1])), at: now)
        for query: ExchangeQuery in [
            .ticker("btc_usd"), .depth("btc_usd", rows: 5), .recentTrades("btc_usd", count: 5),
        ] { ask(query) }
        try pass(seconds: 10)
        for order in orders { gateway.submit(.status(sent(order)), at: now) }
        ask(.balances(GatewayScript.account))
        try pass(seconds: 15)
    }

    private func sent(_ order: NewOrder) -> SentOrder {
        SentOrder(order, exchangeOrderID: nil, sentAt: Timestamp(seconds: 1_772_366_400))
    }

    private mutating func ask(_ query: ExchangeQuery) {
        questionCount += 1
        let id = QueryID(questionCount)
        questions.insert(id)
        gateway.ask(query, id: id, at: now)
    }

    private mutating func cancelForeign(_ number: String) {
        questionCount += 1
        let id = QueryID(questionCount)
        questions.insert(id)
        gateway.cancelForeign(
            exchangeOrderID: number, pair: "btc_usd", of: GatewayScript.account, id: id, at: now)
    }

    private mutating func pass(seconds: Int64) throws(FuzzFinding) {
        let end = now.advanced(bySeconds: seconds)
        while requestCount < GatewayScript.requestsMax {
            let turn = gateway.work(at: now)
            for (number, request) in turn.requests { try send(number, request) }
            for report in turn.reports { try hear(report) }
            guard turn.isEmpty else { continue }
            guard let next = [gateway.nextDue, arriving.first?.at].compactMap(\.self).min(), next <= end else { break }
            now = max(now, next)
            while let first = arriving.first, first.at <= now {
                arriving.removeFirst()
                gateway.answered(first.number, first.outcome, at: now)
            }
        }
        now = max(now, end)
    }

    private mutating func send(_ number: UInt64, _ request: HTTPRequest) throws(FuzzFinding) {
        requestCount += 1
        var call = GatewayScript.page
        var rate: String?
        if case .post(let body) = request.method {
            let form = String(decoding: body, as: UTF8.self).split(separator: "&").map { $0.split(separator: "=") }
            call = form.first { $0.first == "method" }?.last.map(String.init) ?? ""
            rate = call == "Trade" ? form.first { $0.first == "rate" }?.last.map(String.init) : nil
            try expect(request.delivery == .onceAtMost, "\(call) may be sent twice")
        }
        var outcome = HTTPOutcome.failure(HTTPFailure(.timedOut, .mayHaveArrived))
        if let next = answers[call]?.first {
            outcome = next
            answers[call]?.removeFirst()
        }
        if let rate {
            if let before = tradeOutcomes[rate] {
                try expect(provesNothingWasDone(before), "an order at \(rate) was sent again after \(before)")
            }
            tradeOutcomes[rate] = outcome
        }
        arriving.append((now.advanced(byNanoseconds: GatewayScript.latencyNanoseconds), number, outcome))
    }

    // MARK: What must hold

    private func provesNothingWasDone(_ outcome: HTTPOutcome) -> Bool {
        do throws(AnswerFailure) {
            switch outcome {
            case .success(let response): _ = try TapiReader(dialect).trade(response)
            case .failure(let failure): throw .transport(failure)
            }
            return false
        } catch {
            return error.provesNothingWasDone
        }
    }

    private mutating func hear(_ report: ExchangeReport) throws(FuzzFinding) {
        switch report {
        case .execution(let account, let execution):
            if execution.saysWhereItIs { gateway.noted(execution.clientOrderID, of: account, at: now) }
            try hear(execution)
        case .answer(let id, let answer):
            try expect(questions.remove(id) != nil, "\(id) is answered and was not asked: \(answer)")
            if case .balances(let balances) = answer {
                try expect(
                    balances.allSatisfy { !$0.free.isNegative && !$0.held.isNegative }, "somebody owes: \(balances)")
            }
            if case .transactions(let rows, _) = answer {
                try expect(rows.allSatisfy { !$0.amount.isNegative }, "a transaction of less than nothing: \(rows)")
            }
        case .trade(let trade):
            try expect(trade.price.isPositive && trade.quantity.isPositive, "\(trade)")
        case .connection(.lost(_, let reason)): try oneLine(reason)
        case .ticker, .rules, .balanceChanged, .connection, .keyEnding, .keyRights, .contradiction: break
        }
    }

    private mutating func hear(_ execution: ExecutionReport) throws(FuzzFinding) {
        guard let order = orders.first(where: { $0.clientOrderID == execution.clientOrderID }),
            case .limit(let rate) = order.price
        else { throw FuzzFinding("an order that nobody placed: \(execution)") }
        let outcome = tradeOutcomes[rate.description]
        switch execution {
        case .rejected(_, _, let reason):
            // Never sent, or refused in known words.
            try expect(outcome.map(provesNothingWasDone) ?? true, "\(execution) after \(String(describing: outcome))")
            try oneLine(reason)
        case .filled(_, let fill): try count([fill], of: order)
        case .status(let id, .neverArrived):
            try expect(!accepted.contains(id), "\(execution), which was accepted")
        case .status(_, .open(_, let fills)), .status(_, .closed(_, let fills)): try count(fills, of: order)
        case .cancelRejected(_, let reason): try oneLine(reason)
        case .accepted(let id, _): accepted.insert(id)
        case .canceledByExchange(_, _, let reason): try oneLine(reason)
        case .canceled, .lost: break
        }
    }

    /// A fill is of something, is told as the same each time, and all of them are not more than was ordered.
    private mutating func count(_ told: [Fill], of order: NewOrder) throws(FuzzFinding) {
        for fill in told {
            try expect(
                fill.price.isPositive && fill.quantity.isPositive && !fill.fee.isNegative, "an impossible fill: \(fill)"
            )
            let before = fills[order.clientOrderID, default: [:]].updateValue(fill, forKey: fill.id)
            try expect(before == nil || before == fill, "\(fill) was told as \(String(describing: before))")
        }
        let filled = (fills[order.clientOrderID] ?? [:]).values.reduce(ExactDecimal.zero) { $0 + $1.quantity }
        try expect(filled <= order.quantity, "\(filled) filled of \(order)")
    }

    private func oneLine(_ reason: String) throws(FuzzFinding) {
        try expect(!reason.isEmpty && !reason.contains(where: \.isNewline), "a reason: \(reason.debugDescription)")
    }
}

/// Nonces that nobody keeps: the script has one life.
private final class NoncesInMemory: NonceStore {
    private var reserved: [String: UInt64] = [:]

    func reserved(key: String) throws -> UInt64? { reserved[key] }
    func reserve(through last: UInt64, key: String) throws { reserved[key] = last }
}
