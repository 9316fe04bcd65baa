// Its module is one of two that declare `timespec`; an optimized build takes this one's.
import CCurl
import Exchange
import Glibc
import Threads
import Trading

/// What the desk and the client of HTTP leave for the adapter's thread, which waits for it here.
///
/// `@unchecked Sendable` holds because `letters` and `isClosed` are touched only between lock and unlock of the one mutex, and
/// the mutex and condition are never moved: they live on the heap until the last reference to this object is gone. A
/// POSIX lock, for it has a condition to wait for, and `Synchronization.Mutex` has none.
final class GatewayMail: @unchecked Sendable {
    enum Letter: Sendable {
        case recall([SentOrder])
        case setKey(TapiKey?, AccountID, @Sendable (BtceGateway.KeyFailure?) -> Void)
        case submit(OrderRequest)
        case noted(ClientOrderID, AccountID)
        case ask(ExchangeQuery, QueryID)
        case answered(UInt64, HTTPOutcome)
        case shutDown
    }

    private var letters: [Letter] = []
    private var isClosed = false
    private let lettersMax: Int
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    /// At most so many letters wait; an answer is never refused.
    init(lettersMax: Int) {
        self.lettersMax = lettersMax
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

    /// Leaves a letter. False where too many wait, or nobody reads them any more.
    @discardableResult
    func post(_ letter: Letter) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isClosed, letters.count < lettersMax || !letter.canBeRefused else { return false }
        letters.append(letter)
        if letters.count == 1 { pthread_cond_signal(condition) }
        return true
    }

    /// Waits for letters, at most so long, and takes all that are there.
    func take(waitingNanoseconds limit: Int64) -> [Letter] {
        var deadline = MonotonicClock.deadline(afterNanoseconds: limit)
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while letters.isEmpty {
            guard limit > 0, pthread_cond_timedwait(condition, mutex, &deadline) == 0 else { break }
        }
        defer { letters.removeAll(keepingCapacity: true) }
        return letters
    }

    /// Takes nothing more.
    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        letters.removeAll()
        pthread_mutex_unlock(mutex)
    }
}

extension GatewayMail.Letter {
    /// Whether somebody is told at once that it was not taken.
    fileprivate var canBeRefused: Bool {
        switch self {
        case .submit, .ask: true
        case .recall, .noted, .setKey, .answered, .shutDown: false
        }
    }
}
