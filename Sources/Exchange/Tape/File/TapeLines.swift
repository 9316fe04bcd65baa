/// The lines of a tape, without their ends. Holds one block and one line in memory.
final class TapeLines {
    let bytes: TapeBytes
    private var block = [UInt8](repeating: 0, count: TapeFingerprint.blockBytes)
    private var position = 0
    private var end = 0
    /// The number of the line that was read last, from 1.
    private(set) var lineNumber = 0
    /// Whether the line that was read last is longer than `lineBytesMax`; then it is the first so many bytes of it.
    private(set) var isTooLong = false

    /// The longest line that a tape may have.
    static let lineBytesMax = 4_096

    init(_ bytes: TapeBytes) { self.bytes = bytes }

    /// The lines of a file, however it is packed.
    convenience init(path: String) throws(TapeError) {
        let file = try TapeFile(path: path)
        self.init(TapeBytes(file, try TapeBeginning.packing(of: file), endsAtCut: false))
    }

    /// Starts again from the first line.
    func rewind() {
        bytes.rewind()
        (position, end, lineNumber) = (0, 0, 0)
    }

    /// Reads the next line into `line`, which is emptied first; false at the end of the file.
    func next(into line: inout [UInt8]) throws(TapeError) -> Bool {
        line.removeAll(keepingCapacity: true)
        lineNumber += 1
        isTooLong = false
        while true {
            if position == end {
                (position, end) = (0, try fill())
                if end == 0 {
                    removeByteOrderMark(&line)
                    return !line.isEmpty
                }
            }
            let newline = block.position(of: UInt8(ascii: "\n"), from: position, before: end)
            let piece = position..<(newline ?? end)
            let room = TapeLines.lineBytesMax + 1 - line.count
            line.append(contentsOf: block[piece.prefix(max(room, 0))])
            if line.count > TapeLines.lineBytesMax { isTooLong = true }
            position = newline.map { $0 + 1 } ?? end
            guard newline != nil else { continue }
            while line.last == UInt8(ascii: "\r") { line.removeLast() }
            removeByteOrderMark(&line)
            return true
        }
    }

    private func removeByteOrderMark(_ line: inout [UInt8]) {
        if lineNumber == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
    }

    /// An error of the file as a whole is given the line at which it came up.
    private func fill() throws(TapeError) -> Int {
        do {
            return try bytes.read(into: &block)
        } catch {
            throw TapeError(tape: error.tape, line: lineNumber, message: error.message)
        }
    }
}
