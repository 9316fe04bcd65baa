import DequeModule

/// A queue of messages that any thread posts to and one thread, the reader, drains.
///
/// The reader either blocks in `drain(waitingNanoseconds:)`, or sleeps in the event loop of a C library and gives `open(waking:)` a
/// function that ends that sleep. One waking serves all messages that wait.
public final class Mailbox<Message: Sendable>: Sendable {
    private struct State {
        var messages: Deque<Message> = []
        var wake: (@Sendable () -> Void)?
        var isClosed = false
    }

    private let state = Monitor(State())
    private let messagesMax: Int

    /// - Parameter messagesMax: how many messages may wait before `post` refuses more. Without it the posters bound what waits.
    public init(messagesMax: Int = .max) { self.messagesMax = messagesMax }

    /// Leaves a message. Messages of one thread are read in the order in which it left them.
    ///
    /// - Parameter evenIfFull: for messages that nobody could be told were refused.
    /// - Returns: false where too many wait, or the mailbox is closed.
    @discardableResult
    public func post(_ message: Message, evenIfFull: Bool = true) -> Bool {
        state.withLock { state in
            guard !state.isClosed, evenIfFull || state.messages.count < messagesMax else { return false }
            state.messages.append(message)
            // With messages already waiting, the reader has been woken and has not looked yet.
            if state.messages.count == 1 { state.wake?() }
            return true
        }
    }

    /// Takes all messages that wait.
    public func drain() -> [Message] {
        state.withLock { Mailbox.take(.max, from: &$0.messages) }
    }

    /// Blocks until there is a message or `limit` has passed, and takes those that wait, oldest first.
    public func drain(atMost count: Int = .max, waitingNanoseconds limit: Int64) -> [Message] {
        let messages = state.wait(nanoseconds: limit) { state in
            state.messages.isEmpty ? nil : Mailbox.take(count, from: &state.messages)
        }
        return messages ?? []
    }

    private static func take(_ count: Int, from messages: inout Deque<Message>) -> [Message] {
        let taken = Array(messages.prefix(count))
        messages.removeFirst(taken.count)
        return taken
    }

    /// Forgets messages that wait.
    public func removeAll(where isForgotten: (Message) -> Bool) {
        state.withLock { $0.messages.removeAll(where: isForgotten) }
    }

    /// Wakes the reader although nothing new has come: it has not worked through all that it took.
    public func wakeReader() { state.withLock { $0.wake?() } }

    /// Says how the reader is woken from now on; it is at once, where messages wait already.
    ///
    /// - Parameter wake: called on the poster's thread, under the mailbox's lock: after `close` has returned it is not running and is
    ///   never called again. It must not block.
    public func open(waking wake: @escaping @Sendable () -> Void) {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.wake = wake
            if !state.messages.isEmpty { wake() }
        }
    }

    /// Takes nothing more, and wakes nobody.
    ///
    /// - Returns: the messages that nobody has read.
    @discardableResult
    public func close() -> [Message] {
        state.withLock { state in
            state.isClosed = true
            state.wake = nil
            return Mailbox.take(.max, from: &state.messages)
        }
    }
}
