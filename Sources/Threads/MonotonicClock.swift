public import Glibc

/// The machine's monotonic clock: measures how long something takes, and nothing sets it.
///
/// It is the only one that threads, sockets and retries wait by. What has to be a time of day comes from `MachineClock`.
public enum MonotonicClock {
    /// Nanoseconds since some fixed moment. Stands still while the machine is suspended, so that no deadline of a socket
    /// passes in a laptop's sleep.
    public static var nanoseconds: Int64 { read(CLOCK_MONOTONIC) ?? 0 }

    /// The same in milliseconds.
    public static var milliseconds: Int64 { nanoseconds / 1_000_000 }

    /// The same with the time that the machine was suspended (CLOCK_BOOTTIME), where the system has such a clock.
    static var nanosecondsWithSuspend: Int64 { read(CLOCK_BOOTTIME) ?? nanoseconds }

    /// The moment so many nanoseconds from now, for `pthread_cond_timedwait` with a condition on CLOCK_MONOTONIC. A wait below
    /// zero is none.
    public static func deadline(afterNanoseconds wait: Int64) -> timespec {
        let (end, overflow) = nanoseconds.addingReportingOverflow(max(0, wait))
        let nanoseconds = overflow ? .max : end
        return timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    }

    static func read(_ clock: clockid_t) -> Int64? {
        var time = timespec()
        guard clock_gettime(clock, &time) == 0 else { return nil }
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
