import DequeModule

/// What waits to be sent to one session: whole WebSocket frames, joined in chunks, so that one write sends many.
///
/// A chunk ends where a frame ends. A frame that is longer than a chunk is handed out in pieces, so that a slow reader
/// shows, piece by piece, that it reads. What the socket does not take of a piece the library keeps, and it asks for no
/// more until that is gone.
package struct OutgoingQueue {
    /// Bytes up to which frames are joined, and of the pieces of longer ones.
    static let chunkBytes = 32_768

    private var chunks: Deque<[UInt8]> = []
    /// Bytes of the first chunk that have been handed out: above zero only within a long frame.
    private var taken = 0
    /// Bytes that wait, frame headers included.
    private(set) var byteCount = 0

    package init() {}

    var isEmpty: Bool { chunks.isEmpty }

    /// Bytes that a frame still has of which a piece has been handed out; nothing else may be sent before they are.
    var bytesOfFrameBegun: Int { taken == 0 ? 0 : chunks[0].count - taken }

    /// What is sent in one frame each. The raw value is its first byte: the last frame of its message, and the opcode.
    package enum Frame: UInt8 {
        case text = 0x81
        case ping = 0x89
        case pong = 0x8A
    }

    /// Adds one unmasked frame (RFC 6455 §5.2).
    package mutating func append(_ payload: [UInt8], as frame: Frame = .text) {
        let frameBytes = payload.count + 10
        let isBegun = taken > 0 && chunks.count == 1
        if isEmpty || isBegun || chunks[chunks.count - 1].count + frameBytes > OutgoingQueue.chunkBytes {
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

    /// Takes the next chunk, or the next piece of a long frame.
    package mutating func next() -> [UInt8]? {
        guard let first = chunks.first else { return nil }
        let left = first.count - taken
        guard left > OutgoingQueue.chunkBytes else {
            chunks.removeFirst()
            byteCount -= left
            defer { taken = 0 }
            return taken == 0 ? first : Array(first[taken...])
        }
        let piece = Array(first[taken..<(taken + OutgoingQueue.chunkBytes)])
        taken += piece.count
        byteCount -= piece.count
        return piece
    }

    /// Drops all that waits but the rest of a frame of which a piece has been handed out.
    mutating func removeAll() {
        chunks = taken == 0 ? [] : [chunks[0]]
        byteCount = bytesOfFrameBegun
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
