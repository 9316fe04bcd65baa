/// Why a client's frames end the connection: a close code (RFC 6455 §7.4.1), and words for whoever wrote the client.
package struct FrameViolation: Error, Hashable, Sendable {
    package let code: UInt16
    package let reason: String

    /// The number in brackets is a section of RFC 6455.
    static func protocolError(_ reason: String) -> FrameViolation { FrameViolation(code: 1_002, reason: reason) }

    static let binary = FrameViolation(code: 1_003, reason: "binary message; expected text")
    static let notUTF8 = FrameViolation(code: 1_007, reason: "text that is not UTF-8 (8.1)")

    static func tooLong(bytesMax: Int) -> FrameViolation {
        FrameViolation(code: 1_009, reason: "message longer than \(bytesMax) bytes")
    }
}
