import CLibwebsockets
import Glibc

/// Sees what a server answers to a handshake before the library takes it, which keeps the status alone.
///
/// A watcher of libev's on the library's socket, called before the library's own. On the client's service thread.
final class AnswerPeek {
    /// Milliseconds that the rest of a refusal's body is waited for.
    static let restMillisecondsMax: Int32 = 1_000

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

    private func look() {
        guard let connection else { return }
        add { room in outcry_peek(connection, socket, room.baseAddress, Int32(room.count)) }
    }

    /// Everything that was answered. To be called while the connection is being given up: what is still on its way is
    /// waited for a little, and the library will not see it.
    func rest() -> [UInt8] {
        defer { stop() }
        guard let connection else { return bytes }
        while bytes.count < HandshakeAnswer.bytesMax, let answer = HandshakeAnswer(bytes), answer.status != 101,
            !answer.isWhole
        {
            var wait = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard poll(&wait, 1, AnswerPeek.restMillisecondsMax) > 0 else { break }
            guard add({ outcry_read_rest(connection, socket, $0.baseAddress, Int32($0.count)) }) else { break }
        }
        return bytes
    }

    @discardableResult
    private func add(_ read: (UnsafeMutableRawBufferPointer) -> Int32) -> Bool {
        var room = [UInt8](repeating: 0, count: max(0, min(4_096, HandshakeAnswer.bytesMax - bytes.count)))
        guard !room.isEmpty else { return false }
        let count = room.withUnsafeMutableBytes { read($0) }
        guard count > 0 else { return false }
        bytes += room.prefix(Int(count))
        return true
    }
}
