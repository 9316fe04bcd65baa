import CLibwebsockets
import Glibc
import Threads

/// Sees what a server answers to a handshake before the library takes it, which keeps the status alone.
///
/// A watcher of libev's on the library's socket, called before the library's own. On the client's service thread.
final class AnswerPeek {
    /// Milliseconds that the rest of a refusal's body is waited for.
    static let restMillisecondsMax: Int64 = 1_000

    private let watcher = UnsafeMutablePointer<ev_io>.allocate(capacity: 1)
    private var loop: OpaquePointer?
    private var connection: OpaquePointer?
    private var socket: Int32 = -1
    private var bytes: [UInt8] = []
    /// Whether a handshake was sent.
    private(set) var hasBegun = false

    init() { watcher.initialize(to: ev_io()) }

    /// The loop must have been left, or `stop` been called.
    deinit { watcher.deallocate() }

    /// The handshake is about to be sent.
    func begin(_ connection: OpaquePointer, loop: OpaquePointer) {
        stop()
        hasBegun = true
        socket = lws_get_socket_fd(connection)
        guard socket >= 0 else { return }
        self.connection = connection
        self.loop = loop
        outcry_ev_peek_start(
            loop, watcher,
            { _, watcher, _ in
                guard let watcher, let pointer = outcry_ev_io_context(watcher) else { return }
                Unmanaged<AnswerPeek>.fromOpaque(pointer).takeUnretainedValue().look()
            }, socket, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Before the socket is closed, and before the loop ends.
    func stop() {
        if let loop { ev_io_stop(loop, watcher) }
        loop = nil
        connection = nil
    }

    /// An answer that refuses is taken out of the library's hands: it reads ahead of what was seen here, and shows nothing
    /// of what it read. It then finds an ended connection.
    private func look() {
        guard let connection else { return }
        let peeked = read { outcry_peek(connection, socket, $0.baseAddress, Int32($0.count)) }
        guard HandshakeAnswer.refuses(bytes + peeked) else {
            bytes += peeked
            return
        }
        bytes += read { outcry_read_rest(connection, socket, $0.baseAddress, Int32($0.count)) }
        _ = rest()
        _ = shutdown(socket, Int32(SHUT_RD))
    }

    /// Everything that was answered. To be called while the connection is being given up: what is still on its way is
    /// waited for a little, and the library will not see it.
    func rest() -> [UInt8] {
        defer { stop() }
        guard let connection else { return bytes }
        let deadline = MonotonicClock.nanoseconds + AnswerPeek.restMillisecondsMax * 1_000_000
        while HandshakeAnswer.refuses(bytes), HandshakeAnswer(bytes)?.isWhole != true {
            let left = (deadline - MonotonicClock.nanoseconds) / 1_000_000
            var wait = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard left > 0, poll(&wait, 1, Int32(left)) > 0 else { break }
            let more = read { outcry_read_rest(connection, socket, $0.baseAddress, Int32($0.count)) }
            guard !more.isEmpty else { break }
            bytes += more
        }
        return bytes
    }

    /// At most what finds room; nothing where there is nothing, or the connection has ended.
    private func read(_ call: (UnsafeMutableRawBufferPointer) -> Int32) -> ArraySlice<UInt8> {
        var room = [UInt8](repeating: 0, count: max(0, min(4_096, HandshakeAnswer.bytesMax - bytes.count)))
        guard !room.isEmpty else { return [] }
        let count = room.withUnsafeMutableBytes { call($0) }
        return room.prefix(max(0, Int(count)))
    }
}
