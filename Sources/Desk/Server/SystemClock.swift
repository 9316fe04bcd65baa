import Glibc
public import Trading

/// The machine's clock. Only the loop around the desk reads it; the desk itself is told the time.
public enum SystemClock {
    public static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(nanoseconds: Int64(time.tv_sec) * Timestamp.nanosecondsPerSecond + Int64(time.tv_nsec))
    }

    /// Nanoseconds since some moment, which no setting of the clock changes: how long something takes.
    public static var elapsedNanoseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * Timestamp.nanosecondsPerSecond + Int64(time.tv_nsec)
    }
}
