/// A step of the machine's wall clock: somebody or something set it.
public struct ClockStep: Hashable, Sendable {
    /// By how much, in nanoseconds: below zero where it was set back.
    public let nanoseconds: Int64
    /// How far the desk's time was ahead of the wall clock after it, in nanoseconds; 0 where they are together.
    public let aheadNanoseconds: Int64

    public init(nanoseconds: Int64, aheadNanoseconds: Int64) {
        self.nanoseconds = nanoseconds
        self.aheadNanoseconds = aheadNanoseconds
    }
}

/// Time that follows the wall clock and is never set back: the rule behind `MachineClock`, as a pure value.
///
/// Between two readings it goes on by what the monotonic clock has counted. Then it is held against the wall clock:
///
/// - The wall clock is ahead, because it was set forward: the time jumps to it at once, and what is due by then is due once.
/// - The wall clock is behind, because it was set back: the time goes on, a tenth slower than the monotonic clock
///   (`slewDivisor`), until the wall clock has caught up. After 2 s that takes 20 s, after an hour 10 hours. A deadline
///   that was 10 minutes away comes after at most 11, and never before its time.
///
/// NTP daemons that slew the wall clock change nothing: the kernel slews the monotonic clock with it.
public struct AnchoredClock: Hashable, Sendable {
    /// While the time is ahead of the wall clock, one part in so many of each second is given up.
    public static let slewDivisor: Int64 = 10
    /// A smaller difference between the two clocks is no step: nothing is said of it.
    public static let stepNanosecondsMin: Int64 = 100_000_000

    /// The time, in nanoseconds since 1970.
    public private(set) var nanoseconds: Int64
    private var wall: Int64
    private var elapsed: Int64

    /// Begins at the wall clock. Both are in nanoseconds; `elapsed` counts from any moment.
    public init(wall: Int64, elapsed: Int64) {
        nanoseconds = wall
        self.wall = wall
        self.elapsed = elapsed
    }

    /// How far the time is ahead of the wall clock, in nanoseconds, at the last reading.
    public var aheadNanoseconds: Int64 { nanoseconds - wall }

    /// Takes a reading of both clocks. Returns the step that the wall clock has made since the last one, if it has.
    public mutating func read(wall newWall: Int64, elapsed newElapsed: Int64) -> ClockStep? {
        // No monotonic clock goes back; a machine whose clock does loses that moment, and no more.
        let passed = max(0, newElapsed - elapsed)
        let step = newWall - (wall + passed)
        elapsed = newElapsed
        wall = newWall
        let goneOn = nanoseconds + passed
        nanoseconds = newWall >= goneOn ? newWall : goneOn - min(goneOn - newWall, passed / AnchoredClock.slewDivisor)
        guard abs(step) >= AnchoredClock.stepNanosecondsMin else { return nil }
        return ClockStep(nanoseconds: step, aheadNanoseconds: aheadNanoseconds)
    }

    /// Goes on from a moment that was reached before, by a process before this one: as if the wall clock had been set back
    /// meanwhile. Nothing happens where the time is past it. Returns that step, if it is one.
    public mutating func goOn(from moment: Int64) -> ClockStep? {
        let step = nanoseconds - moment
        guard step < 0 else { return nil }
        nanoseconds = moment
        guard -step >= AnchoredClock.stepNanosecondsMin else { return nil }
        return ClockStep(nanoseconds: step, aheadNanoseconds: aheadNanoseconds)
    }
}
