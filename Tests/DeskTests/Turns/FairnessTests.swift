import Accounts
import Conversation
import Exchange
import Foundation
import Ledger
import Logging
import OrderEngine
import Secrets
import Testing
import Trading

@testable import Desk
@testable import Transcripts

/// One trader within every limit cannot keep another waiting: counted in batches, each of which costs so much at most.
@Suite struct FairnessTests {
    /// A desk with traders who have money, each logged in on a session of its own.
    private final class Bench {
        let folder: URL
        private var opened: DeskCore?
        private let configuration: DeskConfiguration
        private let passwords = InlinePasswords()
        private let now = Timestamp(seconds: 1_767_614_400)
        private var sessions: [String: SessionID] = [:]
        private(set) var replies: [String: [Reply]] = [:]
        private(set) var events: [String: [String]] = [:]
        private(set) var batches = 0
        /// The most that one batch has cost.
        private(set) var mostCost = 0

        init(_ traders: [String], _ configuration: DeskConfiguration = DeskConfiguration()) throws {
            folder = FileManager.default.temporaryDirectory.appending(path: "outcry-turns-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            self.configuration = configuration
            try open()
            _ = try desk.perform(.quote("btc_usd", bid: 230, ask: ExactDecimal("230.2") ?? 231), at: now)
            for (index, name) in traders.enumerated() {
                let hash = try PasswordHash(hashing: Secret("\(name) at the pit"), cost: InlinePasswords.cost)
                _ = try desk.addAccount(
                    try #require(AccountName(name)), role: .trader, passwordHash: hash, funds: [(100_000_000, "usd")],
                    at: now)
                let id = SessionID(rawValue: UInt64(index + 1))
                sessions[name] = id
                batch([.server(.opened(id, Peer(address: "127.0.0.1", format: .json)))])
                batch([lines(["login \(name) \(name) at the pit"], name)])
                batch(passwords.takeAnswers())
                #expect(replies[name]?.last?.isOK == true)
            }
            replies = [:]
            events = [:]
            batches = 0
            mostCost = 0
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        var desk: DeskCore {
            guard let opened else { preconditionFailure("the desk is closed") }
            return opened
        }

        private func open() throws {
            opened = try DeskCore.openPaper(
                database: folder.appending(path: "desk.db").path, configuration, passwords: passwords,
                log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), now: now)
        }

        /// Drops the desk as it is, with what it had in memory only, and opens another one on its database.
        func restart() throws {
            opened = nil
            try open()
        }

        func trade(at price: ExactDecimal) throws {
            let trade = MarketTrade(pair: "btc_usd", price: price, quantity: 1, takerSide: .sell, at: now)
            _ = try desk.perform(.trade(trade), at: now)
        }

        func lines(_ texts: [String], _ name: String) -> DeskInput {
            .server(.lines(sessions[name] ?? SessionID(rawValue: 0), texts.map { IncomingLine(text: $0) }))
        }

        func batch(_ inputs: [DeskInput] = [.wake]) {
            let before = desk.cost
            for output in desk.process(inputs, at: now) {
                guard case .send(let id, let message) = output,
                    let name = sessions.first(where: { $0.value == id })?.key
                else { continue }
                switch message {
                case .reply(let reply): replies[name, default: []].append(reply)
                case .written(let text, _): events[name, default: []].append(text)
                case .notice, .writtenReply, .noReply: break
                }
            }
            batches += 1
            mostCost = max(mostCost, desk.cost - before)
        }

        /// Batches until somebody has had so many replies.
        func batchesUntil(_ name: String, has count: Int) -> Int {
            let start = batches
            while replies[name]?.count ?? 0 < count, batches - start < 10_000 { batch() }
            return batches - start
        }

        func finish() { while desk.hasTurnsLeft, batches < 100_000 { batch() } }
    }

    private static let attack = (0..<10).flatMap { _ in ["slice buy 100 btc 195..199 x1000", "cancel all"] }

    @Test func `beside ladders of a thousand another's order and panic are answered in the next batches`() throws {
        let bench = try Bench(["mallory", "ann", "ben"])
        bench.batch([bench.lines(FairnessTests.attack, "mallory")])
        bench.batch([bench.lines(["panic"], "ben"), bench.lines(["buy 0.01 btc_usd at 100"], "ann")])
        #expect(bench.replies["ben"]?.count == 1, "the panic is answered in the batch that it comes in")
        #expect(bench.batchesUntil("ann", has: 1) <= 2)
        #expect(bench.replies["mallory"]?.count ?? 0 < 8)
        bench.finish()
        #expect(bench.replies["mallory"]?.count == FairnessTests.attack.count)
        #expect(bench.replies["mallory"]?.contains { !$0.isOK } == false)
        // A batch may go over its share by one turn, and by what a turn may go over its own.
        #expect(bench.mostCost < 400, "\(bench.mostCost)")
    }

    @Test func `beside sixteen such accounts an order waits for a turn of each at most`() throws {
        let others = (1...16).map { "mallory-\($0)" }
        let bench = try Bench(others + ["ann"])
        bench.batch(others.map { bench.lines(FairnessTests.attack, $0) })
        bench.batch([bench.lines(["buy 0.01 btc_usd at 100"], "ann")])
        #expect(bench.batchesUntil("ann", has: 1) <= 16, "a batch has a turn of somebody at least")
        // Lines that hurry, then the batch, each over its share by one turn that has to be done as a whole.
        #expect(bench.mostCost < 1_500, "\(bench.mostCost)")
    }

    @Test func `a ladder is answered once, when all of it is placed, and its numbers are one row`() throws {
        let bench = try Bench(["ann", "ben"])
        bench.batch([bench.lines(["slice buy 100 btc 195..199 x1000"], "ann")])
        bench.batch([bench.lines(["buy 0.01 btc_usd at 100"], "ben")])
        #expect(bench.batchesUntil("ben", has: 1) <= 1)
        #expect(bench.replies["ann"] == nil)
        bench.finish()
        let reply = try #require(bench.replies["ann"]?.first)
        #expect(reply.text.contains("1000 orders, #2 to #1001"), "\(reply.text)")
        #expect(bench.replies["ben"]?.first?.text.hasPrefix("+ #1002 ") == true)
        #expect(bench.events["ann"]?.count == 1_000)
        bench.batch([bench.lines(["cancel 1"], "ann")])
        bench.finish()
        #expect(bench.replies["ann"]?.last?.text.contains("with 1000 orders under it") == true)
        #expect(bench.replies["ann"]?.count == 2)
    }

    @Test func `a panic behind a ladder of one's own stops it where it is`() throws {
        let bench = try Bench(["ann"])
        bench.batch([bench.lines(["slice buy 100 btc 195..199 x1000"], "ann")])
        bench.batch([bench.lines(["panic"], "ann")])
        bench.batch()
        #expect(bench.replies["ann"]?.map(\.mark) == [.done, .done], "\(bench.replies["ann"] ?? [])")
        bench.finish()
        #expect(bench.events["ann"]?.last?.hasPrefix("* panic done: ") == true)
        bench.batch([bench.lines(["orders", "funds"], "ann")])
        bench.finish()
        #expect(bench.replies["ann"]?[2].text.hasPrefix("= no open orders") == true)
    }

    @Test func `a trade fires all that it reaches, whoever dies in between`() throws {
        let bench = try Bench(["ann"])
        for _ in 1...50 { bench.batch([bench.lines(["stop buy 0.1 btc_usd at 240 limit 241"], "ann")]) }
        bench.finish()
        #expect(bench.replies["ann"]?.contains { !$0.isOK } == false, "\(bench.replies["ann"]?.first?.text ?? "")")
        try bench.trade(at: 240)
        try bench.trade(at: 235)
        #expect(bench.desk.hasTradesLeft)
        var open = bench.desk.engineState.orders.filter { $0.order.parent == nil && $0.order.triggeredAt == nil }
        #expect(!open.isEmpty && open.count < 50, "\(open.count)")
        try bench.restart()
        bench.finish()
        open = bench.desk.engineState.orders.filter { $0.order.parent == nil && $0.order.triggeredAt == nil }
        #expect(open.isEmpty, "\(open.count) slept through it")
        #expect(!bench.desk.hasTradesLeft)
        try bench.restart()
        #expect(!bench.desk.hasTurnsLeft)
    }

    /// Found by the simulator's seed 1796091325241: a `panic` that the stop overtook took off eleven orders of 35, said that all were being
    /// canceled, and left the others to the next start.
    @Test func `a desk that goes down finishes the panic that it has begun`() throws {
        let bench = try Bench(["ann"])
        for _ in 1...35 { bench.batch([bench.lines(["buy 0.01 btc_usd at 100"], "ann")]) }
        bench.finish()
        bench.batch([bench.lines(["panic"], "ann"), .stop])
        #expect(bench.replies["ann"]?.last?.text.contains("35 orders being canceled") == true)
        #expect(!openOrders(bench).isEmpty)
        #expect(bench.desk.hasUnfinished)
        #expect(bench.desk.nextWake == bench.desk.nextDue && bench.desk.nextDue != nil, "it waits for no clock")
        bench.batch([bench.lines(["buy 0.01 btc_usd at 100", "cancel all"], "ann")])
        while bench.desk.hasUnfinished, bench.batches < 1_000 { bench.batch() }
        #expect(openOrders(bench).isEmpty)
        #expect(bench.events["ann"]?.last?.contains("panic done") == true)
        #expect(bench.replies["ann"]?.suffix(2).map(\.error?.code) == [.shuttingDown, .shuttingDown])
        #expect(bench.desk.nextWake == nil)
    }

    private func openOrders(_ bench: Bench) -> [OrderEntry] {
        bench.desk.engineState.orders.filter { $0.order.closedAt == nil }
    }

    @Test func `too many lines of one session are refused in their place, and more of them close it`() throws {
        var configuration = DeskConfiguration()
        configuration.limits.sessionLinesWaiting = 10
        configuration.limits.batchRows = 1
        let bench = try Bench(["ann"], configuration)
        bench.batch([bench.lines((0..<15).map { "[t\($0)] time" }, "ann")])
        bench.finish()
        let replies = try #require(bench.replies["ann"])
        #expect(replies.count == 15)
        #expect(replies.prefix(10).map(\.isOK) == Array(repeating: true, count: 10))
        #expect(replies.suffix(5).map(\.error?.code) == Array(repeating: .tooManyWaiting, count: 5))
        #expect(replies.map(\.tag) == (0..<15).map { "t\($0)" })
    }
}
