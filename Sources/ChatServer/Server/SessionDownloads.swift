import CLibwebsockets
import Conversation
import Threads
import Trading

/// A file on its way to one reader. The bytes are the offered file's own, shared by all who read it: of a reader's own
/// there are its place in them, and the piece that is with the library.
struct DownloadInFlight {
    let link: String
    /// The group of the reader's address.
    let address: AddressGroup
    private let head: [UInt8]
    private let bytes: [UInt8]
    /// Bytes that went out, the head's among them.
    private var offset = 0
    /// When it must be whole; nanoseconds of the monotonic clock.
    let endsBy: Int64

    init(_ download: Download, link: String, address: AddressGroup, endsBy: Int64) {
        self.link = link
        self.address = address
        head = download.head
        bytes = download.bytes
        self.endsBy = endsBy
    }

    /// Takes the next piece, of at most `count` bytes; nil at the end.
    mutating func next(_ count: Int) -> [UInt8]? {
        let total = head.count + bytes.count
        guard offset < total else { return nil }
        let end = min(total, offset + count)
        defer { offset = end }
        var piece: [UInt8] = []
        piece.reserveCapacity(end - offset)
        if offset < head.count { piece += head[offset..<min(end, head.count)] }
        if end > head.count { piece += bytes[max(0, offset - head.count)..<(end - head.count)] }
        return piece
    }
}

/// Sending a file: piece by piece, as fast as the client takes it, and nothing after it on the same connection.
extension ServerSessions {
    /// Bytes that are handed to the system at a time.
    private static let pieceBytes = 16_384

    func send(_ download: Download, link: String, isHead: Bool, to address: String, on connection: ServerConnection)
        -> Int32
    {
        if isHead {
            guard write(download.head, on: connection) else { return -1 }
            linger(connection)
            return 0
        }
        switch readers.begin(link: link, address: AddressGroup(address)) {
        case .link(let readersMax):
            return refuse(
                429, "this file is being sent \(readersMax) times, which is the most; try again when one has it",
                headers: ["Retry-After: \(ServerSessions.downloadRetrySeconds)"], on: connection)
        case .address(let downloadsMax):
            return refuse(
                429,
                "\(downloadsMax) files are being sent to your address, which is the most; try again when one is whole",
                headers: ["Retry-After: \(ServerSessions.downloadRetrySeconds)"], on: connection)
        case nil: break
        }
        counters.downloads.count()
        let limits = configuration.limits
        let seconds = limits.downloadStallSeconds + download.bytes.count / limits.downloadRateBytes
        connection.download = DownloadInFlight(
            download, link: link, address: AddressGroup(address),
            endsBy: MonotonicClock.nanoseconds + Int64(seconds) * 1_000_000_000)
        limitSystemBuffer(of: connection.pointer)
        extendDownload(connection)
        deadlines.add(connection.number, at: connection.deadline)
        return writeDownload(on: connection)
    }

    /// Seconds after which a reader that was turned away is told to try again.
    private static let downloadRetrySeconds = 5

    /// Whoever takes something is given time for the rest, but not for ever.
    private func extendDownload(_ connection: ServerConnection) {
        guard let download = connection.download else { return }
        let stall = Int64(configuration.limits.downloadStallSeconds) * 1_000_000_000
        connection.deadline = min(MonotonicClock.nanoseconds + stall, download.endsBy)
    }

    /// Writes what goes out at once. Answers 0, or -1 to cut the connection.
    func writeDownload(on connection: ServerConnection) -> Int32 {
        while var piece = connection.download?.next(ServerSessions.pieceBytes) {
            let count = piece.count
            let written = piece.withUnsafeMutableBufferPointer { buffer in
                outcry_lws_write_raw(connection.pointer, buffer.baseAddress, count)
            }
            guard written >= count else { return -1 }
            counters.bytesSent.count(count)
            extendDownload(connection)
            if lws_partial_buffered(connection.pointer) != 0 || lws_send_pipe_choked(connection.pointer) != 0 {
                lws_callback_on_writable(connection.pointer)
                return 0
            }
        }
        endDownload(on: connection)
        linger(connection)
        return 0
    }

    /// The reader has all, or is gone: its place is another's.
    func endDownload(on connection: ServerConnection) {
        guard let download = connection.download else { return }
        connection.download = nil
        readers.end(link: download.link, address: download.address)
        counters.downloads.count(-1)
    }
}
