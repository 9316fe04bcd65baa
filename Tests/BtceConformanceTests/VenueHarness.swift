import BtceExchange
import Exchange
import ExchangeConformance
import Foundation
import Synchronization
import Trading
import Venue
import VenueServer

/// Nonces of keys that live as long as a test.
final class NoncesOfATest: NonceStore, Sendable {
    private let kept = Mutex<[String: UInt64]>([:])

    func reserved(key: String) -> UInt64? { kept.withLock { $0[key] } }
    func reserve(through last: UInt64, key: String) { kept.withLock { $0[key] = last } }
}

/// What the adapter says, for a thread that waits for it.
final class ReportBox: Sendable {
    private let reports = Mutex<[ExchangeReport]>([])
    private let arrived = DispatchSemaphore(value: 0)

    func take(_ more: [ExchangeReport]) {
        reports.withLock { $0 += more }
        arrived.signal()
    }

    /// All that has come since, waiting for the first of it.
    func next(seconds: Int) -> [ExchangeReport] {
        let deadline = DispatchTime.now() + .seconds(seconds)
        while true {
            let taken = reports.withLock { reports in
                defer { reports = [] }
                return reports
            }
            if !taken.isEmpty { return taken }
            if arrived.wait(timeout: deadline) == .timedOut { return [] }
        }
    }
}

/// A venue on a port of its own and the adapter that trades there, as the conformance suite sees them.
///
/// The suite is synchronous, and the venue is moved over its control port as an operator would move it: with a request, and a
/// wait for its answer.
final class VenueHarness: ExchangeHarness {
    /// How long the adapter is given to say something. It is waited for no longer than it takes.
    private static let patienceSeconds = 60
    private static let accountCount = 4

    let rules: PairRules
    /// An account's orders cannot match each other's here, and what is neither rests nor trades at once the exchange does not know.
    let capabilities: Set<ExchangeCapability> = [
        .immediateOrCancel, .severalAccounts, .selfTradePrevention, .foreignOrders, .transactions, .keyRights,
    ]
    private let adapter: BtceExchange
    private let client: HTTPClient
    private let control: String
    private let box = ReportBox()
    private var opened: Int64 = 0
    private var early: [ExchangeReport] = []

    /// `controlPort` is that of a venue with the keys `K1` to `K4`, that nobody else uses.
    init(port: Int, controlPort: Int, dialect: Dialect) throws {
        rules = try PairRules(
            pair: "btc_usd", priceTick: .step(decimals: 3), quantityStep: .step(decimals: 8),
            quantityMin: .step(decimals: 2), feeRate: ExactDecimal(parsing: "0.002"), feeBasis: .received)
        control = "http://127.0.0.1:\(controlPort)"
        // However long this machine lets a request wait for its turn.
        var patient = HTTPSettings()
        patient.limits.connectMillisecondsMax = 100_000
        patient.limits.requestMillisecondsMax = 100_000
        client = try HTTPClient(patient)
        var settings = BtceSettings(baseURL: "http://127.0.0.1:\(port)", dialect: dialect)
        settings.keyRequestsPerSecond = 1_000
        settings.exchangeRequestsPerSecond = 1_000
        // A venue on this machine has no other clock and no lists that lag.
        settings.certaintyNanoseconds = 200_000_000
        settings.lookIntervalNanoseconds = 100_000_000
        let box = box
        adapter = try BtceExchange(
            BtceExchange.Setup(name: "btce", gateway: settings, seed: 1, clock: { VenueHarness.clock }),
            nonceStore: NoncesOfATest(), sink: { box.take($0) })
        for number in 1...VenueHarness.accountCount {
            adapter.setKey(
                TapiKey(key: "K\(number)", secret: Array("S".utf8)), for: AccountID(Int64(number)))
        }
        // The pairs' rules are known before the first order, as the desk knows them.
        _ = adapter.ask(.pairs, id: QueryID(0), at: now)
        early = box.next(seconds: VenueHarness.patienceSeconds)
    }

    deinit { adapter.shutDown() }

    var exchange: any Exchange { adapter }

    static var clock: Timestamp {
        Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1_000_000) * 1_000)
    }

    var now: Timestamp { VenueHarness.clock }

    func openAccount(_ funds: [Coin: ExactDecimal]) throws -> AccountID {
        opened += 1
        for (coin, amount) in funds {
            try move("deposit", #"{"key":"K\#(opened)","coin":"\#(coin)","amount":"\#(amount)"}"#)
        }
        return AccountID(opened)
    }

    func quote(bid: ExactDecimal, ask: ExactDecimal) throws -> [ExchangeReport] {
        try move("quote", #"{"pair":"btc_usd","bid":"\#(bid)","ask":"\#(ask)"}"#)
        return []
    }

    func print(price: ExactDecimal, quantity: ExactDecimal, takerSide: Side?) throws -> [ExchangeReport] {
        let side = takerSide ?? .buy
        try move("trade", #"{"pair":"btc_usd","price":"\#(price)","amount":"\#(quantity)","side":"\#(side.rawValue)"}"#)
        return []
    }

    func placeElsewhere(
        _ account: AccountID, _ side: Side, quantity: ExactDecimal, price: ExactDecimal
    ) throws -> String {
        let order = #""pair":"btc_usd","type":"\#(side.rawValue)","rate":"\#(price)","amount":"\#(quantity)""#
        return try number("order_id", in: try move("order", #"{"key":"K\#(account.rawValue)",\#(order)}"#))
    }

    func transact(
        _ account: AccountID, _ kind: BalanceChangeReason, _ coin: Coin, _ amount: ExactDecimal,
        _ status: TransactionStatus, description: String
    ) throws -> String {
        let isGain = kind == .deposit || kind == .credit
        let words = String(decoding: try JSONEncoder().encode(description), as: UTF8.self)
        let fields = #""type":"\#(kind.rawValue)","status":"\#(status.name)","description":\#(words)"#
        return try number(
            "number",
            in: try move(
                isGain ? "deposit" : "withdraw",
                #"{"key":"K\#(account.rawValue)","coin":"\#(coin)","amount":"\#(amount)",\#(fields)}"#))
    }

    func settle(_ transaction: String, as status: TransactionStatus) throws {
        try move("settle", #"{"number":\#(transaction),"status":"\#(status.name)"}"#)
    }

    func setTradeRight(_ mayTrade: Bool, of account: AccountID) throws {
        try move("rights", #"{"key":"K\#(account.rawValue)","trade":\#(mayTrade)}"#)
    }

    /// A member of an answer that is a whole number.
    private func number(_ name: String, in answer: String) throws -> String {
        guard let found = answer.firstRange(of: "\"\(name)\":") else {
            throw HarnessFailure(what: name, outcome: answer)
        }
        return String(answer[found.upperBound...].prefix { $0.isNumber })
    }

    func nextReports() -> [ExchangeReport] {
        defer { early = [] }
        return early.isEmpty ? box.next(seconds: VenueHarness.patienceSeconds) : early
    }

    /// Asks the venue's operator for something, and waits until it is done; the answer.
    @discardableResult
    private func move(_ what: String, _ body: String) throws -> String {
        let done = DispatchSemaphore(value: 0)
        let outcome = Mutex<HTTPOutcome?>(nil)
        let request = HTTPRequest(
            .post(body: Array(body.utf8)), url: "\(control)/\(what)",
            headers: [HTTPHeader("Content-Type", "application/json")], delivery: .onceAtMost)
        client.send(request) { said in
            outcome.withLock { $0 = said }
            done.signal()
        }
        done.wait()
        guard case .success(let response) = outcome.withLock({ $0 }), response.status == 200 else {
            throw HarnessFailure(what: "\(what) \(body)", outcome: outcome.withLock { "\(String(describing: $0))" })
        }
        return String(decoding: response.body, as: UTF8.self)
    }

    struct HarnessFailure: Error {
        let what: String
        let outcome: String
    }
}
