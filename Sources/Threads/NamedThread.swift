import CPosix
import Glibc

/// A named POSIX thread that runs one closure. Not a task: the loop of a C library blocks it for as long as it lives.
public enum NamedThread {
    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Starts the thread. At most 15 bytes of its name are kept.
    ///
    /// - Returns: false where the system has no thread to give.
    public static func start(name: String, _ run: @escaping @Sendable () -> Void) -> Bool {
        let body = Unmanaged.passRetained(Body(name: name, run: run))
        var thread = pthread_t()
        let error = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let body = Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
                outcry_name_thread(body.name)
                // Signals are the main thread's; and TLS writes to sockets that may be gone, without MSG_NOSIGNAL.
                var all = sigset_t()
                sigfillset(&all)
                pthread_sigmask(SIG_BLOCK, &all, nil)
                body.run()
                return nil
            }, body.toOpaque())
        guard error == 0 else {
            body.release()
            return false
        }
        pthread_detach(thread)
        return true
    }
}
