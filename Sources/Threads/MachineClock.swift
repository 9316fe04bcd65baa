import Glibc
import Synchronization
public import Trading

/// The machine's time, anchored to its wall clock and carried by its monotonic one: `AnchoredClock` on the two real clocks.
///
/// A process has one, and everything in it that needs a time of day asks that. Any thread may. Somebody has to ask at least
/// every few seconds, as a server's loop does: a step is noticed at the next reading.
///
/// A machine that was suspended has not had its clock set: the sleep counts as time that has passed.
public final class MachineClock: Sendable {
    private struct State {
        var clock: AnchoredClock
        var steps: [ClockStep] = []
    }

    /// Steps that wait to be told. More than these are not told one by one.
    private static let stepsMax = 16
    /// Readings of the two clocks further apart than this are taken again, so that a thread that was held up between them
    /// sees no step.
    private static let readingNanosecondsMax: Int64 = 1_000_000
    private static let readingsMax = 8

    private let state: Mutex<State>

    public init() {
        let (wall, elapsed) = MachineClock.read()
        state = Mutex(State(clock: AnchoredClock(wall: wall, elapsed: elapsed)))
    }

    /// The time: never before one that it said earlier.
    public var now: Timestamp {
        state.withLock { state in
            // Inside the lock: readings of two threads come in the order in which they were made.
            let (wall, elapsed) = MachineClock.read()
            if let step = state.clock.read(wall: wall, elapsed: elapsed) { MachineClock.keep(step, in: &state) }
            return Timestamp(nanoseconds: state.clock.nanoseconds)
        }
    }

    /// What the machine's clock shows, whoever has set it.
    public static var wall: Timestamp { Timestamp(nanoseconds: MonotonicClock.read(CLOCK_REALTIME) ?? 0) }

    /// Goes on from a moment that an earlier process has reached, where the wall clock is behind it.
    public func goOn(from moment: Timestamp) {
        state.withLock { state in
            if let step = state.clock.goOn(from: moment.nanoseconds) { MachineClock.keep(step, in: &state) }
        }
    }

    /// The steps that the wall clock has made and nobody has taken yet, oldest first.
    public func takeSteps() -> [ClockStep] {
        state.withLock { state in
            defer { state.steps.removeAll() }
            return state.steps
        }
    }

    /// What has no room any more is counted into the last.
    private static func keep(_ step: ClockStep, in state: inout State) {
        if state.steps.count < stepsMax { return state.steps.append(step) }
        let last = state.steps.removeLast()
        state.steps.append(
            ClockStep(
                nanoseconds: last.nanoseconds + step.nanoseconds, aheadNanoseconds: step.aheadNanoseconds))
    }

    /// The wall clock, and between two looks at the monotonic one the middle: of a few readings the closest.
    private static func read() -> (wall: Int64, elapsed: Int64) {
        var best = (wall: Int64(0), elapsed: Int64(0), width: Int64.max)
        for _ in 0..<readingsMax where best.width > readingNanosecondsMax {
            let before = MonotonicClock.nanosecondsWithSuspend
            let wall = MonotonicClock.read(CLOCK_REALTIME) ?? 0
            let width = max(0, MonotonicClock.nanosecondsWithSuspend - before)
            if width < best.width { best = (wall, before + width / 2, width) }
        }
        return (best.wall, best.elapsed)
    }
}
