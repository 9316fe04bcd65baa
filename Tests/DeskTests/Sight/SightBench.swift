import Accounts
import Conversation
import Desk
import Foundation
import GRDB
import Logging
import OrderEngine
import Secrets
import Testing
import Trading

@testable import Transcripts

/// A paper desk with three people: ann, who has something of every kind; ben, a trader who has nothing to do with her; and eve,
/// a viewer.
final class SightBench {
    let folder: URL
    let configuration: DeskConfiguration
    private(set) var desk: DeskCore
    private(set) var database: String
    let passwords = InlinePasswords()
    private(set) var now = Timestamp(seconds: 1_767_614_400)
    private var nextSession: UInt64 = 1
    private var restarts = 0
    private var formats: [SessionID: WireFormat] = [:]
    private var heard: [SessionID: [String]] = [:]

    /// Ann's.
    private(set) var account = AccountID(0)
    /// The session of ann, which hears what happens to her.
    private(set) var ann = SessionID(rawValue: 0)
    /// What ann's lines were answered.
    private(set) var told: [String] = []

    /// `isBusy`: whether ann does anything.
    init(isBusy: Bool = true, configuration: DeskConfiguration = DeskConfiguration()) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "outcry-sight-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        self.configuration = configuration
        database = folder.appending(path: "desk.db").path
        desk = try DeskCore.openPaper(
            database: database, configuration, passwords: passwords, log: Logger(label: "test"), now: now)
        try move(.quote("btc_usd", bid: 230, ask: #require(ExactDecimal("230.2"))))
        try move(.trade(MarketTrade(pair: "btc_usd", price: 230, quantity: 1, takerSide: nil, at: now)))
        for (name, role) in [("ann", Role.trader), ("ben", .trader), ("eve", .viewer)] {
            let id = try desk.addAccount(
                try #require(AccountName(name)), role: role,
                passwordHash: PasswordHash(hashing: Secret("\(name)-password"), cost: InlinePasswords.cost),
                funds: [(10_000, "usd"), (50, "btc")], at: now)
            if name == "ann" { account = id }
        }
        ann = open(.text)
        _ = type("login ann ann-password", ann)
        if isBusy { try makeScene() } else { wait(seconds: 2) }
        try move(.trade(MarketTrade(pair: "btc_usd", price: 229, quantity: 1, takerSide: nil, at: now)))
        _ = hear(ann)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Orders of every kind and in every state, the interesting ones with numbers of two digits; alerts, a token, a tag, an
    /// alias, a file.
    private func makeScene() throws {
        let lines = [
            "slice buy 1 btc 195..199 x8",  // 1, 2 to 9
            "buy 0.5 btc_usd at 228",  // 10
            "slice buy 1 btc 195..199 x3",  // 11, 12 to 14
            "pair buy 0.1 btc at market",  // 15: its contra is ready
            "pair buy 0.1 btc at market then 240",  // 16, 17 its contra
            "stop sell 0.2 btc at 200",  // 18
            "sell 0.3 btc_usd at 275 stop 201",  // 19
            "trail sell 0.1 btc by 5%",  // 20
            "buy 0.1 btc at market",  // 21: filled
            "buy 0.1 btc_usd at 220", "cancel 22",  // 22: canceled
            "buy 0.1 btc_usd at 221 for 1s",  // 23: expires
            "stop sell 0.1 btc at 229",  // 24, triggered below as 25
            "alert btc above 300", "alert btc above 301", "token new bot trade", "alias mine = cancel 10",
            "export trades", "inbox",
        ]
        for line in lines { told.append(type(line, ann)) }
        wait(seconds: 2)
        try move(.trade(MarketTrade(pair: "btc_usd", price: 229, quantity: 1, takerSide: nil, at: now)))
        told.append(type("[k1] buy 0.1 btc_usd at 222", ann))  // 26
    }

    // MARK: What happens

    func move(_ action: PaperAction) throws { collect(try desk.perform(action, at: now)) }

    func wait(seconds: Int64) {
        now = now.advanced(bySeconds: seconds)
        process([.wake])
    }

    func process(_ first: [DeskInput]) {
        var inputs = first
        repeat {
            collect(desk.process(inputs, at: now))
            inputs = passwords.takeAnswers()
        } while !inputs.isEmpty || desk.hasTurnsLeft
    }

    private func collect(_ outputs: [DeskOutput]) {
        for case .send(let id, let message) in outputs {
            guard let format = formats[id], let payload = message.payload(as: format) else { continue }
            heard[id, default: []].append(String(decoding: payload, as: UTF8.self))
        }
    }

    /// Bytes of the pages that the database has.
    func pageBytes() throws -> Int {
        let queue = try DatabaseQueue(path: database)
        return try queue.read { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 } * 4_096
    }

    /// The server dies, and another comes up on what is on the disk. All sessions are gone.
    func restart() throws { try restart { _ in } }

    /// The same, with something done to the database while the server is down.
    func restart<Value>(_ body: (String) throws -> Value) throws -> Value {
        let old = database
        restarts += 1
        database = folder.appending(path: "desk-\(restarts).db").path
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: old + suffix) {
            try FileManager.default.copyItem(atPath: old + suffix, toPath: database + suffix)
        }
        let value = try body(database)
        desk = try DeskCore.openPaper(
            database: database, configuration, passwords: passwords, log: Logger(label: "test"), now: now)
        return value
    }

    // MARK: Sessions

    func open(_ format: WireFormat, token: String? = nil) -> SessionID {
        let id = SessionID(rawValue: nextSession)
        nextSession += 1
        formats[id] = format
        process([.server(.opened(id, Peer(address: "127.0.0.1", format: format, bearerToken: token)))])
        return id
    }

    func login(_ name: String, _ format: WireFormat = .text) -> SessionID {
        let id = open(format)
        _ = type("login \(name) \(name)-password", id)
        return id
    }

    /// A session of a token to read that is made here.
    func reader(of name: String, _ format: WireFormat = .text) throws -> SessionID {
        let reply = type("token new reader\(nextSession) read", login(name))
        let secret = try #require(reply.split(separator: "\n").dropFirst().first).trimmingPrefix("  ")
        return open(format, token: String(secret))
    }

    /// Types lines in one message, and gives all that the session is told.
    @discardableResult
    func type(_ lines: [String], _ id: SessionID) -> [String] {
        _ = hear(id)
        process([.server(.lines(id, lines.map { IncomingLine(text: $0) }))])
        return hear(id)
    }

    @discardableResult
    func type(_ line: String, _ id: SessionID) -> String { type([line], id).joined(separator: "\n") }

    /// What a session was told since it was last asked.
    func hear(_ id: SessionID) -> [String] { heard.removeValue(forKey: id) ?? [] }
}
