/// What waits to be sent to one session: whole WebSocket frames, joined in chunks, so that one write sends many.
///
/// A chunk ends where a frame ends, so that what waits can be dropped between two writes. What the socket does not take
/// of a chunk the library keeps, and it asks for no more until that is gone.
package struct OutgoingQueue {
    /// Bytes up to which frames are joined. A longer frame is a chunk of its own.
    static let chunkBytes = 32_768

    private var chunks: [[UInt8]] = []
    private var head = 0
    /// Bytes that wait, frame headers included.
    private(set) var byteCount = 0

    package init() {}

    var isEmpty: Bool { head == chunks.count }

    /// What is sent in one frame each. The raw value is its first byte: the last frame of its message, and the opcode.
    package enum Frame: UInt8 {
        case text = 0x81
        case ping = 0x89
        case pong = 0x8A
    }

    /// Adds one unmasked frame (RFC 6455 §5.2).
    package mutating func append(_ payload: [UInt8], as frame: Frame = .text) {
        let frameBytes = payload.count + 10
        if isEmpty || chunks[chunks.count - 1].count + frameBytes > OutgoingQueue.chunkBytes {
            var chunk: [UInt8] = []
            chunk.reserveCapacity(frameBytes)
            chunks.append(chunk)
        }
        let last = chunks.count - 1
        let before = chunks[last].count
        OutgoingQueue.writeHeader(of: frame, payloadBytes: payload.count, to: &chunks[last])
        chunks[last].append(contentsOf: payload)
        byteCount += chunks[last].count - before
    }

    /// Takes the next chunk.
    package mutating func next() -> [UInt8]? {
        guard !isEmpty else { return nil }
        let chunk = chunks[head]
        chunks[head] = []
        head += 1
        byteCount -= chunk.count
        if head == chunks.count {
            chunks.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 64 {
            chunks.removeFirst(head)
            head = 0
        }
        return chunk
    }

    mutating func removeAll() {
        chunks = []
        head = 0
        byteCount = 0
    }

    private static func writeHeader(of frame: Frame, payloadBytes count: Int, to bytes: inout [UInt8]) {
        bytes.append(frame.rawValue)
        switch count {
        case 0..<126:
            bytes.append(UInt8(count))
        case 126..<65_536:
            bytes.append(126)
            bytes.append(UInt8(count >> 8))
            bytes.append(UInt8(count & 0xFF))
        default:
            bytes.append(127)
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: count >> shift))
            }
        }
    }
}
