import CLibwebsockets

/// Sending a file: piece by piece, as fast as the client takes it, and nothing after it on the same connection.
extension ServerSessions {
    /// Bytes that are handed to the system at a time.
    private static let pieceBytes = 16_384

    func send(_ download: Download, isHead: Bool, on connection: ServerConnection) -> Int32 {
        connection.body = download.head[...] + (isHead ? [] : download.bytes)
        return writeBody(of: connection)
    }

    /// Writes what goes out at once. Answers 0, or -1 to cut the connection.
    func writeBody(of connection: ServerConnection) -> Int32 {
        while !connection.body.isEmpty {
            var piece = Array(connection.body.prefix(ServerSessions.pieceBytes))
            let count = piece.count
            connection.body.removeFirst(count)
            let written = piece.withUnsafeMutableBufferPointer { buffer in
                outcry_lws_write_raw(connection.pointer, buffer.baseAddress, count)
            }
            guard written >= count else { return -1 }
            counters.bytesSent.count(count)
            // Whoever takes something is given time for the rest.
            connection.deadline =
                monotonicNanoseconds() + Int64(configuration.limits.handshakeSeconds) * 1_000_000_000
            if lws_partial_buffered(connection.pointer) != 0 || lws_send_pipe_choked(connection.pointer) != 0 {
                connection.isBodyInFlight = true
                lws_callback_on_writable(connection.pointer)
                return 0
            }
        }
        connection.isBodyInFlight = false
        linger(connection)
        return 0
    }
}
