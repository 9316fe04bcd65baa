import ChatServer
import Conversation
import Foundation
import Synchronization

/// What the connection's thread and the system's signals have for the terminal's thread, and the descriptor that
/// becomes readable when there is something.
final class ChatInbox: Sendable {
    /// Events that may wait. With more the connection is given up; what was missed is asked for on the next.
    static let eventsMax = 65_536

    private struct Waiting {
        var events: [(connection: Int, event: WebSocketClient.Event)] = []
        var hasOverflowed = false
    }

    private let waiting = Mutex(Waiting())
    /// Readable while something waits.
    let descriptor: Int32
    private let wakeEnd: Int32

    /// nil where the system has no descriptors left.
    init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        descriptor = ends[0]
        wakeEnd = ends[1]
        for end in ends {
            _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
    }

    deinit {
        close(descriptor)
        close(wakeEnd)
    }

    /// From any thread.
    func put(_ event: WebSocketClient.Event, of connection: Int) {
        waiting.withLock { waiting in
            let isLast =
                switch event {
                case .closed, .failed: true
                case .opened, .message: false
                }
            // The end of a connection always has room: there is one.
            guard isLast || waiting.events.count < ChatInbox.eventsMax else {
                waiting.hasOverflowed = true
                return
            }
            waiting.events.append((connection, event))
        }
        wake()
    }

    /// All that waits, and whether there was more than there was room for.
    func take() -> (events: [(connection: Int, event: WebSocketClient.Event)], hasOverflowed: Bool) {
        drain()
        return waiting.withLock { waiting in
            defer { waiting = Waiting() }
            return (waiting.events, waiting.hasOverflowed)
        }
    }

    /// Nothing wakes any more, until something new comes.
    func drain() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(descriptor, &bytes, bytes.count) > 0 {}
    }

    /// A full pipe is readable already.
    private func wake() {
        var byte: UInt8 = 1
        _ = write(wakeEnd, &byte, 1)
    }

    // MARK: Signals

    /// Each signal that has come as the bit of its number. Only atomics are touched in a signal's handler.
    private static let arrived = Atomic<UInt64>(0)
    private static let signalEnd = Atomic<Int32>(-1)

    /// From now on these signals are only noted, and wake the terminal's thread.
    func catchSignals(_ numbers: [Int32]) {
        ChatInbox.signalEnd.store(wakeEnd, ordering: .sequentiallyConsistent)
        _ = ChatInbox.takeSignals()
        for number in numbers { ChatInbox.note(number) }
        // Whoever started this program may have held them back, and that is passed on (sigprocmask(2)).
        var set = sigset_t()
        sigemptyset(&set)
        for number in numbers { sigaddset(&set, number) }
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    private static func note(_ number: Int32) {
        signal(number) { number in
            ChatInbox.arrived.bitwiseOr(1 << UInt64(number), ordering: .sequentiallyConsistent)
            let kept = errno
            var byte: UInt8 = 1
            _ = write(ChatInbox.signalEnd.load(ordering: .sequentiallyConsistent), &byte, 1)
            errno = kept
        }
    }

    /// From now on these signals do what they do by themselves.
    static func releaseSignals(_ numbers: [Int32]) {
        for number in numbers { signal(number, SIG_DFL) }
    }

    /// Does what SIGTSTP, which is caught, does by itself: stops the program until it is continued. Where there is no shell
    /// that could continue it the system does not stop it (POSIX, "orphaned process group").
    static func stop() {
        signal(SIGTSTP, SIG_DFL)
        raise(SIGTSTP)
        note(SIGTSTP)
        // Who stops here knows that it goes on.
        arrived.bitwiseAnd(~(1 << UInt64(SIGCONT)), ordering: .sequentiallyConsistent)
    }

    /// The numbers of the signals that came since the last time.
    static func takeSignals() -> [Int32] {
        let bits = arrived.exchange(0, ordering: .sequentiallyConsistent)
        return (0..<64).filter { bits & 1 << UInt64($0) != 0 }.map(Int32.init)
    }
}
