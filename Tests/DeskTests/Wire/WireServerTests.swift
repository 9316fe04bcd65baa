import ChatServer
import Conversation
import Exchange
import Foundation
import Logging
import Testing
import Trading

@testable import Desk

/// Answers from threads of its own, as an adapter does.
private final class ThreadedExchange: Exchange {
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
        case .pairs:
            heard.hear("pairs")
            let (rules, sink) = (rules, sink)
            Thread.detachNewThread { sink([.answer(id, .pairs([rules]))]) }
            return []
        case .ticker(let pair):
            heard.hear("ticker")
            return [.answer(id, .ticker(pair, Ticker(bid: 1, ask: 2, last: 1, at: now)))]
        default: return []
        }
    }
}

@Suite struct WireServerTests {
    @Test func `a server asks its exchange after each sync, and takes in what is said from any thread`() throws {
        let home = FileManager.default.temporaryDirectory.appending(path: "outcry-wire-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: home) }
        let rules = try PairRules(
            pair: "btc_usd", priceTick: d("0.001"), quantityStep: d("0.0001"), quantityMin: d("0.001"),
            feeRate: d("0.002"))
        var desk = DeskConfiguration()
        desk.limits.tickerSeconds = 1
        let heard = HeardWords()
        let server = try DeskServer(
            DeskServer.Setup(
                database: home.appending(path: "desk.db").path, desk: desk,
                gateway: {
                    ChatServer(
                        configuration: ChatServerConfiguration(host: "127.0.0.1", port: 0), handlers: $0,
                        logger: Logger(label: "outcry.wire") { _ in SwiftLogNoOpLogHandler() })
                },
                exchanges: [.init("threaded", .overTheWire { sink in ThreadedExchange(rules, heard, sink) })]),
            log: Logger(label: "outcry.wire") { _ in SwiftLogNoOpLogHandler() })
        try server.start()
        defer { server.stop() }
        // The second question for the price is asked once the answer to the first has been taken in.
        let words = try #require(heard.wait(for: "ticker", times: 2))
        #expect(words.prefix(3) == ["recall", "pairs", "ticker"])
    }
}
