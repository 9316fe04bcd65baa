import Exchange
import Foundation
import Secrets
import Synchronization
import Testing
import Trading

@testable import BtceExchange

/// A key is checked over real sockets, against a server that counts nonces as the exchange does.
@Suite(.timeLimit(.minutes(2))) struct `A key is checked` {
    private let secret = "hush-hush"
    private let nonces = CountedNonces()

    /// An exchange whose highest nonce of the key is `onKey`, and what it says to a request that is signed and above it.
    private func server(onKey: UInt64 = 0, _ answer: String, says: Bool = true) throws -> (ScriptedServer, HighestNonce)
    {
        let seen = HighestNonce(onKey)
        let signing = TapiKey(key: "any", secret: Array(secret.utf8))
        let server = try ScriptedServer { request in
            let form = String(decoding: request.body, as: UTF8.self)
            let fields = form.split(separator: "&").map { $0.split(separator: "=").last.map(String.init) ?? "" }
            guard fields.count >= 2, let nonce = UInt64(fields[1]) else { return [.answer(#"{"success":0}"#)] }
            guard request.head.contains("Sign: \(signing.sign(request.body))") else {
                return [.answer(#"{"success":0,"error":"invalid sign"}"#)]
            }
            guard let before = seen.raise(to: nonce) else {
                return [.answer(fields[0] == "getInfo" ? answer : Self.orders[fields.last ?? ""] ?? Self.noOrder)]
            }
            let words =
                says ? "invalid nonce parameter; on key:\(before), you sent:\(nonce)" : "invalid nonce parameter"
            return [.answer(#"{"success":0,"error":"\#(words)"}"#)]
        }
        return (server, seen)
    }

    private func ask(
        _ server: ScriptedServer, secret: String? = nil, seeing order: UInt64? = nil
    ) async throws -> Result<AccountInfo, KeyCheck.Failure> {
        let check = KeyCheck(
            client: try HTTPClient(.patient), baseURL: "http://127.0.0.1:\(server.port)", dialect: .btce,
            nonces: nonces,
            clock: { Timestamp(seconds: 1_795_000_000) })
        return await withCheckedContinuation { done in
            check.ask(TapiKey(key: "K", secret: Array((secret ?? self.secret).utf8)), seeing: order) {
                done.resume(returning: $0)
            }
        }
    }

    private static let info =
        #"{"success":1,"return":{"funds":{"usd":1},"rights":{"info":1,"trade":1,"withdraw":0},"server_time":1}}"#

    private static let noOrder = #"{"success":0,"error":"invalid order"}"#
    private static let orders = [
        "12": """
        {"success":1,"return":{"12":{"pair":"btc_usd","type":"sell","start_amount":1,"amount":0.5,"rate":200,\
        "timestamp_created":1795000000,"status":0}}}
        """, "13": #"{"success":0,"error":"invalid method"}"#, "14": #"{"success":0,"error":"not available"}"#,
    ]

    @Test(
        arguments: [
            (UInt64(12), nil), (13, nil), (14, .answer(.refused(.unavailable, words: "not available"))),
            (15, .ofAnotherAccount(words: "invalid order")),
        ] as [(UInt64, KeyCheck.Failure?)])
    func `and is to see an order of the account`(order: UInt64, failure: KeyCheck.Failure?) async throws {
        let (server, _) = try server(Self.info)
        defer { server.stop() }
        let result = try await ask(server, seeing: order)
        #expect(server.seen.count == 2)
        if let failure { #expect(result == .failure(failure)) } else { #expect(try result.get().rights.trade) }
    }

    @Test func `and its rights are what the exchange says`() async throws {
        let (server, _) = try server(Self.info)
        defer { server.stop() }
        #expect(try await ask(server).get().rights == KeyRights(info: true, trade: true, withdraw: false))
        #expect(server.seen.count == 1)
        #expect(nonces.kept == ["K": 1])
        // Checked again it goes on above.
        _ = try await ask(server).get()
        #expect(nonces.kept == ["K": 2] && server.seen.count == 2)
    }

    @Test(arguments: [(true, UInt64(555_000_110), 2), (false, 1_000, 2), (false, 1_795_000_500, 3)])
    func `above the nonce that the exchange has, whether it says it or not`(
        says: Bool, onKey: UInt64, requests: Int
    ) async throws {
        let (server, seen) = try server(onKey: onKey, Self.info, says: says)
        defer { server.stop() }
        #expect(try await ask(server).get().rights.trade)
        #expect(server.seen.count == requests)
        #expect(seen.value > onKey)
        // What was used is kept, so that whoever signs next goes on above.
        #expect(nonces.kept["K"] == seen.value)
    }

    @Test func `and refused with a wrong secret`() async throws {
        let (server, _) = try server(Self.info)
        defer { server.stop() }
        guard case .failure(.answer(.refused(.invalidSignature, let words))) = try await ask(server, secret: "other")
        else {
            Issue.record("it was accepted")
            return
        }
        #expect(words == "invalid sign")
    }

    @Test(arguments: ["<html><title>Just a moment</title></html>", "", "{\"success\":1,\"return\":{}}", "not json"])
    func `and an answer that is none is no verdict`(answer: String) async throws {
        let (server, _) = try server(answer)
        defer { server.stop() }
        guard case .failure(.answer(let failure)) = try await ask(server) else {
            Issue.record("it was accepted")
            return
        }
        if case .refused = failure { Issue.record("\(failure)") }
    }

    @Test func `and without a nonce that is kept nothing is sent`() async throws {
        let (server, _) = try server(Self.info)
        defer { server.stop() }
        nonces.fail()
        guard case .failure(.noNonce(.storeFailed)) = try await ask(server) else {
            Issue.record("it was sent")
            return
        }
        #expect(server.seen.isEmpty)
    }

    @Test func `its fingerprint is its SHA-256`() {
        // FIPS 180-2, appendix B.1.
        #expect(
            KeyFingerprint.of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}

/// The highest nonce that was accepted.
final class HighestNonce: Sendable {
    private let highest: Mutex<UInt64>

    init(_ start: UInt64) { highest = Mutex(start) }

    var value: UInt64 { highest.withLock { $0 } }

    /// Nil where the nonce is above all before; else the one that it is not above.
    func raise(to nonce: UInt64) -> UInt64? {
        highest.withLock { highest in
            guard nonce > highest else { return highest }
            highest = nonce
            return nil
        }
    }
}

/// Nonces in memory, for more threads than one.
final class CountedNonces: NonceStore, Sendable {
    private let state = Mutex((kept: [String: UInt64](), fails: false))

    var kept: [String: UInt64] { state.withLock { $0.kept } }

    func fail() { state.withLock { $0.fails = true } }

    func reserved(key: String) throws -> UInt64? { state.withLock { $0.kept[key] } }

    func reserve(through last: UInt64, key: String) throws {
        try state.withLock { state in
            if state.fails { throw POSIXError(.ENOSPC) }
            state.kept[key] = last
        }
    }
}
