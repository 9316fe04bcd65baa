import Accounts
import Conversation
import Exchange
import Foundation
import Ledger
import Logging
import OrderEngine
import Secrets
import SimulatedDisk
import Testing
import Trading

@testable import Desk

/// A decimal as a person writes it.
func d(_ text: String) -> ExactDecimal {
    do {
        return try ExactDecimal(parsing: text)
    } catch {
        fatalError("no decimal in a test: \(text)")
    }
}

/// A desk on a virtual clock, with one trader, at one end of the wire; the exchange is at the other.
final class WireBench {
    let exchange: LossyExchange
    let home: URL
    /// What the ledger is on, where it is not on this machine's.
    private let disk: SimulatedDisk?
    private let passwords = ReadyPasswords()
    /// Where the exchange wants keys.
    let keys: BenchKeys?
    /// Whether the desk has a paper exchange too, which is its first.
    private let isBesidePaper: Bool
    /// Whose prices it has.
    private let paperFollows: ExchangeID?
    private(set) var desk: DeskCore?
    var now = Timestamp(seconds: 1_756_576_800)
    var configuration = DeskConfiguration()
    private(set) var account = AccountID(0)
    private var sessions: UInt64 = 0
    private var session = SessionID(rawValue: 0)
    private var heard: SessionID?
    /// All that the trader was told and answered.
    private(set) var told: [String] = []
    /// The orders of which the exchange was said that its words are on disk.
    private(set) var noted: [ClientOrderID] = []
    /// The files that were made.
    private(set) var offered: [Download] = []
    /// Outputs after which the process dies, once.
    var diesAfterOutputs: Int?

    init(
        usd: String = "10000", btc: String = "100", seed: UInt64 = 1, disk: SimulatedDisk? = nil,
        keys: BenchKeys? = nil,
        isBesidePaper: Bool = false, paperFollows: ExchangeID? = nil, feeBasis: FeeBasis = .quote,
        listsTransactions: Bool = false, before: (inout VenueBooks, inout DeskLimits) -> Void = { _, _ in }
    ) throws {
        self.disk = disk
        self.keys = keys
        self.isBesidePaper = isBesidePaper
        self.paperFollows = paperFollows
        let rules = try PairRules(
            pair: "btc_usd", priceTick: d("0.001"), quantityStep: d("0.0001"), quantityMin: d("0.001"),
            feeRate: d("0.002"), feeBasis: feeBasis)
        var books = VenueBooks(
            rules: rules, ticker: Ticker(bid: d("229"), ask: d("231"), last: d("230"), at: now))
        books.deposit(d(usd), "usd")
        books.deposit(d(btc), "btc")
        before(&books, &configuration.limits)
        exchange = LossyExchange(books, seed: seed, listsTransactions: listsTransactions)
        home = FileManager.default.temporaryDirectory.appending(path: "outcry-wire-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        try open()
        let hash = try PasswordHash(hashing: Secret("a password"), cost: ReadyPasswords.cost)
        let name = try #require(AccountName("dog"))
        account = try #require(desk).addAccount(name, role: .trader, passwordHash: hash, funds: [], at: now)
        logIn()
    }

    /// A desk with the paper exchange, which is its first and where the trader has funds, and the one over the wire, all of it known.
    static func besidePaper(usd: String = "10000", btc: String = "100") throws -> WireBench {
        let bench = try WireBench(usd: usd, btc: btc, isBesidePaper: true)
        for action in [
            PaperAction.deposit(bench.account, 1_000, "usd"), .deposit(bench.account, 3, "btc"),
            .quote("btc_usd", bid: 200, ask: 201),
        ] {
            _ = try #require(bench.desk).perform(action, at: bench.now)
        }
        bench.reconcile()
        _ = bench.takeTold()
        return bench
    }

    deinit {
        desk = nil
        try? FileManager.default.removeItem(at: home)
    }

    // MARK: The process

    var log: Logger {
        var log = Logger(label: "outcry.wire")
        log.logLevel = .critical
        return log
    }

    func open() throws {
        let path = disk == nil ? home.appending(path: "desk.db").path : "/desk.db"
        let options = disk.map { LedgerOptions(use: .serve, busyMillisecondsMax: 0, vfs: $0.name) } ?? .serve
        if isBesidePaper {
            desk = try DeskCore.open(
                database: path, configuration,
                exchanges: [
                    DeskCore.paper(follows: paperFollows),
                    { [exchange] _, _ in DeskCore.ExchangeSetup(id: "lossy", exchange: exchange) },
                ],
                ledger: options, passwords: passwords, log: log, now: now)
            return
        }
        desk = try DeskCore.openOverTheWire(
            database: path, configuration, exchange: exchange, ledger: options, passwords: passwords,
            keys: keys?.custody, masterKey: keys?.master.map { .given($0) } ?? .none, log: log, now: now)
    }

    func logIn() {
        sessions += 1
        session = SessionID(rawValue: sessions)
        process([.server(.opened(session, Peer(address: "127.0.0.1", format: .text)))])
        process([.server(.lines(session, [IncomingLine(text: "login dog a-password")]))])
    }

    /// The process ends, and the database is somebody else's to have.
    func close() {
        desk = nil
        exchange.hangUp()
    }

    /// The process dies where it stands and starts again.
    func restart(afterSeconds seconds: Int64 = 0) throws {
        desk = nil
        exchange.hangUp()
        now = now.advanced(bySeconds: seconds)
        try open()
        logIn()
    }

    func process(_ inputs: [DeskInput]) {
        var inputs = inputs
        repeat {
            guard let outputs = desk?.process(inputs, at: now) else { return }
            inputs = []
            for output in outputs {
                if let left = diesAfterOutputs {
                    guard left > 0 else {
                        diesAfterOutputs = nil
                        desk = nil
                        return
                    }
                    diesAfterOutputs = left - 1
                }
                var reports: [ExchangeReport] = []
                switch output {
                case .request(_, let request): reports = exchange.submit(request, at: now)
                case .ask(_, let query, let id):
                    keys?.used.append("ask")
                    reports = exchange.ask(query, id: id, at: now)
                case .cancelForeign(_, let order, let pair, let account, let id):
                    reports = exchange.cancelForeign(
                        exchangeOrderID: order, pair: pair, of: account, id: id, at: now)
                case .send(let to, let message): if to == heard ?? session { hear(message, isJSON: heard != nil) }
                case .useKey(_, let account, let key): keys?.used.append("\(account.rawValue) \(key?.key ?? "none")")
                case .noted(_, let order, _): noted.append(order)
                case .offer(let download, _, _, _): offered.append(download)
                case .close, .loggedIn, .withdrawOffers: break
                }
                if !reports.isEmpty { inputs.append(.exchange("lossy", reports)) }
            }
            inputs += passwords.takeAnswers() + (keys?.takeAnswers() ?? [])
        } while !inputs.isEmpty
    }

    /// From now on what this session is told counts, in JSON.
    func heardBy(_ session: SessionID) { heard = session }

    private func hear(_ message: OutgoingMessage, isJSON: Bool) {
        guard let bytes = message.payload(as: isJSON ? .json : .text) else { return }
        told.append(String(decoding: bytes, as: UTF8.self))
    }

    // MARK: The trader

    func type(_ line: String, tag: String? = nil) {
        process([.server(.lines(session, [IncomingLine(tag: tag, text: line)]))])
    }

    /// The reply to a line that is given within so many seconds.
    func typed(_ line: String, seconds: Int64 = 2) -> String {
        type(line)
        pass(seconds: seconds)
        return takeTold().first { !$0.hasPrefix("*") } ?? "nothing"
    }

    /// The trader's connection ends.
    func endSession() { process([.server(.closed(session))]) }

    func takeTold() -> [String] {
        defer { told.removeAll() }
        return told
    }

    // MARK: The clock

    /// Lets everything happen that is due until then.
    func pass(seconds: Int64) {
        let end = now.advanced(bySeconds: seconds)
        var steps = 0
        while let due = [desk?.nextDue, exchange.nextDue].compactMap(\.self).min(), due <= end {
            now = max(now, due)
            let reports = exchange.deliver(at: now)
            process(reports.isEmpty ? [.wake] : [.exchange("lossy", reports)])
            if desk == nil { return }
            steps += 1
            if steps > 1_000_000 {
                Issue.record("the desk has something to do at \(now) without end")
                return
            }
        }
        now = end
        process([.wake])
    }

    /// Until the account may trade.
    func reconcile(withinSeconds limit: Int64 = 300, sourceLocation: SourceLocation = #_sourceLocation) {
        for _ in 0..<limit where !isReconciled { pass(seconds: 1) }
        #expect(
            isReconciled, "\(seat?.wire?.accounts[account]?.awaitedWords ?? "")",
            sourceLocation: sourceLocation)
    }

    // MARK: What a test looks at

    /// The desk's place at the exchange over the wire.
    var seat: Seat? { desk?.seat("lossy") }

    var isReconciled: Bool { seat?.wire?.accounts[account]?.isReconciled ?? false }

    func order(_ id: UInt64) -> Order? { seat?.engine.order(OrderID(id)) }

    func client(_ id: UInt64) -> ClientOrderID { ClientOrderID(order: OrderID(id), attempt: 1) }

    func funds(_ coin: Coin) -> Funds { seat?.engine.funds(of: account, in: coin) ?? Funds() }

    func asked() -> [String] {
        exchange.takeRequests().map { request in
            switch request {
            case .place(let order): "place \(order.clientOrderID.order)"
            case .cancel(let sent): "cancel \(sent.clientOrderID.order)"
            case .status(let sent): "status \(sent.clientOrderID.order)"
            }
        }
    }

    /// Everything at which the desk and the exchange differ.
    func differences() -> [String] {
        guard let seat else { return ["there is no desk"] }
        var found = exchange.books.complaints
        for entry in seat.engine.snapshot().orders where !entry.order.plan.isOnlyParent {
            let order = entry.order
            let held = exchange.books.held[order.clientOrderID]
            if order.status == .pending || order.status == .unknown { found.append("\(order.id) is \(order.status)") }
            // Every attempt at it has filled for it, and only the current one is on the book.
            var filled = ExactDecimal.zero
            for (client, one) in exchange.books.held where client.order == order.id {
                filled += one.filled
                if one.isOpen, client.attempt != order.attempt {
                    found.append("\(client) is still on the book, and \(order.clientOrderID) is the order")
                }
            }
            // What a limit's stop trades is the whole's as well.
            if case .oco = order.plan {
                for child in order.children {
                    filled += exchange.books.held.filter { $0.key.order == child }
                        .reduce(ExactDecimal.zero) { $0 + $1.value.filled }
                }
            }
            if order.filled != filled { found.append("\(order.id) has \(order.filled), and there \(filled)") }
            if order.isAtExchangeItself != held?.isOpen ?? false {
                found.append("\(order.id) is \(order.status), and open at the exchange: \(held?.isOpen ?? false)")
            }
            if order.cancelReason != nil, order.isAtExchangeItself {
                found.append("\(order.id) is still being canceled")
            }
        }
        for id in exchange.books.held.keys.sorted() where seat.engine.order(id.order) == nil {
            found.append("\(id) is at the exchange and not here")
        }
        for (coin, total) in exchange.books.totals.sorted(by: { $0.key < $1.key }) where funds(coin).total != total {
            found.append("\(funds(coin).total) \(coin) here and \(total) there")
        }
        if !isReconciled { found.append("awaited: \(seat.wire?.accounts[account]?.awaitedWords ?? "all")") }
        return found
    }
}

/// Every password is right, and known at once.
final class ReadyPasswords: PasswordChecking {
    static let cost = ScryptCost(n: 2, r: 1, p: 1) ?? .standard

    private var answers: [DeskInput] = []

    func takeAnswers() -> [DeskInput] {
        defer { answers.removeAll() }
        return answers
    }

    func check(_ password: Secret, against stored: PasswordHash?, as job: PasswordJobID) throws(Refusal) {
        answers.append(.passwordChecked(job, isRight: true))
    }

    func hash(_ password: Secret, as job: PasswordJobID) throws(Refusal) {
        answers.append(.passwordHashed(job, nil))
    }
}
