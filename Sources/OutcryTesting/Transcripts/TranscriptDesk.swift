import Accounts
import ChatServer
import Desk
import Exchange
import Foundation
import OrderEngine
import Trading

/// A desk on a virtual clock and a real database in a folder of its own, with the sessions of one transcript.
final class TranscriptDesk {
    /// What has been set up before the first step.
    struct Setting {
        var start: Timestamp
        var zone: TimeZoneRules
        var tapes: [Directive.TapeFile]
        /// Where tapes are looked for.
        var folder: URL
    }

    /// One connection of somebody.
    private struct Connection {
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

    private let setting: Setting
    private let home: URL
    private let passwords = InlinePasswords()
    private let log = ErrorLog()
    private let reader = MessageReader(limits: ChatLimits())
    private var desk: DeskCore?
    private var restarts = 0
    private var connections: [Connection] = []
    private var nextSession: UInt64 = 1
    private var accounts: [AccountName: AccountID] = [:]

    private(set) var now: Timestamp

    init(_ setting: Setting) throws {
        self.setting = setting
        now = setting.start
        home = FileManager.default.temporaryDirectory.appending(path: "outcry-replay-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        desk = try openDesk(at: database)
        for tape in setting.tapes {
            let reader = try tapeReader(tape)
            // The rules of pairs that the exchange has are its own; others are known by their tapes alone.
            let known = Set(PairRules.paperDefaults.map(\.pair))
            for rules in try reader.pairs() where !known.contains(rules.pair) { try move(.rules(rules)) }
        }
    }

    deinit {
        desk = nil
        // What cannot be removed is in the folder for such things.
        try? FileManager.default.removeItem(at: home)
    }

    // MARK: The desk

    private var database: URL { home.appending(path: "desk-\(restarts).db") }

    private func openDesk(at database: URL) throws -> DeskCore {
        var configuration = DeskConfiguration()
        configuration.timeZone = setting.zone
        var tapes: PaperTapes?
        if !setting.tapes.isEmpty {
            tapes = PaperTapes(
                sources: try setting.tapes.map(tapeReader), speed: setting.tapes.first?.speed ?? .one)
        }
        return try DeskCore.openPaper(
            database: database.path, configuration, tapes: tapes, passwords: passwords, log: log.logger, now: now)
    }

    private func tapeReader(_ tape: Directive.TapeFile) throws -> TapeReader {
        try TapeReader(path: setting.folder.appending(path: tape.path).path, pair: tape.pair)
    }

    private func opened() throws(TranscriptTrouble) -> DeskCore {
        guard let desk else { throw TranscriptTrouble("the desk did not start again") }
        return desk
    }

    /// Lets the desk take something in, and then what that leads to by itself.
    private func process(_ first: [DeskInput]) throws(TranscriptTrouble) {
        let desk = try opened()
        var inputs = first
        repeat {
            let closed = collect(desk.process(inputs, at: now))
            inputs = closed + passwords.takeAnswers()
        } while !inputs.isEmpty
        try checkLog()
    }

    private func checkLog() throws(TranscriptTrouble) {
        let lines = log.takeLines()
        if !lines.isEmpty { throw TranscriptTrouble("the desk logged: \(lines.joined(separator: "; "))") }
    }

    /// Keeps what sessions are told; what comes of those that the desk has closed.
    private func collect(_ outputs: [DeskOutput]) -> [DeskInput] {
        var closed: [DeskInput] = []
        for output in outputs {
            switch output {
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
            case .request:
                // The paper exchange answers within the transaction.
                break
            }
        }
        return closed
    }

    private func show(_ message: OutgoingMessage, _ index: Int) {
        guard let payload = message.payload(as: connections[index].format) else { return }
        connections[index].unseen += TranscriptDesk.lines(of: String(decoding: payload, as: UTF8.self))
    }

    /// A message's lines without spaces at their ends, and without empty ones: those a transcript cannot show.
    static func lines(of message: String) -> [String] {
        message.split(separator: "\n").map { String($0.withoutTrailingSpaces) }.filter { !$0.isEmpty }
    }

    // MARK: Sessions

    private func index(of name: String) throws(TranscriptTrouble) -> Int {
        guard let index = connections.lastIndex(where: { $0.name == name }) else {
            throw TranscriptTrouble("nobody is called \(name): @user \(name), @session or @connect first")
        }
        return index
    }

    /// What a session was told since it was last looked at.
    func takeUnseen(of name: String) throws(TranscriptTrouble) -> [String] {
        let index = try index(of: name)
        defer { connections[index].unseen.removeAll() }
        return connections[index].unseen
    }

    /// What nobody has looked at, by session.
    func takeAllUnseen() -> [(session: String, lines: [String])] {
        let left = connections.filter { !$0.unseen.isEmpty }.map { (session: $0.name, lines: $0.unseen) }
        for index in connections.indices { connections[index].unseen.removeAll() }
        return left
    }

    func type(_ text: String, in name: String) throws(TranscriptTrouble) {
        let index = try index(of: name)
        guard connections[index].isOpen else { throw TranscriptTrouble("\(name)'s session is closed") }
        let id = connections[index].id
        for line in reader.read(text, as: connections[index].format) {
            switch line {
            case .line(let line, _): try process([.server(.lines(id, [line]))])
            case .refused(let reply): show(.reply(reply), index)
            }
        }
    }

    private func open(_ name: String, _ format: WireFormat, user: AccountName?) throws(TranscriptTrouble) {
        if let index = connections.lastIndex(where: { $0.name == name }) {
            guard !connections[index].isOpen else { throw TranscriptTrouble("there is a session \(name) already") }
            guard connections[index].unseen.isEmpty else {
                throw TranscriptTrouble("the closed session \(name) has not been looked at: \(name)<")
            }
            connections.remove(at: index)
        }
        connections.append(Connection(name: name, format: format, user: user, id: newSessionID()))
        let index = connections.count - 1
        try connect(index)
        if user != nil { _ = try logIn(index) }
    }

    private func newSessionID() -> SessionID {
        defer { nextSession += 1 }
        return SessionID(rawValue: nextSession)
    }

    private func connect(_ index: Int) throws(TranscriptTrouble) {
        let connection = connections[index]
        try process([.server(.opened(connection.id, Peer(address: "127.0.0.1", format: connection.format)))])
    }

    private static func password(of user: AccountName) -> String { "\(user)-password" }

    /// Logs a session in without that it sees it; what the welcome says of notifications missed: the first one's number.
    private func logIn(_ index: Int) throws(TranscriptTrouble) -> UInt64? {
        guard let user = connections[index].user else { return nil }
        let id = connections[index].id
        let desk = try opened()
        var inputs: [DeskInput] = [
            .server(.lines(id, [IncomingLine(text: "login \(user) \(TranscriptDesk.password(of: user))")]))
        ]
        var welcome: Reply?
        while !inputs.isEmpty {
            var others: [DeskOutput] = []
            for output in desk.process(inputs, at: now) {
                if case .send(id, .reply(let reply)) = output { welcome = reply } else { others.append(output) }
            }
            inputs = collect(others) + passwords.takeAnswers()
        }
        try checkLog()
        guard let welcome, welcome.isOK else {
            throw TranscriptTrouble("\(user) cannot log in: \(welcome?.text ?? "no answer")")
        }
        connections[index].isLoggedIn = true
        guard case .int(let head)? = welcome.fields["seq"], case .int(let missed)? = welcome.fields["missed"],
            missed > 0
        else { return nil }
        return UInt64(clamping: head - missed + 1)
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
        case .tape: break
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
        }
    }

    private func move(_ action: PaperAction) throws {
        let closed = collect(try opened().perform(action, at: now))
        try process(closed + [.wake])
    }

    // MARK: The clock

    private func pass(to moment: Timestamp) throws(TranscriptTrouble) {
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

    // MARK: A server that dies

    private func restart(after nanoseconds: Int64) throws {
        let old = database
        restarts += 1
        // What the disk holds now is what it would hold after a crash: the desk is dropped without being told, and whatever
        // its end might still write goes to the old file, not to this.
        for suffix in ["", "-wal"] {
            let file = old.path + suffix
            guard FileManager.default.fileExists(atPath: file) else { continue }
            try FileManager.default.copyItem(atPath: file, toPath: database.path + suffix)
        }
        desk = nil
        now = now.advanced(byNanoseconds: nanoseconds)
        desk = try openDesk(at: database)
        try checkLog()
        try comeBack()
    }

    /// Sessions open again, log in again, and get what was not told before.
    private func comeBack() throws {
        var missedFrom: [AccountName: UInt64] = [:]
        let there = connections.indices.filter { connections[$0].isOpen }
        let before = connections.map(\.unseen)
        for index in there {
            connections[index].id = newSessionID()
            try connect(index)
            guard let user = connections[index].user, connections[index].isLoggedIn else { continue }
            let first = try logIn(index)
            if missedFrom[user] == nil { missedFrom[user] = first }
        }
        // That others of the account have logged in again is not worth telling.
        for index in connections.indices { connections[index].unseen = before[index] }
        for index in there {
            guard let user = connections[index].user, let first = missedFrom[user], connections[index].isLoggedIn else {
                continue
            }
            try resume(index, from: first)
        }
    }

    private func resume(_ index: Int, from first: UInt64) throws {
        let id = connections[index].id
        let desk = try opened()
        var next: UInt64? = first
        while let from = next {
            next = nil
            let outputs = desk.process([.server(.lines(id, [IncomingLine(text: "resume \(from)")]))], at: now)
            for output in outputs {
                guard case .send(id, let message) = output else { continue }
                switch message {
                case .reply(let reply):
                    if reply.fields["more"] == true, case .int(let more)? = reply.fields["next"] {
                        next = UInt64(clamping: more)
                    }
                case .written(let text, _) where text.hasPrefix("* login"): break
                default: show(message, index)
                }
            }
        }
        try checkLog()
    }
}

/// Why a step cannot be done.
struct TranscriptTrouble: Error {
    let message: String

    init(_ message: String) { self.message = message }
}
