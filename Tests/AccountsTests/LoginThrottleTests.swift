import GRDB
import Testing
import Trading

@testable import Accounts

struct LoginThrottleTests {
    private let home = AddressGroup("192.0.2.1")
    private let away = AddressGroup("203.0.113.9")
    private let second = Timestamp.nanosecondsPerSecond

    private func password(_ name: String, _ address: AddressGroup, isKnown: Bool = false) -> LoginAttempt {
        .password(name: name, from: address, isKnown: isKnown)
    }

    private func fail(_ throttle: inout LoginThrottle, _ attempt: LoginAttempt, at now: Timestamp = noon) throws {
        try throttle.begin(attempt, at: now)
        throttle.end(attempt, .failed, at: now)
    }

    /// Fails so many times, each as soon as it may, and returns when the last was.
    private func fail(
        _ count: Int, _ throttle: inout LoginThrottle, _ attempt: LoginAttempt, from start: Timestamp = noon
    ) throws -> Timestamp {
        var now = start
        for _ in 0..<count {
            now = now.advanced(byNanoseconds: throttle.waitLeft(attempt, at: now))
            try fail(&throttle, attempt, at: now)
        }
        return now
    }

    /// How many attempts are admitted before one is refused.
    private func admitted(_ throttle: LoginThrottle, _ attempt: LoginAttempt, at now: Timestamp = noon) -> Int {
        var throttle = throttle
        return (0..<100).count { _ in (try? throttle.begin(attempt, at: now)) != nil }
    }

    @Test func `five failures are free, then waits double from a second to a quarter of an hour`() throws {
        var throttle = LoginThrottle()
        var waits: [Int64] = []
        var now = noon
        let attempt = password("ana", home)
        for _ in 0..<18 {
            try fail(&throttle, attempt, at: now)
            let wait = throttle.waitLeft(attempt, at: now)
            waits.append(wait / second)
            now = now.advanced(byNanoseconds: wait)
        }
        #expect(waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900])
    }

    @Test func `an attempt too early is refused, says how long, and does not lengthen the wait`() throws {
        var throttle = LoginThrottle()
        let attempt = password("ana", home)
        let last = try fail(7, &throttle, attempt)
        let now = last.advanced(byNanoseconds: second + 1)
        #expect(throttle.waitLeft(attempt, at: now) == 3 * second - 1)
        let refusal = #expect(throws: Refusal.self) { try throttle.begin(attempt, at: now) }
        #expect(refusal?.code == .loginWait)
        #expect(refusal?.message == "too many failed logins; wait 3s")
        #expect(throttle.waitLeft(attempt, at: last.advanced(bySeconds: 4)) == 0)
    }

    @Test func `a name waits wherever it is tried from, and an address whoever is tried`() throws {
        var throttle = LoginThrottle()
        for number in 0..<5 { try fail(&throttle, password("ana", AddressGroup("192.0.2.\(number)"))) }
        #expect(throttle.waitLeft(password("ANA", away), at: noon) == second)
        #expect(throttle.waitLeft(password("bob", home), at: noon) == 0)
        let office = AddressGroup("192.0.2.99")
        for number in 0..<5 { try fail(&throttle, password("user\(number)", office)) }
        #expect(throttle.waitLeft(password("bob", office), at: noon) == second)
    }

    @Test func `six malformed names hold up malformed names and passwords from there, and no tokens, codes or others`()
        throws
    {
        var throttle = LoginThrottle()
        for _ in 0..<5 { try fail(&throttle, password("no such name", home)) }
        #expect(throttle.waitLeft(password("also no name", home), at: noon) == second)
        #expect(throttle.waitLeft(password("also no name", away), at: noon) == 0)
        #expect(throttle.waitLeft(password("ana", away), at: noon) == 0)
        #expect(throttle.waitLeft(password("ana", home, isKnown: true), at: noon) == 0)
        #expect(throttle.waitLeft(.token(from: home), at: noon) == 0)
        #expect(throttle.waitLeft(.token(from: away), at: noon) == 0)
        #expect(throttle.waitLeft(.code(of: AccountID(1)), at: noon) == 0)
    }

    /// Each subject, with an attempt whose own it is.
    private func attempts() -> [LoginAttempt] {
        [
            password("ana", home), password("ana", home, isKnown: true), password("bob", home), password("a b", home),
            password("a b", away), .token(from: home), .token(from: away), .code(of: AccountID(1)),
            .code(of: AccountID(2)),
        ]
    }

    @Test func `a success forgives its own subject and no other`() throws {
        for lucky in attempts() {
            var throttle = LoginThrottle()
            var last = noon
            for attempt in attempts() where attempt != lucky { last = try fail(3, &throttle, attempt, from: last) }
            let before = throttle.rows
            let late = last.advanced(bySeconds: 1_000)
            try fail(&throttle, lucky, at: late)
            try throttle.begin(lucky, at: late.advanced(bySeconds: 1_000))
            throttle.end(lucky, .succeeded, at: late)
            let after = throttle.rows.filter { $0.subject != .address(home) && $0.subject != .address(away) }
            let others = before.filter {
                $0.subject != lucky.own && $0.subject != .address(home) && $0.subject != .address(away)
            }
            #expect(after == others, "\(lucky)")
        }
    }

    @Test func `codes are counted by account, and a token login of one's own frees none`() throws {
        var throttle = LoginThrottle()
        let code = LoginAttempt.code(of: AccountID(1))
        var judged = 0
        for guess in 0..<60 {
            if (try? fail(&throttle, code)) != nil { judged += 1 }
            if guess % 3 == 2 {
                let own = LoginAttempt.token(from: home)
                try throttle.begin(own, at: noon)
                throttle.end(own, .succeeded, at: noon)
            }
        }
        #expect(judged == 5)
    }

    @Test func `wrong passwords from many addresses leave an address at which the name got in its free tries`() throws {
        var throttle = LoginThrottle()
        for number in 0..<200 {
            let guess = password("ana", AddressGroup("198.51.100.\(number)"))
            try? fail(&throttle, guess, at: noon.advanced(bySeconds: Int64(number)))
        }
        #expect(throttle.waitLeft(password("ana", away), at: noon.advanced(bySeconds: 200)) > 0)
        let known = password("ana", home, isKnown: true)
        #expect(admitted(throttle, known, at: noon.advanced(bySeconds: 200)) == 5)
        // There they are as few as anywhere, and a success gives guessers elsewhere nothing.
        let last = try fail(6, &throttle, known)
        #expect(throttle.waitLeft(known, at: last) > 0)
        throttle.end(known, .succeeded, at: last)
        #expect(throttle.waitLeft(password("ana", away), at: noon.advanced(bySeconds: 200)) > 0)
    }

    @Test func `a neighbour behind the same address does not lock out who got in there`() throws {
        var throttle = LoginThrottle()
        for number in 0..<10 { try? fail(&throttle, password("user\(number)", home)) }
        #expect(throttle.waitLeft(password("ben", home), at: noon) > 0)
        #expect(throttle.waitLeft(password("ana", home, isKnown: true), at: noon) == 0)
    }

    @Test(arguments: [
        LoginSubject.name(AccountName("ana")!), .address(AddressGroup("192.0.2.1")),
        .address(AddressGroup("2001:db8:1:2::9")), .address(AddressGroup("")), .address(AddressGroup("a unix socket")),
        .nameAt(AccountName("ana")!, AddressGroup("2001:db8::1")), .nameAt(AccountName("a.b")!, AddressGroup("x y")),
        .malformedName(at: AddressGroup("::1")), .token(at: AddressGroup("::ffff:192.0.2.1")),
        .code(of: AccountID(42)),
    ])
    func `a subject is read back as it was stored`(subject: LoginSubject) {
        #expect(LoginSubject(kind: subject.kind, key: subject.key) == subject)
        #expect(subject.key.utf8.count <= 97)
    }

    @Test func `attempts on a name side by side get no more guesses than those one after another`() throws {
        var throttle = LoginThrottle()
        #expect(admitted(throttle, password("ana", home)) == 5)
        try fail(&throttle, password("ana", home))
        try fail(&throttle, password("ana", home))
        #expect(admitted(throttle, password("ana", away)) == 3)
        let last = try fail(6, &throttle, password("ana", home))
        #expect(admitted(throttle, password("ana", away), at: last.advanced(bySeconds: 3_000)) == 1)
    }

    @Test func `twenty people behind one address get in at once, and guesses at many names from there end soon`() throws
    {
        var throttle = LoginThrottle()
        let people = (0..<20).map { password("user\($0)", home) }
        for person in people { try throttle.begin(person, at: noon) }
        for person in people { throttle.end(person, .succeeded, at: noon) }
        #expect(throttle.rows.isEmpty)

        let guesses = (0..<100).map { password("other\($0)", home) }
        let admitted = guesses.filter { (try? throttle.begin($0, at: noon)) != nil }
        #expect(admitted.count == 32)
        for guess in admitted { throttle.end(guess, .failed, at: noon) }
        #expect(throttle.waitLeft(guesses[99], at: noon) == 900 * second)
    }

    @Test func `an attempt that was never judged counts for nothing`() throws {
        var throttle = LoginThrottle()
        for _ in 0..<100 {
            try throttle.begin(password("ana", home), at: noon)
            throttle.end(password("ana", home), .withdrawn, at: noon)
        }
        #expect(throttle.rows.isEmpty)
        #expect(admitted(throttle, password("ana", home)) == 5)
    }

    @Test func `a day later all is forgotten, and a clock set back lengthens no wait`() throws {
        var throttle = LoginThrottle()
        let attempt = password("ana", home)
        let last = try fail(20, &throttle, attempt)
        #expect(throttle.waitLeft(attempt, at: last.advanced(bySeconds: -3_600)) == 900 * second)
        try fail(&throttle, attempt, at: last.advanced(bySeconds: 24 * 3_600))
        #expect(throttle.rows.map(\.count) == [1, 1])
    }

    @Test
    func `failures of a clock that was set back at a restart wait as long as they would have, and no hour longer`()
        throws
    {
        var throttle = LoginThrottle()
        let attempt = password("ana", home)
        let last = try fail(7, &throttle, attempt)
        let start = last.advanced(bySeconds: -3_600)
        let restored = LoginThrottle(restoring: throttle.rows, at: start)
        #expect(restored.waitLeft(attempt, at: start) == 4 * second)
        #expect(restored.waitLeft(attempt, at: start.advanced(bySeconds: 4)) == 0)
    }

    @Test
    func `the first try of a name without a failure is admitted at an address that is held back, ten in ten minutes`()
        throws
    {
        var throttle = LoginThrottle()
        for number in 0..<5 { try fail(&throttle, password("user\(number)", home)) }
        #expect(throttle.waitLeft(password("new0", home), at: noon) > 0)
        for number in 0..<10 {
            let attempt = password("new\(number)", home)
            #expect(try throttle.begin(attempt, at: noon) == .firstTry)
            // One at a time.
            #expect(!throttle.hasRoom(for: password("late", home), at: noon))
            throttle.end(attempt, number == 3 ? .withdrawn : .failed, .firstTry, at: noon)
        }
        #expect(try throttle.begin(password("new3", home), at: noon) == .firstTry)
        throttle.end(password("new3", home), .failed, .firstTry, at: noon)
        for name in ["late", "new1", "user1"] {
            let refusal = #expect(throws: Refusal.self) { try throttle.begin(password(name, home), at: noon) }
            #expect(refusal?.code == .loginWait)
        }
        // Names that failed elsewhere have had their first try.
        try fail(&throttle, password("seen", away))
        let later = noon.advanced(bySeconds: 600)
        #expect(throws: Refusal.self) { try throttle.begin(password("seen", home), at: later) }
        #expect(try throttle.begin(password("late", home), at: later) == .firstTry)
    }

    @Test func `memory is bounded, the oldest go first, and names do not push addresses out`() throws {
        var limits = LoginThrottle.Limits()
        limits.subjectCountMax = 32
        var throttle = LoginThrottle(limits: limits)
        for number in 0..<1_000 {
            try fail(
                &throttle, password("user\(number)", home), at: noon.advanced(bySeconds: Int64(number) * 1_000))
            #expect(throttle.rows.count <= 33)
        }
        func remembers(_ name: String) -> Bool { throttle.rows.contains { $0.subject == .name(AccountName(name)!) } }
        #expect(throttle.rows.contains { $0.subject == .address(home) })
        #expect(remembers("user999") && remembers("user970") && !remembers("user900"))
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `what was stored after each step is what is remembered after a restart`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var limits = LoginThrottle.Limits()
        limits.subjectCountMax = 8
        var throttle = LoginThrottle(limits: limits)
        var now = noon
        try makeDatabase().write { database in
            let store = AccountStore(database)
            for step in 0..<150 {
                now = now.advanced(bySeconds: Int64.random(in: 0...2_000, using: &random))
                let name = ["", "a b", "user"].randomElement(using: &random) ?? ""
                let address = AddressGroup("192.0.2.\(Int.random(in: 0..<12, using: &random))")
                let number = Int.random(in: 0..<12, using: &random)
                let attempt: LoginAttempt =
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: .token(from: address)
                    case 1: .code(of: AccountID(Int64(number)))
                    default: password("\(name)\(number)", address, isKnown: Bool.random(using: &random))
                    }
                if (try? throttle.begin(attempt, at: now)) != nil {
                    let outcomes: [LoginAttempt.Outcome] = [.succeeded, .withdrawn, .failed, .failed, .failed]
                    throttle.end(attempt, outcomes.randomElement(using: &random) ?? .failed, at: now)
                }
                try store.save(throttle.takeChanges())
                let restored = LoginThrottle(limits: limits, restoring: try store.loginFailures())
                #expect(restored.rows == throttle.rows, "seed \(seed), step \(step)")
                #expect(throttle.takeChanges().isEmpty)
            }
        }
    }
}

/// What is stored about logins, today and before subjects had kinds.
struct LoginStoreTests {
    @Test func `failures of before are read, but for the one subject that was nobody's`() throws {
        let queue = try DatabaseQueue()
        var migrator = DatabaseMigrator()
        AccountStore.registerMigrations(in: &migrator)
        try migrator.migrate(queue, upTo: "accounts-2-exchange-keys")
        try queue.write { database in
            for (kind, subject) in [
                ("name", ""), ("name", "ana"), ("address", "192.0.2.1"), ("address", "20010db800010002/64"),
                ("address", "0000000000000000/64"), ("address", ""), ("address", "unix/64"),
            ] {
                try database.execute(
                    sql: "INSERT INTO login_failures VALUES (?, ?, 7, ?)", arguments: [kind, subject, noon.nanoseconds])
            }
        }
        try migrator.migrate(queue)
        try queue.write { database in
            let throttle = LoginThrottle(restoring: try AccountStore(database).loginFailures())
            let subjects = Set(throttle.rows.map(\.subject))
            #expect(
                subjects == [
                    .name(AccountName("ana")!), .address(AddressGroup("192.0.2.1")),
                    .address(AddressGroup("2001:db8:1:2::77")), .address(AddressGroup("::1")),
                    .address(AddressGroup("")), .address(AddressGroup("unix/64")),
                ])
            #expect(throttle.waitLeft(.token(from: AddressGroup("192.0.2.9")), at: noon) == 0)
            #expect(
                throttle.waitLeft(.password(name: "a b", from: AddressGroup("192.0.2.9"), isKnown: false), at: noon)
                    == 0)
        }
    }

    @Test func `the newest eight addresses of an account are remembered, for ninety days`() throws {
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let (ana, ben) = (try store.addPerson("ana").id, try store.addPerson("ben").id)
            func address(_ number: Int) -> AddressGroup { AddressGroup("192.0.2.\(number)") }
            for number in 0..<10 {
                try store.noteLogin(of: ana, from: address(number), at: noon.advanced(bySeconds: Int64(number)))
            }
            let late = noon.advanced(bySeconds: 10)
            let known = try (0..<10).filter { try store.hasLoggedIn(ana, from: address($0), at: late) }
            #expect(known == Array(2..<10))
            #expect(try !store.hasLoggedIn(ben, from: address(9), at: late))
            let (before, after) = (90 * 86_400 + 8, 90 * 86_400 + 9) as (Int64, Int64)
            #expect(try store.hasLoggedIn(ana, from: address(9), at: noon.advanced(bySeconds: before)))
            #expect(try !store.hasLoggedIn(ana, from: address(9), at: noon.advanced(bySeconds: after)))
            try store.noteLogin(of: ana, from: AddressGroup("2001:db8::1"), at: noon.advanced(bySeconds: after))
            #expect(try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM login_addresses") == 1)
        }
    }

    @Test func `registrations are counted by address for an hour`() throws {
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let (home, away) = (AddressGroup("192.0.2.1"), AddressGroup("192.0.2.2"))
            for second in 0..<3 {
                try store.noteRegistration(from: home, at: noon.advanced(bySeconds: Int64(second)))
            }
            #expect(try store.registrationCount(from: home, at: noon.advanced(bySeconds: 3)) == 3)
            #expect(try store.registrationCount(from: away, at: noon.advanced(bySeconds: 3)) == 0)
            #expect(try store.registrationCount(from: home, at: noon.advanced(bySeconds: 3_600)) == 2)
            try store.noteRegistration(from: away, at: noon.advanced(bySeconds: 4_000))
            #expect(try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM registrations") == 1)
        }
    }
}
