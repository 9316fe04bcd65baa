import Accounts
import ChatServer
import Conversation
import Exchange
import Foundation
import Ledger
import Logging
import Secrets
import Testing
import Threads
import Trading

@testable import Desk

/// A server over real sockets and a real file, whose exchange wants keys: what is secret of them is nowhere but under the seal.
@Suite struct KeyServerTests {
    private static let password = "open pit, 1848 bids"
    private static let good = (key: "K7F3Q2-51DD-A9X0-77B1", secret: "5ecret-of-the-good-key")

    @Test func `a secret is in no file, no log and no reply, however the line is spelt`() throws {
        let desk = try KeyedDesk()
        try desk.start()
        var replies: [String] = []
        for format in ["outcry.text.v1", "outcry.json.v1"] {
            let trader = try desk.connect(format)
            replies += try trader.ask("login ann \(Self.password)")
            for (number, line) in desk.secretLines(Self.good).enumerated() {
                replies += try trader.ask(format.contains("json") ? #"{"id":"t\#(number)","line":"\#(line)"}"# : line)
            }
            // Again with the same tag: nothing was remembered, or it would be told here.
            replies += try trader.ask("[again] keys threaded set \(Self.good.key) \(Self.good.secret)")
            replies += try trader.ask("[again] keys threaded set \(Self.good.key) \(Self.good.secret)")
            replies += try trader.ask("keys")
            replies += try trader.ask("inbox")
            replies += try trader.ask("resume 1")
            if format.contains("text") { replies += try trader.ask("keys threaded drop") }
        }
        #expect(replies.contains("+ threaded key K7F3Q2...: may read and trade"))
        #expect(replies.contains { $0.contains("key_in_use") })
        try desk.expectNothing(of: desk.secrets(Self.good), in: replies, "while it runs")
        desk.stop()
        try desk.expectNothing(of: desk.secrets(Self.good), in: replies, "after its end")
        let copy = desk.home.appending(path: "copy.db").path
        try OperatorDesk(database: desk.database).backup(to: copy)
        try desk.expectNothing(of: desk.secrets(Self.good), in: replies, "in a backup")

        // The backup has the key all the same, for whoever has the master key.
        let backup = try KeyedDesk(home: desk.home, database: copy, master: desk.master)
        try backup.start()
        #expect(backup.heard.wait(for: "use K7F3Q2-51DD-A9X0-77B1 5ecret-of-the-good-key") != nil)
        backup.stop()
    }

    @Test
    func `the exchange is given a key after the disk has it, and before it is asked with it, also at the next start`()
        throws
    {
        let desk = try KeyedDesk()
        try desk.start()
        let trader = try desk.connect("outcry.text.v1")
        _ = try trader.ask("login ann \(Self.password)")
        let reply = try trader.ask("keys threaded set \(Self.good.key) \(Self.good.secret)")
        #expect(reply == ["+ threaded key K7F3Q2...: may read and trade"])
        #expect(desk.heard.wait(for: "balances") != nil)
        let words = desk.heard.words
        let use = try #require(words.firstIndex { $0.hasPrefix("use") })
        #expect(use < (words.firstIndex(of: "balances") ?? 0))
        desk.stop()
        desk.heard.forget()
        try desk.start()
        #expect(desk.heard.wait(for: "balances") != nil)
        #expect(desk.heard.words.first { $0 != "recall" } == "use K7F3Q2-51DD-A9X0-77B1 5ecret-of-the-good-key")
        desk.stop()
    }

    @Test func `without a master key nothing is asked and nothing kept`() throws {
        let desk = try KeyedDesk(master: nil)
        try desk.start()
        let trader = try desk.connect("outcry.json.v1")
        _ = try trader.ask("login ann \(Self.password)")
        let reply = try trader.ask("keys threaded set \(Self.good.key) \(Self.good.secret)").joined()
        #expect(reply.contains(#""code":"no_master_key""#))
        #expect(!desk.heard.words.contains { $0.hasPrefix("check") })
        desk.stop()
    }

    @Test func `all keys are sealed anew by the operator while no server runs`() throws {
        let desk = try KeyedDesk()
        try desk.start()
        let trader = try desk.connect("outcry.text.v1")
        _ = try trader.ask("login ann \(Self.password)")
        _ = try trader.ask("keys threaded set \(Self.good.key) \(Self.good.secret)")
        let (old, new) = (try #require(desk.master), try MasterKey.generate())
        #expect(throws: LedgerError.locked(path: desk.database)) {
            try OperatorDesk.resealKeys(database: desk.database, from: old, to: new)
        }
        desk.stop()
        let error = #expect(throws: DeskError.self) {
            try OperatorDesk.resealKeys(database: desk.database, from: MasterKey.generate(), to: new)
        }
        #expect(
            "\(error.map { "\($0)" } ?? "")".hasPrefix("nothing was changed: a secret is sealed under the master key"))
        #expect(try OperatorDesk.resealKeys(database: desk.database, from: old, to: new).keys == 1)
        #expect(try OperatorDesk.resealKeys(database: desk.database, from: old, to: new).already == 1)
        // Under the old one it does not open any more.
        #expect(throws: DeskError.self) { try desk.start() }
        let renewed = try KeyedDesk(home: desk.home, database: desk.database, master: new)
        try renewed.start()
        #expect(renewed.heard.wait(for: "use K7F3Q2-51DD-A9X0-77B1 5ecret-of-the-good-key") != nil)
        renewed.stop()
        let forgotten = try OperatorDesk.forgetUnreadableSecrets(database: desk.database, under: old).keys
        #expect(forgotten.map(\.name.text) == ["ann"] && forgotten.map(\.key.start) == ["K7F3Q2"])
    }
}

/// A server whose exchange wants keys, with one trader, ann.
private final class KeyedDesk {
    let home: URL
    let database: String
    let master: MasterKey?
    let heard = HeardWords()
    private let isOwner: Bool
    private let log = Monitor<[String]>([])
    private var server: DeskServer?

    convenience init(master: MasterKey? = try? MasterKey.generate()) throws {
        let home = FileManager.default.temporaryDirectory.appending(path: "outcry-keys-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        try self.init(home: home, database: home.appending(path: "desk.db").path, master: master, isOwner: true)
        _ = try OperatorDesk(database: database).add(
            #require(AccountName("ann")), role: .trader, password: Secret("open pit, 1848 bids"), funds: [],
            at: MachineClock.wall)
    }

    init(home: URL, database: String, master: MasterKey?, isOwner: Bool = false) throws {
        self.home = home
        self.database = database
        self.master = master
        self.isOwner = isOwner
    }

    deinit {
        server?.stop()
        if isOwner { try? FileManager.default.removeItem(at: home) }
    }

    func start() throws {
        let rules = try PairRules(
            pair: "btc_usd", priceTick: d("0.001"), quantityStep: d("0.0001"), quantityMin: d("0.001"),
            feeRate: d("0.002"))
        let (heard, log) = (heard, log)
        var logger = Logger(label: "outcry.keys") { _ in KeptLog(lines: log) }
        logger.logLevel = .trace
        var chat = ChatServerConfiguration(host: "127.0.0.1", port: 0)
        chat.limits.lineBurst = 1_000
        let server = try DeskServer(
            DeskServer.Setup(
                database: database, desk: DeskConfiguration(),
                gateway: { [chat, logger] in ChatServer(configuration: chat, handlers: $0, logger: logger) },
                exchanges: [.init("threaded", .overTheWire { sink in KeyedThreads(rules, heard, sink) })],
                masterKey: master.map { .given($0) } ?? .none),
            log: logger)
        try server.start()
        self.server = server
    }

    func stop() {
        server?.stop()
        server = nil
    }

    func connect(_ format: String) throws -> Typist { try Typist(port: server?.port ?? 0, format: format) }

    /// Lines with secrets in them, spelt well and not; each secret is its own.
    func secretLines(_ good: (key: String, secret: String)) -> [String] {
        [
            "keys threaded set \(good.key) \(good.secret)", "KEYS Threaded SET \(good.key) 5ecret-0",
            "keys threaded set REFUSED-KEY 5ecret-1", "keys threaded set AWAY-KEY 5ecret-2",
            "keys elsewhere set SOME-KEY 5ecret-3", "keys threaded sett SOME-KEY 5ecret-4",
            "kyes threaded set SOME-KEY 5ecret-5", "keys SOME-KEY 5ecret-6", "keys 5ecret-7",
            "? keys threaded set SOME-KEY 5ecret-8", "alias k = keys threaded set SOME-KEY 5ecret-9",
            "keys threaded set SOME-KEY 5ecret-10 and more", "keys threaded set SOME-KEY \u{E9}5ecret-11",
            "[bad tag keys threaded set SOME-KEY 5ecret-12", "keys threaded drop 5ecret-13",
            "keys threaded set SOME-KEY 5ecret-14" + String(repeating: "x", count: 2_000),
        ]
    }

    func secrets(_ good: (key: String, secret: String)) -> [String] {
        ["5ecret-", good.key, "SOME-KEY", "REFUSED-KEY"]
    }

    func expectNothing(of secrets: [String], in replies: [String], _ when: String) throws {
        var places: [(name: String, bytes: Data)] = [
            ("the log", Data(log.withLock { $0.joined(separator: "\n") }.utf8)),
            ("the replies", Data(replies.joined(separator: "\n").utf8)),
        ]
        for file in try FileManager.default.contentsOfDirectory(at: home, includingPropertiesForKeys: nil) {
            places.append((file.lastPathComponent, try Data(contentsOf: file)))
        }
        #expect(places.count > 2)
        for (name, bytes) in places {
            for secret in secrets {
                #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(secret) in \(name) \(when)")
            }
        }
    }
}

private struct KeptLog: LogHandler {
    let lines: Monitor<[String]>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
    }
}

/// An exchange that says what keys may do, on threads of its own.
private final class KeyedThreads: KeyedExchange {
    let name = "threaded"
    let settlement = Settlement.overTheWire
    private let rules: PairRules
    private let heard: HeardWords
    private let sink: ExchangeSink

    init(_ rules: PairRules, _ heard: HeardWords, _ sink: @escaping ExchangeSink) {
        self.rules = rules
        self.heard = heard
        self.sink = sink
    }

    func recall(_ orders: [SentOrder]) { heard.hear("recall") }

    func submit(_ request: OrderRequest, at now: Timestamp) -> [ExchangeReport] { [] }

    func ask(_ query: ExchangeQuery, id: QueryID, at now: Timestamp) -> [ExchangeReport] {
        switch query {
        case .pairs: return [.answer(id, .pairs([rules]))]
        case .balances:
            heard.hear("balances")
            return []
        default: return []
        }
    }

    func check(_ key: ExchangeKey, seeing order: String?, answer: @escaping @Sendable (KeyVerdict) -> Void) {
        heard.hear("check \(key.key)")
        let verdict: KeyVerdict =
            switch key.key {
            case "REFUSED-KEY": .refused(words: "invalid api key")
            case "AWAY-KEY": .unavailable(reason: "no answer")
            default: .accepted(ExchangeKeyRights(info: true, trade: true, withdraw: false))
            }
        Thread.detachNewThread { answer(verdict) }
    }

    func use(_ key: ExchangeKey?, for account: AccountID) {
        heard.hear(key.map { "use \($0.key) \($0.secret.revealed())" } ?? "use none")
    }
}

/// Somebody at a client, who reads all that comes.
private final class Typist {
    private let messages = Monitor<[String]>([])
    private let client: WebSocketClient
    private var read = 0

    init(port: UInt16, format: String) throws {
        let messages = messages
        client = WebSocketClient(
            WebSocketClient.Options(address: WebSocketAddress(host: "127.0.0.1", port: port), subprotocol: format)
        ) { event in
            if case .message(let text) = event { messages.withLock { $0.append(text) } }
        }
    }

    /// Sends a line, and waits until it is answered; all that came by then.
    func ask(_ line: String) throws -> [String] {
        client.send(line)
        let before = read
        let found: [String]? = messages.wait(seconds: 30) { messages in
            let new = messages.dropFirst(before)
            guard new.contains(where: { !$0.hasPrefix("* ") && !$0.hasPrefix(#"{"type":"event""#) }) else { return nil }
            return Array(new)
        }
        let all = try #require(found, "no answer")
        read += all.count
        return all
    }
}
