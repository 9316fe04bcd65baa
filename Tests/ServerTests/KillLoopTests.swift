import ChatServer
import Foundation
import GRDB
import Glibc
import Testing
import Trading

/// What somebody has typed, with what came back before the server died.
private struct TypedLine {
    enum Kind: Hashable {
        case buy
        case cancel(UInt64)
        case trade
    }

    let line: String
    let kind: Kind
    var reply: ChatMessage?
}

/// One person, through all lives of the server.
private final class Hasty {
    let name: String
    let token: String
    private(set) var typed: [String: TypedLine] = [:]
    /// Orders whose `+` has come and that were not yet asked to go.
    private var mine: [UInt64] = []
    private var session: Trader?
    private var repliesSeen = 0
    /// Notifications that were told, by number.
    private(set) var told: [UInt64: ChatMessage] = [:]
    private var eventsSeen = 0

    /// Lines that wait for their replies at any moment.
    private static let windowLines = 16

    init(name: String, token: String) {
        self.name = name
        self.token = token
    }

    func connect(_ desk: DeskUnderTest, bell: Monitor<Int>?) throws -> Trader {
        let trader = try Trader(port: desk.port, format: .json, token: token, bell: bell)
        (session, repliesSeen, eventsSeen) = (trader, 0, 0)
        return trader
    }

    /// Says as much as the window allows.
    func hurry(_ chance: inout Chance) throws {
        guard let session else { return }
        while session.sent - session.replies.count < Hasty.windowLines {
            let tag = "\(name)-\(typed.count)"
            let line = nextLine(&chance)
            typed[tag] = line
            try session.say(line.line, tag: tag)
        }
    }

    private func nextLine(_ chance: inout Chance) -> TypedLine {
        if name == "boss" {
            let price = Int.random(in: 140...229, using: &chance)
            let line = "paper trade btc_usd \(price) 0.0\(Int.random(in: 1...9, using: &chance)) sell"
            return TypedLine(line: line, kind: .trade)
        }
        if !mine.isEmpty, Int.random(in: 0..<3, using: &chance) == 0 {
            let id = mine.remove(at: Int.random(in: 0..<mine.count, using: &chance))
            return TypedLine(line: "cancel \(id)", kind: .cancel(id))
        }
        let price = "\(Int.random(in: 100...229, using: &chance)).\(Int.random(in: 0...999, using: &chance))"
        return TypedLine(line: "buy 0.0\(Int.random(in: 1...9, using: &chance)) btc_usd at \(price)", kind: .buy)
    }

    /// Takes in what has come. Answers how many replies that makes in this life.
    @discardableResult
    func takeReplies() -> Int {
        guard let session else { return 0 }
        let replies = session.replies
        for reply in replies[repliesSeen...] { take(reply) }
        repliesSeen = replies.count
        let events = session.events
        for event in events[eventsSeen...] { if let seq = event.seq { told[seq] = event } }
        eventsSeen = events.count
        return repliesSeen
    }

    private func take(_ reply: ChatMessage) {
        guard let tag = reply.id, let line = typed[tag] else {
            Issue.record("a reply to nothing: \(reply.raw)")
            return
        }
        if let first = line.reply { #expect(first.raw == reply.raw, "\(tag) is answered in another way") }
        typed[tag]?.reply = reply
        if line.kind == .buy {
            #expect(reply.ok == true, "\(reply.raw)")
            if line.reply == nil, let id = reply.order?.id { mine.append(id) }
        }
    }

    /// After the server has died: all that still came.
    func outlive() throws {
        guard let session else { return }
        _ = try session.ending()
        takeReplies()
    }

    /// Says again what was not answered, and some of what was; all with the tags of the first time.
    func repeatLost(_ chance: inout Chance) throws {
        guard let session else { return }
        for (tag, line) in typed.sorted(by: { $0.key < $1.key }) {
            guard line.reply == nil || Int.random(in: 0..<40, using: &chance) == 0 else { continue }
            let reply = try session.ask(line.line, tag: tag)
            #expect(reply.id == tag)
        }
        takeReplies()
    }

    var isAllAnswered: Bool { typed.values.allSatisfy { $0.reply != nil } }
    /// The ids of all orders that were answered with `+`.
    var orderIDs: [UInt64] { typed.values.filter { $0.kind == .buy }.compactMap { $0.reply?.order?.id } }
    var buyCount: Int { typed.values.count { $0.kind == .buy } }
    /// Orders whose cancel was answered with `+`.
    var canceledIDs: [UInt64] {
        typed.values.compactMap { line in
            guard case .cancel(let id) = line.kind, line.reply?.ok == true else { return nil }
            return id
        }
    }
}

extension `The server` {
    @Suite struct `killed again and again` {
        private static let rounds = 15
        private static let fundsInUSD: ExactDecimal = 1_000_000

        @Test func `what was answered is done, what was not is done once when said again`() throws {
            let seed =
                ProcessInfo.processInfo.environment["OUTCRY_SEED"].flatMap { UInt64($0) } ?? .random(in: 1...99_999)
            print("killed again and again: OUTCRY_SEED=\(seed)")
            var chance = Chance(seed: seed)
            let desk = try DeskUnderTest()
            try desk.add("boss", role: "admin")
            for name in ["ann", "ben"] { try desk.add(name, funds: "\(`killed again and again`.fundsInUSD) usd") }
            let options =
                DeskUnderTest.unhurried + ["--limit", "answer_rows=100000", "--limit", "outgoing_bytes=10000000"]
            try desk.start(options)
            let people = try ["boss", "ann", "ben"].map { name in
                Hasty(name: name, token: try desk.token(of: desk.logIn(name)))
            }
            try desk.connect(token: people[0].token).ask("paper quote btc_usd 230 230.2")

            for round in 1...`killed again and again`.rounds {
                let bell = Monitor(0)
                for person in people { _ = try person.connect(desk, bell: bell) }
                // Some snapshots and checkpoints come in between; some lives are too short for one answer.
                let enough = Int.random(in: 0...150, using: &chance)
                try runUntil(people, haveReplies: enough, bell, &chance)
                try desk.stop(SIGKILL)
                for person in people { try person.outlive() }

                try desk.start(options)
                for person in people {
                    let trader = try person.connect(desk, bell: nil)
                    try person.repeatLost(&chance)
                    try expectFundsOfOpenOrders(trader, "seed \(seed), round \(round), \(person.name)")
                }
                #expect(people.allSatisfy { $0.isAllAnswered })
            }
            for person in people where person.name != "boss" {
                try expectNotifications(of: person, desk.connect(token: person.token), "seed \(seed), \(person.name)")
            }
            #expect(try desk.stop() == .exit(0))
            for person in people where person.name != "boss" { try expectTables(desk, person, "seed \(seed)") }
        }

        private func runUntil(
            _ people: [Hasty], haveReplies enough: Int, _ bell: Monitor<Int>, _ chance: inout Chance
        ) throws {
            var heard = 0
            for person in people { try person.hurry(&chance) }
            while people.reduce(0, { $0 + $1.takeReplies() }) < enough {
                for person in people { try person.hurry(&chance) }
                let last = heard
                guard let now = bell.wait(seconds: patienceSeconds, for: { $0 > last ? $0 : nil }) else {
                    throw Unexpected("no answer within \(patienceSeconds) s")
                }
                heard = now
            }
        }

        /// What is held is what the open orders need, to the last digit.
        private func expectFundsOfOpenOrders(_ trader: Trader, _ comment: String) throws {
            let orders = try #require(try trader.ask("orders").orders)
            guard let usd = try trader.ask("funds").funds?.first(where: { $0.coin == "usd" }) else { return }
            let feeFactor = try #require(ExactDecimal("1.002"))
            let needed = orders.reduce(ExactDecimal.zero) { sum, order in
                let left = order.quantity.amount - order.filled.amount
                return sum + left.times(order.price?.amount ?? .zero).times(feeFactor)
            }
            #expect(usd.inOrders.amount == needed, "\(comment)")
            #expect(usd.free.amount + usd.inOrders.amount == usd.total.amount, "\(comment)")
        }

        /// From 1 without gaps, and as they were told before any of the deaths.
        private func expectNotifications(of person: Hasty, _ reader: Trader, _ comment: String) throws {
            let all = try reader.resumed()
            #expect(all.map(\.seq) == all.indices.map { UInt64($0 + 1) }, "\(comment)")
            for (seq, event) in person.told where Int(seq) <= all.count {
                #expect(all[Int(seq) - 1].raw == event.raw, "\(comment)")
            }
            #expect(person.told.keys.allSatisfy { $0 <= all.count }, "\(comment)")
            let opened = all.filter { $0.event == "opened" }.compactMap { $0.order?.id }
            #expect(opened.count == Set(opened).count, "\(comment)")
        }

        /// Read past the server: one order a line that asked for one, and money that adds up.
        private func expectTables(_ desk: DeskUnderTest, _ person: Hasty, _ comment: String) throws {
            let queue = try DatabaseQueue(path: desk.database)
            try queue.read { database in
                let account = try #require(
                    try Int64.fetchOne(
                        database, sql: "SELECT id FROM accounts WHERE name = ?", arguments: [person.name]))
                let ids = try UInt64.fetchAll(
                    database, sql: "SELECT id FROM orders WHERE account = ? ORDER BY id", arguments: [account])
                #expect(ids == person.orderIDs.sorted(), "\(comment)")
                #expect(ids.count == person.buyCount, "\(comment)")
                let open = try UInt64.fetchSet(
                    database, sql: "SELECT id FROM orders WHERE account = ? AND closed_at IS NULL", arguments: [account]
                )
                #expect(open.isDisjoint(with: person.canceledIDs), "\(comment)")
                var (paid, bought) = (ExactDecimal.zero, ExactDecimal.zero)
                let fills = try Row.fetchAll(
                    database, sql: "SELECT value, fee, quantity FROM fills WHERE account = ?", arguments: [account])
                for fill in fills {
                    paid +=
                        try #require(ExactDecimal(fill["value"] as String)) + #require(
                            ExactDecimal(fill["fee"] as String))
                    bought += try #require(ExactDecimal(fill["quantity"] as String))
                }
                let totals = try Row.fetchAll(
                    database, sql: "SELECT coin, total FROM funds WHERE account = ?", arguments: [account])
                for row in totals {
                    let expected = row["coin"] as String == "usd" ? `killed again and again`.fundsInUSD - paid : bought
                    #expect(ExactDecimal(row["total"] as String) == expected, "\(comment)")
                }
                #expect(
                    !fills.isEmpty && !open.isEmpty, "\(comment): a story without fills or open orders proves little")
            }
        }
    }
}
