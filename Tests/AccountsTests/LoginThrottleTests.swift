import GRDB
import Testing
import Trading

@testable import Accounts

struct LoginThrottleTests {
    private let home = "192.0.2.1"
    private let second = Timestamp.nanosecondsPerSecond

    /// Fails so many times, each as soon as it may, and returns when the last was.
    private func fail(
        _ count: Int, _ throttle: inout LoginThrottle, name: String = "ana", address: String,
        from start: Timestamp = noon
    ) throws -> Timestamp {
        var now = start
        for _ in 0..<count {
            now = now.advanced(byNanoseconds: throttle.waitLeft(name: name, address: address, at: now))
            try throttle.attempt(name: name, address: address, at: now)
        }
        return now
    }

    @Test func `five failures are free, then waits double from a second to a quarter of an hour`() throws {
        var throttle = LoginThrottle()
        var waits: [Int64] = []
        var now = noon
        for _ in 0..<18 {
            try throttle.attempt(name: "ana", address: home, at: now)
            let wait = throttle.waitLeft(name: "ana", address: home, at: now)
            waits.append(wait / second)
            now = now.advanced(byNanoseconds: wait)
        }
        #expect(waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900])
    }

    @Test func `an attempt too early is refused, says how long, and does not lengthen the wait`() throws {
        var throttle = LoginThrottle()
        let last = try fail(7, &throttle, address: home)
        let now = last.advanced(byNanoseconds: second + 1)
        #expect(throttle.waitLeft(name: "ana", address: home, at: now) == 3 * second - 1)
        let refusal = #expect(throws: Refusal.self) {
            try throttle.attempt(name: "ana", address: home, at: now)
        }
        #expect(refusal?.code == .loginWait)
        #expect(refusal?.message == "too many failed logins; wait 3s")
        #expect(throttle.waitLeft(name: "ana", address: home, at: last.advanced(bySeconds: 4)) == 0)
    }

    @Test func `a name waits wherever it is tried from, and an address whoever is tried`() throws {
        var throttle = LoginThrottle()
        for number in 0..<5 { try throttle.attempt(name: "ana", address: "192.0.2.\(number)", at: noon) }
        #expect(throttle.waitLeft(name: "ANA", address: "203.0.113.9", at: noon) == second)
        #expect(throttle.waitLeft(name: "bob", address: "192.0.2.1", at: noon) == 0)
        for number in 0..<5 { try throttle.attempt(name: "user\(number)", address: home + "1", at: noon) }
        #expect(throttle.waitLeft(name: "bob", address: home + "1", at: noon) == second)
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("::1", "0000000000000000/64"),
        ("2001:db8:1:2:3:4:5:6", "20010db800010002/64"), ("2001:db8:1:2::9", "20010db800010002/64"),
        ("2001:db8:1:3::9", "20010db800010003/64"), ("", ""), ("unix", "unix"),
        (String(repeating: "x", count: 100), String(repeating: "x", count: 64)),
    ])
    func `an address counts as one subscriber does`(address: String, key: String) {
        #expect(LoginSubject.address(address) == LoginSubject(kind: .address, key: key))
    }

    @Test func `attempts side by side get no more than those one after another`() throws {
        var throttle = LoginThrottle()
        let admitted = (0..<50).count { _ in (try? throttle.attempt(name: "ana", address: home, at: noon)) != nil }
        #expect(admitted == 5)
    }

    @Test func `a success frees the name, and gives the address back the one attempt`() throws {
        var throttle = LoginThrottle()
        let last = try fail(6, &throttle, address: home)
        throttle.succeeded(name: "Ana", address: home)
        #expect(throttle.waitLeft(name: "ana", address: "203.0.113.9", at: last) == 0)
        #expect(throttle.rows == [LoginFailures(subject: .address(home), count: 5, lastAttemptAt: last)])
    }

    @Test func `an attempt that was never judged counts for nothing`() throws {
        var throttle = LoginThrottle()
        for _ in 0..<100 {
            try throttle.attempt(name: "ana", address: home, at: noon)
            throttle.withdrawn(name: "ana", address: home)
        }
        #expect(throttle.rows.isEmpty)
    }

    @Test func `a name that nobody can have waits like any other`() throws {
        var throttle = LoginThrottle()
        for number in 0..<5 { try throttle.attempt(name: "no such name \(number)", address: "\(number)", at: noon) }
        #expect(throttle.waitLeft(name: String(repeating: "?", count: 5_000), address: "x", at: noon) == second)
    }

    @Test func `a day later all is forgotten, and a clock set back lengthens no wait`() throws {
        var throttle = LoginThrottle()
        let last = try fail(20, &throttle, address: home)
        #expect(throttle.waitLeft(name: "ana", address: home, at: last.advanced(bySeconds: -3_600)) == 900 * second)
        let nextDay = last.advanced(bySeconds: 24 * 3_600)
        try throttle.attempt(name: "ana", address: home, at: nextDay)
        #expect(throttle.rows.map(\.count) == [1, 1])
    }

    @Test func `memory is bounded, the oldest go first, and names do not push addresses out`() throws {
        var limits = LoginThrottle.Limits()
        limits.subjectCountMax = 32
        var throttle = LoginThrottle(limits: limits)
        for number in 0..<1_000 {
            try throttle.attempt(
                name: "user\(number)", address: home, at: noon.advanced(bySeconds: Int64(number) * 1_000))
            #expect(throttle.rows.count <= 33)
        }
        #expect(throttle.rows.contains { $0.subject == .address(home) })
        #expect(throttle.rows.contains { $0.subject == .name("user999") })
        #expect(throttle.rows.contains { $0.subject == .name("user970") })
        #expect(!throttle.rows.contains { $0.subject == .name("user900") })
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `what was stored after each step is what is remembered after a restart`(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        var limits = LoginThrottle.Limits()
        limits.subjectCountMax = 8
        var throttle = LoginThrottle(limits: limits)
        var now = noon
        try makeDatabase().write { database in
            let store = AccountStore(database)
            for step in 0..<300 {
                now = now.advanced(bySeconds: Int64.random(in: 0...2_000, using: &random))
                let name = "user\(Int.random(in: 0..<12, using: &random))"
                let address = "192.0.2.\(Int.random(in: 0..<12, using: &random))"
                if (try? throttle.attempt(name: name, address: address, at: now)) != nil {
                    switch Int.random(in: 0..<5, using: &random) {
                    case 0: throttle.succeeded(name: name, address: address)
                    case 1: throttle.withdrawn(name: name, address: address)
                    default: break
                    }
                }
                try store.save(throttle.takeChanges())
                let restored = LoginThrottle(limits: limits, restoring: try store.loginFailures())
                #expect(restored.rows == throttle.rows, "seed \(seed), step \(step)")
                #expect(throttle.takeChanges().isEmpty)
            }
        }
    }
}

/// Numbers that look random and are the same for the same seed.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
