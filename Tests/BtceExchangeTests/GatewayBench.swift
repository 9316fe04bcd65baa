import Exchange
import Trading

@testable import BtceExchange

/// What becomes of one request on its way.
enum Fate: Hashable, Sendable, CaseIterable {
    case answered
    /// The exchange does it, and nobody hears of it.
    case answerLost
    /// It never arrives, and nobody knows.
    case requestLost
    /// The exchange does it, and a web page comes back.
    case html
    /// The exchange does it, and the answer is cut.
    case cut
    /// It is doubled on the way: the exchange does it, and what comes back is what it says of the copy.
    case copyRefused
    /// It is overtaken: it arrives after the next request.
    case overtaken
}

/// A gateway, an exchange, and a desk that believes what it is told, on a clock of their own.
final class GatewayBench {
    /// What a desk knows of an order.
    struct Known {
        let order: NewOrder
        let sentAt: Timestamp
        /// What the desk had seen when it asked for it.
        let seenBefore: SeenBefore
        var number: String?
        var said: [String] = []
        var fills: [FillID: Fill] = [:]
        var isRejected = false
        var isClosed = false
        var isUnknown = false

        var filled: ExactDecimal { fills.values.reduce(.zero) { $0 + $1.quantity } }
        var isFinal: Bool { isRejected || isClosed || filled == order.quantity }
    }

    static let account = AccountID(1)
    let venue: TestVenue
    let nonces = NoncesInMemory()
    var settings = BtceSettings(baseURL: "http://venue")
    private(set) var gateway: BtceGateway
    private(set) var now: Timestamp
    private(set) var known: [ClientOrderID: Known] = [:]
    private(set) var answers: [QueryID: ExchangeAnswer] = [:]
    private(set) var reports: [ExchangeReport] = []
    /// What is to become of requests: the next of a method's, or all of them by a function.
    var fates: [(method: String, fate: Fate)] = []
    /// Whether the desk writes down what it is told.
    var writesDown = true
    var chooseFate: ((String) -> Fate)?
    var latencyNanoseconds: Int64 = 20_000_000
    private var arriving: [(at: Timestamp, number: UInt64, outcome: HTTPOutcome)] = []
    private var overtaken: [HTTPRequest] = []
    private var lastQuery: UInt64 = 0
    private var seen = SeenBefore()

    init(venue: TestVenue = TestVenue()) throws {
        self.venue = venue
        now = venue.now
        gateway = BtceGateway(settings, nonceStore: nonces, startedAt: now, seed: 1)
        try open()
    }

    private func open() throws {
        gateway = BtceGateway(settings, nonceStore: nonces, startedAt: now, seed: 1)
        try gateway.setKey(TapiKey(key: "K", secret: Array("s".utf8)), for: GatewayBench.account, at: now)
        _ = try ask(.pairs, within: 30)
    }

    // MARK: Doing

    func order(_ number: UInt64, _ side: Side, _ quantity: String, at price: String) -> NewOrder {
        NewOrder(
            clientOrderID: ClientOrderID(order: OrderID(number), attempt: 1), account: GatewayBench.account,
            pair: "btc_usd", side: side, quantity: .of(quantity), price: .limit(.of(price)), lifetime: .rest)
    }

    func place(_ order: NewOrder) {
        known[order.clientOrderID] = Known(order: order, sentAt: now, seenBefore: seen)
        gateway.submit(.place(order), at: now)
    }

    func sent(_ known: Known, isWhole: Bool = false) -> SentOrder {
        SentOrder(
            known.order, exchangeOrderID: known.number, sentAt: known.sentAt,
            countedFills: isWhole ? Set(known.fills.keys) : [], countedQuantity: isWhole ? known.filled : .zero,
            seenBefore: isWhole ? known.seenBefore : SeenBefore())
    }

    func cancel(_ id: ClientOrderID) {
        if let order = known[id] { gateway.submit(.cancel(sent(order)), at: now) }
    }

    func status(_ id: ClientOrderID) {
        if let order = known[id] { gateway.submit(.status(sent(order)), at: now) }
    }

    func ask(_ query: ExchangeQuery) -> QueryID {
        lastQuery += 1
        gateway.ask(query, id: QueryID(lastQuery), at: now)
        return QueryID(lastQuery)
    }

    func ask(_ query: ExchangeQuery, within seconds: Int64) throws -> ExchangeAnswer? {
        let id = ask(query)
        run(seconds: seconds) { self.answers[id] != nil }
        return answers[id]
    }

    func cancelForeign(_ number: String, pair: Pair?) -> QueryID {
        lastQuery += 1
        gateway.cancelForeign(
            exchangeOrderID: number, pair: pair, of: GatewayBench.account, id: QueryID(lastQuery), at: now)
        return QueryID(lastQuery)
    }

    /// The process dies, with all that was on its way, and another begins: it is told what the desk has kept.
    func restart() throws {
        arriving.removeAll()
        try open()
        recall()
    }

    private func recall() {
        let mayBeThere = known.values.filter { !$0.isRejected }.sorted {
            $0.order.clientOrderID < $1.order.clientOrderID
        }
        gateway.recall(mayBeThere.map { sent($0, isWhole: true) })
        for order in mayBeThere where !order.isFinal { status(order.order.clientOrderID) }
    }

    // MARK: Time

    /// Runs on, until `isEnough`.
    func run(seconds: Int64, until isEnough: () -> Bool = { false }) {
        run(nanoseconds: seconds * 1_000_000_000, until: isEnough)
    }

    func run(nanoseconds: Int64, until isEnough: () -> Bool = { false }) {
        let end = now.advanced(byNanoseconds: nanoseconds)
        while !isEnough() {
            let turn = gateway.work(at: now)
            for (number, request) in turn.requests { send(number, request) }
            for report in turn.reports {
                hear(report)
                guard writesDown, case .execution(let account, let execution) = report, execution.saysWhereItIs else {
                    continue
                }
                gateway.noted(execution.clientOrderID, of: account, at: now)
            }
            if !turn.isEmpty { continue }
            guard let next = [gateway.nextDue, arriving.map(\.at).min()].compactMap(\.self).min(), next <= end else {
                break
            }
            now = max(now, next)
            venue.now = now
            while let index = arriving.indices.filter({ arriving[$0].at <= now }).min(by: {
                arriving[$0].at < arriving[$1].at
            }) {
                let arrived = arriving.remove(at: index)
                gateway.answered(arrived.number, arrived.outcome, at: now)
            }
        }
        guard !isEnough() else { return }
        now = max(now, end)
        venue.now = now
    }

    private func send(_ number: UInt64, _ request: HTTPRequest) {
        let method = GatewayBench.method(of: request)
        var fate = chooseFate?(method) ?? .answered
        if let index = fates.firstIndex(where: { $0.method == method }) { fate = fates.remove(at: index).fate }
        let outcome: HTTPOutcome
        let lost = HTTPOutcome.failure(HTTPFailure(.timedOut, .mayHaveArrived))
        switch fate {
        case .answered: outcome = .success(venue.handle(request))
        case .answerLost:
            _ = venue.handle(request)
            outcome = lost
        case .requestLost: outcome = lost
        case .html:
            _ = venue.handle(request)
            outcome = .success(HTTPResponse("<html><title>502</title></html>", status: 502))
        case .cut:
            let whole = venue.handle(request)
            outcome = .success(HTTPResponse(status: 200, body: Array(whole.body.dropLast(5))))
        case .copyRefused:
            _ = venue.handle(request)
            outcome = .success(HTTPResponse(#"{"success":0,"error":"Requests too often"}"#))
        case .overtaken: outcome = lost
        }
        if fate == .overtaken {
            overtaken.append(request)
        } else {
            for late in overtaken { _ = venue.handle(late) }
            overtaken.removeAll()
        }
        arriving.append((now.advanced(byNanoseconds: latencyNanoseconds), number, outcome))
    }

    static func method(of request: HTTPRequest) -> String {
        guard case .post(let body) = request.method else { return "public" }
        return String(decoding: body, as: UTF8.self).split(separator: "&").first?.split(separator: "=").last.map(
            String.init)
            ?? ""
    }

    // MARK: Hearing

    private func hear(_ report: ExchangeReport) {
        reports.append(report)
        switch report {
        case .answer(let id, let answer):
            answers[id] = answer
            if case .openOrders(let open) = answer { for one in open { see(number: one.exchangeOrderID) } }
            if case .fills(let page) = answer {
                seen.fillNumber = max(seen.fillNumber ?? 0, page.fills.compactMap(\.fill.id.number).max() ?? 0)
                for fill in page.fills { if let id = fill.clientOrderID { count(fill.fill, id) } }
            }
        case .execution(_, let execution): hear(execution)
        default: break
        }
    }

    private func hear(_ execution: ExecutionReport) {
        let id = execution.clientOrderID
        switch execution {
        case .accepted(_, let number):
            known[id]?.said.append("accepted")
            known[id]?.number = number
            known[id]?.isUnknown = false
            see(number: number)
        case .rejected(_, let code, _):
            known[id]?.said.append("rejected \(code.name)")
            known[id]?.isRejected = true
        case .filled(_, let fill):
            known[id]?.said.append("filled \(fill.quantity) at \(fill.price)")
            count(fill, id)
        case .canceled, .canceledByExchange:
            // As the desk does: its end counts once all its fills are known.
            known[id]?.said.append("canceled")
            status(id)
        case .cancelRejected:
            known[id]?.said.append("cancel rejected")
            status(id)
        case .lost:
            known[id]?.said.append("lost")
            known[id]?.isUnknown = true
            status(id)
        case .status(_, let state):
            known[id]?.isUnknown = false
            switch state {
            case .neverArrived:
                known[id]?.said.append("never arrived")
                known[id]?.isRejected = true
            case .open(let number, let fills):
                known[id]?.said.append("open")
                known[id]?.number = number
                for fill in fills { count(fill, id) }
            case .closed(let number, let fills):
                known[id]?.said.append("closed")
                known[id]?.number = number
                for fill in fills { count(fill, id) }
                known[id]?.isClosed = true
            }
        }
    }

    private func count(_ fill: Fill, _ id: ClientOrderID) { known[id]?.fills[fill.id] = fill }

    private func see(number: String) {
        guard let number = UInt64(number), number > 0 else { return }
        seen.orderNumber = max(seen.orderNumber ?? 0, number)
    }

    /// What the exchange was said to contradict itself in, in the order in which it was said; `agrees` where it agreed again.
    var contradictions: [String] {
        reports.compactMap { report in
            guard case .contradiction(_, _, let said) = report else { return nil }
            return said?.words ?? "agrees"
        }
    }

    func said(_ number: UInt64) -> [String] {
        known[ClientOrderID(order: OrderID(number), attempt: 1)]?.said ?? []
    }

    func known(_ number: UInt64) -> Known? { known[ClientOrderID(order: OrderID(number), attempt: 1)] }
}
