import Glibc

/// A value behind a POSIX lock, with a condition to wait for.
///
/// `@unchecked Sendable` holds because `value` is private, is touched only between lock and unlock of the one mutex, and
/// the mutex and condition are never moved: they live on the heap until the last reference to this object is gone. A
/// POSIX lock and not `Synchronization.Mutex`, because the thread sanitizer sees only the former.
public final class Monitor<Value>: @unchecked Sendable {
    private var value: Value
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    public init(_ value: Value) {
        self.value = value
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Runs `body` alone with the value, and wakes whoever waits for a change of it.
    public func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_broadcast(condition)
            pthread_mutex_unlock(mutex)
        }
        return try body(&value)
    }

    /// Waits until `body` answers something, at most this long. Answers nil where the time ran out.
    public func wait<Result>(seconds: Int, for body: (inout Value) -> Result?) -> Result? {
        wait(nanoseconds: Int64(seconds) * 1_000_000_000, for: body)
    }

    /// Waits until `body` answers something, at most this long. Answers nil where the time ran out.
    public func wait<Result>(nanoseconds: Int64, for body: (inout Value) -> Result?) -> Result? {
        var deadline = MonotonicClock.deadline(afterNanoseconds: nanoseconds)
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&value) { return result }
            guard pthread_cond_timedwait(condition, mutex, &deadline) == 0 else { return body(&value) }
        }
    }
}
