import Testing
import Threads

private let second: Int64 = 1_000_000_000
private let start: Int64 = 1_788_000_000 * second

/// The two clocks of a machine, set by hand.
private struct Machine {
    var wall = start
    var elapsed: Int64 = 5 * second
    var clock = AnchoredClock(wall: start, elapsed: 5 * second)
    var steps: [ClockStep] = []

    /// Lets time pass, and reads the clocks as often as told on the way.
    mutating func wait(_ nanoseconds: Int64, readings: Int64 = 1) {
        for _ in 0..<readings {
            wall += nanoseconds / readings
            elapsed += nanoseconds / readings
            read()
        }
    }

    mutating func set(by nanoseconds: Int64) { wall += nanoseconds }

    mutating func read() {
        let before = clock.nanoseconds
        if let step = clock.read(wall: wall, elapsed: elapsed) { steps.append(step) }
        precondition(clock.nanoseconds >= before, "the time was set back")
    }

    /// Since the start.
    var seconds: Int64 { (clock.nanoseconds - start) / second }
}

@Suite struct `The time of a desk` {
    @Test func `goes with the wall clock where nobody sets it`() {
        var machine = Machine()
        machine.wait(3_600 * second, readings: 3_600)
        #expect(machine.clock.nanoseconds == machine.wall)
        #expect(machine.steps.isEmpty)
    }

    /// How far the wall clock is set back; seconds until the two are together again, and what the desk's time says after so many
    /// seconds.
    @Test(
        arguments: [
            (back: 2, together: 20, after: 10, says: 9), (back: 2, together: 20, after: 60, says: 58),
            (back: 3_600, together: 36_000, after: 600, says: 540),
            (back: 3_600, together: 36_000, after: 36_000, says: 32_400),
        ] as [(back: Int64, together: Int64, after: Int64, says: Int64)])
    func `goes on a tenth slower where the wall clock is set back, until it has caught up`(
        back: Int64, together: Int64, after: Int64, says: Int64
    ) {
        var machine = Machine()
        machine.set(by: -back * second)
        machine.read()
        #expect(
            machine.steps == [ClockStep(nanoseconds: -back * second, aheadNanoseconds: back * second)])
        var other = machine
        machine.wait(after * second, readings: after)
        #expect(machine.seconds == says)
        other.wait((together - 1) * second, readings: together - 1)
        #expect(other.clock.aheadNanoseconds > 0)
        other.wait(second)
        #expect(other.clock.nanoseconds == other.wall)
        #expect(other.steps.count == 1)
    }

    @Test func `a deadline comes at most a tenth late and never early, however far the clock is set back`() {
        for back in [1, 2, 60, 3_600, 86_400, 10_000_000] as [Int64] {
            for wait in [1, 10, 600, 3_600] as [Int64] {
                var machine = Machine()
                machine.set(by: -back * second)
                var passed: Int64 = 0
                while machine.clock.nanoseconds < start + wait * second {
                    machine.wait(second / 10)
                    passed += second / 10
                }
                #expect(passed >= wait * second, "back \(back), wait \(wait)")
                #expect(passed <= (wait * second) * 10 / 9 + second, "back \(back), wait \(wait)")
            }
        }
    }

    @Test func `jumps with a step forward, at once`() {
        var machine = Machine()
        machine.wait(10 * second)
        machine.set(by: 3_600 * second)
        machine.read()
        #expect(machine.seconds == 3_610)
        #expect(machine.steps == [ClockStep(nanoseconds: 3_600 * second, aheadNanoseconds: 0)])
    }

    @Test func `goes on through a step back that is taken back, and jumps no further than the wall clock`() {
        var machine = Machine()
        machine.set(by: -3_600 * second)
        machine.wait(10 * second)
        machine.set(by: 3_600 * second)
        machine.wait(second)
        #expect(machine.clock.nanoseconds == machine.wall)
        #expect(machine.seconds == 11)
        #expect(machine.steps.map(\.nanoseconds) == [-3_600 * second, 3_600 * second])
        #expect(machine.steps.map { $0.aheadNanoseconds > 0 } == [true, false])
    }

    @Test func `counts the sleep of a suspended machine as time, and as no step`() {
        var machine = Machine()
        machine.wait(8 * 3_600 * second)
        #expect(machine.seconds == 8 * 3_600)
        #expect(machine.steps.isEmpty)
    }

    @Test func `a clock that is slewed or read a moment late has not stepped`() {
        var machine = Machine()
        for _ in 0..<1_000 {
            machine.wait(second)
            machine.set(by: 500_000)
            machine.read()
            machine.set(by: -20_000_000)
            machine.read()
            machine.set(by: 20_000_000)
        }
        #expect(machine.steps.isEmpty)
        machine.wait(second)
        #expect(machine.clock.nanoseconds == machine.wall)
    }

    @Test func `a monotonic clock that goes back loses no more than that moment`() {
        var machine = Machine()
        machine.elapsed -= 3_600 * second
        machine.wait(second)
        machine.wait(second)
        #expect(machine.clock.nanoseconds == machine.wall)
    }

    @Test func `begins where a process before it has been, as if the clock was set back meanwhile`() {
        var machine = Machine()
        let step = machine.clock.goOn(from: start + 60 * second)
        #expect(step == ClockStep(nanoseconds: -60 * second, aheadNanoseconds: 60 * second))
        #expect(machine.clock.goOn(from: start) == nil)
        machine.wait(10 * second)
        #expect(machine.seconds == 69)
        machine.wait(590 * second, readings: 590)
        #expect(machine.clock.nanoseconds == machine.wall)
    }

    /// Any story of steps and waits: never back, never before the wall clock, together in the end.
    @Test(arguments: 1...50 as ClosedRange<UInt64>) func `is never set back and never behind the wall clock`(
        seed: UInt64
    ) {
        var machine = Machine()
        var state = seed
        func draw(_ below: UInt64) -> Int64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64((state >> 33) % below)
        }
        for _ in 0..<200 {
            if draw(3) == 0 { machine.set(by: (draw(7_200) - 3_600) * second) }
            machine.wait(draw(100_000) * second / 100)
            #expect(machine.clock.nanoseconds >= machine.wall, "seed \(seed)")
        }
        machine.wait(machine.clock.aheadNanoseconds * 10)
        #expect(machine.clock.nanoseconds == machine.wall, "seed \(seed)")
    }
}

@Suite struct `A wait after failures` {
    @Test(arguments: [(-1, 10), (0, 10), (1, 10), (2, 20), (3, 40), (4, 70), (Int.max, 70)] as [(Int, Int64)])
    func `doubles up to the longest`(failures: Int, wait: Int64) {
        let backoff = Backoff(first: 10, longest: 70)
        #expect(backoff.wait(failures: failures) == wait)
        #expect(backoff.range(failures: failures) == wait / 2...wait)
    }

    @Test func `of the longest there is does not overflow`() {
        #expect(Backoff(first: 3, longest: .max).wait(failures: .max) == .max)
    }
}
