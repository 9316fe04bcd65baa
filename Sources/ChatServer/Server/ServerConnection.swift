/// One TCP connection, as the service thread knows it: first it speaks HTTP, then perhaps it is a session. Only that
/// thread touches it.
final class ServerConnection {
    /// Unique in the life of the process.
    let number: UInt64
    let pointer: OpaquePointer
    /// Bytes of a request that is not whole yet.
    var requestBytes: [UInt8] = []
    /// Set once, when the connection becomes a WebSocket.
    var session: ServerSession?
    /// When it is to be looked at; nanoseconds of the monotonic clock.
    var deadline: Int64
    /// What is still to be sent of an answer that is too long for one write.
    var body: ArraySlice<UInt8> = []
    /// Whether such an answer is on its way; its last bytes may be with the system already.
    var isBodyInFlight = false
    /// Whether all that it needs is sent, so that what still comes is only waited out.
    var isLingering = false

    init(number: UInt64, pointer: OpaquePointer, deadline: Int64) {
        self.number = number
        self.pointer = pointer
        self.deadline = deadline
    }
}
