import COpenSSL
import ExactJSON
import Testing
import Trading

@testable import Venue

/// A venue with two accounts, asked as a client asks, without the adapter and without sockets.
final class VenueUnderTest {
    let venue: TapiVenue
    /// Moves only when told.
    var now = Timestamp(seconds: 1_772_366_400)
    private var nonces: [String: UInt64] = [:]

    static let secrets = ["ann": "secret of ann", "bob": "secret of bob", "eve": "secret of eve"]

    /// Ann and Bob have 10,000 usd, 100 btc and 1,000 ltc each; Eve has the same and may only look.
    init(
        _ dialect: VenueDialect = .btce, prices: [Pair: ExactDecimal] = ["btc_usd": 230],
        change: (inout TapiVenue.Settings) -> Void = { _ in }
    ) {
        var settings = VenueUnderTest.settings(dialect)
        settings.prices = prices
        change(&settings)
        venue = TapiVenue(settings)
        venue.start(at: now)
    }

    /// One that was killed, with what its books had kept.
    init(again records: [VenueRecord], change: (inout TapiVenue.Settings) -> Void = { _ in }) {
        var settings = VenueUnderTest.settings(.btce)
        change(&settings)
        venue = TapiVenue(settings)
        for record in records { venue.replay(record) }
        venue.start(at: now)
    }

    static func settings(_ dialect: VenueDialect) -> TapiVenue.Settings {
        let funds: [(amount: ExactDecimal, coin: Coin)] = [(10_000, "usd"), (100, "btc"), (1_000, "ltc")]
        let accounts = ["ann", "bob", "eve"].compactMap { key in
            VenueAccount(
                key: key, secret: secrets[key] ?? "", rights: key == "eve" ? [.info] : [.info, .trade], funds: funds)
        }
        let pairs = PairRules.tested.map { VenuePair(tradedBy: $0) }
        return TapiVenue.Settings(dialect: dialect, accounts: accounts, pairs: pairs)
    }

    // MARK: Asking

    func get(_ target: String) throws -> ExchangeJSON {
        let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
        let request = VenueHTTPRequest("GET", parts[0], query: parts.count > 1 ? parts[1] : "")
        return try ExchangeJSONReader.read(venue.answer(request, at: now).body)
    }

    func nextNonce(_ key: String) -> UInt64 {
        nonces[key, default: 0] += 1
        return nonces[key] ?? 0
    }

    func request(
        _ key: String, _ body: String, secret: String? = nil, type: String? = "application/x-www-form-urlencoded"
    )
        -> VenueHTTPRequest
    {
        let bytes = Array(body.utf8)
        var headers = [
            VenueHTTPRequest.Header("key", key),
            VenueHTTPRequest.Header("SIGN", sign(bytes, secret ?? VenueUnderTest.secrets[key] ?? "none")),
        ]
        if let type { headers.append(VenueHTTPRequest.Header("Content-Type", type)) }
        return VenueHTTPRequest("POST", "/tapi", headers: headers, body: bytes)
    }

    func answer(_ key: String, body: String) throws -> ExchangeJSON {
        try ExchangeJSONReader.read(venue.answer(request(key, body), at: now).body)
    }

    /// What a method returns; an error's text is thrown.
    @discardableResult
    func call(_ key: String, _ method: String, _ fields: String = "") throws -> ExchangeJSON {
        let answer = try answer(
            key, body: "method=\(method)&nonce=\(nextNonce(key))" + (fields.isEmpty ? "" : "&\(fields)"))
        if let error = answer["error"] {
            guard case .string(let text) = error else { throw Said("an error that is no text") }
            throw Said(text)
        }
        #expect(answer["success"] == 1)
        return try #require(answer["return"])
    }

    /// What a call is refused with; nil where it is not.
    func refusal(_ key: String, _ method: String, _ fields: String = "") throws -> String? {
        do {
            try call(key, method, fields)
            return nil
        } catch let said as Said {
            return said.text
        }
    }

    @discardableResult
    func trade(_ key: String, _ side: String, _ amount: String, at rate: String, pair: String = "btc_usd") throws
        -> ExchangeJSON
    {
        try call(key, "Trade", "pair=\(pair)&type=\(side)&rate=\(rate)&amount=\(amount)")
    }

    @discardableResult
    func control(_ path: String, _ body: String) throws -> ExchangeJSON {
        try ExchangeJSONReader.read(
            venue.control(VenueHTTPRequest("POST", path, body: Array(body.utf8)), at: now).body)
    }

    func pass(seconds: Int64) { now = now.advanced(bySeconds: seconds) }
}

/// What the venue said instead of an answer.
struct Said: Error, Hashable, CustomStringConvertible {
    let text: String
    init(_ text: String) { self.text = text }
    var description: String { text }
}

/// HMAC-SHA512 as RFC 2104 writes it down, from the hash alone: apart from what the venue does.
func sign(_ message: [UInt8], _ secret: String) -> String {
    func hash(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 64)
        var count: UInt32 = 0
        guard EVP_Digest(bytes, bytes.count, &digest, &count, EVP_sha512(), nil) == 1 else { return [] }
        return digest
    }
    var block = Array(secret.utf8)
    if block.count > 128 { block = hash(block) }
    block += [UInt8](repeating: 0, count: 128 - block.count)
    let digest = hash(block.map { $0 ^ 0x5C } + hash(block.map { $0 ^ 0x36 } + message))
    return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

extension ExchangeJSON {
    subscript(_ name: String) -> ExchangeJSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    subscript(_ index: Int) -> ExchangeJSON? {
        guard case .array(let values) = self, values.indices.contains(index) else { return nil }
        return values[index]
    }

    /// The names of an object's members, in their order.
    var names: [String] {
        guard case .object(let members) = self else { return [] }
        return members.map(\.name)
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension PairRules {
    /// btc-e's rules of three pairs.
    static let tested: [PairRules] = [("btc_usd", 3, "0.01"), ("ltc_usd", 3, "0.1"), ("ltc_btc", 5, "0.1")].map {
        (pair: Pair, tick: Int, least: String) in
        do {
            return try PairRules(
                pair: pair, priceTick: .step(decimals: tick), quantityStep: .step(decimals: 8),
                quantityMin: ExactDecimal(parsing: least), feeRate: ExactDecimal(parsing: "0.002"))
        } catch {
            preconditionFailure("rules of \(pair): \(error)")
        }
    }
}
