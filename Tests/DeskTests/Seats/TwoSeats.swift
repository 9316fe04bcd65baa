import Conversation
import Exchange
import OrderEngine
import Testing
import Trading

@testable import Desk

/// A desk with the paper exchange, which is its first and trades many pairs, and `lossy` over the wire, which trades btc_usd alone.
/// One trader has funds at both.
final class TwoSeats {
    let bench: WireBench
    private let session: SessionID?

    /// With `isJSON` what is typed and told is that of a second session, in JSON.
    init(isJSON: Bool = false, limits: (inout DeskLimits) -> Void = { _ in }) throws {
        bench = try WireBench(isBesidePaper: true) { _, desk in limits(&desk) }
        session = isJSON ? SessionID(rawValue: 900) : nil
        for action in [
            PaperAction.deposit(bench.account, 1_000, "usd"), .deposit(bench.account, 3, "btc"),
            .quote("btc_usd", bid: 200, ask: 201), .quote("ltc_usd", bid: 3, ask: 4),
        ] {
            _ = try #require(bench.desk).perform(action, at: bench.now)
        }
        bench.reconcile()
        if let session {
            bench.process([
                .server(.opened(session, Peer(address: "127.0.0.1", format: .json))),
                .server(.lines(session, [IncomingLine(text: "login dog a-password")])),
            ])
            bench.heardBy(session)
        }
        _ = bench.takeTold()
    }

    /// All that is told within two seconds of a line.
    func told(_ line: String, tag: String? = nil) -> [String] {
        if let session {
            bench.process([.server(.lines(session, [IncomingLine(tag: tag, text: line)]))])
        } else {
            bench.type(line, tag: tag)
        }
        bench.pass(seconds: 2)
        return bench.takeTold()
    }

    /// The reply to a line.
    func typed(_ line: String) -> String {
        told(line).first { session == nil ? !$0.hasPrefix("*") : $0.hasPrefix(#"{"type":"reply""#) } ?? "nothing"
    }

    /// The market of the paper exchange trades; what the trader is told of it.
    func trade(at price: ExactDecimal) throws -> [String] {
        let trade = MarketTrade(pair: "btc_usd", price: price, quantity: 10, takerSide: nil, at: bench.now)
        bench.process([.paper(.trade(trade))])
        return bench.takeTold()
    }
}
