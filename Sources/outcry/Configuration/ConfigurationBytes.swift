import Glibc
import Trading

extension ConfigurationFile {
    /// All bytes of a regular file, or one more than a configuration file may have. What keeps them from being read is a `Failure`.
    static func bytes(of path: String) throws -> [UInt8] {
        // Without waiting: whoever opens a pipe waits for somebody who writes to it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw Failure("cannot read the configuration file \(path.printable): it is no regular file")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= bytesMax {
            let count = read(descriptor, &buffer, min(buffer.count, bytesMax + 1 - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path, errno) }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    private static func unreadable(_ path: String, _ number: Int32) -> Failure {
        Failure("cannot read the configuration file \(path.printable): \(String(cString: strerror(number)))")
    }

    /// Where the first bytes are that are no UTF-8; nil where all are.
    static func offsetOfBadUTF8(_ bytes: [UInt8]) -> Int? {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var offset = 0
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar): offset += UTF8.width(scalar)
            case .emptyInput: return nil
            case .error: return offset
            }
        }
    }

    /// `FILE:LINE:COLUMN` of an offset in bytes; both are counted from 1, columns in characters.
    static func place(_ path: String, _ bytes: [UInt8], _ offset: Int) -> String {
        let before = bytes[..<min(offset, bytes.count)]
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let column = String(decoding: before[lineStart...], as: UTF8.self).count + 1
        return "\(path.printable):\(line):\(column)"
    }
}
