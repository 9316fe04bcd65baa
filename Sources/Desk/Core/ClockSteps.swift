import Accounts
import Conversation
import DequeModule
import Ledger
import Logging
import OrderEngine
import Threads
import Trading

/// What the desk knows of the machine's clock: whether it is behind the desk's time, and how it was last set.
struct ClockWatch {
    /// Whether it has been told that the desk's time is ahead of the machine's clock.
    var isAhead = false
    /// The last step since the start, and the desk's time of it.
    var last: (step: ClockStep, at: Timestamp)?
    /// When the last steps were told to admins, oldest first.
    var toldAt: Deque<Timestamp> = []
    /// Steps that were not told to them, because there were too many.
    var untold = 0
    /// When the desk's time is written down next, where it is.
    var nextStore = Timestamp(seconds: 0)

    static let storedEverySeconds: Int64 = 60
}

/// The machine's clock is set: the desk's time goes on (`AnchoredClock`), and the desk says so.
extension DeskCore {
    /// Steps that admins are told of in `clockNoticeSeconds`; the log and the audit log have all.
    private static let clockNoticesMax = 10
    private static let clockNoticeSeconds: Int64 = 600
    /// How far behind the database's last moment the machine's clock may be at a start for the desk to go on from that moment.
    /// Further behind, one of the two is badly wrong, and the desk goes by the clock.
    private static let resumedSecondsMax: Int64 = 86_400

    /// The moment that a desk on this ledger begins at: the machine's, or where that is behind, the last that the ledger knows.
    static func start(of ledger: Ledger, wall: Timestamp, log: Logger) throws -> Timestamp {
        let store = try ledger.read { try AccountStore($0).lastAuditMoment() }
        guard let last = [try ledger.lastMoment(), store].compactMap(\.self).max(), last > wall else { return wall }
        let behind = last.nanoseconds(since: wall)
        guard behind <= Timestamp(seconds: resumedSecondsMax).nanoseconds else {
            log.error(
                """
                the machine's clock shows \(wall), and the database was last written at \(last): \(Self.span(behind)) later. \
                The desk goes by the clock; one of the two is wrong
                """)
            return wall
        }
        return last
    }

    /// Says in the log, in the audit log and to the admins that the machine's clock was set, and by how much.
    func clockStepped(_ step: ClockStep) throws {
        let size = DeskCore.span(abs(step.nanoseconds))
        let isBack = step.nanoseconds < 0
        let way = isBack ? "set back" : "set forward"
        let rest =
            step.aheadNanoseconds > 0
            ? "the desk's time goes on, \(DeskCore.span(step.aheadNanoseconds)) ahead of it, and slows down by a tenth until it has caught up"
            : isBack ? "the desk's time is together with it" : "the desk's time follows; what is due is done now"
        log.warning("the machine's clock was \(way) by \(size): \(rest)")
        clock.watch.last = (step, now)
        clock.watch.isAhead = step.aheadNanoseconds > 0
        guard !isReadOnly else { return }
        try audit(.clockStepped(step))
        while let first = clock.watch.toldAt.first, first.advanced(bySeconds: DeskCore.clockNoticeSeconds) <= now {
            clock.watch.toldAt.removeFirst()
        }
        guard clock.watch.toldAt.count < DeskCore.clockNoticesMax else {
            clock.watch.untold += 1
            return
        }
        let untold = clock.watch.untold == 0 ? "" : "; it was set \(clock.watch.untold) more times before"
        clock.watch.untold = 0
        clock.watch.toldAt.append(now)
        try tellAdmins(
            "clock_step", "* the server's clock was \(way) by \(size): \(rest)\(untold)",
            [
                "step_ms": .int(step.nanoseconds / DeskCore.millisecond),
                "ahead_ms": .int(step.aheadNanoseconds / DeskCore.millisecond),
            ])
    }

    /// Once a second: whether the machine's clock has caught up with the desk's time.
    func lookAtClocks() throws {
        guard clock.watch.isAhead, aheadOfClock < AnchoredClock.stepNanosecondsMin else { return }
        clock.watch.isAhead = false
        log.notice("the machine's clock has caught up with the desk's time")
        try tellAdmins("clock_good", "* the server's clock has caught up with the desk's time", [:])
    }

    /// Keeps the moment of the batch where a restart may need it: where something waits for a time, or the machine's clock is
    /// behind. Once a minute, so that a desk at rest does not write all the time; and when it stops.
    func flushClock() throws {
        let isDue =
            now >= clock.watch.nextStore && (clock.watch.isAhead || seats.contains { $0.engine.nextExpiry != nil })
        guard !isReadOnly, isDue || halt == .stopping else { return }
        clock.watch.nextStore = now.advanced(bySeconds: ClockWatch.storedEverySeconds)
        try ledgerTransaction().setLastMoment(now)
    }

    /// How far the desk's time is ahead of the machine's clock, in nanoseconds; never below 0.
    var aheadOfClock: Int64 {
        guard let wall = configuration.wallTime?() else { return 0 }
        return max(0, now.nanoseconds(since: wall))
    }

    /// What `GET /health` says of the clock.
    var clockHealth: [(String, JSONValue)] {
        let ahead = clock.watch.isAhead ? aheadOfClock / DeskCore.millisecond : 0
        var details: [(String, JSONValue)] = [("clock", ahead > 0 ? "ahead" : "good")]
        if ahead > 0 { details.append(("clock_ahead_ms", .int(ahead))) }
        if let (step, at) = clock.watch.last {
            details.append(("clock_step_ms", .int(step.nanoseconds / DeskCore.millisecond)))
            details.append(("clock_step_at", .string(at.description)))
        }
        return details
    }

    private static let millisecond: Int64 = 1_000_000

    /// `1h 2m 3.4s`, to the nearest tenth of a second.
    private static func span(_ nanoseconds: Int64) -> String {
        let tenths = nanoseconds / 100_000_000 + (nanoseconds % 100_000_000 >= 50_000_000 ? 1 : 0)
        let (hours, minutes, rest) = (tenths / 36_000, tenths / 600 % 60, tenths % 600)
        let seconds = rest % 10 == 0 ? "\(rest / 10)s" : "\(rest / 10).\(rest % 10)s"
        let parts = [hours > 0 ? "\(hours)h" : nil, minutes > 0 ? "\(minutes)m" : nil, rest > 0 ? seconds : nil]
        let words = parts.compactMap(\.self)
        return words.isEmpty ? "0s" : words.joined(separator: " ")
    }
}
