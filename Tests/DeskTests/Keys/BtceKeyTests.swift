import Accounts
import Exchange
import Foundation
import Ledger
import Secrets
import Testing
import Trading

@testable import BtceExchange
@testable import Desk

@Suite struct BtceKeyTests {
    private static let rights = AccountInfo(
        funds: [], fundsWithOrders: nil, rights: KeyRights(info: true, trade: false, withdraw: true), openOrderCount: 0,
        serverTime: Timestamp(seconds: 1))

    private static let words = "its words"

    private static let verdicts: [(Result<AccountInfo, KeyCheck.Failure>, KeyVerdict)] = [
        (.success(rights), .accepted(ExchangeKeyRights(info: true, trade: false, withdraw: true))),
        (.failure(.answer(.refused(.invalidKey, words: words))), .refused(words: words)),
        (.failure(.answer(.refused(.invalidSignature, words: words))), .refused(words: words)),
        (.failure(.answer(.refused(.noPermission, words: words))), .refused(words: words)),
        (.failure(.answer(.refused(.unknown, words: words))), .refused(words: words)),
        (.failure(.answer(.refused(.tooOften, words: words))), .unavailable(reason: words)),
        (.failure(.answer(.refused(.unavailable, words: words))), .unavailable(reason: words)),
        (
            .failure(.answer(.refused(.invalidNonce(onKey: 5, sent: 1, next: nil), words: words))),
            .unavailable(reason: words)
        ),
        (.failure(.answer(.empty(status: 502))), .unavailable(reason: "an empty answer (HTTP 502)")),
        (.failure(.ofAnotherAccount(words: words)), .ofAnotherAccount(words: words)),
        (.failure(.noNonce(.storeFailed("no disk"))), .unavailable(reason: "no disk")),
        (.failure(.noNonce(.exhausted(max: 9))), .refused(words: "it has sent its last nonce; make a new key")),
    ]

    @Test(arguments: verdicts)
    func `only what is said of the key counts against it`(
        answer: Result<AccountInfo, KeyCheck.Failure>, verdict: KeyVerdict
    ) {
        #expect(KeyVerdict(answer) == verdict)
    }

    @Test func `a key signs as it was typed`() throws {
        let key = try #require(ExchangeKey(key: "K", secret: "hush"))
        #expect(TapiKey(key).key == "K")
        #expect(TapiKey(key).sign([1, 2, 3]) == TapiKey(key: "K", secret: Array("hush".utf8)).sign([1, 2, 3]))
    }

    @Test func `nonces go on above the block before, by the key and not by whose it is, and name no key`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "outcry-nonces-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = folder.appending(path: "desk.db").path
        var used: [UInt64] = []
        for run in 0..<3 {
            let nonces = try DurableNonces(beside: database)
            #expect(throws: LedgerError.locked(path: database + ".nonces")) { _ = try DurableNonces(beside: database) }
            var source = try NonceSource(key: "K7F3Q2-51DD", dialect: .btce, store: nonces, blockSize: 10)
            for _ in 0..<(run == 1 ? 15 : 3) { used.append(try source.next().nonce) }
            if run == 1 { source.refused(onKey: 555, next: nil, at: Timestamp(seconds: 1)) }
        }
        #expect(used == [1, 2, 3] + Array(11...25) + [556, 557, 558])
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let bytes = try Data(contentsOf: folder.appending(path: name))
            #expect(bytes.range(of: Data("K7F3Q2".utf8)) == nil, "\(name)")
        }
    }
}
