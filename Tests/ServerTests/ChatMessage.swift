import Foundation
import Trading

/// A message of the server as these tests read it: with Foundation's JSON, not with the server's own.
struct ChatMessage: Decodable, Sendable {
    struct Failure: Decodable, Sendable {
        let code: String
    }

    struct Order: Decodable, Sendable {
        let id: UInt64
        let kind: String
        let status: String
        let quantity: Money
        let filled: Money
        let price: Money?
    }

    struct Fund: Decodable, Sendable {
        let coin: String
        let free: Money
        let inOrders: Money
        let total: Money
    }

    struct Token: Decodable, Sendable {
        let secret: String?
    }

    let type: String
    let id: String?
    let ok: Bool?
    let text: String
    let error: Failure?
    let seq: UInt64?
    let event: String?
    let order: Order?
    let orders: [Order]?
    let funds: [Fund]?
    let token: Token?
    let more: Bool?
    let next: UInt64?
    let count: Int?
    let benefit: Money?
    /// The whole message as it came.
    fileprivate(set) var raw = ""

    private enum CodingKeys: String, CodingKey {
        case type, id, ok, text, error, seq, event, order, orders, funds, token, more, next, count, benefit
    }

    /// Reads a message; in text it is a reply, or begins with `*`.
    init(_ message: String, format: Trader.Format) throws {
        if format == .json {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            self = try decoder.decode(ChatMessage.self, from: Data(message.utf8))
        } else {
            let object = ["type": message.hasPrefix("*") ? "event" : "reply", "text": message]
            self = try JSONDecoder().decode(ChatMessage.self, from: JSONEncoder().encode(object))
        }
        raw = message
    }

    func fund(_ coin: String) throws -> Fund {
        guard let fund = funds?.first(where: { $0.coin == coin }) else { throw Unexpected("no \(coin) in \(raw)") }
        return fund
    }
}

/// Money in a message: a string of an exact decimal, never a number.
struct Money: Decodable, Sendable {
    let amount: ExactDecimal

    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let amount = ExactDecimal(text) else { throw Unexpected("\(text) is no exact decimal") }
        self.amount = amount
    }
}
