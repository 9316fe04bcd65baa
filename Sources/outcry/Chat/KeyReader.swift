import Foundation

/// Bytes from the terminal as characters. What is no UTF-8 comes out as U+FFFD.
struct KeyReader {
    private var bytes: [UInt8] = []

    /// The next character that is whole.
    mutating func next() -> Unicode.Scalar? {
        guard let first = bytes.first else { return nil }
        let length = KeyReader.length(first)
        guard bytes.count >= length else { return nil }
        let scalar = String(decoding: bytes[..<length], as: UTF8.self).unicodeScalars.first
        bytes.removeFirst(length)
        return scalar
    }

    mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    /// Reads what is there. False at the end of the input.
    mutating func fill() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = read(STDIN_FILENO, &buffer, buffer.count)
        if count < 0 { return errno == EINTR || errno == EAGAIN }
        append(buffer.prefix(count))
        return count > 0
    }

    private static func length(_ first: UInt8) -> Int {
        switch first {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
    }
}
