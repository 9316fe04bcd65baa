import CLibwebsockets

/// The library accepts frames that are not masked, and RFC 6455 §5.1 says to close on one. A client either masks or does
/// not, so the first frame is looked at before the library takes it.
extension ServerSessions {
    /// Watches the session's socket beside the library, and before it. A client that sends its first frame before it has
    /// read the answer to its handshake (which RFC 6455 §4.1 forbids) is not seen through.
    func watchFirstFrame(of session: ServerSession) {
        guard let loop else { return }
        let watcher = UnsafeMutablePointer<ev_io>.allocate(capacity: 1)
        watcher.initialize(to: ev_io())
        session.firstFrame = watcher
        outcry_ev_io_start_first(
            loop, watcher,
            { _, watcher, _ in
                guard let pointer = outcry_ev_io_context(watcher) else { return }
                let session = Unmanaged<ServerSession>.fromOpaque(pointer).takeUnretainedValue()
                guard let handler = LibraryContext.of(session.connection)?.handler as? ServerSessions else { return }
                handler.lookAtFirstFrame(of: session)
            }, lws_get_socket_fd(session.connection), Unmanaged.passUnretained(session).toOpaque())
    }

    func lookAtFirstFrame(of session: ServerSession) {
        var header: [UInt8] = [0, 0]
        let count = outcry_peek(session.connection, lws_get_socket_fd(session.connection), &header, 2)
        guard count > 0 else { return }
        // The mask bit is the highest of the second byte. The first may have come alone, and been taken since.
        let index = 1 - session.firstFrameBytesSeen
        guard count > index else {
            session.firstFrameBytesSeen = 1
            return
        }
        stopWatching(session)
        if header[index] & 0x80 == 0 {
            end(session, Closing(code: 1_002, reason: "frame not masked (RFC 6455, 5.1)", flushes: false))
        }
    }

    func stopWatching(_ session: ServerSession) {
        guard let loop, let watcher = session.firstFrame else { return }
        ev_io_stop(loop, watcher)
        watcher.deallocate()
        session.firstFrame = nil
    }
}
