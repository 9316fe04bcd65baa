/// One TCP connection, as the service thread knows it: first it speaks HTTP, then perhaps it is a session. Only that
/// thread touches it.
final class ServerConnection {
    /// Unique in the life of the process.
    let number: UInt64
    let pointer: OpaquePointer
    /// The address at the other end as digits: a client's, or a proxy's.
    let address: String
    /// Whether the next request was paid for when the connection was taken.
    var isPaid = false
    /// Bytes of a request that is not whole yet.
    var requestBytes: [UInt8] = []
    /// Whether the request that is being answered is a HEAD: its answer has no body (RFC 9110 §9.3.2).
    var isAskedForHead = false
    /// Bytes of what has not come whole that the server has counted in its total.
    var unfinishedCounted = 0
    /// Set once, when the connection becomes a WebSocket.
    var session: ServerSession?
    /// Bytes that are held of a request or a message that is not whole yet.
    var unfinishedBytes: Int { requestBytes.count + (session?.frames.heldBytes ?? 0) }

    /// When it is to be looked at; nanoseconds of the monotonic clock.
    var deadline: Int64
    /// A file that is being sent; its last bytes may be with the system already.
    var download: DownloadInFlight?
    /// Whether all that it needs is sent, so that what still comes is only waited out.
    var isLingering = false

    init(number: UInt64, pointer: OpaquePointer, address: String, deadline: Int64) {
        self.number = number
        self.pointer = pointer
        self.address = address
        self.deadline = deadline
    }
}
