import Conversation
import Testing
import Trading

@testable import ChatServer

@Suite struct `Limits` {
    /// Milliseconds at which a line comes, and the milliseconds it is told to wait; nil where it is let through.
    @Test(
        arguments: [
            (
                2, 10,
                [(0, nil), (0, nil), (0, 100), (50, 50), (100, nil), (100, 100), (299, nil), (300, nil), (301, 99)]
            ),
            (1, 1, [(0, nil), (999, 1), (1_000, nil), (86_400_000, nil), (86_400_000, 1_000)]),
            // A clock that steps back gives nothing and takes nothing.
            (1, 1, [(5_000, nil), (4_000, 1_000), (5_500, 500), (6_000, nil)]),
            (3, 1_000, [(0, nil), (0, nil), (0, nil), (0, 1), (1, nil), (100, nil), (100, nil), (100, nil), (100, 1)]),
        ] as [(Int, Int, [(Int64, Int64?)])])
    func `a budget lets a burst through and then its rate`(burst: Int, rate: Int, lines: [(at: Int64, wait: Int64?)]) {
        var budget = LineBudget(burst: burst, rate: rate, now: lines[0].at * 1_000_000)
        for (index, line) in lines.enumerated() {
            let wait = budget.take(now: line.at * 1_000_000)
            #expect(wait == line.wait.map { $0 * 1_000_000 }, "line \(index)")
        }
    }

    @Test func `who waits as long as told is let through`() {
        let seed: UInt64 = 7
        var random = SplitMix64(seed: seed)
        for _ in 0..<200 {
            var now: Int64 = .random(in: 0...1_000_000_000_000, using: &random)
            let burst = Int.random(in: 1...30, using: &random)
            let rate = Int.random(in: 1...2_000, using: &random)
            var budget = LineBudget(burst: burst, rate: rate, now: now)
            let start = now
            var taken = 0
            for _ in 0..<100 {
                now += .random(in: 0...200_000_000, using: &random)
                if let wait = budget.take(now: now) {
                    #expect(wait > 0)
                    now += wait
                    let again = budget.take(now: now)
                    #expect(again == nil, "seed \(seed)")
                }
                taken += 1
            }
            // Never more than the burst and what the time has earned.
            let earned = Int((now - start) / (1_000_000_000 / Int64(rate)))
            #expect(taken <= burst + earned, "seed \(seed)")
        }
    }

    @Test func `an urgent line draws on its own budget and then on the common one`() {
        var limits = ChatLimits()
        limits.lineBurst = 1
        limits.urgentBurst = 1
        limits.lineRate = 1
        limits.urgentRate = 2
        var budget = SessionBudget(limits: limits, now: 0)
        let waits = [(true, 0), (true, 0), (true, 0), (false, 0), (true, 500_000_000)].map {
            budget.take(isUrgent: $0.0, now: $0.1)
        }
        #expect(waits == [nil, nil, 500_000_000, 1_000_000_000, nil])
    }

    @Test func `bytes cost before they are read, and what they have paid for lines need not pay again`() {
        var limits = ChatLimits()
        limits.lineBurst = 4
        limits.lineRate = 1
        limits.lineBudgetBytes = 100
        var budget = SessionBudget(limits: limits, now: 0)
        let second: Int64 = 1_000_000_000
        // Five times what one line may have: three of the four lines, which the lines in it have then.
        var wait = budget.begin(messageBytes: 400, now: 0)
        #expect(wait == nil)
        var waits = (0..<5).map { _ in budget.take(isUrgent: false, now: 0) }
        #expect(waits == [nil, nil, nil, nil, second])
        // A debt is paid by time alone.
        budget = SessionBudget(limits: limits, now: 0)
        wait = budget.begin(messageBytes: 1_001, now: 0)
        #expect(wait == nil)
        waits = (0..<5).map { _ in budget.take(isUrgent: false, now: 0) }
        #expect(waits == [nil, nil, nil, nil, 7 * second])
        wait = budget.begin(messageBytes: 101, now: 0)
        #expect(wait == 7 * second)
        wait = budget.begin(messageBytes: 100, now: 0)
        #expect(wait == nil)
        wait = budget.begin(messageBytes: 101, now: 7 * second)
        #expect(wait == nil)
        wait = budget.begin(messageBytes: 101, now: 3_600 * second)
        #expect(wait == nil)
        waits = (0..<5).map { _ in budget.take(isUrgent: false, now: 3_600 * second) }
        #expect(waits == [nil, nil, nil, nil, second])
    }

    @Test func `a refusal says tenths of seconds, rounded up`() {
        #expect(tooFast(waitNanoseconds: 1).message == "too fast: try again in 0.1 s")
        #expect(tooFast(waitNanoseconds: 1_200_000_001).message == "too fast: try again in 1.3 s")
    }

    @Test func `limits are set by name, within bounds`() {
        var limits = ChatLimits()
        #expect(Set(ChatLimits.names).count == ChatLimits.names.count)
        for name in ChatLimits.names {
            let before = limits[name]
            #expect(before != nil)
            let isSet = [0, 1_000_000_001].map { limits.set(name, to: $0) }
            #expect(isSet == [false, false])
            #expect(limits[name] == before)
            let isSetAfter = limits.set(name, to: 11)
            #expect(isSetAfter)
            #expect(limits[name] == 11)
        }
        let strangers = [limits.set("no_such", to: 1), limits.set("ping_interval_s", to: 32_001)]
        #expect(strangers == [false, false])
    }
}
