import Accounts
import Conversation
import Desk
import Exchange
import Foundation
import OrderEngine
import Secrets
import Trading

/// A desk on a virtual clock and a real database in a folder of its own, with the sessions of one transcript.
final class TranscriptDesk {
    /// What has been set up before the first step.
    struct Setting {
        var start: Timestamp
        var zone: TimeZoneRules
        var tapes: [Directive.TapeFile]
        /// The exchange that keys are kept for, beside paper.
        var keys: InlineKeys?
        var isRegistrationOpen = false
        /// Where tapes are looked for.
        var folder: URL
    }

    /// One connection of somebody.
    struct Connection {
        let name: String
        let format: WireFormat
        /// Who logs in again after a restart; nil for those that do so themselves.
        let user: AccountName?
        var id: SessionID
        var isOpen = true
        var isLoggedIn = false
        /// Lines that have not been looked at.
        var unseen: [String] = []
    }

    /// The most steps of the clock within one `@wait`: a tape of as many trades, or a desk that never comes to rest.
    private static let stepsMax = 100_000_000

    let setting: Setting
    private let boundary: (Crossing) throws -> Crossing
    let home: URL
    let passwords = InlinePasswords()
    let log = ErrorLog()
    let reader = MessageReader()
    /// The same over restarts; nil where `@keys` says so.
    let masterKey: MasterKey?
    var desk: DeskCore?
    var restarts = 0
    var connections: [Connection] = []
    var nextSession: UInt64 = 1
    var accounts: [AccountName: AccountID] = [:]

    var now: Timestamp

    init(_ setting: Setting, _ boundary: @escaping (Crossing) throws -> Crossing = { $0 }) throws {
        self.setting = setting
        self.boundary = boundary
        now = setting.start
        masterKey = try setting.keys.map(\.master) ?? MasterKey.generate()
        home = FileManager.default.temporaryDirectory.appending(path: "outcry-replay-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        desk = try openDesk(at: database)
        for tape in setting.tapes {
            let reader = try tapeReader(tape)
            // The rules of pairs that the exchange has are its own; others are known by their tapes alone.
            let known = Set(PairRules.paperDefaults.map(\.pair))
            for rules in reader.pairs() where !known.contains(rules.pair) { try move(.rules(rules)) }
        }
    }

    deinit {
        desk = nil
        // What cannot be removed is in the folder for such things.
        try? FileManager.default.removeItem(at: home)
    }

    // MARK: The desk

    var database: URL { home.appending(path: "desk-\(restarts).db") }

    func openDesk(at database: URL) throws -> DeskCore {
        var configuration = DeskConfiguration()
        configuration.timeZone = setting.zone
        configuration.isRegistrationOpen = setting.isRegistrationOpen
        var tapes: PaperTapes?
        if !setting.tapes.isEmpty {
            tapes = PaperTapes(
                sources: try setting.tapes.map(tapeReader), speed: setting.tapes.first?.speed ?? .one)
        }
        return try DeskCore.openPaper(
            database: database.path, configuration, tapes: tapes, passwords: passwords, keys: setting.keys?.custody,
            masterKey: masterKey.map { .given($0) } ?? .none, log: log.logger, now: now)
    }

    func tapeReader(_ tape: Directive.TapeFile) throws -> TapeReader {
        try TapeReader(path: setting.folder.appending(path: tape.path).path, pair: tape.pair)
    }

    func opened() throws(TranscriptTrouble) -> DeskCore {
        guard let desk else { throw TranscriptTrouble("the desk did not start again") }
        return desk
    }

    /// Lets the desk take something in, and then what that leads to by itself.
    func process(_ first: [DeskInput]) throws(TranscriptTrouble) {
        let desk = try opened()
        var inputs = first
        repeat {
            let closed = try collect(desk.process(try inputs.map(cross), at: now))
            inputs = closed + passwords.takeAnswers() + (setting.keys?.takeAnswers() ?? [])
        } while !inputs.isEmpty || desk.hasTurnsLeft
        try checkLog()
    }

    func checkLog() throws(TranscriptTrouble) {
        let lines = log.takeLines()
        if !lines.isEmpty { throw TranscriptTrouble("the desk logged: \(lines.joined(separator: "; "))") }
    }

    /// Keeps what sessions are told; what comes of those that the desk has closed.
    func collect(_ outputs: [DeskOutput]) throws(TranscriptTrouble) -> [DeskInput] {
        var closed: [DeskInput] = []
        for output in outputs {
            switch try cross(output) {
            case .send(let id, let message):
                guard let index = connections.firstIndex(where: { $0.id == id && $0.isOpen }) else { continue }
                show(message, index)
                if case .reply(let reply) = message, reply.isOK, reply.verb == "logout" {
                    connections[index].isLoggedIn = false
                }
            case .close(let id, let code, let reason):
                guard let index = connections.firstIndex(where: { $0.id == id && $0.isOpen }) else { continue }
                connections[index].unseen.append("(closed \(code): \(reason))")
                connections[index].isOpen = false
                closed.append(.server(.closed(id)))
            case .loggedIn, .request, .ask, .cancelForeign, .noted, .useKey, .offer, .withdrawOffers:
                // The paper exchange answers within the transaction and knows accounts without keys; nobody fetches files.
                break
            }
        }
        return closed
    }

    private func cross(_ input: DeskInput) throws(TranscriptTrouble) -> DeskInput {
        guard case .server(let event) = input else { return input }
        guard case .event(let event) = try crossed(.event(event)) else { throw TranscriptTrouble("an event is none") }
        return .server(event)
    }

    private func cross(_ output: DeskOutput) throws(TranscriptTrouble) -> DeskOutput {
        switch output {
        case .send(let id, let message):
            guard case .message(let id, let message) = try crossed(.message(id, message)) else { return output }
            return .send(id, message)
        case .close(let id, let code, let reason):
            guard case .close(let id, let code, let reason) = try crossed(.close(id, code: code, reason: reason)) else {
                return output
            }
            return .close(id, code: code, reason: reason)
        default: return output
        }
    }

    private func crossed(_ content: Crossing.Content) throws(TranscriptTrouble) -> Crossing.Content {
        do { return try boundary(Crossing(content)).content } catch { throw TranscriptTrouble("\(error)") }
    }

    func show(_ message: OutgoingMessage, _ index: Int) {
        guard let payload = message.payload(as: connections[index].format) else { return }
        connections[index].unseen += TranscriptDesk.lines(of: String(decoding: payload, as: UTF8.self))
    }

    /// A message's lines without spaces at their ends, and without empty ones: those a transcript cannot show.
    static func lines(of message: String) -> [String] {
        message.split(separator: "\n").map { String($0.withoutTrailingSpaces) }.filter { !$0.isEmpty }
    }

    // MARK: Directives

    /// Does what an `@` line says. Settings that were read before the first step are passed over.
    func perform(_ directive: Directive) throws {
        switch directive {
        case .market(let pair, let bid, let ask): try move(.quote(pair, bid: bid, ask: ask))
        case .trade(let pair, let price, let amount, let side):
            try move(.trade(MarketTrade(pair: pair, price: price, quantity: amount, takerSide: side, at: now)))
        case .fee(let pair, let rate): try move(.fee(pair, rate: rate))
        case .pair(let rules): try move(.rules(rules))
        case .tape, .keys, .registrationOpen: break
        case .key(let key, let secret, let verdict):
            guard let keys = setting.keys else {
                throw TranscriptTrouble("no exchange has keys here: @keys EXCHANGE first")
            }
            keys.answer(key, secret: secret, with: verdict)
        case .user(let name, let role, let funds):
            let password = Secret(TranscriptDesk.password(of: name))
            accounts[name] = try opened().addAccount(
                name, role: role, passwordHash: PasswordHash(hashing: password, cost: InlinePasswords.cost),
                funds: funds.map { ($0.amount, $0.coin) }, at: now)
            try open(name.text, .text, user: name)
        case .deposit(let name, let money):
            guard let account = accounts[name] else {
                throw TranscriptTrouble("nobody is called \(name): @user \(name) first")
            }
            try move(.deposit(account, money.amount, money.coin))
        case .session(let name, let user, let format): try open(name, format, user: user)
        case .connect(let name, let format): try open(name, format, user: nil)
        case .close(let name):
            let index = try index(of: name)
            guard connections[index].isOpen else { throw TranscriptTrouble("\(name)'s session is closed already") }
            connections[index].isOpen = false
            try process([.server(.closed(connections[index].id))])
        case .at(let clock):
            let moment = try clock.moment(in: setting.zone)
            guard moment >= now else { throw TranscriptTrouble("the clock is at \(now) and does not go back") }
            try pass(to: moment)
        case .wait(let nanoseconds): try pass(to: now.advanced(byNanoseconds: nanoseconds))
        case .restart(let nanoseconds): try restart(after: nanoseconds)
        case .prune(let nanoseconds): try restart(pruningBefore: now.advanced(byNanoseconds: -nanoseconds))
        }
    }

    func move(_ action: PaperAction) throws {
        let closed = try collect(try opened().perform(action, at: now))
        try process(closed + [.wake])
    }

    // MARK: The clock

    func pass(to moment: Timestamp) throws(TranscriptTrouble) {
        let desk = try opened()
        var steps = 0
        while let due = desk.nextDue, due <= moment {
            now = max(now, due)
            try process([.wake])
            steps += 1
            guard steps < TranscriptDesk.stepsMax else {
                throw TranscriptTrouble("the desk has something to do at \(now) without end")
            }
        }
        now = moment
        try process([.wake])
    }
}

/// Why a step cannot be done.
struct TranscriptTrouble: Error {
    let message: String

    init(_ message: String) { self.message = message }
}
