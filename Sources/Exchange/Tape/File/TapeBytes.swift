import CZlib

/// How a tape is packed.
enum TapePacking: Hashable, Sendable {
    case plain
    case gzip
    case zip(ZipEntry)
}

/// The bytes of a tape as they were before they were packed, by the block.
final class TapeBytes {
    let file: TapeFile
    let packing: TapePacking
    /// Whether a packed file that is cut short counts as one that ends there.
    private let endsAtCut: Bool
    /// Whether the file was cut short; known at its end.
    private(set) var wasCut = false

    private var inflater: Inflater?
    private var raw = [UInt8](repeating: 0, count: TapeFingerprint.blockBytes)
    private var (used, end) = (0, 0)
    private var nextBlock = 0
    /// Bytes of the packed part that are still to be read, where that is known.
    private var packedBytesLeft = Int.max
    private var isStreamOver = false
    private var unpackedBytes = 0
    private var checksum: UInt = 0

    init(_ file: TapeFile, _ packing: TapePacking, endsAtCut: Bool) {
        self.file = file
        self.packing = packing
        self.endsAtCut = endsAtCut
        rewind()
    }

    /// How much of the file has been read, in bytes.
    var bytesRead: Int { min(nextBlock * TapeFingerprint.blockBytes, file.bytes) }

    func rewind() {
        (used, end, nextBlock, unpackedBytes) = (0, 0, 0, 0)
        (isStreamOver, wasCut) = (false, false)
        checksum = crc32(0, nil, 0)
        packedBytesLeft = Int.max
        switch packing {
        case .plain: inflater = nil
        case .gzip: inflater = Inflater(isGzip: true)
        case .zip(let entry):
            inflater = entry.isDeflated ? Inflater(isGzip: false) : nil
            packedBytesLeft = entry.compressedBytes
            nextBlock = entry.start / TapeFingerprint.blockBytes
        }
    }

    /// Fills `block`, or a part of it; how much, 0 at the end.
    func read(into block: inout [UInt8]) throws(TapeError) -> Int {
        switch packing {
        case .plain:
            defer { nextBlock += 1 }
            return try file.read(nextBlock, into: &block)
        case .gzip: return try inflateGzip(into: &block)
        case .zip(let entry): return try readZip(entry, into: &block)
        }
    }

    private func failure(_ message: String) -> TapeError { TapeError(tape: file.path, message: message) }

    /// False at the end of the file, or of the packed part of it.
    private func fillRaw() throws(TapeError) -> Bool {
        while used == end {
            guard packedBytesLeft > 0 else { return false }
            let count = try file.read(nextBlock, into: &raw)
            guard count > 0 else { return false }
            used = 0
            if case .zip(let entry) = packing, nextBlock == entry.start / TapeFingerprint.blockBytes {
                used = min(entry.start % TapeFingerprint.blockBytes, count)
            }
            nextBlock += 1
            let taken = min(count - used, packedBytesLeft)
            end = used + taken
            if packedBytesLeft != Int.max { packedBytesLeft -= taken }
        }
        return true
    }

    private func inflateGzip(into block: inout [UInt8]) throws(TapeError) -> Int {
        guard let inflater else { return 0 }
        while true {
            let hasInput = try fillRaw()
            if isStreamOver {
                // Another one may follow: files that were packed one by one and put together. Zeros fill a tape's or a disk's block.
                while used < end, raw[used] == 0 { used += 1 }
                guard used < end else {
                    if hasInput { continue }
                    return 0
                }
                guard raw[used] == 0x1F else { throw failure("has something else behind its compressed part") }
                inflater.reset()
                isStreamOver = false
            }
            guard hasInput else { return try endAtCut("is cut short: its compressed part has no end") }
            let (made, outcome) = inflater.step(&raw, used: &used, end: end, into: &block)
            switch outcome {
            case .more: break
            case .streamEnded: isStreamOver = true
            case .damaged(let reason): throw failure("is damaged: \(reason)")
            }
            if made > 0 { return made }
        }
    }

    private func endAtCut(_ message: String) throws(TapeError) -> Int {
        guard endsAtCut else { throw failure(message) }
        wasCut = true
        return 0
    }

    private func readZip(_ entry: ZipEntry, into block: inout [UInt8]) throws(TapeError) -> Int {
        var made = 0
        while made == 0, !isStreamOver {
            guard try fillRaw() else {
                guard !entry.isDeflated else { throw failure("is a damaged zip: \(entry.name) has no end") }
                isStreamOver = true
                break
            }
            guard let inflater else {
                made = end - used
                block.replaceSubrange(0..<made, with: raw[used..<end])
                used = end
                break
            }
            let (count, outcome) = inflater.step(&raw, used: &used, end: end, into: &block)
            made = count
            switch outcome {
            case .more: break
            case .streamEnded: isStreamOver = true
            case .damaged(let reason): throw failure("is a damaged zip: \(entry.name): \(reason)")
            }
        }
        unpackedBytes += made
        checksum = block.withUnsafeBufferPointer { crc32(checksum, $0.baseAddress, UInt32(made)) }
        if isStreamOver, made == 0 {
            guard unpackedBytes == entry.bytes, UInt32(truncatingIfNeeded: checksum) == entry.crc32 else {
                throw failure("is a damaged zip: \(entry.name) is not what was packed")
            }
        }
        return made
    }
}
