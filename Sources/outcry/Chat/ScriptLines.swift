import Glibc

/// The lines of standard input where that is no terminal. One that is too long is told of as soon as that shows, and what is
/// left of it is passed over.
struct ScriptLines {
    enum Line: Equatable {
        case line(String)
        /// It cannot be sent, and why.
        case unreadable(String)
    }

    private var bytes: [UInt8] = []
    /// The line at hand, counted from 1.
    private var number = 1
    /// What is read up to the next line's end belongs to a line that is too long.
    private var isTooLong = false
    private var hasEnded = false

    /// Whether there will be no more.
    var areOver: Bool { hasEnded && bytes.isEmpty }

    /// Whether more is to be read before there is a line.
    var wantsMore: Bool { !hasEnded && !bytes.contains(0x0A) }

    /// Reads what is there.
    mutating func fill() {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = read(STDIN_FILENO, &buffer, buffer.count)
        if count > 0 { append(buffer.prefix(count)) }
        if count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN) { end() }
    }

    mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    mutating func end() { hasEnded = true }

    /// The next line without its end, where it is whole.
    mutating func next() -> Line? {
        while true {
            let end = bytes.firstIndex(of: 0x0A)
            if isTooLong {
                // Told of already.
                bytes.removeFirst(end.map { $0 + 1 } ?? bytes.count)
                guard end != nil else { return nil }
                isTooLong = false
                number += 1
                continue
            }
            if end ?? bytes.count > ChatSession.lineBytesMax {
                isTooLong = true
                return .unreadable(
                    "line \(number) of the input is longer than \(ChatSession.lineBytesMax) bytes: it was not sent")
            }
            guard let length = end ?? (hasEnded && !bytes.isEmpty ? bytes.count : nil) else { return nil }
            defer { number += 1 }
            var line = bytes[..<length]
            if line.last == 0x0D { line.removeLast() }
            let text = String(validating: line, as: UTF8.self)
            bytes.removeFirst(min(length + 1, bytes.count))
            return text.map { .line($0) } ?? .unreadable("line \(number) of the input is not UTF-8: it was not sent")
        }
    }
}
