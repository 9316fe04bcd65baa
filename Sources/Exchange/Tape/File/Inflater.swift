import CZlib

/// Decompresses a stream of zlib's: one that gzip has written, or the bare one inside of a zip.
final class Inflater {
    /// What a step came to.
    enum Outcome {
        case more, streamEnded
        case damaged(String)
    }

    // Its address must stay: zlib compares it.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let isReady: Bool

    init(isGzip: Bool) {
        stream.initialize(to: z_stream())
        // 16 asks for gzip's header and trailer, a negative window for neither.
        let size = Int32(MemoryLayout<z_stream>.size)
        isReady = inflateInit2_(stream, isGzip ? 16 + 15 : -15, ZLIB_VERSION, size) == Z_OK
    }

    deinit {
        if isReady { inflateEnd(stream) }
        stream.deallocate()
    }

    /// Begins with another stream.
    func reset() { _ = inflateReset(stream) }

    /// Decompresses from `input[used..<end]` into all of `output`; moves `used` on, and says how many bytes came out.
    func step(_ input: inout [UInt8], used: inout Int, end: Int, into output: inout [UInt8]) -> (Int, Outcome) {
        guard isReady else { return (0, .damaged("zlib has no memory")) }
        var status: Int32 = Z_OK
        var made = 0
        input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.pointee.next_in = source.baseAddress?.advanced(by: used)
                stream.pointee.avail_in = UInt32(end - used)
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = UInt32(target.count)
                status = inflate(stream, Z_NO_FLUSH)
                used = end - Int(stream.pointee.avail_in)
                made = target.count - Int(stream.pointee.avail_out)
            }
        }
        switch status {
        case Z_OK, Z_BUF_ERROR: return (made, .more)
        case Z_STREAM_END: return (made, .streamEnded)
        default: return (made, .damaged(stream.pointee.msg.map { String(cString: $0) } ?? "error \(status)"))
        }
    }
}
