import Exchange
import Testing
import Trading

@testable import BtceExchange

@Suite struct `Nonces` {
    private let now = Timestamp(seconds: 1_795_000_000)

    @Test func `each is higher than the one before, and reserved on disk before it is given`() throws {
        let store = NoncesInMemory()
        var source = try NonceSource(key: "K", dialect: .btce, store: store, blockSize: 10)
        for expected in 1...25 {
            let nonce = try source.next().nonce
            #expect(nonce == UInt64(expected))
            #expect(try store.reserved(key: "K") ?? 0 >= nonce)
        }
        #expect(store.writes == 3)
    }

    @Test func `a crash skips nonces and never repeats one`() throws {
        var chance = SplitMix64(seed: testSeed)
        let store = NoncesInMemory()
        var highest: UInt64 = 0
        for _ in 0..<500 {
            // Nothing but the store is left of the source before.
            var source = try NonceSource(
                key: "K", dialect: .btce, store: store, blockSize: .random(in: 1...7, using: &chance))
            store.fails = Int.random(in: 0..<5, using: &chance) == 0
            for _ in 0..<Int.random(in: 0...12, using: &chance) {
                guard let nonce = try? source.next().nonce else { break }
                #expect(nonce > highest)
                highest = nonce
                if Int.random(in: 0..<6, using: &chance) == 0 {
                    source.refused(onKey: nonce + 3, next: nil, at: now)
                    // What the exchange said is kept too, where it can be.
                    if !store.fails { highest = nonce + 3 }
                }
            }
            store.fails = false
        }
        #expect(highest > 1_000)
    }

    @Test func `keys have nonces of their own`() throws {
        let store = NoncesInMemory()
        var one = try NonceSource(key: "1", dialect: .btce, store: store)
        var two = try NonceSource(key: "2", dialect: .btce, store: store)
        #expect(try [one.next().nonce, one.next().nonce, two.next().nonce] == [1, 2, 1])
    }

    @Test func `nothing is given that could not be kept`() throws {
        let store = NoncesInMemory()
        var source = try NonceSource(key: "K", dialect: .btce, store: store, blockSize: 2)
        _ = try source.next()
        _ = try source.next()
        store.fails = true
        #expect(throws: NonceSource.Failure.self) { try source.next() }
        store.fails = false
        #expect(try source.next().nonce == 3)
    }

    @Test(
        arguments: [
            ("invalid nonce parameter; on key:140615109, you sent:1", 140_615_110),
            ("invalid nonce parameter; on key:555000110, you sent:'1', you should send:555000111", 555_000_111),
            ("invalid nonce parameter; you should send:77", 77),
            ("invalid nonce (has already been used)", 1_795_000_001),
        ] as [(String, UInt64)])
    func `a refused nonce is made up for by the exchange's own number, or by the seconds since 1970`(
        text: String, next: UInt64
    ) throws {
        let store = NoncesInMemory()
        var source = try NonceSource(key: "K", dialect: .btce, store: store)
        _ = try source.next()
        guard case .invalidNonce(let onKey, _, let told) = ExchangeRefusal(text: text) else { throw Wrong.text }
        source.refused(onKey: onKey, next: told, at: now)
        #expect(try source.next().nonce == next)
        #expect(try store.reserved(key: "K") ?? 0 >= next)
    }

    @Test func `refused without a number again and again, it jumps further each time`() throws {
        var source = try NonceSource(key: "K", dialect: .btce, store: NoncesInMemory())
        var gaps: [UInt64] = []
        var last: UInt64 = 1_795_000_000
        source.refused(onKey: nil, next: nil, at: now)
        for _ in 0..<4 {
            source.refused(onKey: nil, next: nil, at: now)
            let nonce = try source.next().nonce
            gaps.append(nonce - last)
            last = nonce
        }
        #expect(gaps == [1_001, 2_001, 4_001, 8_001])
        // A number below what was given already is old news.
        source.refused(onKey: 5, next: nil, at: now)
        #expect(try source.next().nonce == last + 1)
    }

    @Test(arguments: Dialect.allCases)
    func `the end of a key is told in time, and nothing is given beyond it`(dialect: Dialect) throws {
        let store = NoncesInMemory()
        try store.reserve(through: dialect.nonceMax - 10_000_002, key: "K")
        var source = try NonceSource(key: "K", dialect: dialect, store: store)
        #expect(try source.next().warning == nil)
        #expect(try source.next().warning == NonceSource.Warning(remaining: 10_000_000))
        #expect(try source.next().warning == nil)
        source.refused(onKey: dialect.nonceMax - 500, next: nil, at: now)
        #expect(try source.next().warning == NonceSource.Warning(remaining: 499))
        source.refused(onKey: dialect.nonceMax - 2, next: nil, at: now)
        #expect(try source.next().nonce == dialect.nonceMax - 1)
        #expect(try source.next().nonce == dialect.nonceMax)
        #expect(throws: NonceSource.Failure.exhausted(max: dialect.nonceMax)) { try source.next() }
        #expect(try store.reserved(key: "K") == dialect.nonceMax)
        source.refused(onKey: .max, next: .max, at: now)
        source.refused(onKey: nil, next: nil, at: now)
        #expect(throws: NonceSource.Failure.exhausted(max: dialect.nonceMax)) { try source.next() }
        #expect(source.remaining == 0)
    }

    private enum Wrong: Error { case text }
}

@Suite struct `A key's requests` {
    private let now = Timestamp(seconds: 1_795_000_000)
    private let trade = TapiRequest.trade(pair: "btc_usd", side: .buy, rate: 1, amount: 1)

    private func lane(_ store: NoncesInMemory = NoncesInMemory()) throws -> KeyLane<String> {
        KeyLane(try NonceSource(key: "K", dialect: .btce, store: store))
    }

    private func started(_ step: KeyLane<String>.Step) -> String {
        switch step {
        case .send(let ticket, _, let issued): "\(ticket) \(issued.nonce)"
        case .nothing: "-"
        case .failed(let ticket, _, _): "\(ticket) failed"
        }
    }

    @Test func `go one at a time, in the order of their nonces, what takes risk away first`() throws {
        var lane = try lane()
        let wanted: [(KeyLane<String>.Urgency, String)] = [
            (.question, "q1"), (.place, "p1"), (.settle, "s1"), (.place, "p2"), (.cancel, "c1"), (.question, "q2"),
        ]
        for (urgency, ticket) in wanted { _ = lane.add(.getInfo, urgency: urgency, ticket: ticket) }
        var log: [String] = []
        for _ in 0..<7 {
            log.append(started(lane.start()))
            // A second one must not overtake the first.
            if log.last != "-" {
                #expect(started(lane.start()) == "-")
                #expect(lane.answered(nil, at: now) == .handOn)
            }
        }
        #expect(log == ["c1 1", "p1 2", "p2 3", "s1 4", "q1 5", "q2 6", "-"])
    }

    @Test func `one that was refused for its nonce goes again, first, above the exchange's number`() throws {
        var lane = try lane()
        _ = lane.add(.getInfo, urgency: .question, ticket: "q1")
        _ = lane.add(.getInfo, urgency: .question, ticket: "q2")
        #expect(started(lane.start()) == "q1 1")
        let refusal = AnswerFailure.refused(.invalidNonce(onKey: 50, sent: 1, next: nil), words: "")
        #expect(lane.answered(refusal, at: now) == .sentAgain)
        #expect(started(lane.start()) == "q1 51")
        for _ in 0..<2 {
            #expect(lane.answered(refusal, at: now) == .sentAgain)
            _ = lane.start()
        }
        #expect(lane.answered(refusal, at: now) == .handOn)
        #expect(started(lane.start()) == "q2 54")
    }

    @Test func `a trade never goes again`() throws {
        var lane = try lane()
        _ = lane.add(trade, urgency: .place, ticket: "t")
        #expect(started(lane.start()) == "t 1")
        #expect(lane.answered(.refused(.invalidNonce(onKey: 50, sent: 1, next: nil), words: ""), at: now) == .handOn)
        #expect(started(lane.start()) == "-")
        // What it learned serves the next.
        _ = lane.add(trade, urgency: .place, ticket: "u")
        #expect(started(lane.start()) == "u 51")
    }

    @Test func `one without a nonce is told to have failed, and blocks nobody`() throws {
        let store = NoncesInMemory()
        var lane = try lane(store)
        store.fails = true
        _ = lane.add(trade, urgency: .place, ticket: "t")
        #expect(started(lane.start()) == "t failed")
        store.fails = false
        _ = lane.add(trade, urgency: .place, ticket: "u")
        #expect(started(lane.start()) == "u 1")
    }

    @Test func `no more wait than the limit says`() throws {
        var lane = try lane()
        var added = 0
        for number in 0..<KeyLane<String>.waitingMax + 1
        where lane.add(.getInfo, urgency: .question, ticket: "\(number)") {
            added += 1
        }
        #expect(added == KeyLane<String>.waitingMax)
        #expect(lane.waiting == KeyLane<String>.waitingMax)
        #expect(started(lane.start()) == "0 1")
        _ = lane.add(.getInfo, urgency: .cancel, ticket: "x")
        #expect(lane.answered(nil, at: now) == .handOn)
        #expect(started(lane.start()) == "x 2")
    }
}

/// A store of nonces whose writes can be made to fail.
final class NoncesInMemory: NonceStore {
    struct Full: Error {}

    var fails = false
    private(set) var writes = 0
    private var kept: [String: UInt64] = [:]

    func reserved(key: String) throws -> UInt64? { kept[key] }

    func reserve(through last: UInt64, key: String) throws {
        if fails { throw Full() }
        writes += 1
        kept[key] = last
    }
}
