/// What a close frame says (RFC 6455 §5.5.1): nothing, or a code and a reason.
package struct CloseFrame: Hashable, Sendable {
    /// nil where the frame is empty.
    package var code: UInt16?
    package var reason: String

    /// Bytes of a reason: what a control frame holds, less the code.
    static let reasonBytesMax = 123

    package init(code: UInt16?, reason: String = "") {
        self.code = code
        self.reason = reason
    }

    /// Reads the payload of a close frame that came.
    init(payload: [UInt8]) throws(FrameViolation) {
        guard !payload.isEmpty else {
            self.init(code: nil)
            return
        }
        guard payload.count >= 2 else { throw .protocolError("a close frame with half a code (5.5.1)") }
        let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
        guard CloseFrame.mayBeSent(code) else { throw .protocolError("close code \(code) may not be sent (7.4)") }
        guard UTF8Check.isText(payload[2...]) else { throw .notUTF8 }
        self.init(code: code, reason: String(decoding: payload[2...], as: UTF8.self))
    }

    /// Whether a peer may send this code: those of RFC 6455 §7.4.1 and of IANA's registry since (1012 to 1014), less
    /// those that only stand for what was not sent; and what is left to libraries and to programs (§7.4.2).
    static func mayBeSent(_ code: UInt16) -> Bool {
        switch code {
        case 1_000...1_003, 1_007...1_014, 3_000...4_999: true
        default: false
        }
    }

    /// The whole frame, from a server. A reason is cut off where a character ends.
    package var bytes: [UInt8] {
        guard let code else { return [0x88, 0] }
        var text = reason
        while text.utf8.count > CloseFrame.reasonBytesMax { text.unicodeScalars.removeLast() }
        return [0x88, UInt8(2 + text.utf8.count), UInt8(code >> 8), UInt8(code & 0xFF)] + Array(text.utf8)
    }
}
