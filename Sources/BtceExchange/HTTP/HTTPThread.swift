import CCurl
import Glibc

/// A named POSIX thread that runs one closure. Not a task: libcurl's loop blocks it for as long as it lives.
enum HTTPThread {
    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Starts the thread; false where the system has none to give. At most 15 bytes of its name are kept.
    static func start(name: String, _ run: @escaping @Sendable () -> Void) -> Bool {
        let body = Unmanaged.passRetained(Body(name: name, run: run))
        var thread = pthread_t()
        let error = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let body = Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
                outcry_curl_name_thread(body.name)
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
