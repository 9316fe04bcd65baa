/// Takes a client's bytes apart into frames, and these into messages (RFC 6455 §5). Strict: each breach of the rules is
/// told at the byte where it shows, before anything that follows is read.
///
/// Pure, it knows no socket; bytes may come in any portions. It never holds more than one message and one control frame.
package struct FrameReader: Sendable {
    /// What a client's frames come to.
    package enum Found: Hashable, Sendable {
        /// A text message, whole, and known to be UTF-8.
        case message([UInt8])
        case ping([UInt8])
        case pong([UInt8])
        /// Nothing may come after it.
        case close(CloseFrame)
    }

    /// What the next byte is.
    private enum Place: Hashable, Sendable {
        case opening
        case length
        case longLength(bytesLeft: Int)
        case mask(bytesLeft: Int)
        case payload
    }

    private enum Opcode: UInt8 {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10

        var isControl: Bool { rawValue >= 8 }
    }

    private let messageBytesMax: Int
    private var place = Place.opening

    // Of the frame under way.
    private var opcode = Opcode.text
    private var isFinal = true
    private var lengthBytes = 0
    private var payloadBytes: UInt64 = 0
    private var payloadRead: UInt64 = 0
    private var mask: UInt32 = 0
    private var control: [UInt8] = []

    // Of the message under way.
    private var isInMessage = false
    private var message: [UInt8] = []
    private var text = UTF8Check()

    /// Frames that have come whole, continuations and control frames among them.
    package private(set) var framesRead = 0

    /// Bytes of a control frame's payload (RFC 6455 §5.5).
    private static let controlBytesMax: UInt64 = 125

    package init(messageBytesMax: Int) { self.messageBytesMax = messageBytesMax }

    /// Bytes that it holds of what has not come whole yet.
    package var heldBytes: Int { message.count + control.count }

    /// Gives up what has not come whole. Nothing may be read after that.
    mutating func drop() {
        message = []
        control = []
    }

    /// Reads on until something has come whole, and takes what it read off the input; nil where that is used up.
    package mutating func next<Bytes: Collection<UInt8>>(in input: inout Bytes) throws(FrameViolation) -> Found?
    where Bytes.SubSequence == Bytes {
        while let byte = input.first {
            switch place {
            case .opening: try open(byte)
            case .length: try takeLength(byte)
            case .longLength(let bytesLeft): try takeLongLength(byte, bytesLeft: bytesLeft)
            case .mask(let bytesLeft):
                mask = mask << 8 | UInt32(byte)
                place = bytesLeft > 1 ? .mask(bytesLeft: bytesLeft - 1) : .payload
            case .payload:
                try takePayload(&input)
                if payloadRead == payloadBytes, let found = try endFrame() { return found }
                continue
            }
            input.removeFirst()
            if place == .payload, payloadBytes == 0, let found = try endFrame() { return found }
        }
        return nil
    }

    // MARK: The header (5.2)

    private mutating func open(_ byte: UInt8) throws(FrameViolation) {
        guard byte & 0x70 == 0 else { throw .protocolError("a reserved bit is set (5.2)") }
        guard let opcode = Opcode(rawValue: byte & 0x0F) else {
            throw .protocolError("reserved opcode \(byte & 0x0F) (5.2)")
        }
        isFinal = byte & 0x80 != 0
        switch opcode {
        case .continuation:
            guard isInMessage else { throw .protocolError("a continuation of no message (5.4)") }
        case .text, .binary:
            guard !isInMessage else { throw .protocolError("a new message inside a fragmented one (5.4)") }
            guard opcode == .text else { throw .binary }
        case .close, .ping, .pong:
            guard isFinal else { throw .protocolError("a control frame in fragments (5.5)") }
        }
        self.opcode = opcode
        place = .length
    }

    private mutating func takeLength(_ byte: UInt8) throws(FrameViolation) {
        guard byte & 0x80 != 0 else { throw .protocolError("frame not masked (5.1)") }
        payloadBytes = UInt64(byte & 0x7F)
        guard payloadBytes > FrameReader.controlBytesMax else { return try beginPayload() }
        guard !opcode.isControl else { throw .protocolError("a control frame of more than 125 bytes (5.5)") }
        lengthBytes = payloadBytes == 126 ? 2 : 8
        payloadBytes = 0
        place = .longLength(bytesLeft: lengthBytes)
    }

    private mutating func takeLongLength(_ byte: UInt8, bytesLeft: Int) throws(FrameViolation) {
        if lengthBytes == 8, bytesLeft == 8, byte & 0x80 != 0 {
            throw .protocolError("a length of more than 63 bits (5.2)")
        }
        payloadBytes = payloadBytes << 8 | UInt64(byte)
        guard bytesLeft == 1 else {
            place = .longLength(bytesLeft: bytesLeft - 1)
            return
        }
        guard payloadBytes >= (lengthBytes == 2 ? 126 : 65_536) else {
            throw .protocolError("a length not in the fewest bytes (5.2)")
        }
        try beginPayload()
    }

    private mutating func beginPayload() throws(FrameViolation) {
        if !opcode.isControl, payloadBytes > UInt64(messageBytesMax - message.count) {
            throw .tooLong(bytesMax: messageBytesMax)
        }
        mask = 0
        payloadRead = 0
        place = .mask(bytesLeft: 4)
    }

    // MARK: The payload (5.3)

    private mutating func takePayload<Bytes: Collection<UInt8>>(_ input: inout Bytes) throws(FrameViolation)
    where Bytes.SubSequence == Bytes {
        let bytes = input.prefix(Int(clamping: payloadBytes - payloadRead))
        for byte in bytes {
            // The mask's first byte is its highest.
            let shift = 24 &- 8 &* UInt32(truncatingIfNeeded: payloadRead & 3)
            let plain = byte ^ UInt8(truncatingIfNeeded: mask &>> shift)
            payloadRead += 1
            if opcode.isControl {
                control.append(plain)
            } else {
                guard text.take(plain) else { throw .notUTF8 }
                message.append(plain)
            }
        }
        input = input.dropFirst(bytes.count)
    }

    /// What the frame that has come whole completes.
    private mutating func endFrame() throws(FrameViolation) -> Found? {
        place = .opening
        framesRead += 1
        guard opcode.isControl else {
            isInMessage = !isFinal
            guard isFinal else { return nil }
            guard text.isComplete else { throw .notUTF8 }
            defer { message = [] }
            return .message(message)
        }
        defer { control = [] }
        switch opcode {
        case .ping: return .ping(control)
        case .pong: return .pong(control)
        default: return .close(try CloseFrame(payload: control))
        }
    }
}
