import CZlib
import Glibc

/// The lines of a file, plain or compressed by gzip, without their ends. Holds one block and one line in memory.
final class GzipLines {
    private let path: String
    private let file: gzFile
    private var block = [UInt8](repeating: 0, count: GzipLines.blockBytes)
    private var position = 0
    private var end = 0
    /// The number of the line that was last read, from 1.
    private(set) var lineNumber = 0

    private static let blockBytes = 64 * 1_024
    /// The longest line that a tape may have.
    static let lineBytesMax = 4_096

    init(path: String) throws(TapeError) {
        // zlib reads a file that is not compressed as it is.
        guard let file = gzopen(path, "rb") else {
            throw TapeError(tape: path, message: "cannot be opened: \(String(cString: strerror(errno)))")
        }
        self.path = path
        self.file = file
    }

    deinit { gzclose(file) }

    /// Starts again from the first line.
    func rewind() throws(TapeError) {
        guard gzrewind(file) == 0 else { throw TapeError(tape: path, message: "cannot be read again") }
        (position, end, lineNumber) = (0, 0, 0)
    }

    /// Reads the next line into `line`, which is emptied first; false at the end of the file.
    func next(into line: inout [UInt8]) throws(TapeError) -> Bool {
        line.removeAll(keepingCapacity: true)
        lineNumber += 1
        while true {
            if position == end {
                guard try readBlock() else { return !line.isEmpty }
            }
            let rest = block[position..<end]
            let newline = rest.firstIndex(of: UInt8(ascii: "\n"))
            line.append(contentsOf: rest[..<(newline ?? end)])
            guard line.count <= GzipLines.lineBytesMax else {
                throw TapeError(
                    tape: path, line: lineNumber, message: "longer than \(GzipLines.lineBytesMax) bytes")
            }
            position = newline.map { $0 + 1 } ?? end
            guard newline != nil else { continue }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            return true
        }
    }

    private func readBlock() throws(TapeError) -> Bool {
        let count = block.withUnsafeMutableBytes { gzread(file, $0.baseAddress, UInt32($0.count)) }
        (position, end) = (0, max(Int(count), 0))
        if count > 0 { return true }
        // A compressed file that is cut short ends like a whole one, but for this.
        var status: Int32 = 0
        let text = gzerror(file, &status)
        guard count == 0, status == Z_OK || status == Z_STREAM_END else {
            let reason =
                status == Z_ERRNO
                ? String(cString: strerror(errno)) : text.map { String(cString: $0) } ?? "error \(status)"
            throw TapeError(tape: path, line: lineNumber, message: "cannot be read: \(reason)")
        }
        return false
    }
}
