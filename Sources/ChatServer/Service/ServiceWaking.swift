import CLibwebsockets
import Threads

extension Mailbox {
    /// From now on a message wakes the service thread of this context, until `close`.
    func open(waking context: OpaquePointer) {
        // Safe: `lws_cancel_service` may be called from any thread while the context lives, and the mailbox calls it under its lock
        // and not after `close`, which comes before the context's end.
        nonisolated(unsafe) let context = context
        open { lws_cancel_service(context) }
    }
}
