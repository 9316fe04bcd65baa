import Accounts
import Conversation
import Desk
import Ledger
import Secrets
import Testing
import Trading

@testable import SimulatedDisk
@testable import Simulation

/// The ledger fails while lines wait: each of them is told so, in its turn.
@Suite struct HaltTests {
    private static let peer = Peer(address: "127.0.0.1", format: .text)
    private static let waiting = SessionID(rawValue: 1)
    private static let writing = SessionID(rawValue: 2)

    private static func line(_ tag: String, _ text: String) -> IncomingLine { IncomingLine(tag: tag, text: text) }

    /// A desk with two sessions of one trader, the second of them logged in.
    private func world(overTheWire isOverTheWire: Bool) throws -> (
        server: SimulatedServer, wire: SimulatedWire?, now: Timestamp
    ) {
        var chance = SplitMix64(seed: 1)
        let plan = SimulationPlan(isOverTheWire ? .wire : .paper, &chance)
        let server = SimulatedServer(plan, diskSeed: 1)
        let wire = isOverTheWire ? SimulatedWire(plan, markets: SimulatedMarket.all, &chance) : nil
        wire?.calmDown()
        let exchange = wire?.connect(at: plan.start)
        try server.start(at: [(wire == nil ? .paper : "simulated", exchange)], plan.start)
        let desk = try #require(server.desk)
        let account = try desk.addAccount(
            #require(AccountName("ann")), role: .trader,
            passwordHash: PasswordHash(hashing: Secret("correct horse"), cost: SimulatedPasswords.cost), funds: [],
            at: plan.start)
        wire?.venue.deposit(10_000, "usd", to: account, at: plan.start)
        for session in [HaltTests.waiting, HaltTests.writing] {
            _ = desk.process([.server(.opened(session, HaltTests.peer))], at: plan.start)
        }
        return (server, wire, plan.start)
    }

    /// Hands to and fro what the desk and the exchange say for so long.
    private func run(_ desk: DeskCore, _ wire: SimulatedWire, from now: Timestamp, seconds: Int64) -> Timestamp {
        var now = now
        let end = now.advanced(bySeconds: seconds)
        var inputs: [DeskInput] = [.wake]
        while now < end {
            var reports = wire.advance(to: now)
            for output in desk.process(inputs, at: now) {
                switch output {
                case .request(_, let request): reports += wire.gateway?.submit(request, at: now) ?? []
                case .ask(_, let query, let id): reports += wire.gateway?.ask(query, id: id, at: now) ?? []
                case .noted(_, let order, let account): wire.gateway?.noted(order, of: account, at: now)
                case .send, .close, .loggedIn, .useKey, .offer, .withdrawOffers, .cancelForeign: break
                }
            }
            inputs = reports.isEmpty ? [.wake] : [.exchange(desk.onlyExchange, reports)]
            now = now.advanced(byNanoseconds: 10_000_000)
        }
        _ = desk.process(inputs, at: now)
        return now
    }

    private func logIn(_ session: SessionID, _ server: SimulatedServer, at now: Timestamp) throws {
        let desk = try #require(server.desk)
        let login = IncomingLine(text: "login ann correct horse")
        _ = desk.process([.server(.lines(session, [login]))], at: now)
        _ = desk.process(server.passwords.takeAnswers(), at: now)
    }

    /// Who was told what, as `session tag code`.
    private func failing(_ server: SimulatedServer, at now: Timestamp) throws -> [String] {
        let desk = try #require(server.desk)
        server.disk.faults = [DiskFault(.fails, at: .nth(.sync, server.disk.counts[.sync] + 1))]
        let write = DeskInput.server(.lines(HaltTests.writing, [HaltTests.line("w", "set timezone UTC")]))
        let outputs = desk.process([write], at: now)
        #expect(desk.halt != nil)
        return outputs.map { output in
            guard case .send(let id, .reply(let reply)) = output else { return "\(output)" }
            return "\(id.rawValue) \(reply.tag ?? "-") \(reply.error?.code.name ?? "-")"
        }
    }

    @Test func `a password check, the lines behind it, and the line that met the failure`() throws {
        let (server, _, now) = try world(overTheWire: false)
        let desk = try #require(server.desk)
        try logIn(HaltTests.writing, server, at: now)
        let lines = [
            HaltTests.line("a", "login ann correct horse"), HaltTests.line("b", "time"),
            IncomingLine(text: "[c] orders"),
        ]
        #expect(desk.process([.server(.lines(HaltTests.waiting, lines))], at: now).isEmpty)
        #expect(
            try failing(server, at: now) == [
                "1 a ledger_failed", "1 b ledger_failed", "1 c ledger_failed", "2 w ledger_failed",
            ])
        // The check comes back to a desk that takes nothing more.
        #expect(desk.process(server.passwords.takeAnswers(), at: now).isEmpty)
    }

    @Test func `an order that waits for the exchange's answer, and the line behind it`() throws {
        let (server, connected, start) = try world(overTheWire: true)
        let desk = try #require(server.desk)
        let wire = try #require(connected)
        for session in [HaltTests.waiting, HaltTests.writing] { try logIn(session, server, at: start) }
        // Long enough for what was asked during the logins, and answered to nobody, to be asked again.
        let now = run(desk, wire, from: start, seconds: 60)
        let lines = [HaltTests.line("a", "buy 1 ltc_usd at 3"), HaltTests.line("b", "time")]
        let outputs = desk.process([.server(.lines(HaltTests.waiting, lines))], at: now)
        let sent = outputs.compactMap { output in if case .request(_, let request) = output { request } else { nil } }
        #expect(sent.count == 1, "\(outputs)")
        #expect(try failing(server, at: now) == ["1 a ledger_failed", "1 b ledger_failed", "2 w ledger_failed"])
        // The answer comes to a desk that takes nothing more.
        var reports = sent.flatMap { wire.gateway?.submit($0, at: now) ?? [] }
        reports += wire.advance(to: now.advanced(bySeconds: 5))
        #expect(!reports.isEmpty)
        #expect(desk.process([.exchange(desk.onlyExchange, reports)], at: now.advanced(bySeconds: 5)).isEmpty)
    }
}
