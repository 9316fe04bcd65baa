import CLibwebsockets

/// Where other threads leave letters for a service thread, and wake it.
///
/// `lws_cancel_service` may be called from any thread, but only while the context lives. So the context's beginning and
/// end are told here, under the same lock as every call. One wake-up serves all letters that wait.
final class Mailbox<Letter: Sendable>: Sendable {
    private struct State {
        var letters: [Letter] = []
        /// The library's context while it may be woken.
        var context: OpaquePointer?
        var isOpen = true
    }

    private let state = Monitor(State())

    /// Leaves a letter. Letters of one thread are read in the order in which it left them. False where nobody reads any
    /// more.
    @discardableResult
    func post(_ letter: Letter) -> Bool {
        state.withLock { state in
            guard state.isOpen else { return false }
            state.letters.append(letter)
            // With letters already waiting, the service thread has been woken and has not looked yet.
            if state.letters.count == 1, let context = state.context { lws_cancel_service(context) }
            return true
        }
    }

    /// All letters that wait.
    func take() -> [Letter] {
        state.withLock { state in
            let letters = state.letters
            state.letters = []
            return letters
        }
    }

    /// Wakes the service thread although nothing new has come: it has not read all of what it took.
    func wake() {
        state.withLock { state in
            if let context = state.context { lws_cancel_service(context) }
        }
    }

    /// From now on the context may be woken; it is at once, where letters wait already.
    func begin(context: OpaquePointer) {
        state.withLock { state in
            state.context = context
            if !state.letters.isEmpty { lws_cancel_service(context) }
        }
    }

    /// From now on the context is left alone and no letter is taken.
    func end() {
        state.withLock { state in
            state.context = nil
            state.isOpen = false
            state.letters = []
        }
    }
}
